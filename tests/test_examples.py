"""The examples run as they are."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_writes_its_files(example, tmp_path):
    subprocess.run([sys.executable, "-W", "error", example], cwd=tmp_path, check=True)
    written = {path.name for path in tmp_path.iterdir()}
    assert written
    assert all(f'"{name}"' in example.read_text() or example.stem == "knobs" for name in written)
