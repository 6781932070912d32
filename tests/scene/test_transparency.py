"""Pictures without a background."""

import io
import re
import zlib

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from anim.settings.themes import THEMES
from tests.support.scenes import scene_of_copies


def over(pixels, background):
    """Return a frame on a background, RGB; its colours are not multiplied by alpha."""
    alpha = pixels[..., 3:] / 255
    return pixels[..., :3] * alpha + np.round(np.array(to_rgb(background)) * 255) * (1 - alpha)


def without_dots(scene, shot, pixels):
    """Blacken the dots at the ends of lines over time."""
    scene.update(shot)
    for line in scene.figure.findobj(Line2D):
        if line.get_marker() == "o" and len(line.get_xdata()):
            x, y = line.get_transform().transform(line.get_xydata()[-1])
            x, y = int(x), int(pixels.shape[0] - y)
            pixels[y - 9 : y + 9, x - 9 : x + 9] = 0
    return pixels


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("picture", [{"intervals": True}, {"runs": 2, "curve": "smooth"}], ids=str)
def test_a_transparent_frame_on_its_background_is_the_opaque_frame(theme, picture):
    picture = {"theme": theme, "size": (600, 500), "panels": ("reliability", "ece"), **picture}
    reel, opaque = scene_of_copies(**picture)
    _, clear = scene_of_copies(transparent=True, **picture)
    for position in (0, 0.02, 0.5, 1):
        shot = reel.at_position(position)
        expected = opaque.draw(shot).astype(float)
        found = clear.draw(shot).copy()
        assert (expected[..., 3] == 255).all()
        assert (found[..., 3] == 0).mean() > 0.5
        composed = over(found, THEMES[theme].background)
        pair = [without_dots(clear, shot, one) for one in (composed, expected[..., :3])]
        apart = np.abs(np.subtract(*pair)).max(2)
        # The edge of a line on the edge of an area, in few pixels, is rounded twice.
        assert apart.max() <= 4
        assert (apart > 3).mean() < 1e-4


def test_dots_of_a_transparent_picture_have_no_ring():
    reel, scene = scene_of_copies(
        transparent=True, theme="light", panels=("reliability", "accuracy")
    )
    shot = reel.at(None)
    pixels = over(scene.draw(shot), "#804020")
    line = next(one for one in scene.figure.axes[-1].get_lines() if one.get_marker() == "o")
    x, y = line.get_transform().transform(line.get_xydata()[-1])
    around = pixels[int(600 - y) - 8 : int(600 - y) + 8, int(x) - 8 : int(x) + 8]
    assert np.abs(around - np.array(to_rgb(THEMES["light"].cap)) * 255).max(2).min() < 2
    assert np.abs(around - 255).max(2).min() > 20


@pytest.mark.parametrize("form", ["svg", "pdf"])
def test_a_transparent_vector_drawing_has_no_background(form):
    sizes = []
    for transparent in (False, True):
        reel, scene = scene_of_copies(transparent=transparent, theme="dark", panels=("accuracy",))
        stream = io.BytesIO()
        scene.save(stream, form, reel.at(None))
        content = stream.getvalue()
        if form == "svg":
            sizes.append(content.count(b"fill: " + THEMES["dark"].background.encode()))
        else:
            streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
            fill = " ".join(f"{part:.6f}"[:6] for part in to_rgb(THEMES["dark"].background))
            text = b"".join(map(zlib.decompress, streams[:1])).decode("latin1")
            sizes.append(len(re.findall(fill.replace(" ", r"\d* ") + r"\d* rg", text)))
    assert sizes[0] > 0
    assert sizes[1] == 0
