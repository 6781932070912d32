"""The continuous integration: what ran beside a step that failed is not lost."""

import subprocess
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[1] / ".ci" / "beside.sh"
HEAD = f"""
set -euo pipefail
folder=$(mktemp -d)
. {str(BESIDE)!r}
trap finish EXIT
job() {{ echo "a finding"; touch "$folder/said"; "$@"; }}
said() {{ until [ -e "$folder/said" ]; do sleep 0.01; done; }}
"""


def run(steps):
    return subprocess.run(
        ["bash", "-c", f'{HEAD}echo "$folder"\n{steps}'],
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("beside job true; joined; echo after", 0),
        ("beside job false; joined; echo after", 1),
        ("beside job true; said; (exit 3); joined", 3),
        ("beside job sleep 5; said; (exit 3); joined", 3),
        ("beside job true; joined; (exit 4)", 4),
    ],
)
def test_what_ran_beside_a_step_is_said_once_however_it_ends(steps, code):
    found = run(steps)
    assert found.returncode == code
    folder, *lines = found.stdout.splitlines()
    assert lines.count("a finding") == 1
    assert ("after" in lines) == (code == 0)
    assert not Path(folder).exists()
    assert ("beside, job said until the script ended:" in lines) == (code == 3)
