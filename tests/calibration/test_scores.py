"""What statistics of predictions share: many snapshots at once, and checks of shapes."""

import jax
import numpy as np
import pytest

from anim import calibration
from tests.support.amounts import slow
from tests.support.predictions import DEGENERATE, model, softmax

pytestmark = pytest.mark.usefixtures("doubles")


OF_PREDICTIONS = {
    "ece": calibration.calibration_error,
    "classwise": lambda *pair: calibration.calibration_error(*pair, classwise=True),
    "mass": lambda *pair: calibration.calibration_error(*pair, binning="mass"),
    "debiased": lambda *pair: calibration.calibration_error(*pair, norm="l2", debias=True),
    "gap": calibration.signed_gap,
    "nll": calibration.negative_log_likelihood,
    "nll of logits": calibration.negative_log_likelihood_of_logits,
    "brier": calibration.brier_score,
    "brier parts": lambda *pair: calibration.brier_decomposition(*pair, 5),
}


@pytest.mark.parametrize("place", [np.asarray, *slow(jax.numpy.asarray)], ids=["host", "device"])
@pytest.mark.parametrize("name", OF_PREDICTIONS)
def test_snapshots_together_give_the_errors_of_each_alone(name, place):
    logits, labels = model(500, classes=3)
    probs = softmax(np.stack([logits * t for t in (0.1, 0.5, 1, 2, 4, 8)]))
    statistic = OF_PREDICTIONS[name]
    together = statistic(place(probs.reshape(2, 3, 500, 3)), labels)
    alone = [np.asarray(statistic(one, labels)) for one in probs]
    found = np.moveaxis(np.asarray(together), (-2, -1), (0, 1))
    np.testing.assert_allclose(found.reshape(np.shape(alone)), alone, rtol=1e-12)


@pytest.mark.parametrize("case", DEGENERATE)
def test_degenerate_predictions_give_numbers(case):
    probs, labels = (np.array(part) for part in DEGENERATE[case][:2])
    for statistic in OF_PREDICTIONS.values():
        assert np.isfinite(np.asarray(statistic(probs, labels))).all()
