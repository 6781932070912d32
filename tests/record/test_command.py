"""The command: wrong files are one line of error, and leave nothing behind."""

import numpy as np
import pytest

import anim
from anim.record.__main__ import main
from tests.support.saved_predictions import LABELS, PROBS
from tests.support.subprocesses import run_python


class Evil:
    def __reduce__(self):
        return (print, ("executed",))


def evil(path):
    np.save(path, np.array([Evil()], dtype=object), allow_pickle=True)


WRONG = {
    "a.xlsx": (lambda path: path.write_text("1,2"), ".npz, .npy, .csv, .tsv"),
    "nothing.npy": (lambda path: None, "there is no file"),
    "1.npy": (evil, "cannot be read"),
    "2.npy": (lambda path: path.write_bytes(b"\x93NUMPY"), "cannot be read"),
    "3.npz": (lambda path: path.write_bytes(b"PK\x03\x04 no zip"), "cannot be read"),
    "4.npz": (lambda path: np.savez(path, x=LABELS), "expected logits or probs, got 'x'"),
    "5.npz": (lambda path: np.savez(path, probs=PROBS[0]), "the files contain no labels"),
    "6.npz": (lambda path: np.savez(path, probs=PROBS[0] / 2, labels=LABELS), "sum to 1"),
    "7.npz": (
        lambda path: np.savez(path, probs=PROBS[0], labels=LABELS[1:]),
        "expected shape [49, K] with K >= 2, got [50, 3]",
    ),
    "8.csv": (
        lambda path: path.write_text("label,a,b\n0,1\n"),
        "line 2: expected 3 cells as in the header, got 2",
    ),
    "9.csv": (
        lambda path: path.write_text("x,a,b\n0,1,0\n"),
        "expected a column of labels",
    ),
    "10.csv": (
        lambda path: path.write_text("label,a,b\n0,low,0\n"),
        "expected columns named as scores",
    ),
    "11.csv": (lambda path: path.write_text("label,a,b\n"), "a header and rows"),
    "12.csv": (
        lambda path: path.write_text("step,label,p_0,p_1\n.5,0,1,0\n"),
        "line 2, column 'step': expected a step, an integer from 0, got '.5'",
    ),
    "13.csv": (
        lambda path: path.write_text("label,a,b\n0,1,0\nx,1,0\n"),
        "named as scores (prob_0, logit_cat)",
    ),
    "15.csv": (lambda path: path.write_text("label,pa,pb\nx,1,0\n"), "classes that occur (x)"),
    "14.parquet": (lambda path: path.write_bytes(b"PAR1"), "cannot be read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_one_line_of_error_and_leaves_nothing(tmp_path, name, capsys):
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    write, problem = WRONG[name]
    write(tmp_path / name)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(tmp_path / "run"), str(tmp_path / name)])
    assert stop.value.code == 2
    output = capsys.readouterr()
    assert problem in output.err
    assert output.err.count("\n") == 1
    assert "executed" not in output.out
    assert sorted(tmp_path.iterdir()) == before


def test_files_that_do_not_belong_together_leave_nothing(tmp_path, capsys):
    np.savez(tmp_path / "step_1_a.npz", probs=PROBS[0], labels=LABELS)
    np.savez(tmp_path / "step_1_b.npz", probs=PROBS[0], labels=LABELS)
    np.savez(tmp_path / "step_2.npz", probs=PROBS[1], labels=LABELS[::-1])
    np.savez(tmp_path / "step_3.npz", probs=np.full((50, 2), 0.5), labels=LABELS)
    np.savez(tmp_path / "none.npz", probs=PROBS[1], labels=LABELS)
    for files, problem in (
        (["step_1_a", "step_1_b"], "expected a step after 1, that of"),
        (["step_1_a", "step_2"], "expected the labels of the first file, got different ones: "),
        (["step_1_a", "step_3"], "expected 3 classes, got 2"),
        (["step_1_a", "none"], "expected a step: name files with a word"),
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
    assert "exists; --overwrite" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*call, "--overwrite", str(tmp_path / "1.npz"), str(tmp_path / "2.npz")])
    assert anim.open(tmp_path / "run").steps.tolist() == [1]
    assert main([*call, "--overwrite", str(tmp_path / "1.npz")]) == 0
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "text").write_text("mine")
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "thesis"), "--overwrite", str(tmp_path / "1.npz")])
    assert (tmp_path / "thesis").is_dir()


def test_a_negative_step_is_refused(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("step,label,p_0,p_1\n-1,0,1,0\n")
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "run"), str(tmp_path / "a.csv")])
    assert "expected a step, an integer from 0, got '-1'" in capsys.readouterr().err


def test_help_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from anim.record.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'jax', 'numpy', 'matplotlib', 'tensorstore', 'flax'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    assert "python -m anim.record" in run_python(code).stdout
