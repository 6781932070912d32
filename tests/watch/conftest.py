"""Processes that record a run and show one."""

import subprocess
import sys

import pytest

from tests.support.serving import WRITER, Server
from tests.support.watching import record


@pytest.fixture
def writer(tmp_path):
    """A path, and a process that records some steps to it for each line it is sent."""
    path = tmp_path / "mine"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", WRITER, path], **pipes) as process:
        yield path, process
        process.stdin.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of a run that has ended, and has a link to a secret beside it."""
    folder = tmp_path_factory.mktemp("runs")
    record(folder / "mine", [0, 1])
    (folder / "secret").write_text("hunter2")
    (folder / "mine" / "linked").symlink_to(folder / "secret")
    with Server(folder / "mine") as server:
        yield server
        code, said = server.end()
    assert (code, said) == (143, "anim.watch: terminated\n")
