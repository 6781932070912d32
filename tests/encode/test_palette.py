"""Palettes, and the nearest colours in them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from anim.encode.palette import COLOURS, SIZES, Indexer, choose_palette

PALETTES = arrays.arrays(np.uint8, st.tuples(st.integers(1, COLOURS), st.just(3)))
FRAMES = st.lists(arrays.arrays(np.uint8, (3, 5, 4)), min_size=1, max_size=4)
QUICK = settings(max_examples=50, deadline=None, derandomize=True)


def squared_distances(frame, palette):
    return np.square(frame[..., None, :3].astype(int) - palette).sum(-1)


@QUICK
@given(PALETTES, FRAMES)
def test_every_pixel_gets_a_nearest_colour(palette, frames):
    indexer = Indexer(palette, 3, 5)
    for frame in frames:
        indexer.update(frame)
        distances = squared_distances(frame, palette)
        chosen = np.take_along_axis(distances, indexer.indices[..., None].astype(int), axis=-1)
        np.testing.assert_array_equal(chosen[..., 0], distances.min(-1))


@QUICK
@given(FRAMES)
def test_an_update_says_whether_a_pixel_changed(frames):
    indexer, last = Indexer(np.zeros((1, 3), np.uint8), 3, 5), None
    for frame in frames:
        assert indexer.update(frame) == (last is None or not np.array_equal(frame, last))
        last = frame


@pytest.mark.parametrize("colours", SIZES)
def test_a_palette_contains_the_exact_colours_and_is_not_too_large(colours):
    rng = np.random.default_rng(0)
    samples = [rng.integers(0, 256, (64, 64, 4)).astype(np.uint8)]
    exact = rng.integers(0, 256, (20, 3)).astype(np.uint8)
    palette = choose_palette(samples, exact, colours)
    assert len(palette) <= colours
    assert len(np.unique(palette, axis=0)) == len(palette)
    assert set(map(tuple, exact)) <= set(map(tuple, palette))


def test_few_colours_are_all_in_the_palette():
    frame = np.repeat(np.arange(100, dtype=np.uint8)[None, :, None], 4, axis=2)
    palette = choose_palette([frame], np.zeros((0, 3), np.uint8))
    assert set(map(tuple, palette)) == {(k, k, k) for k in range(100)}
