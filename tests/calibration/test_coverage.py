"""Intervals, tests and bands hold what they say: a simulation with known truth."""

import numpy as np
import pytest

from anim import calibration
from tests.calibration.coverage import CLASSES, SCALES, SIZES, measured
from tests.support.predictions import drawn, softmax

pytestmark = pytest.mark.slow
DRAWS = 200


def spread(share: float, draws: int = DRAWS) -> float:
    """Return three standard deviations of a measured share."""
    return 3 * np.sqrt(share * (1 - share) / draws)


def samples():
    """Each scale has each size for 2 or for 10 classes, and calibrated models all; or in stress."""
    for i, classes in enumerate(CLASSES):
        for j, scale in enumerate(SCALES):
            for k, size in enumerate(SIZES):
                is_usual = scale == 1 or (i + j + k) % 2 == 0
                marks = () if is_usual else pytest.mark.stress
                yield pytest.param(classes, scale, size, marks=marks)


@pytest.mark.parametrize(("classes", "scale", "size"), [*samples()])
def test_the_interval_of_the_error_holds_the_true_one_with_its_level(classes, scale, size):
    found = measured(classes, scale, size, DRAWS)
    assert 0.93 - spread(0.93) < found["interval holds it"] < 0.97 + spread(0.97)
    if scale == 1:
        assert found["called miscalibrated"] == pytest.approx(0.05, abs=spread(0.05))
        assert found["all bars inside, simultaneous"] > 0.95 - spread(0.95)
        # Several bars, each inside with 95 %.
        assert found["all bars inside, pointwise"] < 0.9


@pytest.mark.parametrize("kind", ["kernel", "isotonic"])
def test_the_simultaneous_band_of_a_curve_holds_that_of_a_calibrated_model(kind):
    curve, band = (getattr(calibration, f"{kind}_{name}") for name in ("curve", "band"))
    inside = {"simultaneous": [], "pointwise": []}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        scores = rng.beta(0.8, 0.8, 500).astype(np.float32)
        hits = rng.random(500) < scores
        share = np.asarray(curve(scores, hits, 201).share)
        for name, found in inside.items():
            low, high = band(scores, hits, 201, band=name)
            found.append(
                np.nanmean(
                    np.where(
                        np.isfinite(share + low),
                        (low <= share + 1e-6) & (share <= high + 1e-6),
                        np.nan,
                    )
                )
            )
    whole = {name: np.mean(np.equal(found, 1)) for name, found in inside.items()}
    assert 0.92 - spread(0.92, 60) < whole["simultaneous"]
    assert np.mean(inside["pointwise"]) == pytest.approx(0.95, abs=0.03)
    assert whole["pointwise"] < 0.7


@pytest.mark.parametrize("size", [200, 1000, 5000])
@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.0])
def test_the_interval_of_a_temperature_holds_the_true_one(temperature, size):
    """The logarithm of the temperature, plus and minus 1.96 standard errors."""
    rng = np.random.default_rng(size)
    logits = rng.normal(size=(150, size, 3)) * 1.5
    labels = np.stack([drawn(softmax(one), rng) for one in logits])
    found = calibration.fit_temperature(logits * temperature, labels)
    off = np.log(np.asarray(found.temperature) / temperature)
    held = np.mean(np.abs(off) <= 1.96 * np.asarray(found.log_error))
    assert 0.93 - spread(0.93, 150) < held < 0.98 + spread(0.98, 150)
    assert abs(np.mean(off)) < 0.013 + 3 * np.std(off) / np.sqrt(150)
