"""How colours are seen: contrast of text, and shades of grey that differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.typing import ColorType

# Minimum contrast of text, WCAG 2, level AA.
READABLE = 4.5


def mix(start: ColorType, end: ColorType, share: float) -> str:
    """Return the mixture of two colours as a hex string; ``share`` in [0, 1] is that of ``end``."""
    first, last = np.array(to_rgb(start)), np.array(to_rgb(end))
    red, green, blue = map(float, first + share * (last - first))
    return to_hex((red, green, blue))


def luminance(colour: ColorType) -> float:
    """Return the relative luminance in [0, 1] of an sRGB colour (IEC 61966-2-1)."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: ColorType, other: ColorType) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def apart(colour: ColorType, others: Sequence[ColorType]) -> float:
    """Return the distance in grey to the nearest of others: in lightness L* of CIELAB."""
    return min(abs(_lightness(colour) - _lightness(other)) for other in others)


def readable(colour: str, background: str, minimum: float = READABLE) -> str:
    """Return a colour if its contrast suffices, otherwise black or white, whichever has more."""
    if contrast(colour, background) >= minimum:
        return colour
    return max("#000000", "#ffffff", key=lambda plain: contrast(plain, background))


def _lightness(colour: ColorType) -> float:
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else 24389 / 27 * y
