"""Dots that stand for equal parts of all examples, against a slow count in exact fractions."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anim.calibration import dots

EXAMPLES = settings(max_examples=80, deadline=None, derandomize=True)


@st.composite
def predictions(draw, fewest=1, most=450):
    """Draw scores, many of them equal or none, and which are wrong."""
    count = draw(st.integers(fewest, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.sampled_from([1, 3, 20, 10**6]))
    scores = (rng.integers(0, levels + 1, count) / levels).astype(np.float32)
    return scores, rng.random(count) < draw(st.sampled_from([0, 0.02, 0.3, 1]))


def of(scores, is_wrong):
    sums = dots.dot_sums(scores, is_wrong)
    return np.asarray(sums.scores), dots.wrong_dots(sums, len(scores))


def shares_of(scores, is_wrong):
    """Return the exact share of wrong ones of each of a hundred dots."""
    order = np.argsort(scores, kind="stable")
    scores, count = scores[order], len(scores)
    means = {
        s: Fraction(int(is_wrong[order][scores == s].sum()), int((scores == s).sum()))
        for s in np.unique(scores)
    }
    found = []
    for k in range(100):
        low, high = Fraction(k * count, 100), Fraction((k + 1) * count, 100)
        ranks = range(int(low), min(int(high) + 1, count))
        overlaps = [max(min(high, rank + 1) - max(low, rank), 0) for rank in ranks]
        parts = [part * means[scores[rank]] for part, rank in zip(overlaps, ranks, strict=True)]
        found.append(sum(parts) * 100 / count)
    return found


@EXAMPLES
@given(predictions(fewest=101))
def test_of_many_examples_dots_have_scores_at_the_middle_of_each_hundredth(given):
    scores, is_wrong = given
    found, _ = of(scores, is_wrong)
    assert found.dtype == np.float32
    # The smallest score that at least (k + 1/2) / 100 of the examples do not exceed.
    for k, score in enumerate(found):
        assert 200 * (scores <= score).sum() >= (2 * k + 1) * len(scores)
        assert 200 * (scores < score).sum() < (2 * k + 1) * len(scores)


@EXAMPLES
@given(predictions(fewest=101))
def test_as_many_dots_are_wrong_as_examples_of_a_hundred(given):
    scores, is_wrong = given
    _, wrong = of(scores, is_wrong)
    assert wrong.sum() == int(Fraction(100 * int(is_wrong.sum()), len(scores)) + Fraction(1, 2))


@EXAMPLES
@given(predictions(fewest=101))
def test_any_range_of_dots_has_its_wrong_ones_but_for_one(given):
    scores, is_wrong = given
    _, wrong = of(scores, is_wrong)
    off = np.cumsum(wrong) - np.cumsum(np.array(shares_of(scores, is_wrong)))
    assert np.abs(off.astype(float)).max() <= 0.5 + 1e-9


@EXAMPLES
@given(predictions(most=100))
def test_of_few_examples_each_is_a_dot(given):
    scores, is_wrong = given
    found, wrong = of(scores, is_wrong)
    assert sorted(zip(found, wrong, strict=True)) == sorted(zip(scores, is_wrong, strict=True))
    assert (np.diff(found) >= 0).all()


@EXAMPLES
@given(predictions(), st.randoms(use_true_random=False))
def test_the_order_of_the_examples_means_nothing(given, random):
    scores, is_wrong = given
    order = np.array(random.sample(range(len(scores)), len(scores)))
    for one, other in zip(of(scores, is_wrong), of(scores[order], is_wrong[order]), strict=True):
        np.testing.assert_array_equal(one, other)


def test_equal_scores_share_their_wrong_ones_all_over_their_dots():
    """All wrong ones come first in the recording; 80 of 400 are wrong, all at one score."""
    _, wrong = of(np.full(400, 0.5, np.float32), np.arange(400) < 80)
    assert wrong.sum() == 20
    assert [part.sum() for part in np.split(wrong, 4)] == [5, 5, 5, 5]


@pytest.mark.parametrize("count", [7, 100, 101, 285, 5000])
def test_a_device_finds_what_the_host_does(count):
    rng = np.random.default_rng(count)
    scores = (rng.integers(0, 90, count) / 90).astype(np.float32)
    is_wrong = rng.random(count) < 0.2
    on_device = jax.jit(dots.dot_sums)(jnp.asarray(scores), jnp.asarray(is_wrong))
    for one, other in zip(dots.dot_sums(scores, is_wrong), on_device, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_a_snapshot_without_examples_has_no_wrong_dots():
    sums = dots.dot_sums(np.linspace(0, 1, 300, dtype=np.float32), np.arange(300) < 150)
    blank = dots.DotSums(*(np.stack([part, np.zeros_like(part)]) for part in sums))
    assert dots.wrong_dots(blank, 300).sum(1).tolist() == [50, 0]


@pytest.mark.parametrize("score", [0.0, -0.0, 1.0, 1e-45, 1e-30])
def test_scores_at_the_ends_keep_their_order(score):
    found, wrong = of(np.array([0.5, score], np.float32), np.array([False, True]))
    assert found[wrong].tolist() == [np.float32(score)]
