"""WebM (VP9): whole colours at each pixel, or a transparent background.

The sharp edges of a chart lose most to chroma at half the resolution (yuv420p), as it is usual:
29 dB in RGB whatever the rate. VP9 has yuv444p, which browsers play and which takes few more
bytes here. Only of yuv420p is there a form with alpha.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from anim.encode.container import VideoWriter

if TYPE_CHECKING:
    from anim.encode import Clip

_VP9 = {"b": "0", "deadline": "good", "cpu-used": "2", "row-mt": "1"}
_CRF = (28, 36, 44, 52)


class WebmWriter(VideoWriter):
    """Writes frames at a constant rate; see `anim.encode.animation_writer`."""

    def __init__(self, path: Path, clip: Clip, samples, exact):
        options = {**_VP9, "crf": str(_CRF[clip.quality])}
        if clip.has_alpha:
            # Frames that are not shown have no alpha beside them.
            options["auto-alt-ref"] = "0"
        super().__init__(
            path,
            clip,
            form="webm",
            codec="libvpx-vp9",
            pix_fmt="yuva420p" if clip.has_alpha else "yuv444p",
            # Without it, the file has a random identity.
            options={"fflags": "+bitexact"},
            codec_options=options,
        )

    @staticmethod
    def levels(has_alpha: bool) -> tuple[str, ...]:
        return tuple(f"crf {crf}" for crf in _CRF)
