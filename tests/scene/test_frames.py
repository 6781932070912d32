"""Frames against kept ones; `tests.support.frames` writes them anew."""

import itertools

import numpy as np
import pytest

from tests.support.frames import PICTURES, drawn, kept

# Mean difference of a channel, of 255. Another release of matplotlib or FreeType moves the edges of
# letters by parts of a pixel.
TOLERANCE = 1.0


def difference(one, other):
    return np.abs(one.astype(float) - other).mean()


@pytest.mark.parametrize("name", PICTURES)
def test_a_frame_looks_like_the_kept_one(name):
    frame, expected = drawn(name), kept(name)
    assert frame.shape == expected.shape
    assert difference(frame, expected) < TOLERANCE


def test_the_tolerance_is_far_below_the_difference_of_any_two_kept_frames():
    frames = [kept(name) for name in PICTURES]
    for one, other in itertools.combinations(frames, 2):
        if one.shape == other.shape:
            assert difference(one, other) > 10 * TOLERANCE
