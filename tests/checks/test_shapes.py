"""Predictions and labels of any shape become rows of examples, or are refused."""

import re
import time

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from anim.checks.labels import checked_labels
from anim.checks.layout import Layout, unravelled
from anim.checks.predictions import Scores, checked_scores
from anim.checks.shapes import flat_labels, flattened, layout_of
from anim.errors import SettingError

RNG = np.random.default_rng(0)


def some(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def some_labels(*shape, classes=2):
    return RNG.integers(0, classes, shape)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.integers(2, 5),
    st.integers(0, 4),
    st.booleans(),
)
def test_each_example_has_the_scores_that_are_at_its_label(shape, classes, axis, is_negative):
    axis = min(axis, len(shape))
    scores = some(*shape[:axis], classes, *shape[axis:])
    labels = some_labels(*shape, classes=classes)
    class_axis = axis - scores.ndim if is_negative else axis
    flat, own, layout = flattened({"logits": scores}, labels, class_axis=class_axis)
    own = checked_labels(own)
    rows = checked_scores(Scores("logits", flat["logits"], len(own)))
    for row, index in enumerate(np.ndindex(*shape)):
        np.testing.assert_array_equal(rows[row], scores[(*index[:axis], ..., *index[axis:])])
        assert own[row] == labels[index]
        assert layout is None or unravelled(row, layout.shape) == index


@pytest.mark.parametrize(
    ("labels", "scores", "axis"),
    [
        ((4, 7), (4, 7, 3), 2),
        ((4, 7), (4, 3, 7), 1),
        ((4, 3), (4, 3, 7), 2),
        ((4, 5, 6), (4, 3, 5, 6), 1),
        ((4, 5, 6), (4, 5, 6, 3), 3),
        ((2, 5, 6, 7), (2, 3, 5, 6, 7), 1),
        ((4, 10, 10), (4, 10, 10, 3), 3),
        # An axis of length 1 may stand for the classes in the labels.
        ((4, 1, 5, 6), (4, 3, 5, 6), 1),
        ((4, 5, 6, 1), (4, 5, 6, 3), 3),
        ((4, 1), (4, 1, 3), 2),
        # One score for each example.
        ((4, 7), (4, 7, 1), 2),
        ((4, 5, 6), (4, 1, 5, 6), 1),
        ((4, 1, 5, 6), (4, 1, 5, 6), 1),
        ((4, 5, 6, 1), (4, 5, 6, 1), 3),
        ((4, 1), (4, 1, 1), 1),
        ((4, 5, 6, 1), (4, 5, 6), None),
    ],
)
def test_the_axis_of_the_classes_is_found_by_shapes(labels, scores, axis):
    values, truth = some(*scores), some_labels(*labels)
    layout = layout_of({"probs": values}, truth)
    assert layout is not None and not layout.is_one_hot
    assert layout.axis == axis
    assert layout.flat("labels", truth).shape == (truth.size,)
    assert len(layout.flat("probs", values)) == truth.size


@pytest.mark.parametrize(
    ("labels", "scores"),
    [
        *((None, (9, 3)), (None, (9,)), ((9,), (9, 3)), ((9,), (9,)), ((9,), (9, 1))),
        *(((9, 1), (9, 3)), ((9, 3), (9, 3)), ((9, 2), (9,)), ((9, 1), (9,))),
    ],
)
def test_what_has_one_axis_of_examples_is_left_as_it_is(labels, scores):
    truth = None if labels is None else some_labels(*labels)
    predictions = {"logits": some(*scores)}
    found = flattened(predictions, truth)
    assert found[0] is predictions and found[1] is truth and found[2] is None


@pytest.mark.parametrize(
    ("labels", "scores", "problem"),
    [
        ((4, 10), (4, 10, 10), "expected 1 or -1 with labels of shape [4, 10], as the classes in "),
        ((4, 9, 9), (4, 9, 9, 9), "logits of shape [4, 9, 9, 9] may be at axis 1 or at axis 3"),
        ((4, 7), (4, 6, 3), "expected shape [4, 7, K] or [4, K, 7] for labels of shape [4, 7], "),
        ((4,), (4, 6, 3), "expected shape [4, K] for labels of shape [4], got [4, 6, 3]"),
        ((4, 7), (28, 3), None),
        ((4, 5, 6), (120, 3), "[4, 5, 6, K] or [4, K, 5, 6] for labels of shape [4, 5, 6], got "),
        (
            (4, 3, 5, 6),
            (4, 3, 5, 6),
            "for one example, pass multilabel=True; of a binary model, logits[...",
        ),
    ],
)
def test_shapes_that_fit_in_no_way_or_in_two_are_refused(labels, scores, problem):
    truth = some_labels(*labels)
    if problem is None:
        # As two axes may hold one-hot labels, these are looked at where all are.
        _, own, _ = flattened({"logits": some(*scores)}, truth)
        with pytest.raises(ValueError, match="one-hot rows"):
            checked_labels(own)
        return
    with pytest.raises(SettingError, match=re.escape(problem)):
        flattened({"logits": some(*scores)}, truth)


@pytest.mark.parametrize(("class_axis", "axis"), [(1, 1), (-1, 2), (2, 2), (-2, 1)])
def test_class_axis_says_which_of_two(class_axis, axis):
    layout = layout_of({"logits": some(4, 9, 9)}, some_labels(4, 9), class_axis=class_axis)
    assert layout == Layout((4, 9), axis)


@pytest.mark.parametrize(
    ("class_axis", "scores", "problem"),
    [
        (3, (4, 9, 9), r"class_axis: expected an axis of logits of shape \[4, 9, 9\], got 3"),
        (True, (4, 9, 9), "class_axis: expected an integer, got True"),
        (1.0, (4, 9, 9), "class_axis: expected an integer, got 1.0"),
        (0, (4, 9, 9), r"shape of the labels without axis 0, for labels of shape \[4, 9\], got"),
        (-1, (4,), r"class_axis: expected an axis of logits of shape \[4\], got -1"),
    ],
)
def test_another_class_axis_is_refused(class_axis, scores, problem):
    with pytest.raises(SettingError, match=problem):
        layout_of({"logits": some(*scores)}, some_labels(4, 9), class_axis=class_axis)
    with pytest.raises(SettingError, match="class_axis: expected it with logits or probs, got con"):
        layout_of({"confidence": some(4, 9)}, some_labels(4, 9), class_axis=-1)


def one_hot(labels, classes, axis):
    return np.moveaxis(np.eye(classes, dtype=int)[labels], -1, axis)


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_one_hot_labels_have_the_shape_of_the_scores(axis):
    labels = some_labels(4, 5, 6, classes=3)
    truth = one_hot(labels, 3, axis)
    said = axis if axis == 2 else None
    flat, own, layout = flattened({"probs": some(*truth.shape)}, truth, class_axis=said)
    np.testing.assert_array_equal(checked_labels(own), labels.ravel())
    assert flat["probs"].shape == (120, 3)
    assert layout == Layout((4, 5, 6), axis, is_one_hot=True)
    if axis != 2:
        own, shape = flat_labels(truth)
        np.testing.assert_array_equal(checked_labels(own), labels.ravel())
        assert shape == (4, 5, 6)


def test_labels_that_are_one_hot_along_two_axes_are_refused():
    both = np.stack([np.eye(5, dtype=int)] * 3)
    with pytest.raises(SettingError, match="class_axis: expected 1 or -1 with one-hot labels"):
        layout_of({"logits": some(3, 5, 5)}, both)
    with pytest.raises(SettingError, match="class_axis: expected 1 or -1 with one-hot labels"):
        flat_labels(both)
    found = layout_of({"logits": some(3, 5, 5)}, both, class_axis=1)
    assert found == Layout((3, 5), 1, is_one_hot=True)


def test_images_of_a_binary_model_have_scores_of_the_shape_of_the_labels():
    labels, logits = some_labels(4, 8, 9), some(4, 8, 9)
    flat, own, layout = flattened({"logits": logits}, labels)
    assert layout == Layout((4, 8, 9), None)
    np.testing.assert_array_equal(flat["logits"], logits.ravel())
    np.testing.assert_array_equal(own, labels.ravel())
    # A batch may hold no pixel of class 1.
    assert layout_of({"logits": logits}, np.zeros((4, 8, 9), bool)) == layout
    # Labels of ignored pixels are not looked at here.
    assert layout_of({"logits": logits}, np.where(labels, 255, 0)) == layout


def test_one_hot_labels_with_rows_of_zeros_are_not_taken_for_a_binary_model():
    padded = one_hot(some_labels(4, 6, classes=3), 3, -1)
    padded[0, 4:] = 0
    with pytest.raises(SettingError, match=r"logits\[\.\.\., None\], and with one-hot labels"):
        layout_of({"logits": some(4, 6, 3)}, padded)
    _, own, _ = flattened({"logits": some(4, 6, 3)}, padded, class_axis=-1)
    with pytest.raises(ValueError, match=r"one-hot rows .* got \[0, 0, 0\] at index 4"):
        checked_labels(own)


def test_soft_labels_are_refused_as_they_are_for_rows():
    soft = np.full((4, 6, 3), 1 / 3)
    own, _ = flat_labels(soft)
    with pytest.raises(ValueError, match="for soft labels, pass the arg max"):
        checked_labels(own)
    _, own, _ = flattened({"logits": some(4, 6, 3)}, soft)
    with pytest.raises(ValueError, match="for soft labels, pass the arg max"):
        checked_labels(own)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        *(((9,), None), ((9, 1), None), ((4, 7), (4, 7)), ((4, 5, 6), (4, 5, 6))),
        *(((4, 5, 1), (4, 5)), ((4, 1, 5, 6), (4, 1, 5, 6))),
    ],
)
def test_labels_that_come_before_predictions_say_their_shape(shape, expected):
    labels = some_labels(*shape, classes=9)
    own, found = flat_labels(labels)
    assert found == expected
    np.testing.assert_array_equal(checked_labels(own), labels.ravel())


def test_names_and_lists_have_a_shape_too():
    names = [["ant", "bee"], ["bee", "bee"], ["ant", "ant"]]
    own, shape = flat_labels(names)
    assert shape == (3, 2)
    np.testing.assert_array_equal(checked_labels(own, ("ant", "bee")), [0, 1, 1, 1, 0, 0])
    flat, own, _ = flattened({"logits": some(3, 2, 4).tolist()}, names)
    assert flat["logits"].shape == (6, 4) and len(own) == 6


def test_scores_follow_the_shape_of_labels_that_came_before():
    assert layout_of({"logits": some(2, 7, 3)}, label_shape=(9, 7)) == Layout((2, 7), 2)
    assert layout_of({"logits": some(2, 5, 6)}, label_shape=(9, 5, 6)) == Layout((2, 5, 6), None)
    assert layout_of({"confidence": some(2, 7)}, label_shape=(9, 7)) == Layout((2, 7), None)
    with pytest.raises(SettingError, match=r"logits: expected another axis for the classes"):
        layout_of({"logits": some(2, 7)}, label_shape=(9, 7))
    with pytest.raises(SettingError, match=r"expected the shape of the labels, \[2, 7\], got"):
        layout_of({"confidence": some(2, 8)}, label_shape=(9, 7))
    with pytest.raises(SettingError, match=r"expected shape \[2, 7, K\] or \[2, K, 7\] for"):
        layout_of({"logits": some(2, 8, 3)}, label_shape=(9, 7))


@pytest.mark.parametrize(
    ("scores", "count", "expected"),
    [
        ((4, 7, 3), 28, Layout((4, 7), 2)),
        ((4, 3, 5, 6), 120, Layout((4, 5, 6), 1)),
        ((4, 5, 6), 120, Layout((4, 5, 6), None)),
        ((4, 1, 5, 6), 120, Layout((4, 5, 6), 1)),
        ((9, 3), 9, None),
    ],
)
def test_scores_of_a_known_number_of_examples_are_decided_by_it(scores, count, expected):
    assert layout_of({"logits": some(*scores)}, count=count) == expected


def test_what_a_number_of_examples_does_not_decide_is_refused():
    with pytest.raises(SettingError, match="with labels that came before them"):
        layout_of({"logits": some(4, 7, 7)}, count=28)
    with pytest.raises(SettingError, match="with labels that came before them"):
        layout_of({"logits": some(4, 7, 3)})
    with pytest.raises(SettingError, match=r"expected scores of 27 examples, got shape \[4, 7, 3"):
        layout_of({"logits": some(4, 7, 3)}, count=27)
    assert layout_of({"logits": some(4, 7, 7)}, count=28, class_axis=1) == Layout((4, 7), 1)


def test_a_confidence_has_the_shape_of_the_labels():
    confidence, labels = some(4, 7), some_labels(4, 7, classes=9)
    flat, own, _ = flattened({"confidence": confidence, "correct": labels > 3}, labels)
    assert flat["confidence"].shape == flat["correct"].shape == own.shape == (28,)
    for axis in (1, -1):
        truth = one_hot(labels, 9, axis)
        flat, own, _ = flattened({"confidence": confidence}, truth)
        np.testing.assert_array_equal(checked_labels(own), labels.ravel())
    assert layout_of({"confidence": some(9)}, some_labels(9)) is None
    assert layout_of({"confidence": some(9)}, one_hot(some_labels(9), 2, -1)) is None
    with pytest.raises(SettingError, match=r"labels: expected shape .* fit in two ways"):
        layout_of({"confidence": some(4, 7)}, some_labels(4, 7, 7))


def test_plain_arrays_cost_nothing():
    labels, logits = some_labels(100_000), some(100_000, 2)
    for truth, scores in ((labels, logits), (labels.tolist(), logits.tolist())):
        began = time.process_time()
        for _ in range(1000):
            flattened({"logits": scores}, truth)
        # About a microsecond each; one look at all of them takes longer.
        assert time.process_time() - began < 0.1
