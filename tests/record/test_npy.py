"""Files of NumPy from strangers: bounded before they are read, refused in one line."""

import io
import os
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from anim.errors import SettingError
from anim.record import npy
from anim.record.readers import read
from tests.support.saved_predictions import LABELS, LOGITS


def header(text, version=1):
    """Return the start of an .npy file with any text as its header."""
    encoded = text.encode()
    length = struct.pack("<H" if version == 1 else "<I", len(encoded))
    return b"\x93NUMPY" + bytes([version, 0]) + length + encoded


def described(descr="'<f4'", order="False", shape="(2, 3)", *, data=b"\0" * 24):
    return header(f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n") + data


def saved(values):
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def zipped(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)


BYTES = {
    "nothing": (b"", "expected an array saved by NumPy"),
    "text": (b"0.1,0.9\n", "expected an array saved by NumPy"),
    "a cut magic": (b"\x93NUM", "expected an array saved by NumPy"),
    "a version to come": (b"\x93NUMPY\x09\x00" + b"\0" * 80, "expected an array saved by NumPy"),
    "a cut header": (saved(LOGITS[0])[:40], "expected a header of NumPy"),
    "open brackets": (header("((((((((((" * 500), "expected a header of NumPy"),
    "a header that is code": (header("__import__('os').abort()"), "expected a header of NumPy"),
    "a header of megabytes": (
        header("(" * 2**21, version=2),
        "at most 10,000 bytes, got 2,097,152",
    ),
    "a negative shape": (described(shape="(-1, 3)"), "expected a header of NumPy"),
    "more than there is": (described(shape="(2, 4)"), "float32 of shape [2, 4]"),
    "exabytes": (described(shape="(9999999999, 9999999999)"), "its header says float32"),
    "a hundred axes": (described(shape=f"({'1, ' * 100})"), "at most 32 axes, got 100"),
    "a huge number": (described(shape=f"({'9' * 400},)"), "of shape [99999999999999999999]"),
    "nothing, endlessly": (described(shape=f"(0, {10**20})"), "of shape [0, 1000"),
    "objects": (described("'|O'"), "Python objects (a pickle), which are not loaded"),
    "fields": (described("[('a', '<f4')]"), "records with named fields"),
    "raw bytes": (described("'|V2'"), "NumPy saves bfloat16"),
    "no such dtype": (described("'<f3'"), "got '<f3'"),
    "texts without letters": (described("'<U0'"), "at least one letter"),
    "no letter of Unicode": (
        described("'<U1'", shape="(6,)", data=b"\xff" * 24),
        "expected numbers [N, K] or [N]",
    ),
    "booleans of 7": (described("'|b1'", shape="(4,)", data=b"\0\1\7\0"), "of 0 and 1, got 7"),
}


@pytest.mark.parametrize("kind", BYTES)
def test_bytes_that_hold_no_array_are_refused_in_one_line(tmp_path, kind):
    content, problem = BYTES[kind]
    (tmp_path / "1.npy").write_bytes(content)
    with pytest.raises(SettingError) as error:
        list(read(tmp_path / "1.npy"))
    assert problem in str(error.value)
    assert str(error.value).isprintable()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    values=arrays(
        st.sampled_from(["<f4", ">f8", "<f2", "<i8", ">u2", "|b1", "<U3", "|S2"]),
        array_shapes(min_dims=0, max_dims=4, min_side=0),
    ),
    order=st.sampled_from("CF"),
)
def test_an_array_is_what_numpy_loads(tmp_path_factory, values, order):
    path = tmp_path_factory.mktemp("arrays") / "a.npy"
    np.save(path, np.asarray(values, order=order))
    found = npy.load(path)
    np.testing.assert_array_equal(found, np.load(path))
    assert found.dtype.isnative


def archive_of_deflate_that_breaks(path):
    zipped(path, [("logits.npy", saved(LOGITS[0]))])
    content = bytearray(path.read_bytes())
    content[60:200] = b"\xff" * 140
    path.write_bytes(content)


def archive_with_a_password(path):
    zipped(path, [("logits.npy", saved(LOGITS[0]))], zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


def archive_of_a_wrong_sum(path):
    zipped(path, [("logits.npy", saved(LOGITS[0]))], zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[300] ^= 1
    path.write_bytes(content)


def archive_of_two(path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(path, [("labels.npy", saved(LABELS)), ("labels.npy", saved(LABELS[::-1]))])


ARCHIVES = {
    "not an archive": (lambda path: path.write_bytes(saved(LOGITS[0])), "not a zip file"),
    "an archive that is cut": (
        lambda path: (np.savez(path, x=LABELS), path.write_bytes(path.read_bytes()[:-9])),
        "not a zip file",
    ),
    "broken deflate": (archive_of_deflate_that_breaks, "cannot be read"),
    "a password": (archive_with_a_password, "encrypted"),
    "a wrong sum": (archive_of_a_wrong_sum, "CRC"),
    "two arrays of one name": (archive_of_two, "'labels' twice"),
    "another packing": (
        lambda path: zipped(path, [("logits.npy", saved(LOGITS[0]))], zipfile.ZIP_BZIP2),
        "expected an array packed by NumPy",
    ),
    "an array that is cut": (
        lambda path: zipped(path, [("logits.npy", saved(LOGITS[0])[:-9])]),
        "its header says float32 of shape [50, 3]",
    ),
    "no array": (lambda path: zipped(path, [("logits.txt", "0.5")]), "expected logits or probs"),
    "a text called logits": (lambda path: zipped(path, [("logits", "0.5")]), "saved by NumPy"),
    "nothing": (lambda path: zipped(path, []), "got no array"),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archives_that_are_broken_are_refused_in_one_line(tmp_path, kind):
    write, problem = ARCHIVES[kind]
    write(tmp_path / "1.npz")
    with pytest.raises(SettingError) as error:
        list(read(tmp_path / "1.npz"))
    assert problem in str(error.value)
    assert str(error.value).isprintable()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    head = described(shape="(100000000, 3)", data=b"")
    zipped(tmp_path / "1.npz", [("logits.npy", head + b"\0" * (200 << 20))])
    tracemalloc.start()
    try:
        with pytest.raises(SettingError, match=r"expected at most 67,108,864 bytes, got 209,715"):
            list(read(tmp_path / "1.npz"))
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_a_bomb_in_an_array_that_is_not_read_does_no_harm(tmp_path):
    members = [("logits.npy", saved(LOGITS[0])), ("labels.npy", saved(LABELS))]
    zipped(tmp_path / "1.npz", [*members, ("x.npy", b"\0" * (80 << 20))])
    (snapshot,) = read(tmp_path / "1.npz")
    np.testing.assert_array_equal(snapshot.given["logits"], LOGITS[0])


def test_sorted_labels_that_shrink_a_thousandfold_are_read(tmp_path):
    labels = np.repeat([0, 1], 500_000)
    np.savez_compressed(tmp_path / "1.npz", labels=labels, probs=labels.astype(np.float32))
    (snapshot,) = read(tmp_path / "1.npz")
    np.testing.assert_array_equal(snapshot.labels, labels)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_only_regular_files_are_opened(tmp_path, suffix):
    os.mkfifo(tmp_path / f"fifo{suffix}")
    (tmp_path / f"zero{suffix}").symlink_to("/dev/zero")
    (tmp_path / f"folder{suffix}").mkdir()
    (tmp_path / f"gone{suffix}").symlink_to(tmp_path / "nowhere")
    for name, problem in (
        ("fifo", "not a regular file"),
        ("zero", "not a regular file"),
        ("folder", "Is a directory"),
        ("gone", "there is no file"),
    ):
        with pytest.raises(SettingError, match=problem):
            list(read(tmp_path / f"{name}{suffix}"))


def test_a_link_to_a_file_is_read(tmp_path):
    np.save(tmp_path / "a.npy", LOGITS[0])
    (tmp_path / "b.npy").symlink_to(tmp_path / "a.npy")
    np.testing.assert_array_equal(npy.load(tmp_path / "b.npy"), LOGITS[0])
