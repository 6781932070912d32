"""Labels of any form become class indices."""

import numpy as np
import pytest

from anim.checks.labels import check_range, checked_classes, checked_labels

LABELS = np.random.default_rng(0).integers(0, 4, 50)
NAMES = ("ant", "bee", "cat", "dog")


@pytest.mark.parametrize(
    "labels",
    [LABELS, LABELS.tolist(), LABELS[:, None], LABELS.astype(float), np.eye(4)[LABELS]],
    ids=["integers", "list", "column", "floats", "one-hot"],
)
def test_labels_become_int32_of_shape_n(labels):
    checked = checked_labels(labels)
    assert checked.dtype == np.int32
    np.testing.assert_array_equal(checked, LABELS)


@pytest.mark.parametrize("convert", [np.asarray, list, lambda x: x.astype(object)])
def test_names_become_their_index_in_classes(convert):
    labels = convert(np.array(NAMES)[LABELS])
    np.testing.assert_array_equal(checked_labels(labels, NAMES), LABELS)


@pytest.mark.parametrize(
    ("labels", "classes", "problem"),
    [
        (["ant", "dog"], NAMES[:3], "expected one of ant, bee, cat, got 'dog' at index 1"),
        (["ant", "dog"], None, r"expected integers in \[0, K\), got 'ant'.* need classes="),
        ([0, 1, -1], None, "expected non-negative integers, got -1 at index 2"),
        ([0, 0.5], None, "expected non-negative integers, got 0.5 at index 1"),
        ([0, np.nan], None, "expected non-negative integers, got nan at index 1"),
        ([[0, 1], [1, 1]], None, r"one-hot rows of shape \[N, K\], got \[1 1\] at index 1"),
        ([], None, r"expected integers of shape \[N\], got shape \(0,\)"),
        (None, None, "labels: expected"),
    ],
)
def test_the_error_for_wrong_labels_says_what_is_wrong_and_where(labels, classes, problem):
    with pytest.raises(ValueError, match=problem):
        checked_labels(labels, classes)


def test_a_label_beyond_the_classes_is_named_with_its_index():
    labels = np.zeros(50, np.int32)
    labels[41] = 7
    with pytest.raises(ValueError, match=r"^labels: expected integers in \[0, 3\), got 7 at index"):
        check_range(labels, 3)
    check_range(labels, 8)


@pytest.mark.parametrize(
    ("classes", "problem"),
    [
        (["ant"], "expected at least two names, got ant"),
        (["ant", "bee", "ant"], "expected distinct names, got 'ant' twice"),
    ],
)
def test_classes_are_at_least_two_distinct_names(classes, problem):
    with pytest.raises(ValueError, match=problem):
        checked_classes(classes)


def test_classes_become_texts():
    assert checked_classes([0, 1]) == ("0", "1")
    assert checked_classes(None) is None
