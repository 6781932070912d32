"""Frames against kept ones; `tests.support.frames` writes them anew."""

import numpy as np
import pytest

from tests.support.frames import (
    PICTURES,
    drawn,
    kept,
    numbers_of,
    with_our_letters,
    without_texts,
)

# Largest mean difference of a channel in a tile of 16 x 16 pixels, of 255. The mean of a whole
# frame misses local damage: without the labels of an axis it is below 0.5.
TOLERANCE = 2.0
TILE = 16


def difference(one, other):
    """Return the largest mean difference of a tile of two frames [H, W, 3]."""
    apart = np.abs(one.astype(float) - other).mean(2)
    height, width = apart.shape
    apart = np.pad(apart, ((0, -height % TILE), (0, -width % TILE)))
    return apart.reshape(-1, TILE, apart.shape[1] // TILE, TILE).mean((1, 3)).max()


@with_our_letters
@pytest.mark.parametrize("name", PICTURES)
def test_a_frame_looks_like_the_kept_one(name):
    (frame, _), expected = drawn(name), kept(name)
    assert frame.shape == expected.shape
    assert difference(frame, expected) < TOLERANCE


@with_our_letters
@pytest.mark.parametrize("name", PICTURES)
def test_a_frame_without_the_numbers_of_an_axis_differs(name):
    frame, scene = drawn(name)
    numbers = [some for axes in scene.figure.axes for some in numbers_of(axes) if some]
    assert len(numbers) >= (2 if name == "small" else 4)
    for some in numbers:
        assert difference(without_texts(frame, some), frame) > 2 * TOLERANCE
