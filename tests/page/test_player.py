"""The player's modules in Node: by themselves, and as a page has them."""

import re
import shutil
import subprocess
from pathlib import Path

import anim.page
from anim.page.html import script

HERE = Path(__file__).parent
PLAYER = Path(anim.page.__file__).parent / "player"
# What the player needs of a browser before anything is drawn.
BROWSER = """
globalThis.HTMLElement = class {};
globalThis.customElements = { get: () => true };
"""


def passes(node, folder):
    """Run all tests in a folder, and return what they print if one fails."""
    tests = sorted(folder.glob("*.test.mjs"))
    assert tests
    done = subprocess.run([node, "--test", *tests], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_modules_pass_their_tests(node):
    assert not passes(node, HERE)


def test_the_script_of_a_page_passes_the_tests_of_the_modules(node, tmp_path):
    """The same tests, with modules that only name what the script declares."""
    modules, tests = tmp_path / "anim/page/player", tmp_path / "tests/page"
    modules.mkdir(parents=True)
    tests.mkdir(parents=True)
    for path in HERE.glob("*.test.mjs"):
        shutil.copy(path, tests)
    declared = re.compile(r"^export (?:async )?(?:class|const|function) (\w+)", re.MULTILINE)
    exports = {path.name: declared.findall(path.read_text()) for path in PLAYER.glob("*.mjs")}
    every = ", ".join(name for names in exports.values() for name in names)
    for name, names in exports.items():
        (modules / name).write_text(f'export {{ {", ".join(names)} }} from "./script.mjs";\n')
    head, tail = "(()=>{", "})();"
    code = script()
    assert code.startswith(head)
    assert code.endswith(tail)
    code = code.removeprefix(head).removesuffix(tail)
    (modules / "script.mjs").write_text(f"{BROWSER}{code}\nexport {{ {every} }};\n")
    assert not passes(node, tests)


def test_the_script_stands_in_a_page_and_is_small():
    assert "</script" not in script().lower()
    assert "<!--" not in script()
    assert len(script().encode()) <= 72_000
