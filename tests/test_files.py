"""Files of strangers are opened only if they are regular, and read only if they are small."""

import errno
import os
import socket

import pytest

from anim.files import open_regular, read_bounded


def test_a_regular_file_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    with open_regular(tmp_path / "a") as file:
        assert file.read(2) == b"12"
        assert file.seek(0, 2) == 5
    assert read_bounded(tmp_path / "a", 5) == b"12345"


def test_a_link_to_a_regular_file_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "link").symlink_to("a")
    assert read_bounded(str(tmp_path / "link"), 10) == b"1"


def test_a_fifo_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("fifo")
    for name in ("fifo", "link"):
        with pytest.raises(OSError, match="not a regular file") as found:
            open_regular(tmp_path / name)
        assert found.value.filename == str(tmp_path / name)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/null", "/dev/tty"])
def test_a_link_to_a_device_is_refused(tmp_path, device):
    (tmp_path / "link").symlink_to(device)
    with pytest.raises(OSError, match=r"not a regular file|No such"):
        read_bounded(tmp_path / "link", 10)


def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind("socket")
        with pytest.raises(OSError, match="not a regular file"):
            open_regular("socket")


def test_a_folder_is_refused_as_the_system_does(tmp_path):
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)


@pytest.mark.parametrize("name", ["missing", "a\0b", "n" * 300])
def test_a_name_that_cannot_be_opened_is_an_error_of_the_system(tmp_path, name):
    with pytest.raises(OSError) as found:
        open_regular(tmp_path / name)
    assert found.value.strerror
    assert found.value.filename


def test_a_link_to_itself_is_an_error_of_the_system(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError) as found:
        open_regular(tmp_path / "loop")
    assert found.value.errno == errno.ELOOP


def test_a_file_over_the_limit_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"123456")
    with pytest.raises(OSError, match="larger than 5 bytes") as found:
        read_bounded(tmp_path / "a", 5)
    assert found.value.errno == errno.EFBIG


def test_a_sparse_file_is_refused_without_being_read(tmp_path):
    with (tmp_path / "a").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="larger than"):
        read_bounded(tmp_path / "a", 1 << 39)


def test_a_file_whose_size_the_system_does_not_know_is_bounded_too():
    with pytest.raises(OSError, match="larger than 10 bytes"):
        read_bounded("/proc/cpuinfo", 10)
