"""Labels, predictions and scores through one list of classes; one score for two classes."""

import numpy as np
import pandas as pd
import pytest

from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame, recorded, refused

PROB = [f"prob_{k}" for k in range(3)]
NAMES = np.array(["cat", "dog", "emu"])
# P(class 1) and labels of two classes.
ONE = PROBS[:, 1]
BINARY = (LABELS == 1).astype(int)
RIGHT = float(((ONE > 0.5) == BINARY).mean())


def single(labels, scores=ONE, name="y_prob", **more):
    return frame(PROB, labels).drop(columns=PROB).assign(**{name: scores}, **more)


def test_names_of_labels_are_the_order_of_numbered_columns_only_if_given(tmp_path, capsys):
    table = frame(PROB, NAMES[LABELS])
    assert "expected one of 0, 1, 2, got" in refused(tmp_path, capsys, table)
    run = recorded(tmp_path, table, "--classes", "cat,dog,emu")
    assert (run.classes, accuracy(run)) == (("cat", "dog", "emu"), ACCURACY)


@pytest.mark.parametrize("count", [2, 4])
def test_a_wrong_number_of_classes_is_refused(tmp_path, count, capsys):
    options = ("--classes", ",".join("abcd"[:count]))
    problem = refused(tmp_path, capsys, frame(PROB), *options)
    assert f"expected 3 names, one for each score, got {count}" in problem


@pytest.mark.parametrize("change", [str.upper, str.title, "{} ".format, "{}".format])
def test_labels_in_another_case_are_the_classes(tmp_path, change):
    labels = [change(name) for name in NAMES[LABELS]]
    run = recorded(tmp_path, frame([f"prob_{name}" for name in NAMES], labels))
    assert (run.classes, accuracy(run)) == (tuple(NAMES), ACCURACY)


def test_a_spelling_of_two_classes_is_refused(tmp_path, capsys):
    columns = ["prob_cat", "prob_CAT", "prob_emu"]
    labels = np.array(["Cat", "CAT", "emu"])[LABELS]
    assert "expected one of cat, CAT, emu, got 'Cat'" in refused(
        tmp_path, capsys, frame(columns, labels)
    )


@pytest.mark.parametrize("spelt", ["{:02d}", "{}.0", " {}"])
def test_integers_are_labels_in_any_spelling(tmp_path, spelt):
    labels = [spelt.format(label) for label in LABELS]
    assert accuracy(recorded(tmp_path, frame(PROB, labels))) == ACCURACY


@pytest.mark.parametrize(
    "pair", [(0, 1), (-1, 1), ("no", "yes"), (False, True), ("neg", "pos"), ("N", "Y")]
)
def test_one_score_is_of_the_second_class_of_a_known_pair(tmp_path, pair, capsys):
    run = recorded(tmp_path, single(np.array(pair)[BINARY]))
    assert (run.kind, accuracy(run)) == ("probs", RIGHT)
    assert f"y_prob (by its name), of class {pair[1]} (probs" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "turned"), [("prob_0", True), ("P(1)", False), ("p1", False)])
def test_one_score_is_of_the_class_in_its_name(tmp_path, name, turned):
    run = recorded(tmp_path, single(BINARY, 1 - ONE if turned else ONE, name))
    assert accuracy(run) == RIGHT


def test_one_score_of_names_needs_to_know_of_which(tmp_path):
    labels = np.array(["spam", "ham"])[BINARY]
    assert accuracy(recorded(tmp_path, single(labels), "--classes", "spam,ham")) == RIGHT
    assert accuracy(recorded(tmp_path, single(labels, name="prob_ham"))) == RIGHT
    other = float(((ONE > 0.5) != BINARY).mean())
    assert accuracy(recorded(tmp_path, single(labels), "--classes", "ham,spam")) == other


def test_one_score_beside_predictions_is_that_of_class_1_or_of_the_prediction(tmp_path, capsys):
    predicted = (ONE > 0.5).astype(int)
    run = recorded(tmp_path, single(BINARY, pred=predicted, name="prob"))
    assert (run.kind, accuracy(run)) == ("probs", RIGHT)
    top = np.maximum(ONE, 1 - ONE)
    run = recorded(tmp_path, single(BINARY, top, pred=predicted, name="prob"))
    assert (run.kind, accuracy(run)) == ("confidence", RIGHT)
    assert "scores: 'prob': that of the predicted class" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["score", "prob"])
def test_a_score_of_named_predictions_is_refused_with_both_ways_to_take_it(tmp_path, capsys, name):
    names, top = np.array(["ham", "spam"]), np.maximum(ONE, 1 - ONE)
    guesses = names[(ONE > 0.5).astype(int)]
    of_spam = single(names[BINARY], pred=guesses, name=name)
    assert refused(tmp_path, capsys, of_spam).endswith("the classes, B the one that it is of\n")
    table = single(names[BINARY], top, pred=guesses, name=name)
    problem = refused(tmp_path, capsys, table)
    assert problem.endswith(f"it may be that of the prediction: --confidence {name}\n")
    run = recorded(tmp_path, table, "--confidence", name)
    assert (run.kind, accuracy(run)) == ("confidence", RIGHT)
    assert accuracy(recorded(tmp_path, of_spam, "--classes", "ham,spam")) == RIGHT


def test_a_confidence_below_a_half_of_two_classes_is_refused(tmp_path, capsys):
    table = single(BINARY, ONE, pred=(ONE > 0.5).astype(int), name="confidence")
    problem = refused(tmp_path, capsys, table)
    assert "at least 1/2 of two" in problem
    assert "--scores confidence takes it as that of class 1" in problem
    assert accuracy(recorded(tmp_path, table, "--scores", "confidence")) == RIGHT


def test_a_prediction_that_is_not_the_largest_score_is_counted_and_said(tmp_path, capsys):
    predicted = PROBS.argmax(1)
    predicted[[4, 7]] = (predicted[[4, 7]] + 1) % 3
    recorded(tmp_path, frame(PROB, y_pred=predicted))
    said = "the largest score in 58 of 60 rows; not in 2, first at line 6"
    assert said in capsys.readouterr().out


def test_predictions_may_say_whether_they_are_right(tmp_path):
    predicted = PROBS.argmax(1)
    top = frame(PROB, pred=predicted, confidence=PROBS.max(1), correct=predicted == LABELS)
    run = recorded(tmp_path, top.drop(columns=PROB))
    assert accuracy(run) == ACCURACY


def test_predictions_that_contradict_whether_they_are_right_are_refused(tmp_path, capsys):
    predicted = PROBS.argmax(1)
    wrong = frame(PROB, pred=predicted, confidence=PROBS.max(1), correct=True).drop(columns=PROB)
    line = int((predicted != LABELS).argmax()) + 2
    assert f"line {line}, column 'correct'" in refused(tmp_path, capsys, wrong)


def test_a_label_of_two_billion_is_refused_or_a_name(tmp_path, capsys):
    labels = LABELS.copy()
    labels[3] = 2_000_000_000
    assert "line 5, column 'label': expected one of 0, 1, 2, got '2000000000'" in refused(
        tmp_path, capsys, frame(PROB, labels)
    )
    top = frame(PROB, labels, pred=labels, confidence=0.9).drop(columns=PROB)
    assert len(recorded(tmp_path, top).classes) == 4


def test_columns_and_classes_that_are_asked_for_belong_together_in_their_order(tmp_path):
    content = frame(["Class_1", "Class_2", "Class_3"], LABELS, "target")
    run = recorded(tmp_path, content, "--scores", "Class_1,Class_2,Class_3", "--classes", "0,1,2")
    assert (run.classes, accuracy(run)) == (("0", "1", "2"), ACCURACY)


def test_a_confidence_that_is_asked_for_is_taken_though_others_are_named_as_scores(tmp_path):
    order = np.argsort(-PROBS, 1)
    ranked = np.take_along_axis(PROBS, order, 1)
    content = pd.DataFrame(ranked).add_prefix("prob_")
    content = content.join(pd.DataFrame(order).add_prefix("index_")).assign(label=LABELS)
    run = recorded(tmp_path, content, "--pred", "index_0", "--confidence", "prob_0")
    assert accuracy(run) == ACCURACY
    np.testing.assert_allclose(run.snapshots[0]["confidence"], PROBS.max(1), atol=1e-6)
