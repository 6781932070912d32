"""What the README says is so: its code runs, its options and pictures are there."""

import pkgutil
import re
import tomllib

import numpy as np
import pytest

from tests.support.readme import KEYWORDS, PATH, keywords, with_tables

ROOT = PATH.parent
README = PATH.read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.* have no recalibration")
def test_the_api_on_a_postcard_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (postcard,) = (code for code in PYTHON if "calib.mp4" in code)
    exec(postcard, {})
    assert {path.name for path in tmp_path.iterdir()} == {"calib.gif", "calib.mp4"}


def test_the_loop_of_ones_own_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    given = {
        "y_val": rng.integers(0, 2, 40),
        "x_val": rng.normal(size=(40, 2)),
        "model": lambda x: x,
        "batches": range(120),
    }
    exec(PYTHON[0], given)
    assert (tmp_path / "mine.gif").stat().st_size > 10_000


def test_every_option_it_names_is_one(capsys):
    # A command is what the project file lists as a script.
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert len(scripts) == 6
    for name in scripts.values():
        with pytest.raises(SystemExit):
            pkgutil.resolve_name(name)(["--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert set(re.findall(r"(?<=[ `])--[a-z][a-z-]+", README)) <= known


def test_its_tables_are_those_of_the_settings():
    assert README.count("<!-- table: ") == 3
    assert with_tables(README) == README, "python -m tests.support.readme writes them anew"


def test_types_of_keywords_are_those_of_the_settings():
    assert KEYWORDS.read_text() == keywords(), "python -m tests.support.readme writes them anew"


def test_every_file_it_links_is_there():
    links = re.findall(r'(?:\]\(|src=")((?:examples|tests|anim)/[^)"]+)', README)
    assert len(links) >= 9
    for link in links:
        assert (ROOT / link).is_file(), link
    for picture in (ROOT / "examples/pictures").iterdir():
        assert picture.stat().st_size < 1_000_000, picture
