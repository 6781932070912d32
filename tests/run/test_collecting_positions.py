"""Positions that come again, are missing, or belong to batches that were refused."""

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.run.intake import Intake
from anim.run.own_part import OwnPart
from anim.run.own_rows import OwnRows
from anim.run.ranks import Rank
from anim.run.shaping import Shaping
from tests.run.test_collecting import BATCHES, LABELS, LOGITS, collect


@pytest.mark.parametrize(("place", "keep"), [("memory", "top"), ("disk", "float32")])
def test_positions_that_come_again_are_recorded_once(tmp_path, place, keep):
    path = tmp_path / "run" if place == "disk" else None
    index = np.concatenate([BATCHES[2], BATCHES[0], BATCHES[3], BATCHES[1], [0, 17, 40]])
    given = {"logits": LOGITS[index], "labels": LABELS[index]}
    # Only what comes first counts.
    given["logits"][-3:] *= 2
    batches = np.split(np.arange(53), [10, 30, 51])
    with anim.Recorder(path, index=index, keep=keep) as recorder:
        collect(recorder, 0, batches, {"logits": given["logits"]}, labels=given["labels"])
        recorder.snapshot(1, **given)
        collect(recorder, 2, batches, {"logits": given["logits"]}, labels=given["labels"])
        run = recorder.run()
        np.testing.assert_array_equal(run.labels, LABELS)
        for i in range(3):
            for name, values in run.snapshots[1].items():
                np.testing.assert_array_equal(run.snapshots[i][name], values)
        assert run.metrics()["accuracy"][0] == (LOGITS.argmax(1) == LABELS).mean()
        with pytest.raises(SettingError, match="expected 50 examples, got 30: index 14, 15"):
            collect(recorder, 3, batches[:2], {"logits": given["logits"]})


def test_labels_of_a_position_that_comes_again_must_be_the_same():
    index = np.array([1, 0, 2, 0])
    given = {"logits": LOGITS[index], "labels": np.array([1, 0, 2, 1])}
    problem = "^labels: expected the same label each time a position comes, got another for 0$"
    with pytest.raises(SettingError, match=problem):
        anim.Recorder(labels=given["labels"], index=index)
    for act in (lambda one: one.snapshot(0, **given), lambda one: collect(one, 0, [[0, 1, 2, 3]],
                {"logits": given["logits"]}, labels=given["labels"])):  # fmt: skip
        with pytest.raises(SettingError, match=problem):
            act(anim.Recorder(index=index))


def test_weights_of_a_position_that_comes_again_must_be_the_same():
    index = np.array([1, 0, 2, 0])
    given = {"labels": index % 2, "weights": np.array([1.0, 2, 3, 4])}
    problem = "^weights: expected the same weight each time a position comes, got another for 0$"
    with pytest.raises(SettingError, match=problem):
        anim.Recorder(**given, index=index)
    with pytest.raises(SettingError, match=problem):
        collect(anim.Recorder(index=index), 0, [[0, 1], [2, 3]], {"logits": LOGITS[index]}, **given)
    given["weights"][3] = 2
    with anim.Recorder(**given, index=index) as recorder:
        collect(recorder, 0, [[0, 1], [2, 3]], {"logits": LOGITS[index]}, labels=index % 2)
    assert recorder.run().weights.tolist() == [2, 1, 3]


def test_labels_in_the_order_of_another_epoch_are_refused():
    first, second = np.random.default_rng(0).permutation(50), np.random.default_rng(1)
    given = [{"logits": LOGITS[i], "labels": LABELS[i]} for i in (first, second.permutation(50))]
    recorder = anim.Recorder(index=first)
    recorder.snapshot(0, **given[0])
    with pytest.raises(ValueError, match=r"^labels: expected"):
        recorder.snapshot(1, **given[1])
    with pytest.raises(ValueError, match=r"^labels: expected"):
        collect(recorder, 1, arrays=given[1])
    collect(recorder, 1, arrays=given[0])
    np.testing.assert_array_equal(recorder.run().logits(1), LOGITS)


def test_rows_of_a_process_that_are_missing_are_named():
    rows = OwnRows(Rank(1, 2), [1, 3, 0])
    part = OwnPart(rows, None, Intake(), Shaping(None, 1, 0, None), "float32", None, False)
    part.add(logits=LOGITS[:2], labels=LABELS[:2])
    with pytest.raises(SettingError, match=r"^collecting: expected 3 examples, got 2: index 0 is"):
        part.whole()


def test_a_batch_that_is_refused_leaves_no_positions():
    rows = OwnRows(Rank(0, 2))
    part = OwnPart(rows, None, Intake(), Shaping(None, 1, 0, None), "float32", None, False)
    part.add(logits=LOGITS[4:6], labels=LABELS[4:6], index=[4, 5])
    with pytest.raises(ValueError, match=r"got nan at index \[7, 0\]$"):
        part.add(logits=LOGITS[6:8] * [[1], [np.nan]], labels=LABELS[6:8], index=[6, 7])
    part.add(logits=LOGITS[:2], labels=LABELS[:2], index=[0, 1])
    snapshot, examples = part.whole()
    assert rows.index is not None
    assert rows.index.tolist() == [4, 5, 0, 1]
    np.testing.assert_array_equal(snapshot["logits"][:], LOGITS[rows.index])
    np.testing.assert_array_equal(examples.labels, LABELS[rows.index])
