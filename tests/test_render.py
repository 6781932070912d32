"""The command as it is called: what it prints, its exit codes, and what it leaves behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from xml.etree import ElementTree

import pytest

import anim
from anim.render import main

SMALL = ["--val-size", "500", "--epochs", "2", "--seconds", "1", "--hold", "0.5", "--quiet"]


def test_every_format_is_written_in_one_pass(tmp_path):
    paths = [tmp_path / f"a{suffix}" for suffix in (".gif", ".mp4", ".png", ".svg", ".pdf")]
    assert main(["--out", *map(str, paths), "--theme", "dark", *SMALL]) == 0
    heads = [path.read_bytes()[:12] for path in paths]
    assert heads[0].startswith(b"GIF89a")
    assert heads[1][4:8] == b"ftyp"
    assert heads[2].startswith(b"\x89PNG")
    assert heads[3].startswith(b"<?xml")
    assert heads[4].startswith(b"%PDF")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--every", "0"),
        ("--every", "1000000"),
        ("--train-size", "-1"),
        ("--epochs", "0"),
        ("--bins", "0"),
        ("--bins", "1000000"),
        ("--size", "769x600"),
        ("--size", "10x10"),
        ("--size", "100000x100000"),
        ("--fps", "0"),
        ("--fps", "60"),
        ("--view", "scroe"),
        ("--view", "class:nobody"),
        ("--panels", "reliabilty"),
        ("--theme", "drak"),
        ("--data", "xro"),
        ("--optimizer", "adm"),
        ("--learning-rate", "nan"),
        ("--nonce", "abc"),
    ],
)
def test_a_wrong_call_is_one_line_and_leaves_the_file_alone(tmp_path, capsys, option, value):
    path = tmp_path / "a.gif"
    path.write_bytes(b"earlier")
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(path), option, value])
    assert stop.value.code == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert option in printed
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_divergence_says_where_and_writes_nothing(tmp_path, capsys):
    path = tmp_path / "a.gif"
    arguments = ["--out", str(path), "--learning-rate", "1e38", "--optimizer", "sgd", *SMALL]
    assert main([*arguments, "--schedule", "constant"]) == 1
    assert "at step" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_help_imports_neither_jax_nor_matplotlib():
    code = (
        "import sys; sys.argv = ['x', '--help']\nimport anim.render\n"
        "try: anim.render.main()\nexcept SystemExit: pass\n"
        "assert not {'jax', 'matplotlib', 'flax', 'optax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_wrong_name_brings_the_known_ones_and_the_nearest(tmp_path, capsys):
    path = str(tmp_path / "a.gif")
    for arguments, hints in (
        (["--out", path, "--data", "xro"], ["xor, digits, breast-cancer", "mean 'xor'"]),
        (["--out", path, "--optimizer", "adm"], ["sgd", "mean 'adam'"]),
        (["--out", path, "--theme", "drak"], ["light", "mean 'dark'"]),
        (["--out", path, "--panels", "reliability,acuracy"], ["counts", "mean 'accuracy'"]),
        (["--out", path, "--view", "scroe", *SMALL], ["confidence", "mean 'score'"]),
        (["--out", path, "--view", "class:is_xr", *SMALL], ["not_xor", "mean 'is_xor'"]),
        (["--out", path + "f"], [".gif", ".mp4", ".pdf", "mean '.gif'"]),
        (["--out", path, "--eproch", "3"], ["mean --epochs"]),
    ):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2
        printed = capsys.readouterr().err
        assert printed.startswith("anim.render: error: ")
        for hint in hints:
            assert hint in printed


def test_a_place_that_cannot_be_written_is_found_before_any_work(tmp_path, capsys):
    (tmp_path / "folder.gif").mkdir()
    (tmp_path / "file").write_text("")
    for place, problem in (
        (tmp_path / "nowhere" / "a.gif", "there is no folder"),
        (tmp_path / "folder.gif", "is a folder"),
        (tmp_path / "file" / "a.gif", "not a folder"),
        (Path("/proc/a.gif"), "cannot write"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(["--out", str(place)])
        assert stop.value.code == 2
        assert problem in capsys.readouterr().err


def test_a_warning_is_one_line_too(tmp_path, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert main(["--out", str(tmp_path / "a.png"), "--title", "\U000f1234", *SMALL]) == 0
    printed = capsys.readouterr().err
    assert printed.startswith("anim.render: warning: no installed font has \U000f1234")
    assert printed.count("\n") == 1


def test_only_a_run_can_be_animated(tmp_path):
    with pytest.raises(TypeError, match=r"runs: expected an anim\.Run or a folder, got list"):
        anim.animate([[]], tmp_path / "a.gif")


def test_a_file_is_named_once(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(tmp_path / "a.gif"), f"{tmp_path}/../{tmp_path.name}/a.gif"])
    assert stop.value.code == 2
    assert "once" in capsys.readouterr().err


def test_the_score_view_is_for_two_classes(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(tmp_path / "a.gif"), "--data", "digits", "--view", "score",
              "--epochs", "1"])  # fmt: skip
    assert stop.value.code == 2
    assert "this run has 10; try confidence or class:NAME" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_missing_extra_names_the_pip_command(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert main(["--out", str(tmp_path / "a.gif"), "--data", "digits"]) == 1
    printed = capsys.readouterr().err
    assert "pip install scikit-learn" in printed
    assert printed.count("\n") == 1


def test_one_line_a_file_says_what_was_written(tmp_path, capsys):
    path = tmp_path / "a.gif"
    arguments = [option for option in SMALL if option != "--quiet"]
    assert main(["--out", str(path), *arguments]) == 0
    printed = capsys.readouterr()
    size = f"{path.stat().st_size:,}"
    assert printed.out == f"{path}: 768x600 pixels, 38 frames, 1.5 s, {size} bytes\n"
    assert printed.err == ""


def test_a_saved_run_gives_the_same_picture_later(tmp_path):
    first, second, run = tmp_path / "a.gif", tmp_path / "b.gif", tmp_path / "r"
    assert main(["--out", str(first), "--save", str(run), *SMALL]) == 0
    assert main([str(run), "--out", str(second), *SMALL[4:]]) == 0
    assert first.read_bytes() == second.read_bytes()


def test_outputs_may_be_named_one_by_one(tmp_path):
    first, second = tmp_path / "a.png", tmp_path / "b.svg"
    assert main(["--out", str(first), "--out", str(second), *SMALL]) == 0
    assert first.exists()
    assert second.exists()


def test_a_wrong_run_is_one_line(tmp_path, capsys):
    run, out = str(tmp_path / "r"), ["--out", str(tmp_path / "a.png")]
    assert main([*out, "--save", run, *SMALL]) == 0
    for arguments, problem in (
        ([run, *out, "--epochs", "3"], "argument --epochs: cannot be used with a recorded run"),
        ([run, *out, "--save", run + "2"], "argument --save: cannot be used with a recorded run"),
        ([*out, "--save", run], "exists already"),
        ([str(tmp_path), *out], "argument RUN: "),
        ([run + "2", *out], "argument RUN: there is no recording"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2
        printed = capsys.readouterr().err
        assert problem in printed
        assert printed.count("\n") == 1


@pytest.mark.slow
def test_rendering_a_recorded_run_imports_neither_flax_nor_optax(tmp_path):
    run, out = str(tmp_path / "r"), str(tmp_path / "a.png")
    assert main(["--out", out, "--save", run, *SMALL]) == 0
    code = (
        "import sys\nfrom anim.render import main\n"
        f"assert main([{run!r}, '--out', {out!r}]) == 0\n"
        f"recalibration = ['--calibrate', 'temperature', '--curve', 'smooth', '--intervals']\n"
        f"assert main([{run!r}, '--out', {out!r}, *recalibration]) == 0\n"
        "assert not {'flax', 'optax', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def command(*arguments, before=()):
    return subprocess.Popen(
        [*before, sys.executable, "-m", "anim.render", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_drawing(process, folder: Path) -> bool:
    """Whether the process holds a file in the folder open, named or not (Linux)."""
    links = Path(f"/proc/{process.pid}/fd").iterdir()
    for link in links:
        # One may be closed between two looks at it.
        with contextlib.suppress(OSError):
            if str(link.readlink()).startswith(str(folder)):
                return True
    return False


def an_interrupted(tmp_path, number: int):
    """The command, stopped by a signal while it draws over an earlier file."""
    (tmp_path / "a.gif").write_bytes(b"earlier")
    process = command(
        "--out", tmp_path / "a.gif", tmp_path / "b.mp4", *SMALL, "--seconds", "60"
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while process.poll() is None and not is_drawing(process, tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(number)
    try:
        _, printed = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, printed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_stopped_command_leaves_the_earlier_file_and_no_litter(tmp_path, number, code):
    returned, printed = an_interrupted(tmp_path, number)
    assert returned == code
    assert "Traceback" not in printed
    assert (tmp_path / "a.gif").read_bytes() == b"earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


@pytest.mark.parametrize(
    "suffix", [".gif", *(pytest.param(other, marks=pytest.mark.slow) for other in (".mp4", ".png"))]
)
def test_a_full_disk_is_one_line_and_leaves_the_earlier_file(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"earlier")
    full = ["sh", "-c", 'ulimit -f 16 && exec "$@"', "sh"]
    process = command("--out", path, *SMALL, before=full)
    _, printed = process.communicate(timeout=120)
    assert process.returncode == 1
    assert printed == f"anim.render: error: {path}: File too large\n"
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_without_unnamed_files_the_temporary_one_is_removed(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE")
    path = tmp_path / "a.png"
    assert main(["--out", str(path), *SMALL]) == 0
    assert list(tmp_path.iterdir()) == [path]
    path.write_bytes(b"earlier")
    monkeypatch.setattr(os, "fsync", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["--out", str(path), *SMALL])
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_texts_that_are_none_draw_a_file_that_can_be_read(tmp_path):
    title = "a\x1bb \ud83d c"
    assert main(["--out", str(tmp_path / "a.svg"), "--title", title, "--epochs", "1", *SMALL]) == 0
    ElementTree.parse(tmp_path / "a.svg")


@pytest.mark.slow
def test_a_reader_of_its_lines_may_go_away(tmp_path):
    command = f"{sys.executable} -m anim.render --out a.png {' '.join(SMALL)} | true"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.png").stat().st_size > 1000
