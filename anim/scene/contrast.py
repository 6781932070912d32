"""How colours are seen: contrast, lightness, and differences for readers of three kinds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.typing import ColorType

# Minimum contrast of text and of marks, WCAG 2, level AA (1.4.3 and 1.4.11).
READABLE, VISIBLE = 4.5, 3
# What is left of linear RGB for normal, protanope and deuteranope readers: Machado, Oliveira and
# Fernandes 2009, severity 1.
EYES = {
    "normal": np.eye(3),
    "protanope": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranope": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
# IEC 61966-2-1, for the white of D65.
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_WHITE = _TO_XYZ.sum(1)


def mix(start: ColorType, end: ColorType, share: float) -> str:
    """Return the mixture of two colours as a hex string; ``share`` in [0, 1] is that of ``end``."""
    first, last = np.array(to_rgb(start)), np.array(to_rgb(end))
    red, green, blue = map(float, first + share * (last - first))
    return to_hex((red, green, blue))


def luminance(colour: ColorType) -> float:
    """Return the relative luminance in [0, 1] of an sRGB colour (IEC 61966-2-1)."""
    return float(_linear(colour) @ _TO_XYZ[1])


def contrast(one: ColorType, other: ColorType) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lightness(colour: ColorType) -> float:
    """Return the lightness L* in [0, 100] of CIELAB: what is left of a colour in grey."""
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else 24389 / 27 * y


def apart(colour: ColorType, others: Sequence[ColorType]) -> float:
    """Return the distance in grey to the nearest of others: in lightness L* of CIELAB."""
    return min(abs(lightness(colour) - lightness(other)) for other in others)


@cache
def difference(one: str, other: str) -> float:
    """Return the CIEDE2000 difference of two colours for the readers of `EYES` who see least."""
    return min(ciede2000(_seen(one, eye), _seen(other, eye)) for eye in EYES)


def readable(colour: str, background: str, minimum: float = READABLE) -> str:
    """Return a colour if its contrast suffices, otherwise black or white, whichever has more."""
    if contrast(colour, background) >= minimum:
        return colour
    return max("#000000", "#ffffff", key=lambda plain: contrast(plain, background))


def lab(colour: ColorType, eye: str = "normal") -> np.ndarray:
    """Return the CIELAB coordinates [3] of a colour, as readers of a kind of `EYES` see it."""
    seen = np.clip(EYES[eye] @ _linear(colour), 0, 1)
    ratios = _TO_XYZ @ seen / _WHITE
    x, y, z = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def ciede2000(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the difference of two colours in CIELAB, [3] each.

    Sharma, Wu and Dalal 2005, with the weights 1, 1 and 1.
    """
    (light, red, yellow), (light_2, red_2, yellow_2) = one, other
    mean = (math.hypot(red, yellow) + math.hypot(red_2, yellow_2)) / 2
    gain = 1.5 - 0.5 * math.sqrt(_saturation(mean))
    chroma, chroma_2 = math.hypot(gain * red, yellow), math.hypot(gain * red_2, yellow_2)
    hue = math.degrees(math.atan2(yellow, gain * red)) % 360
    hue_2 = math.degrees(math.atan2(yellow_2, gain * red_2)) % 360
    turn, middle = _between(hue, hue_2) if chroma and chroma_2 else (0.0, hue + hue_2)
    mean = (chroma + chroma_2) / 2
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.2, 4, -63))
    weight = 1 + sum(size * math.cos(math.radians(k * middle + at)) for size, k, at in waves)
    far = ((light + light_2) / 2 - 50) ** 2
    by_light = (light_2 - light) / (1 + 0.015 * far / math.sqrt(20 + far))
    by_chroma = (chroma_2 - chroma) / (1 + 0.045 * mean)
    wide = 2 * math.sqrt(chroma * chroma_2) * math.sin(math.radians(turn / 2))
    by_hue = wide / (1 + 0.015 * mean * weight)
    angle = 60 * math.exp(-(((middle - 275) / 25) ** 2))
    turned = -2 * math.sqrt(_saturation(mean)) * math.sin(math.radians(angle))
    return math.sqrt(by_light**2 + by_chroma**2 + by_hue**2 + turned * by_chroma * by_hue)


def _between(hue: float, other: float) -> tuple[float, float]:
    """Return the shorter turn from a hue to another, and the hue halfway, in degrees."""
    turn, middle = other - hue, (hue + other) / 2
    if abs(turn) <= 180:
        return turn, middle
    return turn - math.copysign(360, turn), (middle + 180) % 360


@cache
def _seen(colour: str, eye: str) -> list[float]:
    return lab(colour, eye).tolist()


def _saturation(chroma: float) -> float:
    return chroma**7 / (chroma**7 + 25.0**7)


def _linear(colour: ColorType) -> np.ndarray:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
