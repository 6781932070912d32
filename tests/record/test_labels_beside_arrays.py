"""Labels beside arrays of scores: integers as texts, indexes, and what is said of hits."""

import numpy as np
import pandas as pd
import pytest

from anim.errors import SettingError
from anim.record import record
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
