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
from anim.settings.themes import THEMES
from tests.support.frames import with_our_letters
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
    # Digits are painted side by side: their edges may cover other parts of a pixel.
    assert (apart > 24).mean() < 0.001


def test_importing_scene_and_page_does_not_import_jax():
    code = "import anim.scene, anim.page, sys; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@with_our_letters
def test_without_the_band_nothing_in_the_picture_is_about_chance():
    picture = {"panels": ("reliability", "ece"), "bins": 10}
    with_it, without = (scene_of(a_run(), band=band, **picture) for band in (True, False))
    shown = []
    for reel, scene in (with_it, without):
        pixels = scene.draw(reel.at(None))
        veil = is_near(pixels[..., :3], colour_of("light", "ideal", 2 / 15)).sum()
        said = [text.get_text() for text in texts_of(scene, reel.at(None))]
        chance = [text for text in said if "chance" in text]
        shown.append((veil > 100, len(chance), len(scene.figure.axes[-1].get_lines())))
    assert shown == [(True, 2, 2), (False, 0, 1)]
    track = without[0].tracks[0]
    assert track.band is None
    assert "ece_if_calibrated" not in track.series


def test_each_run_has_its_colour_in_the_picture():
    reel, scene = scene_of([a_run()] * 3)
    pixels = {tuple(pixel) for pixel in scene.draw(reel.at(None))[..., :3].reshape(-1, 3).tolist()}
    for rank in range(3):
        colour = to_rgb(THEMES["light"].of_run(rank).accuracy)
        assert tuple(round(part * 255) for part in colour) in pixels


@pytest.mark.parametrize("theme", THEMES)
def test_a_gif_keeps_the_colours_of_areas_exactly(tmp_path, theme):
    options = {"seconds": 1, "hold": 0, "fps": 10, "theme": theme, "size": (480, 400)}
    anim.animate(a_run(), tmp_path / "a.gif", intervals=True, **options)
    reel, scene = compose([a_run()], Picture(intervals=True, **options))
    veil, flat = colour_of(theme, "ideal", 2 / 15), scene.flat_colours()
    with Image.open(tmp_path / "a.gif") as image:
        for k, shot in enumerate(reel):
            image.seek(k)
            frame = scene.draw(shot)[..., :3]
            exact = (np.asarray(image.convert("RGB")) == frame).all(2)
            of_veil = (frame == veil).all(2)
            assert of_veil.sum() > 50
            assert exact[of_veil].all()
            packed = frame.astype(int) @ [1 << 16, 1 << 8, 1]
            assert exact[np.isin(packed, flat.astype(int) @ [1 << 16, 1 << 8, 1])].all()
            assert exact.mean() > 0.97
