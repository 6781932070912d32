"""Labels beside arrays of scores: integers as texts, indexes, and what is said of hits."""

import numpy as np
import pandas as pd
import pytest

from anim.errors import SettingError
from anim.record import from_table, record
from anim.record.label_tables import read_label_table
from tests.support.saved_predictions import LABELS, PROBS

_RNG = np.random.default_rng(4)
MANY = _RNG.dirichlet(np.full(12, 0.2), 200)
OF_MANY = np.array([_RNG.choice(12, p=row) for row in MANY])
HITS = PROBS[0].argmax(1) == LABELS


def _accuracy(run):
    return float((run.probs(0).argmax(1) == run.labels).mean())


def test_integers_in_a_table_of_labels_are_places_of_any_number_of_digits(tmp_path):
    np.save(tmp_path / "p.npy", MANY)
    pd.DataFrame({"label": OF_MANY}).to_csv(tmp_path / "y.csv", index=False)
    labels = read_label_table(tmp_path / "y.csv")
    run = record([tmp_path / "p.npy"], tmp_path / "out", labels=labels)
    assert _accuracy(run) == (MANY.argmax(1) == OF_MANY).mean()


@pytest.mark.parametrize("more", [{}, {"y_pred": MANY.argmax(1)}])
def test_integers_as_texts_are_refused_if_their_order_is_open(tmp_path, more):
    np.savez(tmp_path / "p.npz", probs=MANY, labels=OF_MANY.astype(str), **more)
    with pytest.raises(SettingError, match="'10' comes before '2'"):
        record([tmp_path / "p.npz"], tmp_path / "out")


def test_integers_as_texts_are_found_in_the_classes_asked_for(tmp_path):
    np.savez(tmp_path / "p.npz", probs=MANY, labels=OF_MANY.astype(str))
    run = record([tmp_path / "p.npz"], tmp_path / "out", classes=list(map(str, range(12))))
    assert _accuracy(run) == (MANY.argmax(1) == OF_MANY).mean()


@pytest.mark.parametrize("first", [0, 1])
def test_an_index_that_counts_rows_in_another_order_is_refused(tmp_path, first):
    order = np.random.default_rng(1).permutation(len(LABELS))
    pd.DataFrame({"label": LABELS[order]}, index=order + first).to_csv(tmp_path / "y.csv")
    with pytest.raises(SettingError, match=r"line \d+: the index '' is \d+ where rows count"):
        read_label_table(tmp_path / "y.csv")


def test_an_index_of_a_part_of_the_rows_says_nothing(tmp_path):
    index = np.random.default_rng(1).permutation(len(LABELS)) * 3
    pd.DataFrame({"label": LABELS}, index=index).to_csv(tmp_path / "y.csv")
    np.testing.assert_array_equal(read_label_table(tmp_path / "y.csv"), LABELS)


def test_hits_that_contradict_predictions_and_labels_are_refused(tmp_path):
    more = {"confidence": PROBS[0].max(1), "predictions": PROBS[0].argmax(1)}
    np.savez(tmp_path / "p.npz", labels=LABELS, correct=~HITS, **more)
    with pytest.raises(SettingError, match=r"correct: expected whether .* at index 0, where"):
        record([tmp_path / "p.npz"], tmp_path / "out")
    np.savez(tmp_path / "p.npz", labels=LABELS, correct=HITS[:9], **more)
    with pytest.raises(SettingError, match=r"correct: expected shape \[50\], got \[9\]"):
        record([tmp_path / "p.npz"], tmp_path / "out")
    np.savez(tmp_path / "p.npz", labels=LABELS, correct=HITS, **more)
    run = record([tmp_path / "p.npz"], tmp_path / "out")
    np.testing.assert_array_equal(run.snapshots[0]["correct"], HITS)


@pytest.mark.parametrize(
    ("classes", "labels", "probs"),
    [
        ([False, True], LABELS % 2 == 1, PROBS[0][:, :2] / PROBS[0][:, :2].sum(1, keepdims=True)),
        ([1.0, 2.0, 3.0], LABELS + 1.0, PROBS[0]),
    ],
)
def test_classes_of_scikit_learn_may_be_booleans_or_whole_floats(tmp_path, classes, labels, probs):
    np.savez(tmp_path / "p.npz", y_true=labels, y_prob=probs, classes_=classes)
    run = record([tmp_path / "p.npz"], tmp_path / "out")
    assert _accuracy(run) == (np.array(classes)[probs.argmax(1)] == labels).mean()


# The first is no class; pandas makes numbers with a fraction of integers beside a missing one.
NO_CLASS = {
    "None": np.array([None, "b", "a"], object),
    "NaN": np.array([np.nan, 1, 0]),
    "NA of pandas": pd.Series([None, 1, 0], dtype="Int64"),
    "empty": np.array(["", "b", "a"]),
    "a fraction": np.array([0.5, 1, 0]),
}


@pytest.mark.parametrize("name", NO_CLASS)
def test_a_label_that_is_missing_is_no_class(name):
    given = NO_CLASS[name]
    predicted = ["b", "b", "a"] if len(set(given) & {"a", "b"}) else [1, 1, 0]
    frame = pd.DataFrame({"pred": predicted, "confidence": [0.9, 0.8, 0.7]})
    with pytest.raises(SettingError, match="labels: expected a name or an integer at index 0"):
        from_table(frame, labels=given, quiet=True)


@pytest.mark.parametrize("missing", ["", "NA", "nan"])
def test_a_missing_name_beside_arrays_is_no_class(tmp_path, missing):
    more = {"pred": np.array(["a", "b", "a"]), "confidence": np.array([0.9, 0.8, 0.7])}
    np.savez(tmp_path / "p.npz", labels=np.array([missing, "b", "a"]), **more)
    with pytest.raises(SettingError, match=f"expected a class, got '{missing}' at index 0"):
        record([tmp_path / "p.npz"], tmp_path / "out")


def test_a_class_may_be_called_as_what_is_missing():
    frame = pd.DataFrame({"pred": ["None", "a"], "confidence": [0.9, 0.8]})
    run = from_table(frame, labels=["None", "a"], classes=["None", "a"], quiet=True)
    assert run.snapshots[0]["correct"].tolist() == [True, True]
