"""Rows whose labels are to be ignored are no examples, wherever labels come from."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import anim
from anim.errors import SettingError
from anim.record.ignoring import ignored_labels, is_ignored, kept_labels, without_ignored
from anim.record.schema import Wanted
from anim.record.tables import table_of
from tests.support.tables import LABELS, PROBS, accuracy, frame, recorded, refused, save

PROB = [f"prob_{k}" for k in range(3)]
NAMES = np.array(["cat", "dog", "New York"])
GONE = np.isin(np.arange(60), [0, 7, 8, 30, 59])
KEPT = (PROBS.argmax(1) == LABELS)[~GONE].mean()


def padded(label=-100, labels=LABELS):
    """The table, with rows that are no examples and have no scores."""
    table = frame(PROB, pd.Series(labels).astype(object).mask(GONE, label))
    table.loc[GONE, "prob_1"] = None
    return table


@pytest.mark.parametrize("label", [-100, 255, "pad", "-100.0", ""])
def test_rows_with_ignored_labels_are_left_out(tmp_path, label, capsys):
    said = "nan" if label == "" else str(label).removesuffix(".0")
    run = recorded(tmp_path, padded(label), "--ignore", said)
    assert (len(run.labels), accuracy(run)) == (55, KEPT)
    np.testing.assert_array_equal(run.labels, LABELS[~GONE])
    np.testing.assert_allclose(run.snapshots[0]["probs"], PROBS[~GONE], atol=1e-6)
    out = capsys.readouterr().out
    assert f"ignore: 5 of 60 rows left out, label {said} in 5" in out
    assert "1 snapshot of 55 probs" in out


def test_several_labels_are_ignored_and_those_that_do_not_occur_are_said(tmp_path, capsys):
    labels = pd.Series(NAMES[LABELS]).mask(GONE, "pad")
    labels[1] = "bos"
    table = frame([f"prob_{name}" for name in NAMES], labels)
    run = recorded(tmp_path, table, "--ignore", "pad,bos", "--ignore", "eos")
    assert len(run.labels) == 54
    assert sorted(run.classes) == sorted(NAMES)
    said = "ignore: 6 of 60 rows left out, label pad in 5, bos in 1, eos in 0"
    assert said in capsys.readouterr().out


def test_the_run_is_that_of_a_table_without_the_rows(tmp_path):
    table = padded("pad", NAMES[LABELS]).assign(id=np.arange(60), score=0.5)
    run = recorded(tmp_path, table, "--ignore", "pad", "--classes", ",".join(NAMES))
    found = run.classes, run.labels.tolist(), run.snapshots[0]["probs"].tolist()
    run = recorded(tmp_path, table[~GONE], "--classes", ",".join(NAMES))
    assert found == (run.classes, run.labels.tolist(), run.snapshots[0]["probs"].tolist())


def test_predicted_classes_and_confidences_are_those_of_examples(tmp_path):
    pred = pd.Series(PROBS.argmax(1)).mask(GONE, -100)
    table = pd.DataFrame(
        {"label": np.where(GONE, -100, LABELS), "pred": pred, "confidence": PROBS.max(1)}
    )
    run = recorded(tmp_path, table, "--ignore", "-100")
    assert (run.kind, run.classes, accuracy(run)) == ("confidence", ("0", "1", "2"), KEPT)


def test_an_error_names_the_line_in_the_file(tmp_path, capsys):
    table = padded()
    table.loc[10, "prob_0"] = None
    problem = refused(tmp_path, capsys, table, "--ignore", "-100")
    assert "line 12, column 'prob_0': expected a number, got an empty cell" in problem


def test_a_table_of_ignored_rows_alone_is_refused(tmp_path, capsys):
    problem = refused(tmp_path, capsys, frame(PROB, "pad"), "--ignore", "pad")
    assert "expected rows with another label than pad, got none" in problem


def test_without_ignore_such_a_label_is_refused_as_before(tmp_path, capsys):
    table = frame(PROB, np.where(GONE, -100, LABELS))
    assert "line 2, column 'label': expected one of 0, 1, 2" in refused(tmp_path, capsys, table)


@pytest.mark.parametrize("suffix", ["txt", "csv", "npy"])
def test_labels_of_a_file_of_their_own_are_ignored_too(tmp_path, suffix):
    labels, path = np.where(GONE, -100, LABELS), tmp_path / f"truth.{suffix}"
    if suffix == "npy":
        np.save(path, labels)
    elif suffix == "csv":
        # In another order, found by ids.
        pd.DataFrame({"id": np.arange(60), "label": labels})[::-1].to_csv(path, index=False)
    else:
        np.savetxt(path, labels, "%d")
    table = padded().drop(columns="label").assign(id=np.arange(60))
    run = recorded(tmp_path, table, "--labels", str(path), "--ignore", "-100")
    assert accuracy(run) == KEPT


def steps_of(*labels, **more):
    """A table with a step for each of some labels."""
    tables = [frame(PROB, one, step=i, **more) for i, one in enumerate(labels)]
    return pd.concat(tables, ignore_index=True)


def test_labels_of_the_rows_of_each_step_leave_out_the_rows_of_all_steps(tmp_path):
    labels = np.where(GONE, -100, LABELS)
    table = steps_of(0, 0).drop(columns="label")
    run = anim.from_table(table, labels=labels, ignore=-100, quiet=True)
    assert (len(run), len(run.labels), accuracy(run, 1)) == (2, 55, KEPT)
    # Rows of the second step in another order, which ids say.
    order = np.r_[:60, 60 + np.random.default_rng(0).permutation(60)]
    table = table.assign(id=[*range(60)] * 2).iloc[order]
    run = anim.from_table(table, labels=labels, ignore=-100, quiet=True)
    np.testing.assert_array_equal(run.snapshots[0]["probs"], run.snapshots[1]["probs"])
    assert accuracy(run, 1) == KEPT


def test_other_rows_at_another_step_are_refused(tmp_path, capsys):
    labels, other = np.zeros(60, int), np.zeros(60, int)
    labels[3], other[4] = -100, -100
    problem = refused(tmp_path, capsys, steps_of(labels, other), "--ignore", "-100")
    assert "expected the rows that are left out of the first step, got different ones" in problem
    save(tmp_path, frame(PROB, other), "step_1.csv")
    more = [str(tmp_path / "step_1.csv"), "--ignore", "-100"]
    problem = refused(tmp_path, capsys, frame(PROB, labels), *more, name="step_0.csv")
    assert "expected the rows that are left out of the first file, got different ones" in problem


def test_ids_say_which_rows_are_left_out(tmp_path):
    labels = np.where(GONE, -100, LABELS)
    save(tmp_path, frame(PROB, labels, id=np.arange(60))[::-1], "step_1.csv")
    more = [str(tmp_path / "step_1.csv"), "--ignore", "-100"]
    run = recorded(tmp_path, frame(PROB, labels, id=np.arange(60)), *more, name="step_0.csv")
    assert (accuracy(run, 0), accuracy(run, 1)) == (KEPT, KEPT)


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_frames_have_the_same_option(library, capsys):
    table = padded(None, LABELS) if library == "pandas" else padded(-100)
    label = np.where(GONE, np.nan if library == "pandas" else -100, LABELS)
    table = table.assign(label=label, prob_1=table["prob_1"].astype(float))
    made = pl.from_pandas(table) if library != "pandas" else table
    made = made.to_arrow() if library == "arrow" else made
    run = anim.from_table(made, ignore="nan" if library == "pandas" else [-100, 255])
    assert accuracy(run) == KEPT
    assert "ignore: 5 of 60 rows left out" in capsys.readouterr().out


def test_labels_given_beside_a_frame_may_be_missing_where_they_are_ignored():
    labels = [None if gone else int(label) for gone, label in zip(GONE, LABELS, strict=True)]
    table = padded().drop(columns="label")
    assert accuracy(anim.from_table(table, labels=labels, ignore="none", quiet=True)) == KEPT
    with pytest.raises(SettingError, match="expected a name or an integer at index 0, got None"):
        anim.from_table(table, labels=labels, quiet=True)


@pytest.mark.parametrize(
    ("label", "ignore", "expected"),
    [
        *(("-100", "-100", True), ("-100.0", "-100", True), (" pad ", "pad", True)),
        *(("Pad", "pad", False), ("", "nan", True), ("NaN", "", True), ("", "-100", False)),
        *(("100", "-100", False), ("0", "00", True), ("none", "none", True)),
    ],
)
def test_labels_are_compared_as_they_are_spelled(label, ignore, expected):
    assert is_ignored(label, [ignore]) == expected
    assert not is_ignored(label, [])


def test_labels_in_arrays_are_compared_by_their_value():
    kept, note = kept_labels(np.array([0.0, -100, 2, np.nan]), ("-100", "nan"))
    assert kept.tolist() == [True, False, True, False]
    assert note == "2 of 4 rows left out, label -100 in 1, nan in 1"
    kept, _ = kept_labels(np.array([["a"], ["pad"]]), ("pad",))
    assert kept.tolist() == [True, False]


@pytest.mark.parametrize(
    ("ignore", "expected"),
    [
        *((None, ()), (-100, ("-100",)), ("pad", ("pad",)), ([-100, 255.0], ("-100", "255"))),
        *((np.int64(-1), ("-1",)), (np.array([-1, -2]), ("-1", "-2")), ({"pad"}, ("pad",))),
    ],
)
def test_labels_to_be_ignored_are_given_one_or_several(ignore, expected):
    assert ignored_labels(ignore) == expected


@pytest.mark.parametrize("ignore", [True, [None], [[1]]])
def test_what_is_no_label_is_refused(ignore):
    with pytest.raises(SettingError, match="ignore: expected a label, such as -100 or 'pad'"):
        ignored_labels(ignore)


def test_nothing_is_looked_at_unless_it_is_asked_for():
    table = table_of("frame", pl.from_pandas(frame(PROB)).to_arrow(), str)
    assert without_ignored(table, Wanted(), None).table is table
    kept = without_ignored(table, Wanted(ignore=("-100",)), None)
    assert kept.table is table and kept.note == "0 of 60 rows left out, label -100 in 0"


def test_answers_without_labels_have_none_to_ignore(tmp_path, capsys):
    table = pd.DataFrame({"confidence": PROBS.max(1), "correct": GONE})
    problem = refused(tmp_path, capsys, table, "--ignore", "-100")
    assert "argument --ignore: expected a column of labels" in problem
