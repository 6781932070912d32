"""What commands print: one line for each error, in which names control nothing."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import anim
from anim import command
from tests.support.embedding import a_run
from tests.support.subprocesses import environment

COMMANDS = {
    "anim.render": ["--out", "{}.png", "--nonce", "{}"],
    "anim.train": ["--out", "t", "--lr", "{}"],
    "anim.record": ["--out", "t", "{}"],
    "anim.report": ["{}"],
    "anim.watch": ["{}", "--port", "-1"],
    "anim.embed": ["{}"],
}
HOSTILE = "a\x1b[31m\u202eb\nc\udcff"


def call(module, *arguments, cwd, **options):
    line = [sys.executable, "-m", module, *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(line, cwd=cwd, env=environment(), timeout=120, **streams)


@pytest.mark.slow
@pytest.mark.parametrize("module", COMMANDS)
def test_no_command_prints_what_controls_a_terminal(tmp_path, module):
    arguments = [text.replace("{}", HOSTILE) for text in COMMANDS[module]]
    done = call(module, *arguments, cwd=tmp_path)
    printed = (done.stdout + done.stderr).decode()
    assert done.returncode == 2
    assert printed.startswith(f"{module}: error: ")
    assert printed.endswith("\n")
    assert printed[:-1].isprintable()


@pytest.mark.slow
@pytest.mark.parametrize("module", COMMANDS)
def test_no_command_repeats_a_long_argument(tmp_path, module):
    arguments = [text.replace("{}", "x" * 100_000) for text in COMMANDS[module]]
    done = call(module, *arguments, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert done.stderr.count(b"\n") == 1
    assert len(done.stderr) < 1200


@pytest.mark.slow
def test_a_full_disk_behind_stdout_is_one_line(tmp_path):
    anim.animate(a_run(), tmp_path / "a.png")
    with Path("/dev/full").open("wb") as full:
        done = call("anim.embed", "a.png", cwd=tmp_path, stdout=full)
    assert done.returncode == 1
    assert done.stderr == b"anim.embed: error: [Errno 28] No space left on device\n"


def parser():
    made = command.Parser(prog="anim.test", allow_abbrev=False)
    made.add_argument("--epochs", type=int)
    return made


@pytest.mark.parametrize(
    "unknown",
    ["", " ", "--epoch", "x" * 10**5, "\x1b[31m", "\u202e"],
    ids=lambda text: repr(text[:9]),
)
def test_an_unknown_argument_is_one_line(capsys, unknown):
    with pytest.raises(SystemExit) as stop:
        parser().parse_args([unknown])
    printed = capsys.readouterr().err
    assert stop.value.code == 2
    assert printed[:-1].isprintable()
    assert len(printed) < 1100
    assert ("did you mean --epochs?" in printed) == (unknown == "--epoch")


@pytest.mark.parametrize("module", ["anim.record", "anim.render", "anim.embed"])
def test_two_dashes_are_no_value_of_an_option(capsys, module):
    name = {"anim.record": "--out", "anim.render": "--label", "anim.embed": "--dark"}[module]
    main = importlib.import_module(
        module if module.endswith("render") else f"{module}.__main__"
    ).main
    with pytest.raises(SystemExit) as stop:
        main(["x", f"{name}=--"])
    assert stop.value.code == 2
    assert (
        capsys.readouterr().err == f"{module}: error: argument {name}: expected a value, got '--'\n"
    )


def test_a_warning_controls_nothing(capsys):
    parser().say("warning: no class \x1b[2J")
    assert capsys.readouterr().err == "anim.test: warning: no class \\x1b[2J\n"


def test_a_result_controls_nothing_and_is_whole(capsys):
    command.print_lines("a\u202e.png", "x" * 5000)
    assert capsys.readouterr().out == "a\\u202e.png\n" + "x" * 5000 + "\n"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(28, "No space left on device", "a\n.gif"), r"a\n.gif: No space left on device"),
        (RuntimeError("one\ntwo"), "one"),
        (MemoryError(), "out of memory"),
    ],
)
def test_an_error_of_the_system_is_one_line(capsys, error, line):
    def work(_):
        raise error

    assert command.run(parser(), work) == 1
    assert capsys.readouterr().err == f"anim.test: error: {line}\n"


WRONG_RUNS = {
    "": "expected a folder or a URL, got ''",
    "ftp://x": "expected a folder, or a URL of file://, gs://, memory:// or s3://, got 'ftp://x'",
    "S3://": "expected s3://BUCKET/RUN, got 'S3://'",
    "gs://": "expected gs://BUCKET/RUN, got 'gs://'",
    "s3:bucket/run": "expected s3://BUCKET/RUN, got 's3:bucket/run'",
    "file://host/x": "expected file:///FOLDER, got 'file://host/x'",
    "~/run": "expected a folder, got '~/run'; write '/home/me/run', as the shell did not",
}
# Where commands take a run, and what their usage calls it.
RUNS = {
    ("anim.report", "RUN"): ["{}"],
    ("anim.render", "RUN"): ["{}", "--out", "x.png"],
    ("anim.render", "--save"): ["--save", "{}", "--out", "x.png"],
    ("anim.watch", "RUN"): ["{}"],
    ("anim.record", "--out"): ["x.npz", "--out", "{}"],
    ("anim.train", "--out"): ["--out", "{}"],
}
FILES = {
    ("anim.render", "--out"): ["run", "--out", "{}"],
    ("anim.embed", "FILE"): ["{}"],
    ("anim.record", "FILE"): ["{}", "--out", "run"],
    ("anim.record", "--labels"): ["x.npz", "--out", "run", "--labels", "{}"],
}


def refusal(capsys, module, arguments):
    name = module if module == "anim.render" else f"{module}.__main__"
    with pytest.raises(SystemExit) as stop:
        importlib.import_module(name).main(arguments)
    assert stop.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("wrong", WRONG_RUNS)
def test_a_wrong_run_is_named_as_it_was_typed(tmp_path, monkeypatch, capsys, wrong):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    for (module, argument), arguments in RUNS.items():
        said = refusal(capsys, module, [text.replace("{}", wrong) for text in arguments])
        assert said == f"{module}: error: argument {argument}: {WRONG_RUNS[wrong]}\n"
    assert not list(tmp_path.iterdir())


def test_a_url_is_no_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for (module, argument), arguments in FILES.items():
        said = refusal(capsys, module, [text.replace("{}", "s3://b/x.gif") for text in arguments])
        problem = "expected a file of this machine, got 's3://b/x.gif'"
        assert said.startswith(f"{module}: error: argument {argument}")
        assert said.endswith(f": {problem}\n")


def test_folders_of_odd_names_are_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("run:1", "~nobody-of-that-name/run", "a~", " ", "gs:", "C:\\x"):
        assert command.run_at(name) == Path(name)
    for name in ("~", "s3:bucket"):
        Path(name).mkdir()
        assert command.run_at(f"{name}/run") == Path(name, "run")
    assert command.run_at("S3://bucket/run") == "S3://bucket/run"
