"""Predictions that others saved: each kind of file becomes the same recording."""

import csv
import warnings

import numpy as np
import pytest

import anim
from anim.record.__main__ import main

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, 50)
LOGITS = RNG.normal(size=(4, 50, 3)).astype(np.float32)
PROBS = np.exp(LOGITS) / np.exp(LOGITS).sum(2, keepdims=True)
STEPS = [0, 9, 10, 100]
NAMES = np.array(["ant", "bee", "cat"])


def write_csv(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


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
def test_every_kind_of_file_is_the_same_recording(tmp_path, save, capsys):
    (tmp_path / "preds").mkdir()
    save(tmp_path / "preds")
    files = sorted(map(str, (tmp_path / "preds").iterdir()))
    labels = ["--labels", str(tmp_path / "labels.npy")] if save is save_npy else []
    assert main(["--out", str(tmp_path / "run"), *files, *labels]) == 0
    assert "4 snapshots" in capsys.readouterr().out
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == STEPS
    np.testing.assert_array_equal(run.labels, LABELS)
    for i, probs in enumerate(PROBS):
        np.testing.assert_allclose(run.probs(i), probs, atol=1e-6)
    if save in (save_csv, save_one_csv, save_parquet):
        assert run.classes == tuple(NAMES)


def test_top_labels_of_the_public_collection_are_read(tmp_path):
    predicted, confidence = PROBS[0].argmax(1), PROBS[0].max(1)
    rows = zip(LABELS, predicted, confidence, strict=True)
    write_csv(tmp_path / "model.csv", ["true_label", "pred_label", "confidence"], rows)
    assert main(["--out", str(tmp_path / "run"), str(tmp_path / "model.csv"), "--quiet"]) == 0
    run = anim.open(tmp_path / "run")
    expected = anim.from_arrays([0], LABELS, probs=PROBS[:1])
    for name, values in run.metrics().items():
        np.testing.assert_allclose(values, expected.metrics()[name], atol=1e-6)


def test_logits_are_told_from_probs_or_said(tmp_path):
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


def test_rounded_probs_and_percentages_are_probs(tmp_path):
    shared = {"labels": LABELS}
    np.savez(tmp_path / "1.npz", probs=np.round(PROBS[0], 2), **shared)
    np.save(tmp_path / "2.npy", np.round(PROBS[1], 2))
    np.save(tmp_path / "3.npy", np.round(100 * PROBS[2], 1))
    files = [str(tmp_path / name) for name in ("1.npz", "2.npy", "3.npy")]
    assert main(["--out", str(tmp_path / "run"), *files, "--quiet"]) == 0
    run = anim.open(tmp_path / "run")
    for i in range(3):
        np.testing.assert_allclose(run.probs(i).sum(1), 1, atol=1e-6)
        np.testing.assert_allclose(run.probs(i), PROBS[i], atol=0.02)


def test_an_index_is_no_class_and_a_shared_beginning_no_part_of_a_name(tmp_path, capsys):
    rows = [
        [i, NAMES[y], *p.tolist()] for i, (y, p) in enumerate(zip(LABELS, PROBS[0], strict=True))
    ]
    for header in ("", "id"):
        path = tmp_path / f"{header or 'pandas'}.csv"
        write_csv(path, [header, "label", *(f"prob_{name}" for name in NAMES)], rows)
        assert main(["--out", str(tmp_path / path.stem), str(path)]) == 0
        assert "1 snapshots of 50 probs, classes ant, bee, cat" in capsys.readouterr().out
        run = anim.open(tmp_path / path.stem)
        np.testing.assert_array_equal(run.labels, LABELS)
        np.testing.assert_allclose(run.probs(0), PROBS[0], atol=1e-6)


class Evil:
    def __reduce__(self):
        return (print, ("executed",))


def evil(path):
    np.save(path, np.array([Evil()], dtype=object), allow_pickle=True)


WRONG = {
    "a.txt": (lambda path: path.write_text("1,2"), ".npz, .npy, .csv, .parquet"),
    "nothing.npy": (lambda path: None, "there is no file"),
    "1.npy": (evil, "cannot be read"),
    "2.npy": (lambda path: path.write_bytes(b"\x93NUMPY"), "cannot be read"),
    "3.npz": (lambda path: path.write_bytes(b"PK\x03\x04 no zip"), "cannot be read"),
    "4.npz": (lambda path: np.savez(path, x=LABELS), "expected logits or probs, it has x"),
    "5.npz": (lambda path: np.savez(path, probs=PROBS[0]), "the files hold none"),
    "6.npz": (lambda path: np.savez(path, probs=PROBS[0] / 2, labels=LABELS), "sum to 1"),
    "7.npz": (
        lambda path: np.savez(path, probs=PROBS[0], labels=LABELS[1:]),
        "expected shape [49, K] with K >= 2, got [50, 3]",
    ),
    "8.csv": (lambda path: path.write_text("label,a,b\n0,1\n"), "line 2 has 2 columns"),
    "9.csv": (lambda path: path.write_text("x,a,b\n0,1,0\n"), "expected a column labels"),
    "10.csv": (lambda path: path.write_text("label,a,b\n0,low,0\n"), "column 'a'"),
    "11.csv": (lambda path: path.write_text("label,a,b\n"), "a header and rows"),
    "12.csv": (lambda path: path.write_text("step,label,a,b\n.5,0,1,0\n"), "whole numbers"),
    "13.csv": (lambda path: path.write_text("label,a,b\n0,1,0\nx,1,0\n"), "expected one of a, b"),
    "15.csv": (lambda path: path.write_text("label,pa,pb\nx,1,0\n"), "expected one of pa, pb"),
    "14.parquet": (lambda path: path.write_bytes(b"PAR1"), "cannot be read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_one_line_and_leaves_nothing(tmp_path, name, capsys):
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    write, problem = WRONG[name]
    write(tmp_path / name)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(tmp_path / "run"), str(tmp_path / name)])
    assert stop.value.code == 2
    told = capsys.readouterr()
    assert problem in told.err
    assert told.err.count("\n") == 1
    assert "executed" not in told.out
    assert sorted(tmp_path.iterdir()) == before


def test_what_does_not_fit_together_leaves_nothing(tmp_path, capsys):
    np.savez(tmp_path / "a1.npz", probs=PROBS[0], labels=LABELS)
    np.savez(tmp_path / "b1.npz", probs=PROBS[0], labels=LABELS)
    np.savez(tmp_path / "a2.npz", probs=PROBS[1], labels=LABELS[::-1])
    np.savez(tmp_path / "a3.npz", probs=np.full((50, 2), 0.5), labels=LABELS)
    np.savez(tmp_path / "none.npz", probs=PROBS[1], labels=LABELS)
    for files, problem in (
        (["a1", "b1"], "step 1 does not come after 1"),
        (["a1", "a2"], "labels are not those"),
        (["a1", "a3"], "expected 3 classes, got 2"),
        (["a1", "none"], "expected a step in its name"),
    ):
        with pytest.raises(SystemExit):
            main(["--out", str(tmp_path / "run"), *(str(tmp_path / f"{f}.npz") for f in files)])
        assert problem in capsys.readouterr().err
        assert not (tmp_path / "run").exists()


def test_an_earlier_recording_is_replaced_only_when_asked_and_only_by_a_good_one(tmp_path, capsys):
    np.savez(tmp_path / "1.npz", probs=PROBS[0], labels=LABELS)
    np.savez(tmp_path / "2.npz", probs=PROBS[1] / 2, labels=LABELS)
    call = ["--out", str(tmp_path / "run"), "--quiet"]
    assert main([*call, str(tmp_path / "1.npz")]) == 0
    with pytest.raises(SystemExit):
        main([*call, str(tmp_path / "1.npz")])
    assert "something at" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*call, "--overwrite", str(tmp_path / "1.npz"), str(tmp_path / "2.npz")])
    assert anim.open(tmp_path / "run").steps.tolist() == [1]
    assert main([*call, "--overwrite", str(tmp_path / "1.npz")]) == 0
    (tmp_path / "thesis").mkdir()
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "thesis"), "--overwrite", str(tmp_path / "1.npz")])
    assert (tmp_path / "thesis").is_dir()
