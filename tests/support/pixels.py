"""Pixels of a picture by their place on its axes, and the colours they have."""

import numpy as np
from matplotlib.colors import to_rgb

from anim.settings.themes import THEMES


def colour_of(theme, name):
    """Return a colour of a theme [3], in [0, 255]."""
    return np.round(np.array(to_rgb(getattr(THEMES[theme], name))) * 255)


def is_near(pixels, colour):
    """Return which pixels [...] have a colour, up to rounding."""
    return (np.abs(pixels.astype(float) - colour) <= 1).all(-1)


class Column:
    """The pixels of a column of axes, by their height on a scale from 0 to 1."""

    def __init__(self, scene, shot, x, axes=0, theme="light"):
        box = scene.figure.axes[axes].bbox
        pixels = scene.draw(shot)[..., :3]
        bottom, top = round(pixels.shape[0] - box.y0), round(pixels.shape[0] - box.y1)
        self.pixels = pixels[top:bottom, int(box.x0 + x * box.width)][::-1].copy()
        self.theme = theme

    def of(self, name):
        """Return the heights of pixels in a colour."""
        found = np.flatnonzero(is_near(self.pixels, colour_of(self.theme, name)))
        return (found + 0.5) / len(self.pixels)
