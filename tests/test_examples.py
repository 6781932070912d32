"""The examples run as they are, but for the numbers of what takes long: those, too, in stress."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

# What does the same for fewer epochs, trees, examples, replicas or seconds of a picture.
SHORTER = {
    "compare": {"val_size=20_000": "val_size=2000", "seconds=10": "seconds=2"},
    "into_a_post": {
        'theme="light")': 'theme="light", seconds=2)',
        'theme="dark")': 'theme="dark", seconds=2)',
    },
    "knobs": {
        "100_000": "2000",
        '"epochs": 1575': '"epochs": 158',
        '1000, "every": 630': '100, "every": 63',
    },
    "language_model": {"64, 600": "32, 30", 'pace="log")': 'pace="log", seconds=2)'},
    "lm_eval_logs": {"2000, 1500": "60, 300", 'pace="log")': 'pace="log", seconds=2)'},
    "pixels": {"range(601)": "range(61)"},
    "seeds": {"val_size=20_000": "val_size=2000", "replicas=32": "replicas=4"},
    "with_lightgbm": {"n_estimators=50": "n_estimators=10"},
    "with_lightning": {"max_epochs=20": "max_epochs=4"},
    "with_pytorch": {"range(20)": "range(4)"},
    "with_transformers": {"num_train_epochs=30": "num_train_epochs=1"},
}
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
        for before, after in SHORTER[example.stem].items():
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
