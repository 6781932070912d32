"""The whole picture, against what matplotlib draws."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image

import anim
from anim.settings import Picture
from anim.settings.themes import THEMES, run_colours
from tests.support.pixels import colour_of, is_near
from tests.support.runs import a_run
from tests.support.scenes import scene_of
from tests.support.seeing import compose, texts_of

PICTURES = {
    "counts": {"panels": ("reliability", "counts", "accuracy"), "size": (768, 800)},
    "intervals": {"panels": ("reliability", "ece"), "intervals": True},
    "smooth": {"panels": ("reliability", "ece"), "curve": "smooth"},
    "isotonic": {"panels": ("reliability", "ece"), "curve": "isotonic"},
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_a_frame_is_what_matplotlib_draws(theme, picture):
    reel, scene = scene_of(a_run(), theme=theme, **{"size": (768, 700), **picture})
    fast = scene.draw(reel.at(70)).copy()
    for artist in (*scene.artists, *scene.figure.texts):
        artist.set_animated(False)
    canvas = FigureCanvasAgg(scene.figure)
    canvas.draw()
    apart = np.abs(fast.astype(int) - np.asarray(canvas.buffer_rgba())).max(2)
    assert (apart > 24).mean() < 1e-4


def test_importing_scene_and_page_does_not_import_jax():
    code = "import anim.scene, anim.page, sys; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_the_band_nothing_in_the_picture_is_about_chance():
    picture = {"panels": ("reliability", "ece"), "bins": 10}
    shown = []
    for band in (True, False):
        reel, scene = scene_of(a_run(), band=band, **picture)
        pixels = scene.draw(reel.at(None))
        box = scene.figure.axes[0].bbox
        inside = pixels[round(600 - box.y1) : round(600 - box.y0), :, :3]
        pale = is_near(inside, colour_of("light", "over_pale")).sum()
        said = [text.get_text() for text in texts_of(scene, reel.at(None))]
        # The verdict is a test of the model, and no part of the picture of its bars.
        chance = [text for text in said if "chance" in text and "not by" not in text]
        shown.append((pale > 100, len(chance)))
    assert shown == [(True, 2), (False, 0)]
    assert reel.tracks[0].band is None
    assert "ece_if_calibrated" not in reel.tracks[0].series


def test_each_run_has_its_colour_in_the_picture():
    reel, scene = scene_of([a_run()] * 3)
    pixels = {tuple(pixel) for pixel in scene.draw(reel.at(None))[..., :3].reshape(-1, 3).tolist()}
    for colour in run_colours(THEMES["light"], 3):
        assert tuple(round(part * 255) for part in to_rgb(colour)) in pixels


@pytest.mark.parametrize("theme", THEMES)
def test_a_gif_keeps_the_colours_of_areas_exactly(tmp_path, theme):
    options = {"seconds": 1, "hold": 0, "fps": 10, "theme": theme, "size": (480, 400)}
    anim.animate(a_run(), tmp_path / "a.gif", intervals=True, **options)
    reel, scene = compose([a_run()], Picture(intervals=True, **options))
    flat = scene.flat_colours()
    with Image.open(tmp_path / "a.gif") as image:
        for k, shot in enumerate(reel):
            image.seek(k)
            frame = scene.draw(shot)[..., :3]
            exact = (np.asarray(image.convert("RGB")) == frame).all(2)
            names = ("bar", "over", "over_pale")
            areas = [(frame == colour_of(theme, name)).all(2) for name in names]
            assert sum(one.sum() for one in areas) > 500
            assert all(exact[one].all() for one in areas)
            packed = frame.astype(int) @ [1 << 16, 1 << 8, 1]
            assert exact[np.isin(packed, flat.astype(int) @ [1 << 16, 1 << 8, 1])].all()
            # The edges of a hundred dots are a hundredth of so small a picture.
            assert exact.mean() > 0.96


@pytest.mark.parametrize("theme", THEMES)
def test_a_vector_drawing_has_its_marks_in_the_order_of_the_frames(theme):
    """Matplotlib draws by z-order, frames by the order of the scene's artists."""
    _, scene = scene_of([a_run()] * 2, theme=theme, panels=("reliability", "accuracy"))
    for axes in scene.figure.axes:
        moving = [one for one in scene.artists if one.axes is axes]
        orders = [one.get_zorder() for one in moving]
        assert orders == sorted(orders)
        still = [one for one in (*axes.lines, *axes.collections) if one not in moving]
        assert all(one.get_zorder() < min(orders) for one in still)
