"""Which values are probabilities."""

import numpy as np
import pytest

from anim.checks.predictions import rows_are_probs
from tests.support.predictions import softmax

LOGITS = np.random.default_rng(0).normal(0, 3, (500, 4)).astype(np.float32)
PROBS = softmax(LOGITS.astype(np.float64))


@pytest.mark.parametrize(
    ("scores", "expected"),
    [(PROBS, True), (LOGITS, False), (PROBS / 2, False), (np.zeros((0, 3)), False)],
    ids=["probs", "logits", "half", "empty"],
)
def test_rows_are_probs_if_they_are_in_0_to_1_and_sum_to_1(scores, expected):
    assert rows_are_probs(scores) == expected
