"""Stated confidence: how sure answers say they are, and whether they are right."""

import numpy as np
import pandas as pd
import pytest

import anim
from anim.record import from_table, record
from tests.support.tables import recorded, refused, save

RNG = np.random.default_rng(7)
# What language models say: a few round numbers, and some doubt.
PERCENT = RNG.choice([0, 20, 50, 60, 75, 80, 85, 90, 95, 99, 100], 80)
CORRECT = RNG.random(80) < PERCENT / 130
ANSWERS = pd.DataFrame(
    {
        "question_id": [f"q{i}" for i in range(80)],
        "question": [f"Which is number {i}, and why?" for i in range(80)],
        "model_answer": [f"It is {i}." for i in range(80)],
        "confidence": PERCENT,
        "correct": CORRECT,
    }
)
TABLES = {
    "numbers from 0 to 100": ("answers.csv", ANSWERS),
    "shares": ("answers.csv", ANSWERS.assign(confidence=PERCENT / 100)),
    "texts": ("answers.csv", ANSWERS.assign(confidence=[f"{one}%" for one in PERCENT])),
    "texts with spaces": ("answers.csv", ANSWERS.assign(confidence=[f"{i} %" for i in PERCENT])),
    "yes and no": ("answers.tsv", ANSWERS.assign(correct=np.where(CORRECT, "yes", "no"))),
    "0 and 1": ("answers.csv", ANSWERS.assign(correct=CORRECT.astype(int))),
    "other names": (
        "answers.csv",
        ANSWERS.rename(columns={"confidence": "verbalized_confidence", "correct": "is_correct"}),
    ),
    "an object a line": (
        "answers.jsonl",
        ANSWERS.assign(confidence=[f"{i}%" for i in PERCENT]).to_json(orient="records", lines=True),
    ),
    "a list of objects": ("answers.json", ANSWERS.to_json(orient="records")),
}


@pytest.mark.parametrize("kind", TABLES)
def test_confidences_and_what_is_right_are_recorded_without_labels(tmp_path, kind, capsys):
    name, table = TABLES[kind]
    if name.endswith(".tsv"):
        table = table.to_csv(index=False, sep="\t")
    run = recorded(tmp_path, table, name=name)
    snapshot = run.snapshots[0]
    np.testing.assert_allclose(snapshot["confidence"], PERCENT / 100, rtol=1e-6)
    np.testing.assert_array_equal(snapshot["correct"], CORRECT)
    np.testing.assert_allclose(run.metrics()["accuracy"], CORRECT.mean(), rtol=1e-6)
    output = capsys.readouterr().out
    assert "1 snapshot of 80 confidences, no classes; accuracy" in output
    assert "check:" not in output
    is_said = kind == "shares" or "texts" in kind or "line" in kind
    assert ("confidence' (by its name), in percent" in output) != is_said


def test_steps_are_those_of_files_or_of_a_column_and_ids_order_the_rows(tmp_path):
    later = ANSWERS.assign(confidence=PERCENT // 2, correct=~CORRECT)
    both = pd.concat([ANSWERS.assign(step=10), later.assign(step=20)[::-1]])
    by_column = recorded(tmp_path, both)
    paths = [save(tmp_path, ANSWERS, "step_10.csv"), save(tmp_path, later[::-1], "step_20.csv")]
    by_file = record(paths, tmp_path / "by_file")
    for run in (by_column, by_file):
        assert run.steps.tolist() == [10, 20]
        for i, correct in enumerate((CORRECT, ~CORRECT)):
            np.testing.assert_array_equal(run.snapshots[i]["correct"], correct)


def test_what_is_asked_for_is_taken_whatever_labels_say(tmp_path, capsys):
    """A judge says which answers are right, not whether their texts are the same."""
    table = ANSWERS.assign(label="Paris", prediction="It is Paris.")
    error = refused(tmp_path, capsys, table)
    line = 2 + CORRECT.argmax()
    assert (
        f"line {line}, column 'correct': expected whether 'prediction' is 'label' (--cor" in error
    )
    assert "--correct correct takes it as it is" in error
    run = recorded(tmp_path, table, "--correct", "correct", "--confidence", "confidence")
    np.testing.assert_array_equal(run.snapshots[0]["correct"], CORRECT)
    assert "ignored: question, model_answer, label, prediction" in capsys.readouterr().out


def test_columns_may_have_any_name(tmp_path):
    table = ANSWERS.rename(columns={"confidence": "sure", "correct": "judge"})
    run = recorded(tmp_path, table, "--correct", "judge", "--confidence", "sure")
    np.testing.assert_array_equal(run.snapshots[0]["correct"], CORRECT)


def test_a_frame_in_memory_is_read_alike():
    run = from_table(ANSWERS)
    np.testing.assert_allclose(run.snapshots[0]["confidence"], PERCENT / 100, rtol=1e-6)


def changed(row, value):
    values = [str(one) for one in PERCENT]
    values[row] = value
    return ANSWERS.assign(confidence=values)


IN_CELL = "column 'confidence': expected a "
WRONG = {
    "a share among percentages": (
        ANSWERS.assign(confidence=np.where(np.arange(80) == 30, 0.9, np.maximum(PERCENT, 2))),
        f"{IN_CELL}confidence in [0, 1], or in percent in all rows, got '",
    ),
    "more than all": (changed(4, "120"), f"line 6, {IN_CELL}confidence in [0, 1], or in percent"),
    "less than nothing": (changed(4, "-1"), f"line 6, {IN_CELL}confidence in [0, 1], or in perc"),
    "a scale of ten": (
        ANSWERS.assign(confidence=PERCENT // 10),
        "got 0 to 10; write a scale such as 1 to 10 as shares",
    ),
    "a word": (changed(4, "high"), f"line 6, {IN_CELL}number, got 'high'"),
    "a percent sign in some rows": (changed(4, "85%"), f"line 6, {IN_CELL}number, got '85%'"),
    "nothing": (changed(4, ""), f"line 6, {IN_CELL}number, got an empty cell"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_confidence_is_refused_with_its_line(tmp_path, name, capsys):
    table, problem = WRONG[name]
    assert problem in refused(tmp_path, capsys, table, "--confidence", "confidence")


def test_a_verdict_that_is_neither_right_nor_wrong_is_refused(tmp_path, capsys):
    table = ANSWERS.assign(correct=["partly" if i == 3 else "yes" for i in range(80)])
    assert "line 5, column 'correct': expected true or f" in refused(tmp_path, capsys, table)


def test_what_is_right_needs_a_confidence(tmp_path, capsys):
    error = refused(tmp_path, capsys, ANSWERS[["correct"]], "--correct", "correct")
    assert "'correct' says what is right, but no column how sure; --confidence COL says" in error


def test_a_confidence_of_1_among_percentages_is_one_percent_and_said(tmp_path, capsys):
    run = recorded(tmp_path, changed(4, "1"))
    assert run.snapshots[0]["confidence"][4] == np.float32(0.01)
    output = capsys.readouterr().out
    assert "check: a confidence of 1 among percentages is 1 %, first at line 6" in output


def test_arrays_need_no_labels(tmp_path):
    np.savez(tmp_path / "answers.npz", confidence=PERCENT / 100, correct=CORRECT)
    run = record([tmp_path / "answers.npz"], tmp_path / "run")
    np.testing.assert_array_equal(run.snapshots[0]["correct"], CORRECT)


def of_snapshot(recorder, step):
    recorder.snapshot(step, confidence=PERCENT / 100, correct=CORRECT)


def of_batches(recorder, step):
    with recorder.collecting(step) as part:
        for rows in np.split(np.arange(80), 4):
            part.add(confidence=PERCENT[rows] / 100, correct=CORRECT[rows])


@pytest.mark.parametrize("add", [of_snapshot, of_batches])
def test_a_recorder_takes_confidences_without_labels(tmp_path, add):
    with anim.Recorder(tmp_path / "run") as recorder:
        add(recorder, 0)
        add(recorder, 1)
    run = anim.open(tmp_path / "run")
    assert len(run) == 2
    np.testing.assert_array_equal(run.snapshots[1]["correct"], CORRECT)
    with pytest.raises(ValueError, match="labels: expected labels"):
        anim.Recorder().snapshot(0, logits=[[0, 1]])


def test_a_frame_may_name_its_columns():
    frame = ANSWERS.rename(columns={"confidence": "sure", "correct": "judge"})
    run = from_table(frame, confidence="sure", correct="judge", quiet=True)
    np.testing.assert_array_equal(run.snapshots[0]["correct"], CORRECT)
