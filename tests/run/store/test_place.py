"""Where a recording may lie, and what its folder may be called."""

import os
import re
import sys
from pathlib import Path

import pytest

import anim
from anim.errors import SettingError
from anim.run.store.place import Url, located
from tests.support.recordings import LABELS, check_recording, record
from tests.support.subprocesses import run_python

ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has other names")
URLS = [
    *("http://host/run", "https://host/run", "gcs-x://a", "az://box/run", "s3://", "gs:///run"),
    *("s3://bucket/a//b", "s3://bucket/../run", "memory://m/./x", "file://host/run", "file://"),
]
NAMES = [
    *("back\\slash", "\\", "a\\", "\\\\x", "q?x", "h#x", "p%20x", "100%", "c:olon", "C:\\x", "a b"),
    *("new\nline", "ü", "日本", "dot.", "star*", "[a]", "@at", "pipe|x", "'\"", "~", "-x", "s3:"),
]


@pytest.fixture
def inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_is_not_known_is_refused_and_makes_no_folder(inside, url):
    expected = rf"path: expected .*, got '{re.escape(url)}'"
    for call in (lambda path: anim.Recorder(path, labels=LABELS), anim.open):
        with pytest.raises(SettingError, match=expected):
            call(url)
    if url.startswith("http"):
        with pytest.raises(SettingError, match="path: expected "):
            anim.Recorder(Path(url), labels=LABELS)
    assert not list(inside.iterdir())


@pytest.mark.parametrize("scheme", ["s3", "gs", "memory", "S3"])
def test_a_url_is_a_place_in_a_bucket(scheme):
    for given in (f"{scheme}://bucket/a/run", f"{scheme}://bucket/a/run/"):
        for path in (given, Path(given)):
            place = located(path)
            assert isinstance(place, Url)
            assert place == (scheme.lower(), "bucket", "a/run")
            assert str(place.child("x")) == f"{scheme.lower()}://bucket/a/run/x"
    assert str(located(f"{scheme}://bucket")) == f"{scheme.lower()}://bucket"


def test_a_url_of_a_file_is_a_folder(tmp_path):
    for path in (f"file://{tmp_path}/a%20b", f"file://localhost{tmp_path}/a%20b"):
        assert located(path) == tmp_path / "a b"
    assert located(Path(f"file://{tmp_path}/r")) == tmp_path / "r"
    record(f"file://{tmp_path}/r", [0, 10])
    check_recording(f"file://{tmp_path}/r", [0, 10])
    check_recording(tmp_path / "r", [0, 10])


@ON_POSIX
@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_folder_can_be_recorded_to_and_resumed(inside, name):
    record(name, [0, 10])
    record(Path(name), [20], resume=True)
    check_recording(name, [0, 10, 20])
    run = check_recording(inside / name, [0, 10, 20])
    assert run.name == anim.open(inside / name).name
    assert [path.name for path in inside.iterdir()] == [name]
    assert sorted(path.name for path in Path(name).iterdir()) == [
        *("labels", "logits", "metrics", "steps", "zarr.json")
    ]


@ON_POSIX
def test_odd_names_may_be_anywhere_in_a_path(inside):
    record(Path("a\\b") / "c" / "d\\e" / "run", [0])
    check_recording(inside / "a\\b" / "c" / "d\\e" / "run", [0])
    assert [path.name for path in inside.iterdir()] == ["a\\b"]


@pytest.mark.skipif(sys.platform != "linux", reason="others have names that are text")
def test_a_name_that_is_not_utf_8_can_be_recorded_to(inside):
    name = os.fsdecode(b"\xff\xfe")
    record(name, [0])
    check_recording(inside / name, [0])
    check_recording(os.fsencode(inside / name), [0])


@ON_POSIX
@pytest.mark.slow
def test_the_links_to_odd_names_end_with_the_process_that_made_them(tmp_path):
    code = (
        "import os, sys, tempfile, anim\n"
        "from tests.support.recordings import LABELS, logits\n"
        "tempfile.tempdir = sys.argv[1]\n"
        "recorder = anim.Recorder(sys.argv[2], labels=LABELS)\n"
        "recorder.snapshot(0, logits=logits(0))\n"
        "recorder.flush()\n"
        "if (child := os.fork()) == 0: sys.exit()\n"
        "os.waitpid(child, 0)\n"
        "assert len(os.listdir(sys.argv[1])) == 1\n"
        "recorder.snapshot(1, logits=logits(1))\n"
        "recorder.close()\n"
    )
    (tmp_path / "links").mkdir()
    run_python(code, tmp_path / "links", tmp_path / "a\\b")
    assert not list((tmp_path / "links").iterdir())
    assert anim.open(tmp_path / "a\\b").steps.tolist() == [0, 1]
