"""Each of several labels has a temperature, or a regression, of its own."""

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.report import report
from tests.run.test_multilabel import NAMES, recorded

RNG = np.random.default_rng(5)
N = 400
TRUE = RNG.normal(size=(N, 4)) * 1.5
LABELS = (RNG.random((N, 4)) < 1 / (1 + np.exp(-TRUE))).astype(int)
# Each label is over-confident by another factor.
FACTORS = np.array([1.0, 2.0, 4.0, 0.5])
RUN = recorded(logits=(TRUE * FACTORS)[None].astype(np.float32), labels=LABELS)


def test_each_label_has_its_own_temperature():
    raw, scaled = anim.calibrate(RUN)
    # As many calibrations of one label each, of the examples that these were fitted on.
    order = np.random.default_rng(0).permutation(4 * N)
    for k, name in enumerate(NAMES):
        found = scaled.recorded[f"temperature:{name}"][0]
        assert found == pytest.approx(FACTORS[k], rel=0.4)
        rows = np.sort(order[: 2 * N])
        rows = rows[rows % 4 == k]
        logits = np.zeros((1, len(rows), 2))
        logits[0, :, 1] = (TRUE * FACTORS).ravel()[rows]
        best = anim.calibration.fit_temperature(logits[0], LABELS.ravel()[rows])
        assert found == pytest.approx(float(best.temperature), rel=1e-3)
        own = scaled.groups["label"].codes == k
        expected = raw.logits(0)[own] / found
        np.testing.assert_allclose(scaled.logits(0)[own], expected, rtol=1e-5)
    assert "temperature" not in scaled.recorded
    assert scaled.errors()["macro_ece"][0] < raw.errors()["macro_ece"][0]
    row = report(RUN, calibrate="temperature")[0]
    assert row["recalibrated_temperature:dog"] == scaled.recorded["temperature:dog"][0]


def test_each_label_has_its_own_regression():
    raw, scaled = anim.calibrate(RUN, "isotonic")
    for name in NAMES:
        before, after = (run.of_view(f"label:{name}").probs(0)[:, 1] for run in (raw, scaled))
        order = np.argsort(before, kind="stable")
        assert (np.diff(after[order]) >= -1e-6).all()
    pairs = np.round(np.stack([raw.probs(0)[:, 1], scaled.probs(0)[:, 1]]), 6)
    order = np.argsort(pairs[0])
    # Not one function for all labels.
    assert (np.diff(pairs[1][order]) < -0.01).any()


def test_a_label_without_a_temperature_is_named():
    sure = LABELS.copy()
    sure[:, 1] = TRUE[:, 1] > 0
    run = recorded(logits=TRUE[None].astype(np.float32), labels=sure)
    with pytest.warns(UserWarning, match="label ant"):
        anim.calibrate(run)
    with pytest.raises(SettingError, match="expected 'temperature' or 'isotonic' for several"):
        anim.calibrate(run, "vector")
