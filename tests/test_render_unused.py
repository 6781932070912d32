"""Options that change nothing in the outputs that were asked for are refused, or said."""

import json

import pytest
from PIL import Image

import anim
from anim.errors import SettingError
from anim.render import main
from tests.support.amounts import slow
from tests.support.embedding import a_run
from tests.support.recordings import record

SMALL = ["--size", "320x240", "--seconds", "1", "--hold", "0", "--fps", "5"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    record(folder / "r", [0, 10])
    return folder / "r"


@pytest.mark.parametrize("names", [["a.gif"], ["a.html"], ["a.mp4", "b.webm"], ["%04d.png"]])
def test_a_step_without_a_still_is_refused(tmp_path, names):
    with pytest.raises(SettingError, match=r"^at: applies only to stills .*, got '.*(a\.|%04d)"):
        anim.animate(a_run(), *[tmp_path / name for name in names], at=5)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [{}, {"overlay": True}])
def test_a_picture_of_more_runs_is_taller_unless_they_share_a_diagram(tmp_path, options):
    written = anim.animate([a_run()] * 3, tmp_path / "a.png", **options)
    width, height = written.outputs[0].size
    assert (width, height > 700) == (768, not options)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (width, height)
        said = json.loads(image.info["Comment"])
    assert (said["width"], said["height"]) == (width, height)


def test_a_step_beside_a_still_is_taken(tmp_path):
    anim.animate(a_run(), tmp_path / "a.html", tmp_path / "a.png", at=5, seconds=1)
    assert (tmp_path / "a.png").exists()


SAID = [
    ("a.png", ["--seconds", "3"], "--seconds has no effect on stills"),
    ("a.pdf", ["--pace", "log"], "--pace has no effect on stills"),
    ("a.png", ["--no-tween"], "--no-tween has no effect on stills"),
    ("a.html", ["--size", "400x300"], "--size has no effect on pages"),
    ("a.png", ["--overlay"], "--overlay has no effect on a single run"),
    ("a.png", ["--no-band", "--panels", "accuracy"], "without the panel reliability"),
    ("a.png", ["--binning", "mass", "--panels", "ece"], "without the panel reliability or counts"),
]
SLOW = [
    ("a.png", ["--hold", "3"], "--hold has no effect on stills"),
    ("a.svg", ["--fps", "3"], "--fps has no effect on stills"),
    ("a.html", ["--fps", "3"], "--fps has no effect on pages"),
    ("a.html", ["--scale", "2"], "--scale has no effect on pages"),
    ("a.png", ["--align", "fraction"], "--align has no effect on a single run"),
    ("a.png", ["--curve", "smooth", "--panels", "accuracy"], "without the panel reliability"),
    ("a.png", ["--bins", "9", "--panels", "ece"], "without the panel reliability or counts"),
]


@pytest.mark.parametrize("case", [*SAID, *slow(*SLOW)], ids=str)
def test_an_option_without_an_effect_is_said(tmp_path, path, capsys, case):
    name, options, line = case
    assert main([str(path), "--out", str(tmp_path / name), *options]) == 0
    printed = capsys.readouterr().err
    assert line.replace("--no-tween", "--tween") in printed
    assert printed.count("\n") == 1


def test_options_with_an_effect_are_not_mentioned(tmp_path, path, capsys):
    outputs = [str(tmp_path / name) for name in ("a.gif", "a.png", "a.html")]
    options = [
        *SMALL,
        "--size",
        "400x400",
        "--at",
        "0",
        "--no-band",
        "--bins",
        "9",
        "--pace",
        "log",
        "--scale",
        "2",
    ]
    assert main([str(path), str(path), "--out", *outputs, *options, "--align", "step"]) == 0
    assert capsys.readouterr().err == ""


def test_quiet_says_nothing_of_it(tmp_path, path, capsys):
    assert main([str(path), "--out", str(tmp_path / "a.png"), "--fps", "3", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_missing_output_comes_with_an_example(path, capsys):
    with pytest.raises(SystemExit):
        main([str(path)])
    assert capsys.readouterr().err == (
        "anim.render: error: the following arguments are required: --out; "
        "for example --out calib.gif\n"
    )


def test_an_animation_without_files_says_what_it_is():
    text = repr(anim.animate(a_run()))
    assert text == "Animation(no files; 4 snapshots, shown in a notebook)"
