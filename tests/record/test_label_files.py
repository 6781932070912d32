"""Labels in a file of their own, as many and as NumPy counts them."""

import os

import numpy as np
import pytest

from anim.errors import SettingError
from anim.record.label_files import read_labels

VALUES = np.array([2, 0, 1, 1, 0])
LINES = [str(value) for value in VALUES]
TEXTS = {
    "a final newline": "\n".join(LINES) + "\n",
    "no final newline": "\n".join(LINES),
    "blank lines at the end": "\n".join(LINES) + "\n\n \n",
    "Windows": "\r\n".join(LINES) + "\r\n",
    "old Macs": "\r".join(LINES),
    "a mark in front": "\ufeff" + "\n".join(LINES),
    "a header": "label\n" + "\n".join(LINES),
    "a header after a mark": "\ufeffy_true\r\n" + "\r\n".join(LINES),
    "a quoted header": '"Label"\n' + "\n".join(f'"{line}"' for line in LINES),
    "spaces": "\n".join(f"  {line}\t" for line in LINES),
    "floats": "\n".join(f"{value:.1f}" for value in VALUES),
    "numpy.savetxt": "\n".join(f"{value:.18e}" for value in VALUES),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_each_line_is_a_label(tmp_path, kind):
    (tmp_path / "labels.txt").write_bytes(TEXTS[kind].encode())
    np.testing.assert_array_equal(read_labels(tmp_path / "labels.txt"), VALUES)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_names_are_labels(tmp_path, end):
    (tmp_path / "labels.csv").write_text("cat\nhot dog\n  bée\ncat" + end, newline="")
    assert read_labels(tmp_path / "labels.csv").tolist() == ["cat", "hot dog", "bée", "cat"]


@pytest.mark.parametrize(
    "values", [VALUES, VALUES[:, None], np.eye(3)[VALUES], np.array(["a", "b"])], ids=str
)
def test_an_array_is_what_numpy_loads(tmp_path, values):
    np.save(tmp_path / "labels.npy", values)
    np.testing.assert_array_equal(read_labels(tmp_path / "labels.npy"), values)


WRONG = {
    "nothing": ("", "expected a label per line, got none"),
    "only a header": ("label\n", "expected a label per line, got none"),
    "an empty line": ("0\n\n1\n", "line 2: expected one label, got an empty line"),
    "half a label": ("0\n1\n0.5\n", "an integer, the class of an example, got '0.5'"),
    "scores": (
        "prob\n0.1\n0.25\n1\n",
        "line 2: expected an integer, the class of an example (2 lines are fractions, as scores "
        "are: are the files swapped?), got '0.1'",
    ),
    "scores without a header": ("0\n0.25\n0.75\n", "are the files swapped?), got '0.25'"),
    "not a number": ("label\n0\nnan\n", "line 3: expected an integer, the class of"),
    "infinity": ("inf\n0\n", "line 1: expected an integer, the class of an example, got 'inf'"),
    "an unknown header": ("species\n0\n1\n", "line 1: expected an integer as in the other lines"),
    "a NUL": ("0\n1\0\n", "line 2: expected one label"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_line_that_is_no_label_is_named(tmp_path, kind):
    content, problem = WRONG[kind]
    (tmp_path / "labels.txt").write_text(content)
    with pytest.raises(SettingError) as error:
        read_labels(tmp_path / "labels.txt")
    assert problem in str(error.value)


def test_files_that_are_not_text_are_refused(tmp_path):
    (tmp_path / "latin.txt").write_bytes("caf\xe9\n".encode("latin-1"))
    os.mkfifo(tmp_path / "fifo.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    np.savez(tmp_path / "labels.npz", labels=VALUES)
    for name, problem in (
        ("latin.txt", "cannot be read: 'utf-8' codec"),
        ("fifo.txt", "not a regular file"),
        ("zero.txt", "not a regular file"),
        ("labels.npz", "expected .npy or text"),
        ("gone.txt", "there is no file"),
        ("", "Is a directory"),
    ):
        with pytest.raises(SettingError, match=problem):
            read_labels(tmp_path / name)
