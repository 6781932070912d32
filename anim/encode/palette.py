"""One palette for a whole GIF, and the mapping of frames to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

# The last index is transparent: the encoder writes it where a pixel did not change.
COLOURS = 255
# Sizes of palettes, from the best to the smallest.
SIZES = (COLOURS, 128, 64, 32)
# The share of the palette that is filled with exact colours, and its maximum if the caller asks for
# more.
_KEPT_EXACT, _MOST_EXACT = 176 / 255, 7 / 8


def palette_name(colours: int) -> str:
    """Return the name of a quality level."""
    return f"palette of {colours} colours"


def choose_palette(
    samples: Sequence[np.ndarray], exact: np.ndarray, colours: int = COLOURS
) -> np.ndarray:
    """Return the palette that represents the frames best.

    Flat areas keep their exact colours: first those in ``exact``, then those that cover the
    largest area of the samples. The remaining colours, blends along edges, share the other entries
    by median cut. If ``exact`` has too many colours, those with the largest area are kept.

    Args:
        samples: RGBA frames, [H, W, 4] uint8 each.
        exact: [C, 3] uint8, colours that must be in the palette.
        colours: the maximum number of entries.

    Returns:
        [P, 3] uint8, P <= colours, distinct.
    """
    area: dict[int, int] = {}
    for sample in samples:
        for colour, pixels in zip(*_areas(sample), strict=True):
            area[int(colour)] = area.get(int(colour), 0) + int(pixels)
    ranked = sorted(area, key=lambda colour: (-area[colour], colour))
    first, exactly = _packed(exact).tolist(), round(_KEPT_EXACT * colours)
    if len(first) <= _MOST_EXACT * colours:
        exactly = max(exactly, len(first))
    else:
        first = sorted(first, key=lambda colour: -area.get(colour, 0))[:exactly]
    wanted = list(dict.fromkeys([*first, *ranked]))
    if len(wanted) <= colours:
        return _unpacked(wanted)
    kept, rest = wanted[:exactly], _unpacked(wanted[exactly:])
    blends = Image.fromarray(rest[None]).quantize(colours - exactly, Image.Quantize.MEDIANCUT)
    merged = _packed(np.asarray(blends.convert("RGB"))[0])
    return _unpacked(list(dict.fromkeys([*kept, *merged.tolist()])))


class Indexer:
    """Maps RGBA frames to indices of the nearest colours of a palette, by squared RGB distance.

    Only pixels that changed since the last frame are looked up.

    Args:
        palette: [P, 3] uint8, P <= 255.
        height, width: size of the frames in pixels.

    Attributes:
        indices: [H, W] uint8, the last frame.
    """

    def __init__(self, palette: np.ndarray, height: int, width: int):
        self._palette = palette.astype(np.int32)
        # Index + 1 of each 24-bit colour; 0 means not looked up yet. Untouched pages of these
        # 16 MiB take no memory.
        self._known = np.zeros(1 << 24, np.uint8)
        self._known[_packed(palette)] = np.arange(len(palette)) + 1
        self._last: np.ndarray | None = None
        self.indices = np.zeros((height, width), np.uint8)

    def update(self, rgba: np.ndarray) -> bool:
        """Update `indices` to a frame [H, W, 4] uint8; return whether any pixel changed."""
        pixels = rgba.view("<u4").reshape(-1)
        if self._last is None:
            self._last = ~pixels
            self._differs = np.empty(pixels.shape, bool)
        changed = np.flatnonzero(np.not_equal(pixels, self._last, out=self._differs))
        if not changed.size:
            return False
        colours = pixels[changed]
        self._last[changed] = colours
        colours &= np.uint32(0xFFFFFF)
        found = self._known[colours]
        if not found.all():
            self._learn(np.unique(colours[found == 0]))
            found = self._known[colours]
        self.indices.reshape(-1)[changed] = found - 1
        return True

    def _learn(self, colours: np.ndarray) -> None:
        for start in range(0, len(colours), 4096):
            part = colours[start : start + 4096]
            apart = _unpacked(part).astype(np.int32)[:, None] - self._palette
            self._known[part] = np.square(apart).sum(2).argmin(1) + 1


def _areas(rgba: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the packed colours of a frame and the number of pixels of each."""
    pixels = np.ascontiguousarray(rgba).view("<u4").reshape(-1) & np.uint32(0xFFFFFF)
    starts = np.flatnonzero(np.concatenate([[True], pixels[1:] != pixels[:-1]]))
    lengths = np.diff(starts, append=pixels.size)
    colours, which = np.unique(pixels[starts], return_inverse=True)
    return colours, np.bincount(which, lengths)


def _packed(rgb: np.ndarray) -> np.ndarray:
    rgb = np.asarray(rgb, np.uint32)
    return rgb[..., 0] | rgb[..., 1] << 8 | rgb[..., 2] << 16


def _unpacked(packed) -> np.ndarray:
    packed = np.asarray(packed, np.uint32)
    return np.stack([packed >> shift & 0xFF for shift in (0, 8, 16)], axis=-1).astype(np.uint8)
