"""Plain definitions of statistics without bins."""

import numpy as np
import scipy.fft
import scipy.optimize
import scipy.stats
from sklearn.isotonic import IsotonicRegression


def smooth_error(scores, hits) -> float:
    """Return the smooth error by its definition: sums over examples and their mirror images."""
    places = np.linspace(0, 1, 2001)
    images = np.concatenate([2 * k + side * scores for k in (-1, 0, 1) for side in (-1, 1)])
    distances, residuals = places[:, None] - images, np.tile(hits - scores, 6)

    def error(bandwidth):
        density = scipy.stats.norm.pdf(distances, scale=bandwidth)
        return np.trapezoid(np.abs(density @ residuals), places) / len(scores)

    return scipy.optimize.brentq(lambda bandwidth: error(bandwidth) - bandwidth, 2e-3, 1, rtol=1e-4)


def kernel_distance(scores, hits, bandwidth) -> float:
    """Return the mean |kernel curve - score| over the examples, on 4096 cells, in float64."""
    scores = np.asarray(scores, np.float64)
    cells = 4096
    place = np.clip(scores * cells - 0.5, 0, cells - 1)
    low = np.minimum(place.astype(int), cells - 2)
    share = place - low
    decay = np.exp(-0.5 * (np.pi * bandwidth * np.arange(cells)) ** 2)

    def at_scores(weights):
        sums = np.zeros(cells)
        np.add.at(sums, low, weights * (1 - share))
        np.add.at(sums, low + 1, weights * share)
        smooth = scipy.fft.idct(scipy.fft.dct(sums) * decay)
        return smooth[low] * (1 - share) + smooth[low + 1] * share

    curve = at_scores(np.asarray(hits, np.float64)) / at_scores(np.ones(len(scores)))
    return float(np.abs(curve - scores).mean())


def isotonic_distance(scores, hits) -> float:
    """Return the mean |isotonic curve - score| over the examples."""
    scores = np.asarray(scores, np.float64)
    fitted = IsotonicRegression().fit_transform(scores, np.asarray(hits, np.float64))
    return float(np.abs(fitted - scores).mean())
