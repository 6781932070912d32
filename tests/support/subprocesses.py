"""Runs Python code in another process, which imports the tested package and the tests."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a subprocess that imports from the repository, wherever it runs."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **(more or {})}


def run_python(
    code: str, *arguments: object, check: bool = True, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run code with arguments as ``sys.argv[1:]``, and return its exit code and output."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment(env),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, done.stderr
    return done
