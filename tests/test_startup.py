"""Compiled programs that commands keep for the next one, and modules imported in a thread."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import jax
import matplotlib
import numpy as np
import pytest

import anim
from anim import startup

HIT = "Persistent compilation cache hit"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "r"
    with anim.Recorder(path, labels=[0, 1, 1]) as recorder:
        recorder.snapshot(0, probs=[0.2, 0.7, 0.6])
        recorder.snapshot(5, probs=[0.1, 0.8, 0.9])
    return path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The user's cache folder, with none of JAX's variables set, nor what they say to JAX."""
    for name in [name for name in os.environ if name.startswith("JAX_")]:
        monkeypatch.delenv(name)
    before = {name: getattr(jax.config, name) for name in startup._DEFAULTS}
    startup._configure(startup._DEFAULTS)
    # Matplotlib's list of fonts stays where it is: another takes seconds to make.
    monkeypatch.setenv("MPLCONFIGDIR", matplotlib.get_cachedir())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "platform", "linux")
    yield tmp_path / "cache" / "anim" / "programs"
    startup._configure(before)


def write_page(run, out, **variables):
    """What the command logs of its compilations while it writes a page."""
    done = subprocess.run(
        [sys.executable, "-m", "anim.render", run, "--out", out, "--quiet"],
        env={**os.environ, "JAX_LOG_COMPILES": "1", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


@pytest.mark.slow
def test_a_second_command_reads_its_programs_from_the_cache(run, cache, tmp_path):
    assert HIT not in write_page(run, tmp_path / "a.html")
    kept = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert kept
    assert write_page(run, tmp_path / "b.html").count(HIT) >= len(kept)
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == kept
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


@pytest.mark.slow
def test_a_variable_of_jax_moves_the_cache(run, cache, tmp_path):
    write_page(run, tmp_path / "a.html", JAX_COMPILATION_CACHE_DIR=str(tmp_path / "mine"))
    assert list((tmp_path / "mine").iterdir())
    assert not cache.exists()


@pytest.mark.slow
def test_a_variable_of_jax_turns_the_cache_off(run, cache, tmp_path):
    write_page(run, tmp_path / "a.html", JAX_ENABLE_COMPILATION_CACHE="0")
    assert not cache.exists()


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_no_error(run, cache, tmp_path):
    cache.parent.parent.write_text("not a folder")
    assert "warning" not in write_page(run, tmp_path / "a.html")
    assert (tmp_path / "a.html").exists()


@pytest.mark.slow
def test_a_damaged_program_is_compiled_again_without_a_warning(run, cache, tmp_path):
    write_page(run, tmp_path / "a.html")
    for path in cache.iterdir():
        path.write_bytes(path.read_bytes()[:10])
    assert "warning" not in write_page(run, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


@pytest.mark.slow
def test_two_commands_can_share_an_empty_cache(run, cache, tmp_path):
    outs = [tmp_path / "a.html", tmp_path / "b.html"]
    command = [sys.executable, "-m", "anim.render", run, "--quiet", "--out"]
    processes = [subprocess.Popen([*command, out], stderr=subprocess.PIPE) for out in outs]
    for process in processes:
        assert process.communicate() == (None, b"")
        assert process.returncode == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_importing_the_package_changes_no_setting(cache):
    code = (
        "import os, anim; before = dict(os.environ); anim.run, anim.render, anim.scene\n"
        "import jax; print(os.environ == before, jax.config.jax_compilation_cache_dir)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True None\n"


def test_programs_of_the_tests_are_in_a_folder_of_their_own():
    folder = Path(os.environ["JAX_COMPILATION_CACHE_DIR"])
    assert jax.config.jax_compilation_cache_dir == str(folder)
    before = set(folder.glob("*"))
    jax.jit(lambda x: x * 5 + os.getpid())(np.arange(11))
    assert set(folder.glob("*")) - before


def test_settings_and_variables_are_restored(cache):
    names = ("jax_compilation_cache_dir", "jax_persistent_cache_min_compile_time_secs")
    before, variables = [getattr(jax.config, name) for name in names], dict(os.environ)
    with startup.programs_kept():
        assert jax.config.jax_compilation_cache_dir == str(cache)
        jax.jit(lambda x: x * 3 + 1)(np.arange(7))
        assert list(cache.iterdir())
    assert [getattr(jax.config, name) for name in names] == before
    assert os.environ == variables


def test_a_folder_that_was_configured_is_left_alone(cache, tmp_path):
    jax.config.update("jax_compilation_cache_dir", str(tmp_path / "mine"))
    try:
        with startup.programs_kept():
            assert jax.config.jax_compilation_cache_dir == str(tmp_path / "mine")
        assert jax.config.jax_compilation_cache_dir == str(tmp_path / "mine")
    finally:
        jax.config.update("jax_compilation_cache_dir", None)


def test_a_setting_of_jax_is_changed_unless_the_user_made_it(monkeypatch):
    code = (
        "import os; from anim import startup\n"
        "with startup.settings_of_jax(jax_platforms='cpu'):\n"
        "    import jax; inside = jax.config.jax_platforms\n"
        "print(inside, jax.config.jax_platforms, os.environ.get('JAX_PLATFORMS'))"
    )
    for variables, expected in (({}, "cpu None None"), ({"JAX_PLATFORMS": "tpu"}, "tpu tpu tpu")):
        monkeypatch.delenv("JAX_PLATFORMS", raising=False)
        environment = {**os.environ, **variables}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        assert done.stdout.strip() == expected


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, ".cache/anim/programs"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, ".cache/anim/programs"),
        ("darwin", {}, "Library/Caches/anim/programs"),
        ("win32", {}, "AppData/Local/anim/programs"),
    ],
)
def test_each_system_has_its_cache_folder(platform, variables, expected, tmp_path, monkeypatch):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": str(tmp_path), **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert startup.cache_folder() == tmp_path / expected


def test_the_files_used_last_are_kept(tmp_path):
    for age, name in enumerate(("newest", "middle", "oldest")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1_000_000 - age, 900_000))
    startup.shrink(tmp_path, 200)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["middle", "newest"]
    startup.shrink(tmp_path, 199)
    assert [path.name for path in tmp_path.iterdir()] == ["newest"]
    startup.shrink(tmp_path / "missing", 0)


def test_a_module_imported_in_a_thread_is_there_afterwards(tmp_path, monkeypatch):
    (tmp_path / "slowly_imported.py").write_text("import time; time.sleep(0.05); value = 3")
    monkeypatch.syspath_prepend(tmp_path)
    with startup.importing("slowly_imported"):
        pass
    assert sys.modules.pop("slowly_imported").value == 3


def test_an_error_in_the_thread_is_raised_where_the_module_is_needed(tmp_path, monkeypatch):
    (tmp_path / "broken_module.py").write_text("raise OSError('no codec')")
    monkeypatch.syspath_prepend(tmp_path)
    with startup.importing("broken_module"), pytest.raises(OSError, match="no codec"):
        importlib.import_module("broken_module")


def test_rendering_a_recorded_run_imports_no_training_library(run, tmp_path):
    code = (
        "import sys; from anim.render import main; main(sys.argv[1:])\n"
        "print([name for name in ('flax', 'optax', 'orbax.checkpoint', 'scipy.stats', 'sklearn')"
        " if name in sys.modules])"
    )
    out = tmp_path / "a.gif"
    command = [sys.executable, "-c", code, run, "--out", out, "--quiet", "--seconds", "0.2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert Path(out).exists()
