"""What the command says about files that are usual mistakes."""

import numpy as np
import pytest

from anim.record.__main__ import main
from anim.report.__main__ import main as report

SCORES = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
LABELS = np.array([0, 1, 0])
LOGITS = np.array([[2.0, -1.0], [0.5, 1.5], [1.0, 0.0]])
TABLE = "id,prob_0,prob_1\na,.9,.1\nb,.2,.8\nc,.7,.3\n"


def problem_of(capsys, *arguments):
    with pytest.raises(SystemExit):
        main(["--out", "run", *map(str, arguments)])
    return capsys.readouterr().err


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def text(tmp_path):
    def write(content, name="step_1.csv"):
        (tmp_path / name).write_text(content)
        return name

    return write


@pytest.mark.parametrize(
    "content", [TABLE, "id,prob\na,.9\nb,.2\nc,.7\n", "prob\n.9\n.2\n.7\n", "s\n[.9 .1]\n[.2 .8]\n"]
)
def test_a_table_of_scores_given_as_labels_is_called_so(text, capsys, content):
    labels, file = text(content, "scores.csv"), text("id,label\na,0\nb,1\nc,0\n")
    problem = problem_of(capsys, file, "--labels", labels)
    assert "these look like scores: are the files swapped?" in problem


@pytest.mark.parametrize("scores", [SCORES, SCORES[:, 1], LOGITS])
def test_an_array_of_scores_given_as_labels_is_called_so(capsys, scores):
    np.save("scores.npy", scores)
    np.save("step_1.npy", SCORES)
    problem = problem_of(capsys, "step_1.npy", "--labels", "scores.npy")
    assert "these look like scores: are the files swapped?" in problem


def test_arrays_without_names_are_refused_with_how_to_save_them(capsys):
    np.savez("step_1.npz", SCORES, LABELS)
    problem = problem_of(capsys, "step_1.npz")
    assert "np.savez(file, probs=..., labels=...), got 'arr_0', 'arr_1'" in problem


def test_logits_saved_as_probs_name_the_file_and_the_option(capsys):
    np.savez("step_1.npz", probs=LOGITS, labels=LABELS)
    problem = problem_of(capsys, "step_1.npz")
    assert "'step_1.npz': probs: expected numbers in [0, 1] (did you pass logits?)" in problem
    assert "--outputs logits takes them as logits" in problem


def test_logits_asked_for_as_probs_name_the_file_and_the_option(capsys):
    np.save("step_1.npy", LOGITS)
    np.save("labels.npy", LABELS)
    given = ["step_1.npy", "--labels", "labels.npy", "--outputs", "probs"]
    problem = problem_of(capsys, *given)
    assert "'step_1.npy': probs" in problem
    assert "; --outputs logits takes them as logits" in problem


@pytest.mark.parametrize("names", ["prob_0,prob_1", "prob_ant,prob_bee"])
def test_labels_of_a_table_that_start_at_1_are_called_so(text, capsys, names):
    file = text(f"label,{names}\n1,.9,.1\n2,.2,.8\n")
    assert "labels that start at 1: subtract 1" in problem_of(capsys, file)


def test_labels_of_arrays_that_start_at_1_are_called_so(capsys):
    np.savez("step_1.npz", probs=SCORES, labels=LABELS + 1)
    problem = problem_of(capsys, "step_1.npz")
    assert "integers in [0, 2) (labels that start at 1: subtract 1), got 2 at index 1" in problem


def test_labels_beyond_the_classes_that_start_at_0_are_not_called_so(capsys):
    np.savez("step_1.npz", probs=SCORES, labels=LABELS * 2)
    assert "subtract" not in problem_of(capsys, "step_1.npz")


@pytest.mark.parametrize(
    ("cells", "quoted"),
    [
        ((".9", ".8", "x,y"), "line 4, column 'confidence': expected a number, got 'x,y'"),
        ((".9", ".8", "0,7"), "line 4, column 'confidence': expected a number with a decimal poi"),
        (("0,9", "0,8", ".7"), "line 4, column 'confidence': expected a number with a decimal c"),
    ],
)
def test_the_quoted_cell_is_the_first_that_is_no_number(text, capsys, cells, quoted):
    rows = "\n".join(f"{i % 2};{i % 2};{cell}" for i, cell in enumerate(cells))
    file = text(f"label;pred;confidence\n{rows}\n")
    assert quoted in problem_of(capsys, file, "--confidence", "confidence")


def test_the_quoted_cell_of_right_and_wrong_is_the_first_that_is_neither(text, capsys):
    file = text("label,correct,confidence\n0,yes,.9\n1,no,.8\n0,maybe,.9\n")
    problem = problem_of(capsys, file)
    assert "line 4, column 'correct': expected true or false, got 'maybe'" in problem


def test_a_file_given_twice_is_called_so(text, capsys):
    file = text("label,prob_0,prob_1\n0,.9,.1\n1,.2,.8\n")
    assert "'step_1.csv' is given twice" in problem_of(capsys, file, f"./{file}")


@pytest.mark.parametrize("place", [".", "step_1.csv"])
def test_a_report_of_saved_predictions_points_to_the_command(text, capsys, place):
    text(TABLE)
    with pytest.raises(SystemExit):
        report([place])
    assert "python -m anim.record turns saved predictions into one" in capsys.readouterr().err
