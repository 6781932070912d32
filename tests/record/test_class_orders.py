"""Files and frames whose classes are in different orders."""

import numpy as np
import pandas as pd
import pytest

import anim
from anim.errors import SettingError
from anim.record import record
from tests.support.saved_predictions import LABELS, LOGITS, PROBS

NAMES = np.array(["cat", "dog", "fish"])
ORDER = [1, 2, 0]
PLACES = np.argsort(ORDER)


def _accuracies(run):
    kind = run.kind
    return [float((one[kind].argmax(1) == run.labels).mean()) for one in run.snapshots]


def _frame():
    return pd.DataFrame(PROBS[0], columns=NAMES).assign(label=NAMES[LABELS])


def _accuracy():
    return float((PROBS[0].argmax(1) == LABELS).mean())


def test_columns_of_each_table_are_found_by_the_names_of_classes(tmp_path):
    _frame().to_csv(tmp_path / "step_1.csv", index=False)
    _frame()[["dog", "label", "fish", "cat"]].to_csv(tmp_path / "step_2.csv", index=False)
    run = record([tmp_path / "step_1.csv", tmp_path / "step_2.csv"], tmp_path / "out")
    assert run.classes == tuple(NAMES)
    assert _accuracies(run) == [_accuracy(), _accuracy()]


def test_columns_of_each_frame_are_found_by_the_names_of_classes():
    frames = {1: _frame(), 2: _frame()[["fish", "dog", "label", "cat"]]}
    assert _accuracies(anim.from_table(frames, quiet=True)) == [_accuracy(), _accuracy()]


@pytest.mark.parametrize("labels", [PLACES[LABELS], None, np.eye(3)[PLACES[LABELS]]])
def test_arrays_of_each_file_are_in_the_order_of_its_own_classes(tmp_path, labels):
    np.savez(tmp_path / "step_1.npz", logits=LOGITS[0], labels=LABELS, classes=NAMES)
    more = {} if labels is None else {"labels": labels}
    np.savez(tmp_path / "step_2.npz", logits=LOGITS[0][:, ORDER], classes=NAMES[ORDER], **more)
    run = record([tmp_path / "step_1.npz", tmp_path / "step_2.npz"], tmp_path / "out")
    np.testing.assert_array_equal(run.logits(0), run.logits(1))
    assert _accuracies(run)[1] == float((LOGITS[0].argmax(1) == LABELS).mean())


def test_classes_asked_for_put_arrays_in_their_order(tmp_path):
    np.savez(tmp_path / "p.npz", probs=PROBS[0], labels=LABELS, classes=NAMES)
    run = record([tmp_path / "p.npz"], tmp_path / "out", classes=["fish", "cat", "dog"])
    assert _accuracies(run) == [_accuracy()]
    np.testing.assert_array_equal(run.labels, np.array([1, 2, 0])[LABELS])


def test_new_names_for_classes_stand_in_the_place_of_those_in_the_file(tmp_path):
    np.savez(tmp_path / "p.npz", probs=PROBS[0], labels=LABELS, classes=NAMES)
    run = record([tmp_path / "p.npz"], tmp_path / "out", classes=["a", "b", "c"])
    assert run.classes == ("a", "b", "c")
    np.testing.assert_array_equal(run.labels, LABELS)


def test_a_score_of_the_other_class_of_two_is_turned(tmp_path):
    of_spam = PROBS[0][:, 1]
    label = np.array(["ham", "spam"])[LABELS % 2]
    pd.DataFrame({"label": label, "prob_ham": 1 - of_spam}).to_csv(tmp_path / "step_1.csv")
    pd.DataFrame({"label": label, "prob_spam": of_spam}).to_csv(tmp_path / "step_2.csv")
    run = record([tmp_path / "step_1.csv", tmp_path / "step_2.csv"], tmp_path / "out")
    np.testing.assert_allclose(run.probs(0), run.probs(1), atol=1e-6)


def test_scores_of_other_classes_are_refused(tmp_path):
    for step, last in ((1, "fish"), (2, "bird")):
        names = ["cat", "dog", last]
        np.savez(tmp_path / f"step_{step}.npz", logits=LOGITS[0], labels=LABELS, classes=names)
    with pytest.raises(SettingError, match="expected the classes cat, dog, fish, got cat, dog, b"):
        record([tmp_path / "step_1.npz", tmp_path / "step_2.npz"], tmp_path / "out")


def test_labels_that_are_whole_floats_are_classes_of_that_name(tmp_path):
    labels = np.minimum(LABELS, 1) + 1
    np.savez(tmp_path / "p.npz", probs=PROBS[0], labels=labels.astype(float), classes=[1, 2, 3])
    run = record([tmp_path / "p.npz"], tmp_path / "out")
    assert _accuracies(run) == [float((PROBS[0].argmax(1) + 1 == labels).mean())]


def test_new_names_for_classes_stand_in_the_place_of_those_in_the_first_file(tmp_path):
    np.savez(tmp_path / "step_1.npz", logits=LOGITS[0], labels=LABELS, classes=NAMES)
    np.savez(tmp_path / "step_2.npz", logits=LOGITS[0][:, ORDER], classes=NAMES[ORDER])
    paths = [tmp_path / "step_1.npz", tmp_path / "step_2.npz"]
    run = record(paths, tmp_path / "out", classes=["A", "B", "C"])
    np.testing.assert_array_equal(run.logits(1), run.logits(0))
    assert run.classes == ("A", "B", "C")


@pytest.mark.parametrize("classes", [NAMES, pd.Index(NAMES), list(NAMES)])
def test_names_may_be_any_sequence(tmp_path, classes):
    table = _frame().rename(columns=dict(zip(NAMES, "abc", strict=True)))
    table["label"] = LABELS
    run = anim.from_table(table, scores=table.columns[:3], classes=classes, quiet=True)
    assert (run.classes, *_accuracies(run)) == (tuple(NAMES), _accuracy())
    np.savez(tmp_path / "p.npz", logits=LOGITS[0], labels=LABELS)
    run = record([tmp_path / "p.npz"], tmp_path / "out", classes=classes)
    assert run.classes == tuple(NAMES)


def test_columns_of_classes_that_only_labels_name_are_said(tmp_path):
    np.savez(tmp_path / "p.npz", logits=LOGITS[0], labels=NAMES[LABELS])
    said = []
    run = record([tmp_path / "p.npz"], tmp_path / "out", say=said.append)
    assert (run.classes, *_accuracies(run)) == (tuple(NAMES), _accuracy())
    line = "classes: cat, dog, fish (labels in alphabetical order; --classes says another)"
    assert said[-1].strip() == line


P = np.array([0.9, 0.2, 0.4])
OPEN = {
    "a score of one of two": ({"probs": P}, "score"),
    "numbers": ({"pred": np.array([0, 1, 1]), "confidence": P}, "number"),
}


@pytest.mark.parametrize("name", OPEN)
def test_an_order_of_classes_that_nothing_says_is_refused(tmp_path, name):
    given, what = OPEN[name]
    np.savez(tmp_path / "p.npz", labels=np.array(["spam", "ham", "spam"]), **given)
    problem = f"does not say which class a {what} is of; --classes ham,spam names them"
    with pytest.raises(SettingError, match=problem):
        record([tmp_path / "p.npz"], tmp_path / "out")
    record([tmp_path / "p.npz"], tmp_path / "out", classes=["spam", "ham"])


def test_a_score_of_the_second_of_a_known_pair_is_taken(tmp_path):
    labels = np.array(["pos", "neg", "neg"])
    np.savez(tmp_path / "p.npz", probs=P, labels=labels)
    run = record([tmp_path / "p.npz"], tmp_path / "out")
    np.testing.assert_allclose(run.probs(0)[:, run.classes.index("pos")], P, rtol=1e-6)


COUNTED = np.arange(40) % 4


@pytest.mark.parametrize(
    ("labels", "predicted", "late"),
    [
        (COUNTED, COUNTED + 1, "predictions"),
        (COUNTED + 1, COUNTED, "labels"),
        (COUNTED % 2, COUNTED % 2 + 1, "predictions"),
        (COUNTED, np.maximum(COUNTED, 2) + 1, "predictions"),
        (COUNTED + 1, np.zeros(40, int), "labels"),
        (np.arange(40), np.arange(40)[::-1] + 1, "predictions"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "npz", "float"])
def test_predictions_counted_from_elsewhere_than_labels_are_refused(
    tmp_path, labels, predicted, late, kind
):
    path = tmp_path / f"step_1.{'csv' if kind == 'csv' else 'npz'}"
    columns = {"label": labels, "pred": predicted, "confidence": np.full(40, 0.8)}
    if kind == "csv":
        pd.DataFrame(columns).to_csv(path, index=False)
    else:
        columns = {"labels": labels, "y_pred": predicted, "confidence": columns["confidence"]}
        np.savez(path, **{k: v.astype(float) if kind == "float" else v for k, v in columns.items()})
    with pytest.raises(
        ValueError, match=f"{late} seem to start at 1, .* subtract 1 from the {late}"
    ):
        record([path], tmp_path / "run")
    names = list(map(str, range(max(*labels, *predicted) + 1)))
    run = record([path], tmp_path / "run", classes=names)
    assert run.metrics()["accuracy"][0] == (labels == predicted).mean()


@pytest.mark.parametrize(
    "predicted", [COUNTED * 2, np.maximum(COUNTED, 1), COUNTED + 4 * (COUNTED == 3)]
)
def test_a_predicted_class_that_is_never_a_label_may_be_one(tmp_path, predicted):
    np.savez(tmp_path / "a.npz", labels=COUNTED, y_pred=predicted, confidence=np.full(40, 0.8))
    run = record([tmp_path / "a.npz"], tmp_path / "run")
    assert run.metrics()["accuracy"][0] == (predicted == COUNTED).mean()
