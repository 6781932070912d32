"""The table of formats."""

import subprocess
import sys
from pathlib import Path

import pytest

import anim
from anim.encode import FORMATS, Clip, Format, format_of, suffixes
from anim.encode.formats import FRAMES
from anim.errors import SettingError
from tests.support.clips import BLUE, SHORT, a_run, a_timeline

METHODS = ("take", "write", "end", "commit", "discard", "levels")


@pytest.mark.parametrize("form", [*FORMATS.values(), FRAMES], ids=lambda form: form.writer)
def test_every_format_names_a_writer_that_can_be_imported(form):
    assert callable(form.load_writer())


@pytest.mark.parametrize("name", [f"a{suffix}" for suffix in suffixes("animation")] + ["%d.png"])
def test_a_writer_of_animations_has_the_methods_of_the_protocol(tmp_path, name):
    path = tmp_path / name
    writer = format_of(path).load_writer()(path, Clip((8, 8), a_timeline()), [], [BLUE[:3]])
    assert all(callable(getattr(writer, method)) for method in METHODS)
    assert writer.path == path
    assert writer.bytes >= 0
    writer.discard()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.suffix)
def test_a_path_in_any_case_has_the_format_of_its_extension(form):
    assert format_of(Path(f"folder.gif/A{form.suffix.upper()}")) is form


def test_a_pattern_is_a_folder_of_frames_and_no_still():
    assert format_of(Path("frames/%04d.png")).kind == "frames"
    assert format_of(Path("frames/0001.png")).kind == "raster"


@pytest.mark.parametrize(("name", "message"), [("a", "file name ending in"), ("a.gfi", "'.gif'")])
def test_an_unknown_extension_is_refused(name, message):
    with pytest.raises(SettingError, match=message):
        format_of(Path(name))


def test_the_table_imports_no_library_of_pictures():
    code = (
        "import sys, anim.encode\n"
        "assert not {'numpy', 'av', 'PIL', 'imageio', 'matplotlib', 'jax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_entry_and_its_writer_are_enough_for_a_new_format(tmp_path, monkeypatch):
    form = Format(".raw", "animation", "tests.support.raw:RawWriter", "video/raw", "video")
    monkeypatch.setitem(FORMATS, ".raw", form)
    (output,) = anim.animate(a_run(), tmp_path / "a.raw", **SHORT).outputs
    assert output.bytes == (tmp_path / "a.raw").stat().st_size == 25 * 320 * 240 * 4
    assert output.frames == 25
