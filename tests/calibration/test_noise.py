"""Effects of chance on bars and errors, against SciPy and simulation."""

import subprocess
import sys

import jax
import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from anim import calibration
from tests.support.predictions import textbook_error

COUNTS = np.array([1, 2, 5, 30, 400, 10_000])


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 0.97, 1.0])
def test_the_consistency_band_is_of_binomial_quantiles(share, level):
    low, high = calibration.consistency_band(COUNTS, np.full(6, share), level)
    tail = (1 - level) / 2
    for k, count in enumerate(COUNTS):
        # A quantile is the smallest number whose cumulative probability is at least q.
        total = scipy.stats.binom.cdf(np.arange(count + 1), count, share)
        assert low[k] == np.argmax(total >= tail) / count
        assert high[k] == np.argmax(total >= 1 - tail) / count


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_bars_of_a_calibrated_model_lie_in_the_consistency_band(level):
    share = np.array([0.01, 0.2, 0.5, 0.66, 0.9, 0.999])
    band = calibration.consistency_band(COUNTS, share, level)
    bars = np.random.default_rng(0).binomial(COUNTS, share, (20_000, 6)) / COUNTS
    inside = ((bars >= band.low) & (bars <= band.high)).mean(0)
    # Three standard deviations of the simulation.
    assert (inside >= level - 3 * np.sqrt(level * (1 - level) / 20_000)).all()


def test_a_wider_band_holds_more():
    narrow, wide = (
        calibration.consistency_band(COUNTS, np.full(6, 0.3), level) for level in (0.5, 0.99)
    )
    assert (wide.low <= narrow.low).all()
    assert (wide.high >= narrow.high).all()


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_wilson_interval_equals_that_of_scipy(level):
    pairs = [(n, k) for n in (1, 2, 7, 150) for k in {0, 1, n // 2, n}]
    counts, hits = np.array(pairs).T
    found = calibration.wilson_interval(counts, hits, level)
    expected = [
        scipy.stats.binomtest(int(k), int(n)).proportion_ci(level, "wilson") for n, k in pairs
    ]
    np.testing.assert_allclose(found.low, [low for low, _ in expected], atol=1e-12)
    np.testing.assert_allclose(found.high, [high for _, high in expected], atol=1e-12)


def test_the_wilson_interval_ends_at_0_and_1_where_all_are_alike():
    found = calibration.wilson_interval(np.array([3, 3, 10**6]), np.array([0, 3, 10**6]))
    assert found.low[0] == 0
    assert (found.high[1:] == 1).all()


@pytest.mark.parametrize(
    "scores",
    [
        np.linspace(0.52, 0.98, 6),
        np.array([0.0, 0.01, 0.5, 0.5, 0.99, 1.0]),
    ],
)
def test_the_expected_error_is_that_of_simulated_calibrated_models(scores):
    counts = np.array([3, 1, 0, 40, 700, 12])
    draws = np.random.default_rng(0).binomial(counts, scores, (100_000, 6))
    errors = np.abs(draws - counts * scores).sum(1) / counts.sum()
    found = calibration.expected_error_if_calibrated(counts, scores)
    assert found == pytest.approx(errors.mean(), abs=4 * errors.std() / np.sqrt(100_000))


def test_the_expected_error_has_a_closed_form_for_even_odds():
    """E|X - n/2| of 2 m draws of a coin is m C(2m, m) / 4^m."""
    found = calibration.expected_error_if_calibrated(np.array([10]), np.array([0.5]))
    assert found == pytest.approx(5 * 252 / 4**5 / 10, rel=1e-12)


def test_the_expected_error_of_many_falls_with_their_root():
    """Like the mean absolute deviation of a normal variable: sqrt(2 p (1 - p) / (pi n))."""
    found = calibration.expected_error_if_calibrated(np.array([10**8]), np.array([0.2]))
    assert found == pytest.approx(np.sqrt(2 * 0.16 / (np.pi * 10**8)), rel=1e-6)


def test_many_snapshots_have_an_expected_error_each():
    counts, scores = np.array([[5, 5], [1, 9], [0, 0]]), np.array([[0.5, 0.9], [0.2, 0.7], [0, 0]])
    found = calibration.expected_error_if_calibrated(counts, scores)
    alone = [
        np.abs(np.arange(n + 1) - n * p) @ scipy.stats.binom.pmf(np.arange(n + 1), n, p)
        for n, p in zip(counts.ravel(), scores.ravel(), strict=True)
    ]
    expected = np.reshape(alone, (3, 2)).sum(1)[:2] / 10
    np.testing.assert_allclose(found[:2], expected, rtol=1e-12)
    assert np.isnan(found[2])


def a_set(rng, examples, gap):
    """Return confidences and hits of a model whose accuracy is ``gap`` below its confidence."""
    scores = rng.uniform(0.6, 1, examples)
    return scores, rng.random(examples) < scores - gap


def cells(scores, hits, bins=15, parts=16):
    with jax.enable_x64(True):
        edges, sums = calibration.binned(scores, hits, bins * parts, "width")
    return calibration.BinSums(*map(np.asarray, sums)), edges


@pytest.mark.parametrize(("examples", "gap"), [(400, 0.2), (2000, 0.1), (2000, 0.0)])
def test_the_interval_of_the_error_is_that_of_a_plain_bootstrap(examples, gap):
    rng = np.random.default_rng(1)
    scores, hits = a_set(rng, examples, gap)
    edges = np.linspace(0, 1, 16)
    here = textbook_error(scores, hits, edges)
    bins = np.minimum((scores * 15).astype(int), 14)
    drawn = []
    for _ in range(2000):
        again = rng.integers(0, examples, examples)
        gaps = np.bincount(bins[again], (hits - scores)[again], 15)
        drawn.append(np.abs(gaps).sum() / examples)
    least, most = np.quantile(drawn, [0.025, 0.975])
    low, high = calibration.error_interval(*cells(scores, hits), 15)
    # The ends vary with 500 draws by about a seventh of the standard deviation.
    spread = 0.5 * np.std(drawn)
    assert low == pytest.approx(max(2 * here - most, 0), abs=spread)
    assert high == pytest.approx(max(2 * here - least, 0), abs=spread)


@pytest.mark.slow
def test_the_interval_covers_the_true_error_about_as_often_as_its_level():
    rng = np.random.default_rng(0)
    intervals = [calibration.error_interval(*cells(*a_set(rng, 1500, 0.1)), 15) for _ in range(100)]
    held = np.mean([low <= 0.1 <= high for low, high in intervals])
    # The standard deviation of 100 trials at 95 % is 2.2 %.
    assert held >= 0.88


def test_a_higher_level_has_a_wider_interval():
    given = cells(*a_set(np.random.default_rng(0), 500, 0.1))
    narrow, wide = (calibration.error_interval(*given, 15, level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.slow
@pytest.mark.parametrize("examples", [200, 4000])
def test_few_intervals_of_calibrated_models_exclude_0(examples):
    """About 5 % of the intervals begin above 0, for few examples and for many."""
    rng = np.random.default_rng(examples)
    scores = rng.beta(5, 1, (200, examples))
    found = [
        calibration.error_interval(*cells(one, rng.random(examples) < one), 15) for one in scores
    ]
    assert np.mean([interval.low > 0 for interval in found]) < 0.12


def test_the_same_seed_gives_the_same_interval():
    given = cells(*a_set(np.random.default_rng(0), 500, 0.1))
    first, again, other = (calibration.error_interval(*given, 15, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("scores", "hits", "interval"),
    [
        # All examples are equal, so that all draws are: the error is certain.
        ([1.0] * 5, [True] * 5, (0, 0)),
        ([0.7] * 5, [False] * 5, (0.7, 0.7)),
        # But a score of 0.7 is wrong about once in three times: one example is no evidence.
        ([0.7], [True], (0, 0.3)),
        ([0.7], [False], (0, 0.7)),
    ],
)
def test_a_certain_error_has_no_width_unless_chance_explains_it(scores, hits, interval):
    found = calibration.error_interval(*cells(np.array(scores), np.array(hits)), 15)
    assert found == pytest.approx(interval, abs=1e-12)


def test_an_empty_bin_has_neither_band_nor_interval():
    counts = np.array([0, 3])
    band = calibration.consistency_band(counts, np.array([np.nan, 0.5]))
    interval = calibration.wilson_interval(counts, np.array([0, 1]))
    assert np.isnan(band).tolist() == [[True, False]] * 2
    assert np.isnan(interval).tolist() == [[True, False]] * 2


def test_there_is_no_interval_without_examples():
    nothing = calibration.BinSums(*np.zeros((3, 240)))
    assert np.isnan(calibration.error_interval(nothing, np.linspace(0, 1, 241), 15)).all()
    assert np.isnan(calibration.expected_error_if_calibrated(np.zeros(2), np.full(2, np.nan)))


@st.composite
def binomials(draw):
    """A quantile and the parameters of a few binomial distributions, extremes included."""
    n = draw(st.lists(st.integers(1, 10**6) | st.integers(1, 50), min_size=1, max_size=20))
    p = st.floats(0, 1) | st.sampled_from([0.0, 1e-9, 0.5, 1 - 1e-9, 1.0])
    q = draw(st.sampled_from([0.005, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975, 0.995]))
    return q, np.array(n, float), np.array([draw(p) for _ in n])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(binomials())
def test_binomial_quantiles_are_those_of_scipy(distribution):
    found = calibration.binomial_quantile(*distribution)
    np.testing.assert_array_equal(found, scipy.stats.binom.ppf(*distribution))


def test_binomial_quantiles_are_missing_where_there_is_no_example():
    n, p = np.array([[np.nan, 4], [4, 4]]), np.array([[0.5, 0.5], [np.nan, 1]])
    found = calibration.binomial_quantile(0.5, n, p)
    np.testing.assert_array_equal(found, [[np.nan, 2], [np.nan, 4]])


def test_nothing_on_the_way_to_a_picture_imports_scipy_stats():
    code = (
        "import sys, anim, anim.compose, anim.scene, anim.output\n"
        "from anim.settings import Picture\n"
        "run = anim.from_arrays([0, 5], [0, 1, 1], logits=[[[1, 2], [2, 1], [0, 1]]] * 2)\n"
        "anim.compose.compose_views([run], Picture(band=True, intervals=True), ['score'])\n"
        "slow = {'scipy.stats', 'scipy.optimize', 'flax', 'optax', 'orbax'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
