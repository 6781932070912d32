"""The examples run as they are, but for the number of epochs of what takes long."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

# What takes a minute, and shows the same after fewer epochs.
SHORTER = {"with_transformers": ("num_train_epochs=30", "num_train_epochs=3")}
EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


@pytest.mark.parametrize(
    ("example", "is_whole"),
    [
        *(pytest.param(one, one.stem not in SHORTER, marks=pytest.mark.slow) for one in EXAMPLES),
        *(
            pytest.param(one, True, marks=pytest.mark.stress)
            for one in EXAMPLES
            if one.stem in SHORTER
        ),
    ],
    ids=lambda value: getattr(value, "stem", "whole" if value else "shorter"),
)
def test_an_example_runs_and_writes_its_files(example, is_whole, tmp_path):
    code = example.read_text()
    if not is_whole:
        before, after = SHORTER[example.stem]
        assert code.count(before) == 1
        code = code.replace(before, after)
        example = tmp_path / "shorter" / example.name
        example.parent.mkdir()
        example.write_text(code)
    is_framework = example.stem.startswith("with_")
    if is_framework:
        for package in re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE):
            pytest.importorskip(package, reason=f"{package} is not installed")
    # Frameworks warn of each other.
    strict = [] if is_framework else ["-W", "error"]
    done = subprocess.run(
        [sys.executable, *strict, example], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    written = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert any(name.endswith((".gif", ".png")) for name in written)
    assert all(f'"{name}"' in code or example.stem == "knobs" for name in written)
