"""How colours are seen: contrast of a text, and shades of grey that stand apart."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex, to_rgb

# Of WCAG 2, level AA.
READABLE = 4.5


def mix(start: str, end: str, share: float) -> str:
    """The colour so far on the way from one to another, share in [0, 1], as a hex string."""
    start, end = np.array(to_rgb(start)), np.array(to_rgb(end))
    return to_hex(start + share * (end - start))


def luminance(colour: str) -> float:
    """Relative luminance in [0, 1], of sRGB (IEC 61966-2-1)."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, from 1 to 21 (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def apart(colour: str, others: list[str]) -> float:
    """How far a colour is from the nearest of others in grey: in lightness L* of CIELAB."""
    return min(abs(_lightness(colour) - _lightness(other)) for other in others)


def readable(colour: str, background: str, least: float = READABLE) -> str:
    """A colour, or where it would be too faint on a background, black or white."""
    if contrast(colour, background) >= least:
        return colour
    return max("#000000", "#ffffff", key=lambda plain: contrast(plain, background))


def _lightness(colour: str) -> float:
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else 24389 / 27 * y
