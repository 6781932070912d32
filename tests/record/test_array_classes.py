"""Arrays of other classes than those from 0: labels -1 and 1, and scores by rank."""

import json

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.record import record
from anim.record.__main__ import main

_RNG = np.random.default_rng(3)
FULL = _RNG.dirichlet(np.ones(10), 30)
TOP = np.argsort(-FULL, 1)[:, :4]
RANKED = np.take_along_axis(FULL, TOP, 1)
LABELS = np.where(_RNG.random(30) < 0.7, TOP[:, 0], 3)
TWO = _RNG.dirichlet(np.ones(2), 30)
IS_ONE = _RNG.random(30) < TWO[:, 1]
SIGNS = np.where(IS_ONE, 1, -1)
RIGHT = float(((TWO[:, 1] > 0.5) == IS_ONE).mean())


def _accuracy(run):
    snapshot = run.snapshots[0]
    if not run.has_scores:
        return float(snapshot["correct"].mean())
    return float((snapshot[run.kind].argmax(1) == run.labels).mean())


@pytest.mark.parametrize("name", ["indices", "topk_indices", "top_k", "idx", "class_ids"])
@pytest.mark.parametrize("total", [1, 10])
def test_scores_by_rank_are_refused_with_what_to_do(tmp_path, name, total):
    probs = RANKED / RANKED.sum(1, keepdims=True)
    indices = TOP if total == 10 else TOP.argsort(1)
    path = tmp_path / "step_1.npz"
    np.savez(path, probs=probs, labels=LABELS % 4, **{name: indices})
    said = rf"probs are of the 4 classes of each row that '{name}' holds, .*; save the probs of all"
    with pytest.raises(SettingError, match=said):
        record([path], tmp_path / "out")
    np.savez(path, pred_label=TOP[:, 0], confidence=RANKED[:, 0], labels=LABELS)
    assert _accuracy(record([path], tmp_path / "out")) == float((TOP[:, 0] == LABELS).mean())


def test_lists_by_rank_in_a_table_are_refused_alike(tmp_path):
    probs = RANKED / RANKED.sum(1, keepdims=True)
    rows = zip((LABELS % 4).tolist(), probs.tolist(), TOP.tolist(), strict=True)
    lines = [json.dumps({"label": y, "probs": p, "indices": i}) for y, p, i in rows]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    with pytest.raises(SettingError, match="probs are of the 4 classes of each row that 'indices'"):
        record([tmp_path / "a.jsonl"], tmp_path / "out")


def test_an_order_beside_the_scores_of_all_classes_is_ignored(tmp_path):
    np.savez(tmp_path / "a.npz", probs=FULL, labels=LABELS, order=np.argsort(-FULL, 1))
    run = record([tmp_path / "a.npz"], tmp_path / "out")
    assert _accuracy(run) == float((TOP[:, 0] == LABELS).mean())


@pytest.mark.parametrize("dtype", [np.int8, np.float64])
@pytest.mark.parametrize("scores", [TWO, TWO[:, 1], TWO[:, 1:]], ids=["2", "N", "1"])
def test_labels_of_minus_1_and_1_are_two_classes(tmp_path, dtype, scores):
    predicted = np.where(TWO[:, 1] > 0.5, 1, -1).astype(dtype)
    np.savez(tmp_path / "a.npz", probs=scores, labels=SIGNS.astype(dtype), y_pred=predicted)
    np.save(tmp_path / "b.npy", scores)
    np.save(tmp_path / "labels.npy", SIGNS.astype(dtype))
    call = ["--labels", str(tmp_path / "labels.npy"), "--out", str(tmp_path / "b")]
    assert main([*call, str(tmp_path / "b.npy")]) == 0
    for run in (record([tmp_path / "a.npz"], tmp_path / "a"), anim.open(tmp_path / "b")):
        assert (run.classes, _accuracy(run)) == (("-1", "1"), RIGHT)
        np.testing.assert_array_equal(run.labels, IS_ONE)


def test_minus_1_and_1_may_have_names(tmp_path):
    np.savez(tmp_path / "a.npz", probs=TWO, labels=SIGNS)
    run = record([tmp_path / "a.npz"], tmp_path / "out", classes=["neg", "pos"])
    assert (run.classes, _accuracy(run)) == (("neg", "pos"), RIGHT)


def test_other_labels_below_0_are_refused_with_what_to_do(tmp_path, capsys):
    path = tmp_path / "a.npz"
    three = FULL[:, :3] / FULL[:, :3].sum(1, keepdims=True)
    np.savez(path, probs=three, labels=np.arange(30) % 3 - 1)
    said = (
        r"got -1 at index 0; number classes from 0; if -1 marks examples without a label, leave "
        r"them out; if these are classes in the order of the scores, --classes=-1,0,1 says so"
    )
    with pytest.raises(SettingError, match=said):
        record([path], tmp_path / "out")
    assert main([str(path), "--out", str(tmp_path / "out"), "--classes=-1,0,1"]) == 0
    assert anim.open(tmp_path / "out").labels.tolist() == [0, 1, 2] * 10
