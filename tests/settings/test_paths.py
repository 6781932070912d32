"""Which paths are folders."""

from pathlib import Path

import pytest

from anim.errors import SettingError
from anim.settings import local_folder
from tests.support.subprocesses import run_python

COMMANDS = {
    "render": "s3://bucket/run --out a.gif",
    "report": "s3://bucket/run",
    "watch": "s3://bucket/run",
    "record": "--out s3://bucket/run a.npz",
    "train": "--out s3://bucket/run",
}


@pytest.mark.parametrize("path", ["C:\\x", "C:/x", "run:1", "a:b/c", "s3:", "s3:x"])
def test_a_name_with_a_colon_is_a_folder(path):
    assert local_folder(path) == local_folder(Path(path)) == Path(path)


@pytest.mark.parametrize("path", ["s3://bucket/run", "file:///run", "az://a/b"])
def test_a_url_is_refused_also_as_a_path(path):
    problem = f"^out: expected a local folder, got '{path[:4]}.*; buckets and other URLs are not"
    for given in (path, Path(path)):
        with pytest.raises(SettingError, match=problem):
            local_folder(given, "out")


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_commands_refuse_urls_in_one_line(name, tmp_path):
    arguments = COMMANDS[name].split()
    code = (
        "import os, runpy, sys\n"
        "os.chdir(sys.argv.pop(1))\n"
        "name = sys.argv.pop(1)\n"
        "runpy.run_module(name, run_name='__main__')\n"
    )
    done = run_python(code, tmp_path, f"anim.{name}", *arguments, check=False)
    assert done.returncode == 2
    assert "expected a local folder, got 's3://bucket/run'" in done.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())
