"""The map in anim/README.md holds: every module has a row, and imports only from rows above."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import anim

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "anim"
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
COMMANDS = "command.py"


def rows_of(text):
    """The row of each room, by its name in the table."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return {
        room.removesuffix("/"): number
        for number, line in enumerate(lines)
        for room in re.findall(r"`([\w./]+)`", line.split("|")[1])
    }


ROWS = rows_of((PACKAGE / "README.md").read_text())


def room_of(path):
    """The room of a module, as the table names it; None for the package's own front door."""
    if path == Path("__init__.py"):
        return None
    return COMMANDS if path.name == "__main__.py" else path.parts[0]


def imported_by(path):
    """Rooms that a module imports from, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse((PACKAGE / path).read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "anim":
            names = [f"anim.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module]
        else:
            continue
        for name in names:
            if name.startswith("anim."):
                room = name.split(".")[1]
                found.add(room if (PACKAGE / room).is_dir() else f"{room}.py")
    return found


def test_every_module_has_a_row():
    assert {room_of(path) for path in MODULES} - {None} <= ROWS.keys()
    assert all((PACKAGE / room).exists() for room in ROWS)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_imports_only_from_rows_above_its_own(path):
    own = room_of(path)
    if own is None:
        return
    # Rooms of one row are strangers, but for commands, and the short names of `train`'s modules.
    is_shared = ROWS[own] in (ROWS[COMMANDS], ROWS["train"])
    allowed = ROWS[own] if is_shared else ROWS[own] - 1
    rooms = imported_by(path) - {own, path.parts[0]}
    assert not {room for room in rooms if ROWS[room] > allowed}


LIGHT = {
    "anim": ("numpy", "jax", "matplotlib"),
    "anim.settings, anim.metrics, anim.encode.formats": ("numpy", "jax", "matplotlib"),
    "anim.scene, anim.page": ("jax", "av", "flax"),
    "anim.panels.contents, anim.panels.facts, anim.panels.page_layout": ("jax", "matplotlib", "av"),
    "anim.timeline": ("jax", "matplotlib", "av"),
    "anim.run, anim.output.writing": ("flax", "optax", "scipy.stats", "orbax"),
}


@pytest.mark.parametrize("modules", LIGHT)
def test_a_module_imports_nothing_heavy_that_it_does_not_need(modules):
    code = f"import sys, {modules}; print([n for n in {LIGHT[modules]} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("command", ["render", "train", "record", "report", "watch", "embed"])
def test_help_is_light(command):
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['anim.{command}', '--help']\n"
        f"try: runpy.run_module('anim.{command}', run_name='__main__')\n"
        "finally: print([n for n in ('numpy', 'jax', 'matplotlib', 'av') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


def test_files_and_functions_are_short():
    for path in (*PACKAGE.rglob("*.py"), *TESTS.rglob("*.py")):
        text = path.read_text()
        assert text.count("\n") <= 350, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.end_lineno - node.lineno < 50, (path, node.name)


def test_modules_of_the_player_are_short():
    for path in (*PACKAGE.rglob("*.m[jt]s"), *TESTS.rglob("*.m[jt]s")):
        assert path.read_text().count("\n") <= 350, path


def test_every_lazy_name_has_a_type():
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    typed = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("anim.")
        for alias in node.names
    }
    assert typed == {name for name in anim.__all__ if not inspect.ismodule(getattr(anim, name))}
