"""The commands, run by several processes at once."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from anim.render import main as render_main
from anim.report.__main__ import main as report_main
from tests.support.recordings import record
from tests.support.subprocesses import environment

NAMES = ("JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES", "JAX_PROCESS_ID")
# One that is killed when it has read its part, or waits for one that is.
KILLED = """
import os, sys
# JAX is imported before the command asks for silence.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
from anim.run import passes, peers
peers.SILENCE = 5
if os.environ["JAX_PROCESS_ID"] == "1":
    exchange = passes.dividing.Group.exchanged
    passes.dividing.Group.exchanged = lambda self, found: os.kill(os.getpid(), 9)
from anim.report.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
ALONE = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
from anim.run import joining
joining._NOTICE = 0.1
from anim.report.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
TERMINATED = """
import os, signal, sys, time
from anim import command
def work(check):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.2)
    check()
sys.exit(command.run(command.Parser(prog="anim.any"), work, distributed=True))
"""


def start(arguments, index, count, port, cwd):
    values = (f"127.0.0.1:{port}", str(count), str(index))
    env = environment(dict(zip(NAMES, values, strict=True)))
    # JAX of this process has set it.
    env.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env=env,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def run(cwd, *calls):
    """Run a call in each of several processes; return exit code, output and errors of each."""
    count, port = len(calls), free_port()
    processes = [start(call, i, count, port, cwd) for i, call in enumerate(calls)]
    said = [process.communicate(timeout=300) for process in processes]
    return [(one.returncode, *text) for one, text in zip(processes, said, strict=True)]


@pytest.mark.slow
def test_several_processes_report_and_draw_what_one_does(tmp_path, capsys):
    record(tmp_path / "six", range(6))
    record(tmp_path / "two", range(2))
    for name, count in (("six", 2), ("two", 3)):
        path = str(tmp_path / name)
        assert report_main([path]) == 0
        expected = capsys.readouterr().out
        call = ["-m", "anim.report", path, "--distributed"]
        assert run(tmp_path, *[call] * count) == [(0, expected, ""), *[(0, "", "")] * (count - 1)]
    out = ["--out", "x.png", "y.html"]
    (tmp_path / "alone").mkdir()
    call = ["-m", "anim.render", tmp_path / "six", *out]
    alone = subprocess.run(
        [sys.executable, *map(str, call)],
        env=environment(),
        cwd=tmp_path / "alone",
        capture_output=True,
        text=True,
        check=True,
    )
    assert run(tmp_path, *[[*call, "--distributed"]] * 2) == [(0, alone.stdout, ""), (0, "", "")]
    for name in ("x.png", "y.html"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("several", [["--replicas", "3"], ["--sweep", "epochs=1,2,3"]])
def test_several_processes_train_their_shares_and_one_says_what_there_is(tmp_path, several):
    known = ["--epochs", "2"] if "--replicas" in several else []
    size = ["--train-size", "50", "--val-size", "40", *known, *several]
    call = ["-m", "anim.train", "--out", "r", *size]
    (tmp_path / "alone").mkdir()
    [(code, expected, problem)] = run(tmp_path / "alone", call)
    assert (code, problem) == (0, "")
    assert run(tmp_path, *[[*call, "--distributed"]] * 2) == [(0, expected, ""), (0, "", "")]
    names = [
        sorted(one.name for one in folder.iterdir())
        for folder in (tmp_path / "r", tmp_path / "alone" / "r")
    ]
    assert names[0] == names[1]
    assert len(names[0]) == 3
    # What is there is refused by both.
    for (code, output, problem), process in zip(
        run(tmp_path, *[[*call, "--distributed"]] * 2), ("", " (process 1)"), strict=True
    ):
        assert (code, output) == (2, "")
        assert problem == f"anim.train{process}: error: argument --out: 'r' exists already\n"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["fails", "is killed"])
def test_a_process_that_is_gone_is_done_without(tmp_path, capsys, how):
    record(tmp_path / "r", range(6))
    path = str(tmp_path / "r")
    assert report_main([path]) == 0
    expected = capsys.readouterr().out
    if how == "fails":
        calls = [["-m", "anim.report", one, "--distributed"] for one in (path, "nothing")]
        reason, code = "ended without its part", 2
    else:
        calls = [["-c", KILLED, path, "--distributed"]] * 2
        reason, code = "gave no sign of life for 5 s", -9
    (first, output, errors), (second, nothing, problem) = run(tmp_path, *calls)
    assert (first, output) == (0, expected)
    warning = f"warning: this process computes alone what others did not: process 1 {reason}"
    assert errors == f"anim.report: {warning}\n"
    assert (second, nothing) == (code, "")
    if how == "fails":
        begin = "anim.report (process 1): error: argument RUN: there is no recording at"
        assert problem.startswith(begin)
        assert problem.count("\n") == 1


def test_a_request_to_terminate_is_heard_though_jax_takes_its_signal(tmp_path):
    assert run(tmp_path, ["-c", TERMINATED]) == [(143, "", "anim.any: terminated\n")]


@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_waits_for_others_says_so_and_hears_signals(tmp_path, index, sent):
    record(tmp_path / "r", [0])
    port = free_port()
    waiting = start(["-c", ALONE, tmp_path / "r", "--distributed"], index, 2, port, tmp_path)
    assert waiting.stderr.readline() == (
        "anim.report: warning: waiting for the other processes, which look for process 0 at "
        f"127.0.0.1:{port}, for up to 300 s\n"
    )
    # It is in JAX by now.
    time.sleep(0.5)
    waiting.send_signal(sent)
    _, errors = waiting.communicate(timeout=20)
    assert (waiting.returncode, errors) == (-sent, "")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (["", "", ""], f"srun or mpirun, or set in each process {', '.join(NAMES)}"),
        (["h:1", "2", ""], "set in each process JAX_PROCESS_ID"),
        (["", "2", "1"], "set in each process JAX_COORDINATOR_ADDRESS"),
        (["h", "2", "1"], "expected JAX_COORDINATOR_ADDRESS as host:port, got 'h'"),
        (["h:1", "two", "1"], "expected JAX_NUM_PROCESSES as a number, got 'two'"),
        (["h:1", "2", "2"], "expected a process from 0 to 1, got 2"),
    ],
)
def test_what_is_missing_is_named(tmp_path, monkeypatch, capsys, values, problem):
    for name in [*os.environ]:
        if name.startswith(("SLURM_", "OMPI_", "KUBERNETES_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr("jax._src.xla_bridge.backends_are_initialized", lambda: False)
    for name, value in zip(NAMES, values, strict=True):
        monkeypatch.delenv(name, raising=False)
        if value:
            monkeypatch.setenv(name, value)
    record(tmp_path / "r", [0])
    with pytest.raises(SystemExit) as stop:
        report_main([str(tmp_path / "r"), "--distributed"])
    said = capsys.readouterr().err
    assert stop.value.code == 2
    assert said.startswith("anim.report: error: argument --distributed: ")
    assert problem in said
    assert said.count("\n") == 1


def test_who_has_no_run_to_draw_has_nothing_to_divide(capsys):
    with pytest.raises(SystemExit):
        render_main(["--out", "x.png", "--distributed"])
    assert "argument --distributed: expected a recorded RUN" in capsys.readouterr().err
