"""Weights: whole numbers are repeated examples, 0 is none, and their unit does not matter."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from anim import calibration
from anim.calibration.dots import weighted_dot_sums
from anim.calibration.neighbours import effective_neighbours, neighbours
from tests.support.amounts import slow
from tests.support.predictions import softmax

N, K = 90, 3
RNG = np.random.default_rng(5)
LOGITS = 2 * RNG.normal(size=(N, K)).astype(np.float32)
LABELS = (softmax(LOGITS / 2.0).cumsum(1) > RNG.uniform(size=(N, 1))).argmax(1)
PROBS = softmax(LOGITS.astype(np.float64)).astype(np.float32)
SCORES, HITS = PROBS.max(1), PROBS.argmax(1) == LABELS
WEIGHTS = RNG.integers(0, 4, N).astype(float)
EDGES = calibration.width_edges(15)

ERROR = calibration.calibration_error
# What is counted of predictions, and not what chance does to it.
POINTS = {
    "error": (ERROR, (PROBS, LABELS), {}),
    "mce": (ERROR, (PROBS, LABELS), {"norm": "max"}),
    "of equal mass": (ERROR, (PROBS, LABELS), {"binning": "mass", "norm": "l2"}),
    "class-wise": (ERROR, (PROBS, LABELS), {"classwise": True}),
    "class-wise, mass": (ERROR, (PROBS, LABELS), {"classwise": True, "binning": "mass"}),
    "ace": (calibration.average_calibration_error, (PROBS, LABELS), {}),
    "pooled": (calibration.pooled_calibration_error, (PROBS, LABELS), {}),
    "gap": (calibration.signed_gap, (PROBS, LABELS), {}),
    "nll": (calibration.negative_log_likelihood, (PROBS, LABELS), {}),
    "nll of logits": (calibration.negative_log_likelihood_of_logits, (LOGITS, LABELS), {}),
    "brier": (calibration.brier_score, (PROBS, LABELS), {}),
    "parts": (calibration.brier_decomposition, (PROBS, LABELS), {}),
    "temperature": (
        lambda *given, **options: calibration.fit_temperature(*given, **options)[:2],
        (LOGITS, LABELS),
        {},
    ),
    "vector scale": (calibration.fit_vector_scale, (LOGITS, LABELS), {}),
    "smooth error": (calibration.smooth_calibration_error, (SCORES, HITS), {}),
    "isotonic function": (calibration.fit_isotonic, (PROBS, LABELS), {}),
    "kernel curve": (
        lambda *given, **options: calibration.kernel_curve(*given, 11, **options)[::2],
        (SCORES, HITS),
        {},
    ),
}
# What else is weighted, runs show.
QUICK = ("isotonic function",)


def repeated(values, weights=WEIGHTS):
    return np.repeat(values, weights.astype(int), axis=0)


def leaves(found):
    return [np.asarray(one, float) for one in jax.tree.leaves(found)]


def same(found, expected, near=1e-6):
    for mine, theirs in zip(leaves(found), leaves(expected), strict=True):
        # How many examples a kernel curve needs is a matter of chance.
        is_known = np.isfinite(mine) & np.isfinite(theirs)
        assert mine.shape == theirs.shape
        assert is_known.any()
        np.testing.assert_allclose(mine[is_known], theirs[is_known], atol=near, rtol=near)


@pytest.mark.parametrize("name", [*QUICK, *slow(*(one for one in POINTS if one not in QUICK))])
def test_whole_weights_are_repeated_examples_and_their_unit_does_not_matter(name):
    function, given_, options = POINTS[name]
    found = function(*given_, **options, weights=WEIGHTS)
    near = 1e-5 if name == "vector scale" else 1e-6
    same(found, function(*map(repeated, given_), **options), near)
    # Whole numbers of equal-mass bins are repeated examples: this is another unit of others.
    ones = [function(*given_, **options, weights=unit * WEIGHTS) for unit in (0.7, 1e-30)]
    same(*ones, 1e-5)
    same(function(*given_, **options, weights=np.full(N, 0.3)), function(*given_, **options), near)


@pytest.mark.slow
@pytest.mark.parametrize("name", POINTS)
def test_examples_without_weight_are_absent(name):
    function, given_, options = POINTS[name]
    weights = np.where(WEIGHTS > 0, RNG.uniform(0.1, 2, N), 0)
    some = [values[weights > 0] for values in given_]
    expected = function(*some, **options, weights=weights[weights > 0])
    same(function(*given_, **options, weights=weights), expected, 1e-5)


def test_snapshots_have_weights_of_their_own_or_the_same():
    probs, labels = np.stack([PROBS, PROBS[::-1]]), np.stack([LABELS, LABELS[::-1]])
    for weights in (np.stack([WEIGHTS, WEIGHTS + 1]), WEIGHTS):
        own = np.broadcast_to(weights, labels.shape)
        scores = ((probs - np.eye(K)[labels]) ** 2).sum(2)
        expected = [np.average(scores[i], weights=own[i]) for i in range(2)]
        for convert in (np.asarray, jax.numpy.asarray):
            found = calibration.brier_score(convert(probs), convert(labels), weights=weights)
            assert found.tolist() == pytest.approx(expected)


def test_sums_of_parts_are_added():
    parts = [slice(0, 40), slice(40, N)]
    whole = calibration.width_sums(SCORES, HITS, EDGES, weights=WEIGHTS)
    sums = [
        calibration.width_sums(SCORES[one], HITS[one], EDGES, weights=WEIGHTS[one]) for one in parts
    ]
    same(sums[0] + sums[1], whole, 1e-12)
    # Under a transformation, where JAX adds them up.
    compiled = jax.jit(lambda weights: calibration.width_sums(SCORES, HITS, EDGES, weights=weights))
    same(compiled(WEIGHTS), whole)
    assert calibration.width_sums(SCORES, HITS, EDGES).squares is None


def test_weights_in_a_large_unit_are_no_repetitions():
    # All numbers are whole, from 2^53 on.
    weights = RNG.uniform(0.5, 3, N)
    bins, dots = (
        [function(unit) for unit in (1, 2.0**60)]
        for function in (
            lambda unit: calibration.binned(SCORES, HITS, 15, "mass", weights=unit * weights),
            lambda unit: weighted_dot_sums(SCORES[:9], ~HITS[:9], unit * weights[:9]),
        )
    )
    assert bins[1][0].tolist() == bins[0][0].tolist()
    assert bins[1][1].counts.tolist() == (2.0**60 * bins[0][1].counts).tolist()
    assert dots[1].scores.tolist() == dots[0].scores.tolist()


def test_ones_are_no_weights():
    for binning in ("width", "mass"):
        found = calibration.binned(SCORES, HITS, 15, binning, weights=np.ones(N))
        edges, sums = calibration.binned(SCORES, HITS, 15, binning)
        assert found[0].tolist() == edges.tolist()
        assert found[1].counts.tolist() == found[1].effective.tolist() == sums.counts.tolist()
        assert found[1].hits.tolist() == sums.hits.tolist()
        assert sums.effective is sums.counts


CASES = st.lists(
    st.tuples(st.sampled_from(np.linspace(0, 1, 9)), st.booleans(), st.integers(0, 4)),
    min_size=1,
    max_size=30,
).filter(lambda rows: any(row[2] for row in rows))


@settings(max_examples=40, deadline=None)
@given(CASES, st.sampled_from([1, 2, 3, 7, 15]), st.randoms(use_true_random=False))
def test_bins_and_isotonic_curves_of_whole_weights_are_those_of_repeated_examples(
    rows, bins, random
):
    scores, hits, weights = map(np.array, zip(*rows, strict=True))
    scores = scores.astype(np.float32)
    many = repeated(scores, weights), repeated(hits, weights)
    ones = np.ones(len(many[0]))
    # Edges of equal mass of equal weights are those without weights.
    is_equal = len(set(weights[weights > 0])) == 1
    for binning in ("width",) if is_equal else ("mass", "width"):
        found = calibration.binned(scores, hits, bins, binning, weights=weights)
        edges, sums = calibration.binned(*many, bins, binning, weights=ones)
        assert found[0].tolist() == edges.tolist()
        assert found[1].counts.tolist() == sums.counts.tolist()
        assert found[1].hits.tolist() == sums.hits.tolist()
    order = random.sample(range(len(scores)), len(scores))
    curve = calibration.isotonic_curve(scores[order], hits[order], 9, weights=weights[order])
    same(curve[::2], calibration.isotonic_curve(*many, 9)[::2], 1e-12)
    steps = calibration.isotonic_steps(scores, hits, weights=weights)
    same(steps, calibration.isotonic_steps(*many), 1e-12)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(1e-6, 1e3) | st.just(0.0), min_size=1, max_size=20).filter(any),
    st.floats(1e-3, 1e3),
)
def test_the_effective_number_has_no_unit_and_is_at_most_that_of_the_examples(weights, unit):
    weights = np.array(weights)
    found = calibration.effective_number(weights)
    assert 1 <= found <= (weights > 0).sum()
    assert calibration.effective_number(unit * weights) == pytest.approx(found)
    assert calibration.effective_number(np.full(7, unit)) == 7


def test_chance_follows_from_the_effective_number():
    edges, sums = calibration.binned(SCORES, HITS, 5, "width")
    shares = calibration.shares(sums, edges)
    counts = np.asarray(sums.counts)
    weights = {"confidence": shares[1]}, {"accuracy": shares[0], "confidence": shares[1]}
    for function, given_ in (
        (calibration.expected_error_if_calibrated, weights[0]),
        (calibration.error_p_value, weights[1]),
        (calibration.error_interval, weights[1]),
        (calibration.debiased_error_of_bins, weights[1]),
    ):
        plain = function(counts, **given_)
        # In another unit, the same.
        same(function(0.37 * counts, **given_, effective=counts), plain)
        # Of fewer effective examples, chance does more.
        fewer = function(counts, **given_, effective=np.maximum(counts / 4, np.minimum(counts, 1)))
        assert leaves(fewer) != leaves(plain)
    few = calibration.expected_error_if_calibrated(counts, shares[1], effective=counts / 4)
    assert few > 1.5 * calibration.expected_error_if_calibrated(counts, shares[1])


def test_the_variance_of_drawn_shares_is_that_of_the_effective_number():
    from anim.calibration.noise import drawn_shares

    n, p = np.array([1.0, 1.5, 2.7, 30.4]), np.array([0.5, 0.3, 0.6, 0.9])
    drawn = drawn_shares(n, p, (40_000, 4), np.random.default_rng(0))
    np.testing.assert_allclose(drawn.mean(0), p, atol=0.01)
    np.testing.assert_allclose(drawn.var(0), p * (1 - p) / n, rtol=0.05)


def test_neighbours_are_counted_by_their_effective_number():
    expected = np.asarray(neighbours(SCORES, 101))
    assert effective_neighbours(SCORES, np.full(N, 0.2), 101).tolist() == expected.tolist()
    heavy = np.where(SCORES > 0.9, 1000.0, 1.0)
    heavy[SCORES.argmax()] = 1e6
    assert effective_neighbours(SCORES, heavy, 101)[-1] < 1.1


def test_the_numbers_are_those_of_scikit_learn():
    scores, labels = PROBS[:, 1].astype(float), LABELS == 1
    weights = RNG.uniform(0, 2, N)
    for mine, theirs in (
        (calibration.negative_log_likelihood, log_loss),
        (calibration.brier_score, brier_score_loss),
    ):
        expected = theirs(labels, scores, sample_weight=weights)
        assert mine(scores, labels, weights=weights) == pytest.approx(expected, rel=1e-5)
    ends, values, totals = calibration.isotonic_steps(scores, labels, weights=weights)
    fitted = IsotonicRegression().fit(scores, labels, sample_weight=weights)
    np.testing.assert_allclose(np.repeat(values, 2), fitted.predict(ends.T.ravel()), atol=1e-12)
    assert totals.sum() == pytest.approx(weights.sum())


@pytest.mark.slow
def test_the_temperature_is_that_of_the_slope_of_scikit_learn():
    weights = RNG.uniform(0, 2, N)
    margin = (LOGITS[:, 1] - LOGITS[:, 0])[:, None].astype(float)
    two = LOGITS[:, :2], LABELS % 2
    slope = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(
        margin, two[1], sample_weight=weights
    )
    found = calibration.fit_temperature(*two, weights=weights)
    assert 1 / float(found.temperature) == pytest.approx(slope.coef_.item(), rel=1e-5)


def test_the_bias_is_that_of_model_diagnostics():
    labels = np.array([0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0])
    scores = np.array([0.1, 0.8, 0.7, 0.3, 0.9, 0.4, 0.6, 0.2, 0.5, 0.15, 0.85, 0.35])
    weights = np.array([1, 2, 0.5, 3, 1, 1.5, 2, 0.7, 1, 2.2, 0.3, 1])
    # Version 1.5.0: compute_bias(labels, scores, (scores >= 0.5).astype(str), weights).
    edges, sums = calibration.binned(scores, labels, 2, "width", weights=weights)
    shares, means = calibration.shares(sums, edges)
    assert (means - shares).tolist() == pytest.approx([0.182979, -0.146324], abs=1e-6)
    assert sums.counts.tolist() == pytest.approx([9.4, 6.8])
    whole = calibration.corp_decomposition(scores, labels, weights=weights)
    expected = [0.075297, 0.201236, 0.240245]
    assert leaves(whole) == pytest.approx(expected, abs=1e-6)


def test_isotonic_steps_of_equal_weights_are_those_of_none():
    # Sums of weights make shares such as 1/3 differ by the last bit.
    for weight, seed in ((0.1, 0), (0.1, 6), (0.3, 34), (0.3, 48)):
        rng = np.random.default_rng(seed)
        scores, hits = rng.integers(0, 12, 60) / 12, rng.random(60) < 0.5
        ends, values, counts = calibration.isotonic_steps(scores, hits)
        found = calibration.isotonic_steps(scores, hits, weights=np.full(60, weight))
        np.testing.assert_array_equal(found[0], ends)
        np.testing.assert_allclose(found[1], values, rtol=1e-12)
        np.testing.assert_allclose(found[2], weight * counts, rtol=1e-12)
