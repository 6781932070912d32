"""The command: its errors, its help, and how it ends."""

import signal
import socket
import subprocess
import sys

import pytest

from anim.watch.__main__ import main
from tests.support.serving import Server, events_of
from tests.support.watching import record

pytest.importorskip("starlette", reason="the extra watch is not installed")
pytest.importorskip("uvicorn", reason="the extra watch is not installed")


def fails(capsys, *arguments, code=2):
    """The line that the command ends with."""
    try:
        found = main(list(map(str, arguments)))
    except SystemExit as ended:
        found = ended.code
    assert found == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_a_port_that_is_taken_is_named(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = fails(capsys, tmp_path / "r", "--port", port)
    assert said == (
        f"anim.watch: error: argument --port: {port} is taken; expected another, "
        "or 0 for a free one\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "70000"], "--port: expected a whole number from 0 to 65535, got 70000"),
        (["--host", ""], "--host: expected an address of this machine, got ''"),
        (["--host", "192.0.2.1"], "--host: expected an address of this machine, got '192.0.2.1'"),
        (["--fps", "10"], "--fps: does not apply to a watched page"),
        (["--size", "800x600"], "--size: does not apply to a watched page"),
        (["--max-bytes", "2MB"], "--max-bytes: does not apply to a watched page"),
        (["--bins", "0"], "--bins: expected a whole number"),
        (["--held-out", "0.2"], "--held-out: requires --calibrate"),
        (["--style", "no-such-style"], "--style: "),
        (["more"], "unrecognized arguments: more"),
    ],
)
def test_a_wrong_call_is_one_line(tmp_path, capsys, arguments, said):
    assert said in fails(capsys, tmp_path / "r", "--port", "0", *arguments)


def test_a_path_without_one_recording_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.tex").write_text("years")
    for seed in range(2):
        record(tmp_path / "replicas" / f"seed={seed}", [0])
    for name, problem in (
        ("file", "is not a recording"),
        ("papers", "is not a recording"),
        ("replicas", "holds 2 replicas, expected one recording"),
    ):
        said = fails(capsys, tmp_path / name, "--port", "0")
        assert f"argument RUN: '{tmp_path / name}'" in said
        assert problem in said


def test_a_view_that_the_run_does_not_have_is_an_error(tmp_path, capsys):
    record(tmp_path / "r", [0])
    assert "--view" in fails(capsys, tmp_path / "r", "--port", "0", "--view", "class:owl")


def test_a_missing_extra_is_named(tmp_path):
    code = (
        "import sys; sys.modules['starlette'] = sys.modules['starlette.concurrency'] = None\n"
        "from anim.watch.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, tmp_path / "r", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith('not installed: python -m pip install "calibanim[watch]"\n')


def test_help_imports_no_library():
    code = (
        "import sys; from anim.watch.__main__ import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in ('jax', 'matplotlib', 'starlette', 'uvicorn', 'numpy')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--port" in done.stdout
    assert "--fps" not in done.stdout
    assert done.stdout.endswith("[]\n")


def test_ctrl_c_ends_the_server_while_browsers_listen(tmp_path):
    record(tmp_path / "r", [0, 1])
    with Server(tmp_path / "r", "--host", "0.0.0.0") as server, events_of(server) as events:
        assert server.ask("GET / HTTP/1.1", "Host: any.name.at.all").startswith("HTTP/1.1 200 ")
        while next(events)[0] != "state":
            pass
        server.process.send_signal(signal.SIGINT)
        assert list(events) == []
        code, said = server.ended()
    assert code == 130
    assert said.splitlines() == [
        "anim.watch: warning: other machines can see the run at 0.0.0.0; 127.0.0.1 keeps it here",
        "anim.watch: interrupted",
    ]
