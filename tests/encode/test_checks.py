"""Names of outputs that are refused before any work is done."""

import pytest

import anim
from anim.encode import check_outputs
from anim.errors import SettingError
from tests.support.clips import (
    SHORT,
    a_run,
)


def test_a_format_without_transparency_is_refused(tmp_path):
    for suffix in (".gif", ".mp4"):
        with pytest.raises(SettingError, match=r"a\.\w+' cannot be transparent; use one of \.webm"):
            anim.animate(a_run(), tmp_path / f"a{suffix}", transparent=True, **SHORT)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name", ["%s.png", "%d%d.png", "%d.gif", "%04d", "%-4d.png", "%4d.png", "%x.png", "%%d.png"]
)
def test_a_pattern_without_one_plain_number_is_refused(tmp_path, name):
    with pytest.raises(SettingError, match=r"such as frames/%04d\.png"):
        check_outputs([tmp_path / "frames" / name], 25)


def test_the_parent_of_a_folder_of_frames_must_exist(tmp_path):
    check_outputs([tmp_path / "frames" / "%d.png"], 25)
    assert not list(tmp_path.iterdir())
    with pytest.raises(SettingError, match="there is no folder"):
        check_outputs([tmp_path / "nowhere" / "frames" / "%d.png"], 25)
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="not a folder"):
        check_outputs([tmp_path / "file" / "%d.png"], 25)


@pytest.mark.parametrize(
    ("suffix", "most"), [(".gif", 50), (".webp", 90), (".apng", 90), (".avif", 90)]
)
def test_a_rate_that_browsers_slow_down_is_refused(tmp_path, suffix, most):
    check_outputs([tmp_path / f"a{suffix}"], most)
    with pytest.raises(SettingError, match=f"at most {most} "):
        check_outputs([tmp_path / f"a{suffix}"], most + 1)
