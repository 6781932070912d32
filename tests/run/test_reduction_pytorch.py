"""What ``keep="top"`` keeps of tensors that lie on another device than the CPU."""

import numpy as np
import pytest

from anim.run.reduction import Reduced, Reducer
from tests.support.predictions import softmax
from tests.support.reductions import case, exactly

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from anim.run.reduction_torch import reduced_there  # noqa: E402


@pytest.mark.parametrize("scale", [1, 30])
@pytest.mark.parametrize("classes", [2, 3, 1000])
def test_no_digit_of_nll_and_brier_score_is_lost_near_0(classes, scale):
    logits, labels = case(classes, scale)
    found = Reduced(*reduced_there("logits", torch.from_numpy(logits), labels))
    nll, brier = exactly(logits, labels)
    np.testing.assert_allclose(found.nll, nll, rtol=2e-5, atol=1e-37)
    np.testing.assert_allclose(found.brier, brier, rtol=2e-5, atol=1e-37)
    np.testing.assert_array_equal(found.correct, logits.argmax(1) == labels)
    np.testing.assert_allclose(found.confidence, softmax(logits).max(1), rtol=2e-6)


@pytest.mark.parametrize("kind", ["logits", "probs"])
def test_a_tensor_elsewhere_is_reduced_as_an_array_here(kind):
    for classes in (2, 5):
        logits, labels = case(classes)
        # Equal scores, too.
        logits[::3] = np.round(logits[::3])
        scores = logits if kind == "logits" else softmax(logits)
        for found, expected in zip(
            reduced_there(kind, torch.from_numpy(scores), labels),
            Reducer(kind)(scores, labels),
            strict=True,
        ):
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["logits", "probs"])
def test_of_equal_scores_the_first_is_predicted(kind):
    scores = np.array([[0.2, 0.4, 0.4], [0.2, 0.4, 0.4], [0.4, 0.2, 0.4]], np.float32)
    labels = np.array([1, 2, 0], np.int32)
    found = reduced_there(kind, torch.from_numpy(scores), labels)
    assert found[1].tolist() == [True, False, True]
