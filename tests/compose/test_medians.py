"""Replicas as one track: medians and spreads at the steps they share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.compose.medians import median_of
from anim.errors import SettingError
from tests.support.tracks import QUICK, track


def replicas(seed, steps=(0, 10), count=5):
    rng = np.random.default_rng(seed)
    counts = [rng.integers(0, 6, (len(steps), 3)) for _ in range(count)]
    return [track(one, rng.integers(0, one + 1), steps) for one in counts]


@QUICK
@given(st.integers(0, 10**6))
def test_shares_are_medians_of_the_replicas_that_have_the_bin(seed):
    shown = replicas(seed)
    shares = np.stack([one.shares for one in shown])
    found = median_of(shown).shares
    for at in np.ndindex(found.shape):
        known = shares[(slice(None), *at)]
        known = known[np.isfinite(known)]
        expected = np.median(known) if len(known) else np.nan
        np.testing.assert_allclose(found[at], expected)


@QUICK
@given(st.integers(0, 10**6))
def test_a_bin_has_a_bar_if_most_replicas_have_examples_there(seed):
    shown = replicas(seed)
    has_examples = np.stack([one.counts > 0 for one in shown])
    np.testing.assert_array_equal(median_of(shown).filled, has_examples.sum(0) >= 3)


@QUICK
@given(st.integers(0, 10**6))
def test_a_spread_lies_around_its_median(seed):
    found = median_of(replicas(seed))
    low, high = found.spreads["accuracy"].T
    assert (low <= found.series["accuracy"]).all()
    assert (found.series["accuracy"] <= high).all()
    low, high = np.moveaxis(found.intervals, 1, 0)
    known = np.isfinite(found.shares)
    assert (low[known] <= found.shares[known]).all()
    assert (found.shares[known] <= high[known]).all()
    assert found.spread_name == "90 % of 5 replicas, around their median"


def test_a_scalar_is_nan_where_most_replicas_lack_it():
    shown = replicas(0, count=3)
    for one, values in zip(shown, ([1, 1], [np.nan, 2], [np.nan, 3]), strict=True):
        one.series["lr"] = np.array(values, float)
    found = median_of(shown)
    np.testing.assert_array_equal(found.series["lr"], [np.nan, 2])
    assert np.isnan(found.spreads["lr"][0]).all()


def test_only_steps_that_all_replicas_have_are_kept():
    one, other = track([[1], [2], [3]], [[1], [1], [1]], [0, 5, 9]), track([[4]], [[4]], [5])
    found = median_of([one, other])
    assert found.steps.tolist() == [5]
    assert found.counts.tolist() == [[3]]


def test_replicas_without_a_common_step_are_an_error():
    with pytest.raises(SettingError, match="no step in common"):
        median_of([track([[1]], [[1]], [0]), track([[1]], [[1]], [1])])
