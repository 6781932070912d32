"""How a picture is seen: colours as readers see them, and the texts that are drawn."""

import itertools

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from anim.compose import compose_views, default_view
from anim.scene import Scene

# Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB.
PROTANOPIA = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
              [-0.003882, -0.048116, 1.051998]]  # fmt: skip
DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881]]  # fmt: skip
EYES = (np.eye(3), np.array(PROTANOPIA), np.array(DEUTERANOPIA))


def compose(runs, picture):
    """Return the reel of runs in the default view, and the scene that draws it."""
    ((reel, subject),) = compose_views(runs, picture, [default_view(runs, picture)])
    return reel, Scene(subject, reel, picture)


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def lab(rgb):
    """Return CIELAB coordinates [3] of linear RGB [3]."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.array(to_xyz) @ rgb / [0.9505, 1, 1.089]
    fx, fy, fz = (np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def distance(one, other):
    """Return the distance of two colours in CIELAB for the readers who see the least of it."""
    pairs = ([lab(np.clip(eye @ linear(c), 0, 1)) for c in (one, other)] for eye in EYES)
    return min(np.linalg.norm(np.subtract(*pair)) for pair in pairs)


def contrast(one, other):
    low, high = sorted(luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def texts_of(scene, shot):
    """Return the texts that are drawn in a shot."""
    scene.update(shot)
    scene.figure.draw(FigureCanvasAgg(scene.figure).get_renderer())
    found = [text for text in scene.figure.findobj(Text) if text.get_visible()]
    # Matplotlib does not draw ticks outside of the axes.
    outside = [
        label
        for axes in scene.figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) - 1e-9 <= tick.get_loc()
        <= max(axis.get_view_interval()) + 1e-9
        for label in (tick.label1, tick.label2)
    ]  # fmt: skip
    return [text for text in found if text.get_text().strip() and text not in outside]


def check_texts(scene, shot):
    """Assert that no text is clipped by the picture or overlaps another."""
    width, height = scene.figure.bbox.size
    boxes = {}
    for text in texts_of(scene, shot):
        box = text.get_window_extent()
        boxes[text] = box
        assert box.x0 >= -0.5, text
        assert box.y0 >= -0.5, text
        assert box.x1 <= width + 0.5, text
        assert box.y1 <= height + 0.5, text
    for (one, box), (other, its) in itertools.combinations(boxes.items(), 2):
        gap = max(box.x0 - its.x1, its.x0 - box.x1, box.y0 - its.y1, its.y0 - box.y1)
        assert gap > -1, (one, other)
