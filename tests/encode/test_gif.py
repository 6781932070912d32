"""GIF: exact flat colours, one palette, delays that browsers play."""

import itertools

import av
import numpy as np
import pytest
from PIL import Image

import anim
from tests.support.amounts import slow
from tests.support.clips import (
    TWO_SECONDS,
    a_run,
    by_pillow,
    drawn_with_colours,
    is_flat,
    shown_at,
)

# Frames of the last picture at the beginning of a clip of 2 seconds that is held for half a second.
LEAD = 12


def begins_of(delays):
    """Return the seconds at which pictures begin, from their delays in milliseconds."""
    return np.cumsum([0, *delays[:-1]]) / 1000


@pytest.mark.parametrize("theme", ["light", *slow("dark")])
def test_flat_colours_are_exact_and_still_pixels_do_not_flicker(tmp_path, theme):
    run = a_run(examples=5000)
    anim.animate(run, tmp_path / "a.gif", theme=theme, **TWO_SECONDS)
    frames, flat = drawn_with_colours(run, theme=theme)
    decoded, delays = by_pillow(tmp_path / "a.gif")
    assert sum(delays) == 2500
    decoded = [decoded[k] for k in shown_at(np.arange(len(frames)) / 25, begins_of(delays))]
    for k in range(0, len(frames), 5):
        exact = (decoded[k] == frames[k]).all(2)
        assert exact[is_flat(frames[k], flat)].all()
        # What is not exact are rims of letters, lines and dots.
        assert exact.mean() > 0.97
        apart = np.abs(decoded[k].astype(int) - frames[k]).max(2)
        assert apart.max() < 64
        assert apart[~exact].mean() < 12
    for (was, now), (before, after) in zip(
        itertools.pairwise(frames), itertools.pairwise(decoded), strict=True
    ):
        still = (was == now).all(2)
        assert (before == after).all(2)[still].all()


@pytest.mark.parametrize("fps", [7, 25, 30, 50])
def test_delays_add_up_and_browsers_play_the_shortest(tmp_path, fps):
    anim.animate(a_run(examples=5000), tmp_path / "a.gif", fps=fps, size=(320, 240), **TWO_SECONDS)
    _, delays = by_pillow(tmp_path / "a.gif")
    assert abs(sum(delays) - 2500) <= 10
    assert min(delays) >= 20


def test_it_loops_for_ever(tmp_path):
    anim.animate(a_run(examples=5000), tmp_path / "a.gif", size=(320, 240), **TWO_SECONDS)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.info["loop"] == 0


def test_equal_frames_keep_the_duration(tmp_path):
    """Between equal snapshots only the step and the dot move, and without tweens nothing does."""
    run = anim.from_arrays([0, 1], [0, 1], probs=[[0.2, 0.9]] * 2)
    anim.animate(run, tmp_path / "a.gif", tween=False, size=(320, 240), **TWO_SECONDS)
    frames, delays = by_pillow(tmp_path / "a.gif")
    assert len(frames) <= 3
    assert sum(delays) == 2500


def test_a_delay_beyond_two_bytes_is_split(tmp_path):
    run = anim.from_arrays([0, 1], [0, 1], probs=[[0.2, 0.9], [0.3, 0.8]])
    options = {"tween": False, "fps": 0.1, "seconds": 1400, "hold": 0, "size": (320, 240)}
    anim.animate(run, tmp_path / "a.gif", **options)
    _, durations = by_pillow(tmp_path / "a.gif")
    assert sum(durations) == pytest.approx(1_400_000, abs=10)


@pytest.mark.parametrize("size", [(330, 246), (502, 400)])
def test_sizes_that_are_not_multiples_of_16_keep_their_pixels(tmp_path, size):
    run = a_run(examples=5000)
    paths = [tmp_path / f"a{suffix}" for suffix in (".gif", ".mp4")]
    anim.animate(run, *paths, size=size, **TWO_SECONDS)
    frames, flat = drawn_with_colours(run, size=size)
    with av.open(paths[1]) as container:
        video = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    decoded, delays = by_pillow(paths[0])
    (k,) = shown_at([1.4], begins_of(delays))
    exact = (decoded[k] == frames[35]).all(2)
    assert exact[is_flat(frames[35], flat)].all()
    # A video does not begin with the last frame, which a GIF shows for 0.5 s less a frame.
    assert np.abs(video[35 - LEAD].astype(float) - frames[35]).mean() < 4
