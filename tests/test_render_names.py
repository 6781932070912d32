"""Outputs with strange names are written, or refused in one line."""

import os

import pytest

from anim.render import main
from tests.support.recordings import record

SMALL = ["--size", "320x240", "--seconds", "1", "--hold", "0", "--fps", "2"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    record(tmp_path / "r", [0, 10])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", [":.mp4", "a:b.webm", "file:c.gif", "a\nb.png", "\x1b[2J.svg", "\udcff.gif"]
)
def test_a_strange_name_is_written_and_printed_on_one_line(folder, capsys, name):
    assert main(["r", "--out", f"./{name}", *SMALL]) == 0
    assert (folder / name).stat().st_size > 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert printed[:-1].isprintable()


@pytest.mark.parametrize(
    "name", ["n" * 300 + ".gif", "/dev/full", "full.gif", "fifo.mp4", "loop.png", ".gif/a.gif"]
)
def test_a_place_that_takes_no_file_is_one_line(folder, capsys, name):
    (folder / "full.gif").symlink_to("/dev/full")
    (folder / "loop.png").symlink_to("loop.png")
    os.mkfifo(folder / "fifo.mp4")
    try:
        code = main(["r", "--out", name, *SMALL])
    except SystemExit as stop:
        code = stop.code
    printed = capsys.readouterr().err
    assert code in (1, 2)
    assert printed.count("\n") == 1
    assert len(printed) < 1200
