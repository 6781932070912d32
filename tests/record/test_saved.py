"""Scores of a file: what counts as probabilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from anim.record.saved import as_probs
from tests.support.predictions import softmax
from tests.support.saved_predictions import LOGITS, PROBS


@pytest.mark.parametrize(
    ("values", "tolerance"),
    [
        (PROBS[0], 0),
        (np.round(PROBS[1], 2), 0.02),
        (np.round(100 * PROBS[2], 1), 0.002),
    ],
    ids=["exact", "two decimals", "percent"],
)
def test_exact_and_rounded_probs_and_percentages_become_rows_that_sum_to_1(values, tolerance):
    probs = as_probs(values)
    percent = 100 if values.max() > 1 else 1
    np.testing.assert_allclose(probs.sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(probs, values / percent, atol=tolerance)


@pytest.mark.parametrize(
    "values",
    [LOGITS[0], PROBS[0] / 2, 2 * PROBS[0], np.full((3, 2), np.nan), np.array([0.5, 1.5])],
    ids=["logits", "half", "double", "nan", "one output above 1"],
)
def test_other_scores_are_not_probs(values):
    assert as_probs(values) is None


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    logits=arrays(np.float64, (5, 4), elements=st.floats(-20, 20)),
    decimals=st.sampled_from([2, 3, 6]),
    scale=st.sampled_from([1, 100]),
)
def test_rounding_any_probs_loses_no_more_than_the_digits_rounded_away(logits, decimals, scale):
    probs = softmax(logits)
    rounded = np.round(scale * probs, decimals - 2 if scale == 100 else decimals)
    found = as_probs(rounded)
    np.testing.assert_allclose(found.sum(1), 1, atol=2e-3)
    # A row of four that was rounded by at most e each, and divided by a sum within 4 e of 1.
    error = 0.5 * 10.0**-decimals
    np.testing.assert_allclose(found, probs, atol=5 * error / (1 - 4 * error) + 1e-12)
