"""The examples run as they are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_writes_its_files(example, tmp_path):
    code = example.read_text()
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
