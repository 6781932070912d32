"""Frames against kept ones; `tests.support.frames` writes them anew."""

import numpy as np
import pytest

from tests.support.frames import PICTURES, drawn, kept, with_our_letters, without_tick_labels

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
def test_a_frame_without_the_tick_labels_of_an_axis_differs(name):
    frame, scene = drawn(name)
    axes = [axis for axes in scene.figure.axes for axis in (axes.xaxis, axes.yaxis)]
    labelled = [axis for axis in axes if any(t.get_text() for t in axis.get_ticklabels())]
    assert len(labelled) >= 4
    for axis in labelled:
        assert difference(without_tick_labels(frame, axis), frame) > 2 * TOLERANCE
