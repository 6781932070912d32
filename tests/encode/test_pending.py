"""Files that take their place when they are complete."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import anim
from anim.encode.pending import PendingFile, insert
from tests.support.clips import (
    SHORT,
    a_run,
)


def test_a_new_file_has_the_default_permissions(tmp_path):
    (tmp_path / "plain").write_text("")
    anim.animate(a_run(examples=5000), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_existing_file_keeps_its_permissions_and_its_long_name(tmp_path):
    path = tmp_path / f"{'n' * 240}.png"
    path.write_bytes(b"")
    path.chmod(0o600)
    anim.animate(a_run(), path, **SHORT)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size > 1000


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.binary(max_size=300), st.binary(max_size=300), st.data())
def test_bytes_are_inserted_as_into_a_bytes_object(tmp_path_factory, before, content, data):
    offset = data.draw(st.integers(0, len(before)))
    path = tmp_path_factory.getbasetemp() / "insert"
    path.write_bytes(before)
    insert(str(path), offset, content)
    assert path.read_bytes() == before[:offset] + content + before[offset:]


def test_bytes_are_inserted_into_a_file_of_several_pieces(tmp_path):
    before = np.random.default_rng(0).bytes(3_000_000)
    (tmp_path / "a").write_bytes(before)
    insert(str(tmp_path / "a"), 12, b"new")
    assert (tmp_path / "a").read_bytes() == before[:12] + b"new" + before[12:]


def test_a_discarded_file_leaves_nothing_and_an_earlier_one_stays(tmp_path):
    (tmp_path / "a").write_text("earlier")
    pending = PendingFile(tmp_path / "a")
    with pending.open() as stream:
        stream.write(b"later")
    assert pending.size == 5
    pending.discard()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["earlier"]


def test_a_committed_file_has_replaced_the_earlier_one(tmp_path):
    (tmp_path / "a").write_text("earlier")
    pending = PendingFile(tmp_path / "a")
    with pending.open() as stream:
        stream.write(b"later")
    pending.commit()
    pending.discard()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["later"]
    assert pending.size == 5
