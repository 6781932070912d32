"""Effects of chance on bars, against SciPy, enumeration and simulation."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from anim import calibration
from anim.errors import SettingError

COUNTS = np.array([1, 2, 5, 30, 400, 10_000])


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 0.97, 1.0])
def test_the_pointwise_band_is_of_binomial_quantiles(share, level):
    low, high = calibration.consistency_band(COUNTS, np.full(6, share), level, "pointwise")
    tail = (1 - level) / 2
    for k, count in enumerate(COUNTS):
        # A quantile is the smallest number whose cumulative probability is at least q.
        total = scipy.stats.binom.cdf(np.arange(count + 1), count, share)
        assert low[k] == np.argmax(total >= tail) / count
        assert high[k] == np.argmax(total >= 1 - tail) / count


def test_the_simultaneous_band_is_that_of_one_bar_at_the_level_of_sidak():
    counts, share = np.append(COUNTS, 0), np.linspace(0.1, 0.9, 7)
    found = calibration.consistency_band(counts, share)
    single = calibration.consistency_band(counts, share, 0.95 ** (1 / 6), "pointwise")
    np.testing.assert_array_equal(found, single)
    assert np.isnan(found.low).tolist() == [False] * 6 + [True]


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize(("bins", "examples"), [(1, 30), (15, 2000), (50, 10_000), (256, 10_000)])
def test_no_bar_of_a_calibrated_model_is_outside_as_often_as_the_level_says(bins, examples, level):
    """At least, as quantiles are whole numbers of examples; hardly more of many."""
    rng = np.random.default_rng(bins)
    counts = rng.multinomial(examples, np.full(bins, 1 / bins))
    share = (np.arange(bins) + 0.5) / bins
    band = calibration.consistency_band(counts, share, level)
    filled = counts > 0
    bars = rng.binomial(counts, share, (4000, bins))[:, filled] / counts[filled]
    inside = ((bars >= band.low[filled]) & (bars <= band.high[filled])).all(1).mean()
    assert level - 3 * np.sqrt(level * (1 - level) / 4000) <= inside
    assert bins != 15 or inside < level + 0.06


def test_each_snapshot_has_the_simultaneous_band_of_its_own_filled_bins():
    counts, share = np.array([[9, 0, 0], [9, 9, 9]]), np.full((2, 3), 0.5)
    band = calibration.consistency_band(counts, share)
    for i, bars in enumerate((1, 3)):
        tail = (1 - 0.95 ** (1 / bars)) / 2
        assert band.low[i, 0] == scipy.stats.binom.ppf(tail, 9, 0.5) / 9
        assert band.high[i, 0] == scipy.stats.binom.ppf(1 - tail, 9, 0.5) / 9


def test_an_unknown_band_is_an_error():
    with pytest.raises(SettingError, match="band: expected one of simultaneous, pointwise, got"):
        calibration.consistency_band(COUNTS, np.full(6, 0.5), band="both")


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_each_bar_of_a_calibrated_model_lies_in_the_pointwise_band(level):
    share = np.array([0.01, 0.2, 0.5, 0.66, 0.9, 0.999])
    band = calibration.consistency_band(COUNTS, share, level, "pointwise")
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
def test_the_wilson_interval_equals_that_of_scipy_where_hits_and_misses_are_several(level):
    pairs = [(n, k) for n in (8, 20, 150) for k in {4, n // 2, n - 4}]
    counts, hits = np.array(pairs).T
    found = calibration.wilson_interval(counts, hits, level)
    expected = [
        scipy.stats.binomtest(int(k), int(n)).proportion_ci(level, "wilson") for n, k in pairs
    ]
    np.testing.assert_allclose(found.low, [low for low, _ in expected], atol=1e-12)
    np.testing.assert_allclose(found.high, [high for _, high in expected], atol=1e-12)


@pytest.mark.parametrize("hits", [1, 2, 3])
@pytest.mark.parametrize("count", [20, 150, 10**6])
def test_few_hits_have_the_lower_limit_of_a_poisson_distribution(count, hits):
    """Brown, Cai and DasGupta 2001, section 4.1.1: half a quantile of chi-squared."""
    low = scipy.stats.chi2.ppf(0.05, 2 * hits) / 2 / count
    found = calibration.wilson_interval(np.array([count, count]), np.array([hits, count - hits]))
    assert found.low[0] == pytest.approx(low, rel=1e-9)
    assert found.high[1] == pytest.approx(1 - low, rel=1e-9)
    whole = scipy.stats.binomtest(hits, count).proportion_ci(method="wilson")
    assert found.high[0] == pytest.approx(whole.high, rel=1e-9)


@pytest.mark.parametrize("count", [3, 5, 10, 30, 50, 100, 200, 1000])
def test_the_interval_of_a_share_covers_it_with_nearly_its_level(count):
    """By enumeration, for all shares p with n p of at least 0.1; the plain interval has 0.84."""
    hits = np.arange(count + 1)
    low, high = calibration.wilson_interval(np.full(count + 1, count), hits)
    shares = np.append(np.geomspace(0.1 / count, 0.5, 400), np.linspace(0.1 / count, 0.5, 400))
    inside = (low <= shares[:, None]) & (shares[:, None] <= high)
    covered = (scipy.stats.binom.pmf(hits, count, shares[:, None]) * inside).sum(1)
    assert covered.min() >= 0.919
    assert covered.mean() > 0.94


def test_the_wilson_interval_ends_at_0_and_1_where_all_are_alike():
    found = calibration.wilson_interval(np.array([3, 3, 10**6]), np.array([0, 3, 10**6]))
    assert found.low[0] == 0
    assert (found.high[1:] == 1).all()


def test_an_empty_bin_has_neither_band_nor_interval():
    counts = np.array([0, 3])
    band = calibration.consistency_band(counts, np.array([np.nan, 0.5]))
    interval = calibration.wilson_interval(counts, np.array([0, 1]))
    assert np.isnan(band).tolist() == [[True, False]] * 2
    assert np.isnan(interval).tolist() == [[True, False]] * 2


@st.composite
def binomials(draw):
    """A quantile and the parameters of a few binomial distributions, extremes included."""
    n = draw(st.lists(st.integers(1, 10**6) | st.integers(1, 50), min_size=1, max_size=20))
    p = st.floats(0, 1) | st.sampled_from([0.0, 1e-9, 0.5, 1 - 1e-9, 1.0])
    q = draw(st.sampled_from([0.005, 0.025, 0.05, 0.25, 0.4, 0.75, 0.95, 0.975, 0.995]))
    return q, np.array(n, float), np.array([draw(p) for _ in n])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(binomials())
def test_binomial_quantiles_are_those_of_scipy(distribution):
    found = calibration.binomial_quantile(*distribution)
    np.testing.assert_array_equal(found, scipy.stats.binom.ppf(*distribution))


def test_the_median_of_an_odd_number_of_fair_trials_is_below_their_half():
    """Where the cumulative probability is 0.5 exactly, which SciPy's misses by the last bits."""
    n = np.arange(1, 1000, 2.0)
    found = calibration.binomial_quantile(0.5, n, np.full(n.shape, 0.5))
    np.testing.assert_array_equal(found, (n - 1) / 2)


def test_binomial_quantiles_are_missing_where_there_is_no_example():
    n, p = np.array([[np.nan, 4], [4, 4]]), np.array([[0.5, 0.5], [np.nan, 1]])
    found = calibration.binomial_quantile(0.5, n, p)
    np.testing.assert_array_equal(found, [[np.nan, 2], [np.nan, 4]])


def test_nothing_on_the_way_to_a_picture_imports_scipy_stats():
    code = (
        "import sys, anim, anim.compose, anim.scene, anim.output\n"
        "from anim.settings import Picture\n"
        "run = anim.from_arrays([0, 5], [0, 1, 1], logits=[[[1, 2], [2, 1], [0, 1]]] * 2)\n"
        "anim.compose.compose_views([run], Picture(intervals=True), ['score'])\n"
        "slow = {'scipy.stats', 'scipy.optimize', 'flax', 'optax', 'orbax'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
