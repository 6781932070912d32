"""GIF, streamed: one palette, only what changed, delays in hundredths of a second."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from anim.encode.animation import IN_FLIGHT
from anim.encode.comment import gif_block
from anim.encode.container import ContainerWriter
from anim.encode.formats import FORMATS
from anim.encode.palette import COLOURS, SIZES, Indexer, choose_palette, palette_name
from anim.encode.pending import insert

if TYPE_CHECKING:
    from anim.encode.animation import Clip

# In hundredths of a second; a delay has two bytes.
_SHORTEST_DELAY, _LONGEST_DELAY = FORMATS[".gif"].shortest_delay // 10, 65535
# The block with the number of loops follows the palette, which has at most 768 bytes.
_LOOP, _LOOP_LENGTH, _HEAD = b"NETSCAPE2.0", 16, 1024


def _paletted_frames(indices: np.ndarray, palette: np.ndarray) -> list[av.VideoFrame]:
    """Return frames to use in turn; allocating each frame would cost more than encoding it.

    One more than `IN_FLIGHT`, because the encoder still reads the last frame it was given.
    """
    argb = np.zeros((256, 4), np.uint8)
    argb[:COLOURS, 0] = 255
    argb[: len(palette), 1:] = palette
    # The stubs of PyAV omit the pair of indices and palette.
    pair: Any = (indices, argb)
    return [av.VideoFrame.from_ndarray(pair, format="pal8") for _ in range(IN_FLIGHT + 1)]


class GifWriter(ContainerWriter):
    """Writes frames with one palette; implements `anim.encode.animation.Writer`."""

    def __init__(self, path: Path, clip: Clip, samples: Sequence[np.ndarray], exact: np.ndarray):
        width, height = clip.size
        palette = choose_palette(samples, exact, SIZES[clip.quality])
        self._timeline = timeline = clip.timeline
        self._comment = clip.comment
        self._indexer = Indexer(palette, height, width)
        self._frames = itertools.cycle(_paletted_frames(self._indexer.indices, palette))
        self._tick = self._stamp = 0
        self._last: av.VideoFrame | None = None
        last = self._hundredths(timeline.ticks - timeline.still + clip.lead)
        end = max(round(100 * timeline.total_seconds), last + _SHORTEST_DELAY)
        # A delay that is too long is cut into several; the muxer gives the rest to the last frame.
        self._rest = (end - last - 1) // _LONGEST_DELAY
        last += self._rest * _LONGEST_DELAY
        super().__init__(
            path,
            clip,
            form="gif",
            codec="gif",
            pix_fmt="pal8",
            rate=Fraction(100),
            options={"final_delay": str(end - last)},
            codec_options={},
        )

    @staticmethod
    def levels(has_alpha: bool) -> tuple[str, ...]:
        return tuple(map(palette_name, SIZES))

    def _hundredths(self, tick: int) -> int:
        return round(100 * tick / self._timeline.fps)

    def take(self, rgba: np.ndarray) -> av.VideoFrame | None:
        if not self._indexer.update(rgba):
            return None
        frame = next(self._frames)
        # A plane is a buffer, which the stubs of PyAV omit.
        plane: Any = frame.planes[0]
        # FFmpeg pads rows; the padding is never read.
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        rows[:, : plane.width] = self._indexer.indices
        return frame

    def write(self, frame: av.VideoFrame | None, ticks: int) -> None:
        # An unchanged frame only extends the delay of the one before, except for the last frame,
        # which the muxer gives the duration of the hold.
        is_last = self._tick + ticks == self._timeline.ticks
        if frame is None and is_last:
            frame = self._last
        if frame is not None:
            stamp = self._hundredths(self._tick)
            while self._last is not None and stamp - self._stamp > _LONGEST_DELAY:
                self._stamp += _LONGEST_DELAY
                self._encode(self._last, self._stamp)
            self._encode(frame, stamp)
            self._last, self._stamp = frame, stamp
            for _ in range(self._rest if is_last else 0):
                self._stamp += _LONGEST_DELAY
                self._encode(frame, self._stamp)
        self._tick += ticks

    def end(self) -> None:
        super().end()
        if self._comment:
            # The muxer writes no comment. Readers expect it before the first picture.
            with Path(self._file.path).open("rb") as file:
                head = file.read(_HEAD)
            insert(self._file.path, head.index(_LOOP) + _LOOP_LENGTH, gif_block(self._comment))
