"""WebM (VP9): chroma at full resolution, or a transparent background.

Chroma at half resolution (yuv420p, the usual choice) blurs the sharp edges of a chart: 29 dB in
RGB at any bit rate. VP9 has yuv444p, which browsers play and which adds few bytes here. VP9
supports alpha for yuv420p only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from anim.encode.container import VideoWriter

if TYPE_CHECKING:
    import numpy as np

    from anim.encode.animation import Clip

_VP9 = {"b": "0", "deadline": "good", "cpu-used": "2", "row-mt": "1"}
_CRF = (28, 36, 44, 52)


class WebmWriter(VideoWriter):
    """Writes frames at a constant rate; implements `anim.encode.animation.Writer`."""

    def __init__(self, path: Path, clip: Clip, samples: Sequence[np.ndarray], exact: np.ndarray):
        options = {**_VP9, "crf": str(_CRF[clip.quality])}
        if clip.has_alpha:
            # Alternate reference frames have no alpha plane.
            options["auto-alt-ref"] = "0"
        super().__init__(
            path,
            clip,
            form="webm",
            codec="libvpx-vp9",
            pix_fmt="yuva420p" if clip.has_alpha else "yuv444p",
            # Otherwise the file gets a random UID.
            options={"fflags": "+bitexact"},
            codec_options=options,
        )

    @staticmethod
    def levels(has_alpha: bool) -> tuple[str, ...]:
        return tuple(f"crf {crf}" for crf in _CRF)
