"""Files within ``max_bytes``: what is reduced first, and how it is reported."""

import pytest

import anim
from anim.encode import quality_levels
from anim.errors import SettingError
from anim.output.max_bytes import attempts
from anim.settings import NARROW, Picture
from tests.support.clips import SHORT, a_run


def tried(picture, levels=("good", "fair", "poor")):
    return [
        (one.quality, one.picture.fps, one.picture.scale, one.picture.canvas)
        for one in attempts(picture, levels)
    ]


def test_quality_is_reduced_first_then_frames_per_second_then_size():
    whole = (768, 600)
    assert tried(Picture(scale=2))[:9] == [
        (0, 25, 2, whole),
        (1, 25, 2, whole),
        (2, 25, 2, whole),
        (2, 20, 2, whole),
        (2, 15, 2, whole),
        (2, 12, 2, whole),
        (2, 10, 2, whole),
        (2, 8, 2, whole),
        (2, 8, 1, whole),
    ]
    sizes = [size for _, _, _, size in tried(Picture())[8:]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0][0] < 768
    assert sizes[-1] == (320, 250)
    for width, height in sizes:
        assert width % 2 == height % 2 == 0
        assert width / height == pytest.approx(768 / 600, rel=0.01)


def test_the_smallest_size_and_rate_are_not_reduced():
    few = Picture(fps=8, size=(320, 240))
    assert tried(few, ("good",)) == [(0, 8, 1, (320, 240))]
    assert [fps for _, fps, _, _ in tried(Picture(fps=11, size=(320, 240)), ("good",))] == [
        11,
        10,
        8,
    ]


def test_each_attempt_names_everything_it_reduces():
    said = [one.gave_up for one in attempts(Picture(scale=2), ("good", "poor"))]
    assert said[:3] == [(), ("poor",), ("poor", "20 fps")]
    assert said[7] == ("poor", "8 fps", "768x600 pixels")
    assert said[-1] == ("poor", "8 fps", "320x250 pixels")
    assert next(iter(attempts(Picture(), ("good",)))).gave_up == ()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".gif", ".mp4", ".webm", ".webp", ".apng", ".avif"])
def test_lower_quality_makes_smaller_files(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    (best,) = anim.animate(a_run(), path, **SHORT).outputs
    assert best.gave_up == ()
    (fitted,) = anim.animate(a_run(), path, max_bytes=best.bytes - 1, **SHORT).outputs
    assert fitted.bytes == path.stat().st_size < best.bytes
    assert fitted.gave_up[0] in quality_levels(path)[1:]


def test_a_file_that_fits_is_unchanged(tmp_path):
    (free,) = anim.animate(a_run(), tmp_path / "a.gif", **SHORT).outputs
    (fitted,) = anim.animate(a_run(), tmp_path / "b.gif", max_bytes=free.bytes, **SHORT).outputs
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()
    assert "gave up" not in str(fitted)


def test_reductions_are_reported(tmp_path):
    settings = {**SHORT, "size": (480, 360)}
    path = tmp_path / "a.gif"
    (free,) = anim.animate(a_run(), path, **settings).outputs
    (fitted,) = anim.animate(a_run(), path, max_bytes=free.bytes // 3, **settings).outputs
    assert fitted.bytes <= free.bytes // 3
    width, height = fitted.size
    gave_up = ["palette of 32 colours", "8 fps", f"{width}x{height} pixels"]
    assert str(fitted).endswith(f" bytes, gave up: {', '.join(gave_up)}")
    assert fitted.frames == 8
    assert width < 480
    assert [other.name for other in tmp_path.iterdir()] == ["a.gif"]


@pytest.mark.slow
def test_earlier_files_stay_if_nothing_fits(tmp_path):
    for name in ("a.gif", "b.png"):
        (tmp_path / name).write_text("earlier")
    with pytest.raises(SettingError, match=r"max_bytes: the smallest '.*' that was tried has"):
        anim.animate(a_run(), tmp_path / "a.gif", max_bytes=100, **SHORT)
    (still,) = anim.animate(a_run(), tmp_path / "c.png", **SHORT).outputs
    (tmp_path / "c.png").unlink()
    paths = tmp_path / "b.png", tmp_path / "a.gif"
    with pytest.raises(SettingError, match="max_bytes: the smallest"):
        anim.animate(a_run(), *paths, max_bytes=still.bytes, **SHORT)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.gif": "earlier",
        "b.png": "earlier",
    }


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_still_that_is_too_large_is_refused(tmp_path, suffix):
    with pytest.raises(SettingError, match=r"max_bytes: expected at least \d+, for the still"):
        anim.animate(a_run(), tmp_path / f"a{suffix}", max_bytes=100, **SHORT)
    assert not list(tmp_path.iterdir())


def test_a_folder_of_frames_with_a_limit_is_refused(tmp_path):
    with pytest.raises(SettingError, match="max_bytes: expected single files"):
        anim.animate(a_run(), tmp_path / "%d.png", max_bytes=10**9, **SHORT)


def test_a_smaller_picture_has_the_same_panels():
    picture = Picture(max_bytes=1)
    tried = [one.picture for one in attempts(picture, ("",))]
    assert {one.shown_panels for one in tried} == {("reliability", "accuracy")}
    assert min(one.canvas[0] for one in tried) < NARROW


@pytest.mark.slow
def test_sizes_without_room_for_the_panels_are_not_tried(tmp_path):
    settings = {"size": (768, 640), "seconds": 0.6, "hold": 0.4, "max_bytes": 100}
    panels = ["reliability", "counts", "accuracy", "ece"]
    with pytest.raises(SettingError, match="8 fps, 460x384 pixels"):
        anim.animate(a_run(), tmp_path / "a.gif", panels=panels, **settings)


def test_a_page_drops_views_and_then_snapshots(tmp_path):
    run, path = a_run(40), tmp_path / "a.html"
    (whole,) = anim.animate(run, path).outputs
    assert str(whole).startswith(f"{path}: 40 snapshots, 14 s, ")
    (alone,) = anim.animate(run, path, max_bytes=whole.bytes - 1).outputs
    assert alone.gave_up == ("other views",)
    assert alone.frames == 40
    (thin,) = anim.animate(run, path, max_bytes=alone.bytes - 1).outputs
    assert thin.gave_up == ("other views", "1 of 2 snapshots")
    # The first, and every other, and the last.
    assert thin.frames == 21
    assert thin.bytes == path.stat().st_size < alone.bytes
    with pytest.raises(SettingError, match=r"the smallest '.*a.html' that was tried has \d\d,\d"):
        anim.animate(run, path, max_bytes=20_000)
    assert path.stat().st_size == thin.bytes
