"""MP4 (H.264, yuv420p), with the index at the front so that it plays while it loads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from anim.encode.container import VideoWriter

if TYPE_CHECKING:
    from anim.encode import Clip

# Frames differ evenly: choosing the kind and weight of each costs time, and a few per cent in size.
_PRESET, _PARAMETERS = "veryfast", "b-adapt=0:weightp=0"
_CRF = (18, 23, 28, 33)


class Mp4Writer(VideoWriter):
    """Writes frames at a constant rate; see `anim.encode.animation_writer`."""

    def __init__(self, path: Path, clip: Clip, samples, exact):
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
    """Keeps x264 from AVX-512, where the processor has it.

    Its macroblock tree then depends on what was in memory before, at some widths (320 is one): the
    same frames make other bytes now and then.
    """
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    names = [*extensions.get("baseline", ()), *extensions.get("found", ())]
    return ":asm=AVX2" if any(name.startswith(("AVX512", "X86_V4")) for name in names) else ""
