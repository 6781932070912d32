"""The command prints what `report` computes, as tables or as JSON."""

import json
import warnings

import numpy as np
import pytest

import anim
from anim.report import report, table, verdict
from anim.report.__main__ import _heading, main
from tests.support.predictions import softmax
from tests.support.reported import EXAMPLES, STEPS, expected_of, logits_and_labels, record


def no_constant(name):
    raise AssertionError(f"{name} is not JSON")


@pytest.mark.parametrize("method", [None, "temperature"])
def test_json_holds_the_numbers_of_python(tmp_path, capsys, method):
    path = tmp_path / "r"
    run = record(path, loss=float("nan"), rate=0.5)
    arguments = [] if method is None else ["--calibrate", method]
    assert main([str(path), "--json", *arguments]) == 0
    found = json.loads(capsys.readouterr().out, parse_constant=no_constant)
    rows = report(run, None, method)
    # Everything is finite but for the loss, which was recorded so.
    assert found == {str(path): [{**row, "loss": None} for row in rows]}
    assert len(rows) == 4


def test_json_has_null_for_missing_values(tmp_path, capsys):
    logits, labels = logits_and_labels(2)
    logits[0] = 0
    with anim.Recorder(tmp_path / "r", labels=labels) as recorder:
        for step, values in zip(STEPS, logits, strict=True):
            recorder.snapshot(step, logits=values)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        main([str(tmp_path / "r"), "--json", "--calibrate", "temperature"])
    printed = capsys.readouterr()
    assert printed.err.startswith(
        "anim.report: warning: 1 of 4 snapshots (step 0) have no recalibration"
    )
    (rows,) = json.loads(printed.out, parse_constant=no_constant).values()
    assert rows[0]["recalibrated_temperature"] is rows[0]["recalibrated_ece"] is None
    assert rows[3]["recalibrated_temperature"] > 1


def test_the_command_prints_tables_and_verdicts_of_several_runs(tmp_path, capsys):
    paths = [tmp_path / name for name in ("one", "two")]
    runs = [record(path, seed=seed) for seed, path in enumerate(paths)]
    assert main([*map(str, paths), "--at", "30", "100"]) == 0
    printed = capsys.readouterr().out
    for path, run in zip(paths, runs, strict=True):
        rows = report(run, [30, 100])
        of_points = f"{EXAMPLES} points, {len(run.classes)} classes"
        assert (
            f"{path}, a model: {of_points}\n\n{table(rows)}\n\n{verdict(rows[-1], EXAMPLES)}\n"
            in printed
        )
    assert printed.count("At step 100") == 2


def test_replicas_in_a_folder_are_reported_one_by_one(tmp_path, capsys):
    logits, labels = logits_and_labels()
    for seed in (0, 1):
        with anim.Recorder(tmp_path / "many" / f"seed={seed}", labels=labels) as recorder:
            recorder.snapshot(0, logits=logits[seed])
    assert main([str(tmp_path / "many"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [str(tmp_path / "many" / f"seed={seed}") for seed in (0, 1)]
    for seed, (row,) in enumerate(found.values()):
        expected = expected_of(logits[seed], labels)["ece"]
        assert row["ece"] == pytest.approx(expected, rel=1e-4)


def test_confidences_alone_have_no_likelihood_and_are_reported_without(tmp_path, capsys):
    logits, labels = logits_and_labels()
    probs = softmax(logits[3])
    with anim.Recorder(tmp_path / "r", labels=labels) as recorder:
        recorder.snapshot(100, confidence=probs.max(1), correct=probs.argmax(1) == labels)
    (row,) = report(anim.open(tmp_path / "r"), [100])
    expected = expected_of(logits[3], labels)
    for name in ("accuracy", "gap", "ece", "mce"):
        assert row[name] == pytest.approx(expected[name], rel=1e-4)
    assert not {"nll", "brier", "classwise_ece"} & row.keys()
    assert main([str(tmp_path / "r")]) == 0
    printed = capsys.readouterr().out
    assert "ECE" in printed
    assert "NLL" not in printed
    assert "Brier" not in printed


def test_top_labels_are_reported_with_their_proper_scores(tmp_path, capsys):
    run = record(tmp_path / "r", keep="top")
    logits, labels = logits_and_labels()
    (row,) = report(run, [100])
    expected = expected_of(logits[3], labels)
    for name in ("accuracy", "ece", "nll", "brier"):
        assert row[name] == pytest.approx(expected[name], rel=1e-4)
    assert "classwise_ece" not in row
    assert main([str(tmp_path / "r")]) == 0
    assert "NLL" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["RUN", "--at", "101"], "argument --at: expected steps from 0 to 100, got 101"),
        (["RUN", "--at", "soon"], "argument --at: invalid int value: 'soon'"),
        (
            ["RUN", "--calibrate", "prayer"],
            "argument --calibrate: expected one of temperature, vector",
        ),
        (["TOP", "--calibrate", "vector"], "argument --calibrate: this run holds only"),
        (["NONE"], "argument RUN: there is no recording"),
        (["RUN", "NONE"], "argument RUN: there is no recording"),
        ([], "required: RUN"),
        (["RUN", "--held-out", "0.2"], "argument --held-out: requires --calibrate"),
        (["RUN", "--jsn"], "did you mean --json?"),
    ],
)
def test_a_wrong_call_is_one_line(tmp_path, capsys, arguments, problem):
    record(tmp_path / "RUN")
    record(tmp_path / "TOP", keep="top")
    in_folder = [str(tmp_path / text) if text.isupper() else text for text in arguments]
    with pytest.raises(SystemExit) as stop:
        main(in_folder)
    assert stop.value.code == 2
    printed = capsys.readouterr()
    assert problem in printed.err
    assert printed.err.startswith("anim.report: error: ")
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_a_recorded_caption_cannot_control_the_terminal(tmp_path, capsys):
    about = anim.run.About("10\u2009000 points\x1b]0;title\x07\x1b[2J\nAt step 9 all is well")
    with anim.Recorder(tmp_path / "r", labels=[0, 1], about=about) as recorder:
        recorder.snapshot(0, probs=[0.2, 0.7])
    assert main([str(tmp_path / "r")]) == 0
    printed = capsys.readouterr().out
    assert "10\u2009000 points" in printed
    assert not {"\x1b", "\x07"} & set(printed)
    assert not any(line.startswith("At step 9") for line in printed.splitlines())


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("", "3 points, 2 classes"),
        ("a net, 3 validation points", "a net, 3 validation points"),
        ("3 % of the points", "3 % of the points: 3 points, 2 classes"),
        ("1.3 M weights", "1.3 M weights: 3 points, 2 classes"),
    ],
)
def test_the_heading_says_how_many_points_there_are(caption, expected):
    run = anim.from_arrays([0], [0, 1, 1], logits=np.zeros((1, 3, 2)))
    assert _heading(run.replaced(about=anim.run.About(caption)), 0) == expected


def test_the_heading_of_a_part_that_was_drawn_says_how_large_it_is():
    recorder = anim.Recorder(labels=np.arange(200) % 3, keep_fraction=0.2)
    recorder.snapshot(0, logits=3 * np.eye(3)[np.arange(200) % 3])
    run = recorder.run()
    expected = (
        f"20 % of the validation points, drawn at random: {len(run.labels)} points, 3 classes"
    )
    assert _heading(run, 0) == expected


def test_help_speaks_of_numbers_and_not_of_pictures(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "report some of its errors before and after" in text
    assert "beside the original" not in text
