"""Rows a few at a time give what all of them give at once."""

import jax
import jax.numpy as jnp
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


@pytest.mark.parametrize("classes", [2, 6, 7])
@pytest.mark.parametrize("tile", [1000, 70])
def test_values_are_combined_over_the_classes(classes, tile, monkeypatch):
    values = RNG.normal(size=(20, classes)).astype(np.float32)
    column = np.arange(20, dtype=np.float32)
    monkeypatch.setattr(tiles, "_TILE", tile)

    def function(values, column):
        return values - column, values * values

    first, second = tiles.over_classes(function, jnp.add, values, column)
    np.testing.assert_allclose(first, (values - column[:, None]).sum(1), rtol=1e-5)
    np.testing.assert_allclose(second, (values**2).sum(1), rtol=1e-5)
    top = tiles.over_classes(jnp.asarray, jnp.maximum, values)
    np.testing.assert_array_equal(top, values.max(1))


def test_few_classes_of_many_examples_are_not_summed_along_a_short_axis(monkeypatch):
    """Which takes ten times as long on a CPU."""

    def text(examples):
        values = np.zeros((examples, 3), np.float32)
        summed = jax.jit(lambda values: tiles.over_classes(jnp.exp, jnp.add, values))
        return summed.lower(values).as_text()

    monkeypatch.setattr(tiles, "_TILE", 3 * 20)
    assert "reduce" in text(20)
    assert "reduce" not in text(21)


def nll(weights, rows, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(rows * weights), labels[:, None], 1)[:, 0]


@pytest.mark.parametrize("rows", [1, 7, 20, 100])
def test_a_mean_in_tiles_and_its_slope_are_those_at_once(rows, monkeypatch):
    values, labels = RNG.normal(size=(20, 7)).astype(np.float32), RNG.integers(0, 7, 20)
    monkeypatch.setattr(tiles, "_TILE", 7 * rows)
    weights = RNG.normal(size=7).astype(np.float32)
    found = jax.value_and_grad(tiles.mean_in_tiles(nll, values, labels))(weights)
    once = jax.value_and_grad(lambda weights: nll(weights, values, labels).mean())(weights)
    for one, expected in zip(found, once, strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-5, atol=1e-7)


def test_the_slope_of_a_mean_keeps_nothing_of_the_size_of_the_values(monkeypatch):
    monkeypatch.setattr(tiles, "_TILE", 1 << 12)
    values, labels = np.zeros((1 << 12, 64), np.float32), np.zeros(1 << 12, np.int32)

    def slope(weights, values, labels):
        return jax.grad(tiles.mean_in_tiles(nll, values, labels))(weights)

    compiled = jax.jit(slope).lower(values[0], values, labels).compile()
    assert compiled.memory_analysis().temp_size_in_bytes < values.nbytes / 4
