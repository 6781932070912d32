"""Each kind of file becomes the same recording."""

import warnings

import numpy as np
import pyarrow as pa
import pytest

import anim
from anim.errors import SettingError
from anim.record import arrays, readers
from anim.record.__main__ import main
from tests.support.saved_predictions import LABELS, LOGITS, NAMES, PROBS, STEPS, write_csv


def save_npz(folder):
    for step, probs in zip(STEPS, PROBS, strict=True):
        np.savez(folder / f"epoch_{step}.npz", probs=probs, labels=LABELS)


def save_one_npz(folder):
    np.savez(folder / "all.npz", probs=PROBS, labels=LABELS, steps=STEPS)


def save_npy(folder):
    for step, probs in zip(STEPS, PROBS, strict=True):
        np.save(folder / f"v2-epoch{step}.npy", probs)
    np.save(folder.parent / "labels.npy", LABELS)


def save_csv(folder):
    for step, probs in zip(STEPS, PROBS, strict=True):
        rows = [[NAMES[y], *p.tolist()] for y, p in zip(LABELS, probs, strict=True)]
        write_csv(folder / f"{step}.csv", ["true_label", *NAMES], rows)


def save_one_csv(folder):
    rows = [
        [step, y, *p.tolist()]
        for step, probs in zip(STEPS, PROBS, strict=True)
        for y, p in zip(LABELS, probs, strict=True)
    ]
    write_csv(folder / "all.csv", ["epoch", "label", *NAMES], rows)


def save_parquet(folder):
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    import pyarrow.parquet

    for step, probs in zip(STEPS, PROBS, strict=True):
        table = {"label": NAMES[LABELS], **dict(zip(NAMES, probs.T, strict=True))}
        pyarrow.parquet.write_table(arrow.table(table), folder / f"step{step}.parquet")


@pytest.mark.parametrize(
    "save", [save_npz, save_one_npz, save_npy, save_csv, save_one_csv, save_parquet]
)
def test_every_kind_of_file_gives_the_same_recording(tmp_path, save, capsys):
    (tmp_path / "preds").mkdir()
    save(tmp_path / "preds")
    files = sorted(map(str, (tmp_path / "preds").iterdir()))
    options = ["--labels", str(tmp_path / "labels.npy")] if save is save_npy else []
    options += ["--classes", ",".join(NAMES)] if save is save_one_csv else []
    assert main(["--out", str(tmp_path / "run"), *files, *options]) == 0
    assert "4 snapshots" in capsys.readouterr().out
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == STEPS
    np.testing.assert_array_equal(run.labels, LABELS)
    for i, probs in enumerate(PROBS):
        np.testing.assert_allclose(run.probs(i), probs, atol=1e-6)
    if save in (save_csv, save_one_csv, save_parquet):
        assert run.classes == tuple(NAMES)


def test_scores_without_a_name_are_logits_unless_rows_sum_to_1_or_outputs_decides(tmp_path):
    np.save(tmp_path / "1.npy", LOGITS[0])
    np.savetxt(tmp_path / "labels.txt", LABELS, fmt="%d")
    options = ["--labels", str(tmp_path / "labels.txt"), "--classes", "ant,bee,cat"]
    assert main(["--out", str(tmp_path / "run"), str(tmp_path / "1.npy"), *options]) == 0
    run = anim.open(tmp_path / "run")
    np.testing.assert_array_equal(run.logits(0), LOGITS[0])
    assert run.classes == tuple(NAMES)
    np.save(tmp_path / "2.npy", PROBS[0])
    options += ["--outputs", "logits"]
    with warnings.catch_warnings(action="ignore"):
        assert main(["--out", str(tmp_path / "other"), str(tmp_path / "2.npy"), *options]) == 0
    np.testing.assert_array_equal(anim.open(tmp_path / "other").logits(0), PROBS[0])


@pytest.mark.parametrize(
    "raised",
    [
        pa.ArrowInvalid("odd"),
        pa.ArrowTypeError("odd"),
        pa.ArrowKeyError("odd"),
        pa.ArrowIndexError("odd"),
        pa.ArrowNotImplementedError("odd"),
        pa.ArrowCapacityError("odd"),
        OSError("odd"),
    ],
    ids=repr,
)
def test_an_error_of_arrow_becomes_one_that_names_the_file(tmp_path, monkeypatch, raised):
    def fail(*_):
        raise raised

    monkeypatch.setattr(readers, "snapshots_in", fail)
    (tmp_path / "1.csv").write_text("label,a,b\n0,0.9,0.1\n")
    with pytest.raises(SettingError, match=r"1\.csv' cannot be read: '?odd"):
        list(readers.read(tmp_path / "1.csv"))


@pytest.mark.parametrize("kind", [TypeError, KeyError, AttributeError, NotImplementedError])
@pytest.mark.parametrize("name", ["1.csv", "1.npz", "1.npy"])
def test_a_fault_of_ours_is_not_taken_for_a_broken_file(tmp_path, monkeypatch, kind, name):
    def fail(*_):
        raise kind("a fault of ours")

    monkeypatch.setattr(readers, "snapshots_in", fail)
    # One is called while the archive is open.
    monkeypatch.setattr(arrays, "_predictions_in", fail)
    monkeypatch.setattr(arrays, "scores_of", fail)
    np.savez(tmp_path / "1.npz", probs=PROBS[0], labels=LABELS)
    np.save(tmp_path / "1.npy", PROBS[0])
    (tmp_path / "1.csv").write_text("label,a,b\n0,0.9,0.1\n")
    with pytest.raises(kind, match="a fault of ours"):
        list(readers.read(tmp_path / name))
