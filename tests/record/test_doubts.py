"""What the command prints when predictions may not belong to their labels."""

import numpy as np
import pandas as pd
import pytest

import anim
from anim.record import from_table, record
from anim.record.__main__ import main
from anim.record.doubts import accuracy_of, doubt_of

# Columns of a cycle: shifted by one row, or with columns rolled, no prediction is right.
LABELS = np.arange(60) % 3
PROBS = np.where(LABELS[:, None] == np.arange(3), 0.8, 0.1)


def printed(tmp_path, capsys, columns, probs, labels=LABELS):
    table = {"label": labels, **columns, **{f"prob_{k}": probs[:, k] for k in range(3)}}
    pd.DataFrame(table).to_csv(tmp_path / "step_1.csv", index=False)
    assert main(["--out", str(tmp_path / "run"), str(tmp_path / "step_1.csv")]) == 0
    return capsys.readouterr().out


def checks_in(output):
    return [line.strip() for line in output.splitlines() if line.strip().startswith("check: ")]


@pytest.mark.parametrize("axis", [0, 1])
def test_an_accuracy_below_the_most_frequent_label_is_a_line_to_check(tmp_path, capsys, axis):
    probs = np.roll(PROBS, 1, axis)
    assert (probs.argmax(1) == LABELS).mean() == 0
    (line,) = checks_in(printed(tmp_path, capsys, {}, probs))
    share = np.bincount(LABELS).max() / len(LABELS)
    assert f"accuracy at last, 0, is below {share:.4g}, the share of the most frequent" in line
    assert "shifted or of other rows, or columns of scores swapped" in line


def test_the_accuracy_of_confidences_is_checked(tmp_path, capsys):
    table = {"label": LABELS, "pred": (LABELS + 1) % 3, "confidence": 0.8}
    pd.DataFrame(table).to_csv(tmp_path / "step_1.csv", index=False)
    assert main(["--out", str(tmp_path / "run"), str(tmp_path / "step_1.csv")]) == 0
    assert len(checks_in(capsys.readouterr().out)) == 1


def test_an_accuracy_of_the_most_frequent_label_is_nothing_to_check(tmp_path, capsys):
    labels = np.array([2] * 30 + [0] * 30)
    probs = np.tile([0.1, 0.1, 0.8], (60, 1))
    assert not checks_in(printed(tmp_path, capsys, {}, probs, labels))


@pytest.mark.parametrize("wrong", [0, 3, 4, 60])
def test_predictions_that_are_not_the_largest_score_are_a_line_to_check(tmp_path, capsys, wrong):
    pred = np.where(np.arange(60) < wrong, (LABELS + 1) % 3, LABELS)
    lines = checks_in(printed(tmp_path, capsys, {"y_pred": pred}, PROBS))
    expected = f"check: 'y_pred' is not the largest score in {wrong} of 60 rows: labels may be"
    assert [line.startswith(expected) for line in lines] == [True] * (wrong > 3)


def test_predictions_in_arrays_that_are_not_the_largest_score_warn(tmp_path):
    path = tmp_path / "step_1.npz"
    np.savez(path, probs=PROBS, labels=LABELS, y_pred=np.roll(LABELS, 1))
    with pytest.warns(UserWarning, match="in 60 of 60 rows; .*: labels may be shifted"):
        record([path], tmp_path / "run")


def test_one_snapshot_is_called_so(tmp_path, capsys):
    assert "run: 1 snapshot of 60 probs" in printed(tmp_path, capsys, {}, PROBS)


def test_a_frame_in_memory_has_a_line_to_check_too(capsys):
    frame = pd.DataFrame({f"prob_{k}": PROBS[:, k] for k in range(3)})
    from_table(frame, labels=np.roll(LABELS, 1))
    (line,) = checks_in(capsys.readouterr().out)
    assert "accuracy at last, 0, is below" in line
    from_table(frame, labels=LABELS)
    assert checks_in(capsys.readouterr().out) == []


def test_weights_that_make_a_class_frequent_raise_no_doubt():
    labels = np.arange(90) % 3
    probs = np.where(np.arange(3) == labels[:, None], 0.8, 0.1)
    # Of the heavy class half are missed: less than its share, which is that of the weights.
    probs[:45:3] = [0.1, 0.8, 0.1]
    weights = np.where(labels == 0, 100.0, 1.0)
    run = anim.from_arrays([0], labels, probs=probs[None], weights=weights)
    assert accuracy_of(run, 0) < 0.6
    assert doubt_of(run) is None
    shifted = anim.from_arrays([0], labels, probs=np.roll(probs, 1, 0)[None], weights=weights)
    assert "accuracy without weights at last, 0.1667, is below 0.3333" in doubt_of(shifted)
