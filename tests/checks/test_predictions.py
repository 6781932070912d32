"""Which values are probabilities."""

import ml_dtypes
import numpy as np
import pytest

from anim.checks.confidences import checked_confidence
from anim.checks.predictions import Scores, checked_scores, rows_are_probs
from anim.errors import NotFiniteError
from tests.support.predictions import softmax

LOGITS = np.random.default_rng(0).normal(0, 3, (500, 4)).astype(np.float32)
PROBS = softmax(LOGITS.astype(np.float64))
MIXED = np.where(np.arange(500)[:, None] < 200, PROBS, LOGITS)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (PROBS, True),
        (PROBS.astype(ml_dtypes.bfloat16), True),
        (np.eye(4, dtype=int), True),
        (LOGITS, False),
        (LOGITS.astype(ml_dtypes.bfloat16), False),
        (PROBS / 2, False),
        (PROBS * 1.0055, False),
        (np.log(PROBS), False),
        (np.zeros((0, 3)), False),
        # A coincidence in one row of many.
        (np.concatenate([PROBS[:1], LOGITS]), False),
    ],
)
def test_rows_are_probs_if_they_are_in_0_to_1_and_sum_to_1(scores, expected):
    assert rows_are_probs(scores) == expected


def test_rows_of_both_kinds_are_refused():
    with pytest.raises(ValueError, match=r"^predictions: expected either .* got 20\d of 500 rows"):
        rows_are_probs(MIXED)
    with pytest.raises(ValueError, match=r"^probs: expected numbers in \[0, 1\]"):
        checked_scores(Scores("probs", MIXED, 500))


def test_scores_that_rounding_moved_beyond_0_or_1_are_moved_back():
    given = np.array([[-1e-7, 1.0000001], [-0.0, 1.0], [0.3, 0.7]])
    found = checked_scores(Scores("probs", given, 3))
    np.testing.assert_array_equal(found, np.float32([[0, 1], [0, 1], [0.3, 0.7]]))
    assert not np.signbit(found).any()
    np.testing.assert_array_equal(
        checked_confidence([1.0000001, -0.0, 0.5], np.zeros(3, bool)), [1, 0, 0.5]
    )
    assert (given[0] == [-1e-7, 1.0000001]).all()


def test_rows_that_float32_cannot_tell_from_1_keep_their_bits():
    given = PROBS.astype(np.float32)
    assert (given.sum(1) != 1).any()
    np.testing.assert_array_equal(checked_scores(Scores("probs", given, 500)), given)


def test_rows_of_rounded_decimals_are_divided_by_their_sums():
    given = PROBS.round(4)
    expected = given / given.sum(1, keepdims=True)
    np.testing.assert_allclose(checked_scores(Scores("probs", given, 500)), expected, rtol=1e-6)


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
@pytest.mark.parametrize(("wrong", "named"), [(1.3, "1.3"), (-0.5, "-0.5"), (97.0, "97.0")])
def test_one_output_out_of_range_is_named_as_it_was_given(shape, wrong, named):
    given = np.array([0.1, 0.9, wrong, 0.5]).reshape(shape)
    with pytest.raises(
        ValueError, match=rf"^probs: expected numbers in .*, got {named} at index 2$"
    ):
        checked_scores(Scores("probs", given, 4))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, ml_dtypes.bfloat16])
def test_one_output_is_the_score_of_class_1(dtype):
    given = np.array([0.125, 1.0, 0.0]).astype(dtype)
    expected = [[0.875, 0.125], [0, 1], [1, 0]]
    np.testing.assert_array_equal(checked_scores(Scores("probs", given, 3)), expected)
    np.testing.assert_array_equal(checked_scores(Scores("logits", given, 3))[:, 1], [0.125, 1, 0])


@pytest.mark.parametrize(
    ("probs", "problem"),
    [
        (
            np.log(PROBS),
            r"numbers in \[0, 1\] \(these are logarithms of probabilities: pass logits",
        ),
        (np.log(PROBS).astype(np.float16), "these are logarithms of probabilities"),
        (100 * PROBS, "these are percentages: divide them by 100"),
        ((100 * PROBS).round(1), "these are percentages: divide them by 100"),
        (LOGITS, "did you pass logits"),
        (-np.abs(LOGITS), "did you pass logits"),
        (
            PROBS / 2,
            r"rows that sum to 1 \(within 0.001 for float64; did you pass",
        ),
        (PROBS * 0.995, "rows that sum to 1 .*divide rounded rows by their sums"),
        ((PROBS * 1.2).clip(0, 1).astype(ml_dtypes.bfloat16), "rows that sum to 1 .*for bfloat16"),
        (1 - PROBS, "rows that sum to 1"),
        (PROBS.astype(str), "probs: expected numbers, got <U"),
        (PROBS.astype(complex), "probs: expected numbers, got complex128"),
        (PROBS.T, r"probs: expected shape \[500, K\] with K >= 2, got \[4, 500\]"),
        (PROBS[:, :0], r"expected shape \[500, K\]"),
    ],
)
def test_what_is_no_probability_is_refused_with_what_it_seems_to_be(probs, problem):
    with pytest.raises(ValueError, match=problem):
        checked_scores(Scores("probs", probs, 500))


def test_a_softmax_that_was_summed_in_bfloat16_term_by_term_is_refused():
    """NumPy adds one to 256 in bfloat16 and stays at 256."""
    grown = np.ones((2, 1000), ml_dtypes.bfloat16)
    probs = grown / grown.sum(1, keepdims=True)
    assert probs.astype(float).sum() > 7
    with pytest.raises(ValueError, match=r"sum to 1 .*compute the softmax in float32"):
        checked_scores(Scores("probs", probs, 2))


# A logit of -inf says that a class cannot be.
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *((name, wrong) for name in ("logits", "probs") for wrong in (np.nan, np.inf, 1e300)),
        ("probs", -np.inf),
    ],
)
@pytest.mark.parametrize("convert", [np.asarray, np.float32, np.ndarray.tolist])
def test_numbers_that_float32_does_not_hold_are_named(name, wrong, convert):
    given = PROBS.copy()
    given[3, 1] = wrong
    with np.errstate(over="ignore"):
        given = convert(given)
    with pytest.raises(NotFiniteError, match=rf"^{name}: expected finite .* at index \[3, 1\]"):
        checked_scores(Scores(name, given, 500))


def test_another_number_of_predictions_than_of_labels_is_said():
    with pytest.raises(ValueError, match="there are 90 labels, and predictions for 100 examples"):
        Scores("logits", np.zeros((100, 2)), 90)
