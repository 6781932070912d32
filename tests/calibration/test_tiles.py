"""Rows a few at a time give what all of them give at once."""

import numpy as np
import pytest

from anim.calibration import tiles

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("classes", [2, 3, 16, 17, 100])
def test_the_largest_score_is_the_first_one_among_equals(classes):
    scores = RNG.integers(0, 3, (400, classes)).astype(np.float32)
    scores[0] = 0
    np.testing.assert_array_equal(tiles.largest(scores), scores.argmax(1))


@pytest.mark.parametrize("rows", [1, 4, 7, 20, 28, 100])
def test_rows_in_tiles_are_those_at_once(rows, monkeypatch):
    values, column = RNG.normal(size=(20, 5)).astype(np.float32), np.arange(20)
    monkeypatch.setattr(tiles, "_TILE", 5 * rows)

    def function(values, column, nothing):
        assert nothing is None
        return values.sum(1) + column, column[:, None] * values

    found = tiles.in_tiles(function, values, column, None)
    for one, expected in zip(found, function(values, column, None), strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-6)
