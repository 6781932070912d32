"""Labels of any form become class indices."""

import time

import numpy as np
import pandas as pd
import pytest

from anim.checks.labels import check_range, checked_classes, checked_labels

LABELS = np.random.default_rng(0).integers(0, 4, 50)
NAMES = ("ant", "bee", "cat", "dog")


@pytest.mark.parametrize(
    "labels",
    [
        *(LABELS, LABELS.tolist(), LABELS[:, None], LABELS.astype(float), np.eye(4)[LABELS]),
        *(np.eye(4, dtype=bool)[LABELS], LABELS.astype(object), LABELS[:, None].astype(object)),
        *(LABELS.astype(np.uint64), np.ma.array(LABELS)),
    ],
    ids=[
        *("integers", "list", "column", "floats", "one-hot", "one-hot of bool", "objects"),
        *("column of objects", "unsigned", "no masked value"),
    ],
)
def test_labels_become_int32_of_shape_n(labels):
    checked = checked_labels(labels)
    assert checked.dtype == np.int32
    np.testing.assert_array_equal(checked, LABELS)


def test_booleans_are_two_classes():
    np.testing.assert_array_equal(checked_labels(LABELS > 1), LABELS > 1)
    np.testing.assert_array_equal(checked_labels((LABELS > 1).tolist()), LABELS > 1)


@pytest.mark.parametrize(
    "convert",
    [
        *(np.asarray, list, lambda x: x.astype(object), lambda x: x[:, None]),
        *(lambda x: x.astype("S"), lambda x: x.astype("S").tolist(), pd.Categorical, pd.Series),
        lambda x: x.astype(np.dtypes.StringDType()),
    ],
)
def test_names_become_their_index_in_classes(convert):
    labels = convert(np.array(NAMES)[LABELS])
    np.testing.assert_array_equal(checked_labels(labels, NAMES), LABELS)


@pytest.mark.parametrize(
    ("labels", "classes", "problem"),
    [
        (["ant", "dog"], NAMES[:3], "expected one of ant, bee, cat, got 'dog' at index 1"),
        (["ant", "dog"], None, r"expected integers in \[0, K\), got 'ant'.* need classes="),
        (
            [0, 1, -1],
            None,
            r"integers \(ignore=-1 leaves these out\), got -1 at index 2",
        ),
        (
            [0, 0.5],
            None,
            r"regression are not recorded, as they are no classes\), got 0.5 at index 1",
        ),
        ([0, np.nan], None, "expected non-negative integers, got nan at index 1"),
        ([[0, 1], [1, 1]], None, r"one-hot rows of shape \[N, K\] .*, got \[1, 1\] at index 1"),
        ([], None, r"expected integers of shape \[N\], got shape \[0\]"),
        (None, None, "expected an array, got None"),
        ([0, None], None, "expected integers, or names, got None at index 1"),
        (["ant", None], NAMES, "expected integers, or names, got None at index 1"),
        (["ant", 1], NAMES, r"or names, not both \('ant' came before\), got 1 at index 1"),
        ([1, "ant"], NAMES, r"or names, not both \(1 came before\), got 'ant' at index 1"),
        ([["ant", "bee"]], NAMES, r"expected names of shape \[N\], got shape \[1, 2\]"),
        (np.array(["2026-01-01"], "M8[D]"), None, "expected integers or names, got datetime64"),
        (np.array([1], "m8[s]"), None, "expected integers or names, got timedelta64"),
        ([0j, 1], None, "expected integers or names, got complex128"),
        (np.zeros(2, [("a", int)]), None, "expected integers or names, got "),
        ([0, np.inf], None, "expected non-negative integers, got inf at index 1"),
        (
            [0, -100],
            None,
            r"integers \(ignore=-100 leaves these out\), got -100 at index 1",
        ),
        ([0, 2_000_000_000], None, "integers below 1,000,000, .*, got 2000000000 at index 1"),
        (np.array([0, 2**64 - 1], np.uint64), None, "got 18446744073709551615 at index 1"),
        ([0, 10**30], None, "integers below 1,000,000"),
        ([0, 10**400], None, "integers below 1,000,000"),
        ([[1, 0, 1], [0, 0, 1]], None, r"multilabel=True\), got \[1, 0, 1\] at index 0"),
        ([[0, 0], [0, 1]], None, r"multilabel=True\), got \[0, 0\] at index 0"),
        (
            [[0.2, 0.8], [0, 1]],
            None,
            r"\(for soft labels, pass the arg max .*\), got \[0.2, 0.8\] at index 0",
        ),
        ([[0.5, 3.5], [3, 4]], None, r"detection, .* of the boxes\), got \[0.5, 3.5\] at index 0$"),
        ([[1, 2], [3, 4]], None, r"\[N, K\], got \[1, 2\] at index 0$"),
        (np.full((2, 999), 2), None, r"got \[2, 2, 2, 2, 2, 2, 2, 2, ...\] at index 0$"),
        (np.zeros((2, 2, 2), int), None, r"shape \[N\], got shape \[2, 2, 2\]"),
        (3, None, r"shape \[N\], got shape \[\]"),
        ({0, 1}, None, "expected an array, got set"),
        ((i for i in range(3)), None, "expected an array, got generator"),
        (np.ma.array([0, 1], mask=[0, 1]), None, "expected an array without masked values"),
        (["x" * 999], NAMES, "got 'x{59}... at index 0$"),
    ],
)
def test_the_error_for_wrong_labels_says_what_is_wrong_and_where(labels, classes, problem):
    with pytest.raises(ValueError, match=problem):
        checked_labels(labels, classes)


def test_a_label_beyond_the_classes_is_named_with_its_index():
    labels = np.zeros(50, np.int32)
    labels[41] = 7
    with pytest.raises(
        ValueError, match=r"^labels: expected integers in \[0, 3\) .*, got 7 at index"
    ):
        check_range(labels, 3)
    check_range(labels, 8)


@pytest.mark.parametrize(
    ("classes", "problem"),
    [
        (["ant"], "expected at least two names, got ant"),
        ([], "expected at least two names, got none"),
        (["ant", "bee", "ant"], "expected distinct names, got 'ant' twice"),
        (["a", "b", "b", "a"], "expected distinct names, got 'a', 'b' twice"),
        (["a", "b", "a", "a"], "expected distinct names, got 'a' more often than once"),
        ([1, "1"], "expected distinct names, got '1' twice"),
        (["a", None], "expected names, got None at index 1"),
        ([["a"], ["b"]], r"expected names, got \['a'\] at index 0"),
        ({"cat": 1, "dog": 0}, "in the order of their indices, as a list, got a dict"),
        ({"cat", "dog"}, "in the order of their indices, as a list, got a set"),
    ],
)
def test_classes_are_at_least_two_distinct_names_in_order(classes, problem):
    with pytest.raises(ValueError, match=f"^classes: .*{problem}"):
        checked_classes(classes)


def test_classes_become_texts():
    assert checked_classes([0, 1]) == ("0", "1")
    assert checked_classes(np.array(["a", "b"])) == ("a", "b")
    assert checked_classes([b"a", "b"]) == ("a", "b")
    assert checked_classes(None) is None


def test_names_are_checked_and_resolved_in_linear_time():
    names = [f"class {i}" for i in range(32_000)]
    began = time.process_time()
    classes = checked_classes(names)
    checked = checked_labels(names[::-1], classes)
    assert time.process_time() - began < 2
    np.testing.assert_array_equal(checked, np.arange(32_000)[::-1])
    with pytest.raises(ValueError, match=r"got 'class 0', 'class 1', .*, \.\.\. twice"):
        checked_classes(names * 2)


@pytest.mark.parametrize("classes", [[2, 1, 0], [1, 2, 3], np.array([0, 2, 1]), ["a", 0]])
def test_integers_that_could_be_other_labels_are_no_names(classes):
    with pytest.raises(ValueError, match="classes: expected names, got integers that are labels"):
        checked_classes(classes)


@pytest.mark.parametrize("classes", [[0, 1, 2], [3, 5, 8], ["2", "1", "0"]])
def test_integers_that_are_no_other_label_are_names(classes):
    assert checked_classes(classes) == tuple(map(str, classes))
