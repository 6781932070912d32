"""MP4 (H.264, yuv420p), with the index at the front, to play while it loads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from anim.encode.container import VideoWriter

if TYPE_CHECKING:
    from anim.encode.animation import Clip

# Successive frames differ by similar amounts: adaptive B-frames and weighted prediction cost time
# and make files a few per cent larger.
_PRESET, _PARAMETERS = "veryfast", "b-adapt=0:weightp=0"
_CRF = (18, 23, 28, 33)


class Mp4Writer(VideoWriter):
    """Writes frames at a constant rate; implements `anim.encode.animation.Writer`."""

    def __init__(self, path: Path, clip: Clip, samples: Sequence[np.ndarray], exact: np.ndarray):
        super().__init__(
            path,
            clip,
            form="mp4",
            codec="libx264",
            pix_fmt="yuv420p",
            options={"movflags": "+faststart"},
            codec_options={
                "preset": _PRESET,
                "crf": str(_CRF[clip.quality]),
                "x264-params": _PARAMETERS + _instructions(),
            },
        )

    @staticmethod
    def levels(has_alpha: bool) -> tuple[str, ...]:
        return tuple(f"crf {crf}" for crf in _CRF)


def _instructions() -> str:
    """Return the x264 option that avoids AVX-512 where the processor has it.

    With AVX-512, x264's macroblock tree reads uninitialised memory at some widths (such as 320),
    and the same frames sometimes give different bytes.
    """
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    names = [*extensions.get("baseline", ()), *extensions.get("found", ())]
    return ":asm=AVX2" if any(name.startswith(("AVX512", "X86_V4")) for name in names) else ""
