"""A run and its recalibration, side by side in a picture."""

import re

import numpy as np
import pytest

from anim.render import main
from anim.settings import MAX_RUNS, RECALIBRATIONS, Picture
from tests.support.recalibration import (
    a_run,
    a_run_with_two_that_have_none,
    recorded,
)
from tests.support.seeing import check_texts, compose, texts_of


def drawn(runs, **picture):
    return compose(runs, Picture(seconds=1, hold=0, **picture))


def words(scene, shot):
    return [text.get_text() for text in texts_of(scene, shot)]


@pytest.mark.parametrize("method", RECALIBRATIONS)
def test_a_run_and_its_recalibration_stand_side_by_side_over_their_errors(method):
    reel, scene = drawn([a_run()], calibrate=method)
    shown = words(scene, reel.at(None))
    assert {"as trained", RECALIBRATIONS[method]} < set(shown)
    panels = {"ECE", "T"} if method == "temperature" else {"ECE"}
    titles = {axes.get_ylabel() for axes in scene.figure.axes}
    assert titles & {"accuracy", "ECE", "T", "temperature"} == panels
    assert any("half of the points to fit the" in text for text in shown)
    check_texts(scene, reel.at(None))


@pytest.mark.parametrize("labels", [("x",), ("x", "y")])
def test_cells_are_named_after_the_runs(labels):
    reel, scene = drawn([a_run()] * len(labels), calibrate="vector", label=labels)
    named = {*labels, *(f"{label}, vector-scaled" for label in labels)}
    assert named < set(words(scene, reel.at(None)))


def test_a_snapshot_without_a_recalibration_says_so_and_has_no_numbers():
    with pytest.warns(UserWarning, match="no recalibration"):
        reel, scene = drawn([a_run_with_two_that_have_none()], calibrate="temperature")
    for step, numbers, temperatures in ((0, 2, 0), (10, 4, 1), (20, 2, 0)):
        shown = words(scene, reel.at(step))
        assert sum("no cure" in text for text in shown) == (step != 10)
        assert sum(bool(re.fullmatch(r"\d\.\d{3}", text)) for text in shown) == numbers
        assert sum(bool(re.fullmatch(r" *\d+\.\d\d", text)) for text in shown) == temperatures
        check_texts(scene, reel.at(step))
    # Between two snapshots the bars of the one that is there fade.
    assert not any("no cure" in text for text in words(scene, reel.at(5)))


def test_temperatures_are_on_a_logarithmic_axis_with_a_line_where_nothing_is_scaled():
    reel, scene = drawn([a_run()], calibrate="temperature")
    scene.update(reel.at(None))
    axes = scene.figure.axes[-1]
    lines = [np.asarray(one.get_ydata(), float) for one in axes.get_lines()]
    at_one, line = sorted(lines, key=lambda values: np.ptp(values))
    assert set(at_one) == {1.0}
    assert axes.get_yscale() == "log"
    # Snapshots are twice as sharp as the one before: as far apart on the axis.
    up = axes.transData.transform(np.column_stack([np.zeros(3), line[:3]]))[:, 1]
    assert up[2] - up[1] == pytest.approx(up[1] - up[0], rel=1e-3)
    assert axes.bbox.y0 < axes.transData.transform([0, 1])[1] < up[0] < up[2] < axes.bbox.y1


def test_three_runs_have_room_for_their_recalibrations_and_more_do_not(tmp_path, capsys):
    reel, _ = drawn([a_run()] * (MAX_RUNS // 2), calibrate="temperature")
    assert len(reel.tracks) == MAX_RUNS
    recorded(tmp_path / "r", "float32")
    runs = [str(tmp_path / "r")] * (MAX_RUNS // 2 + 1)
    with pytest.raises(SystemExit) as stop:
        main([*runs, "--out", str(tmp_path / "a.png"), "--calibrate", "temperature"])
    assert stop.value.code == 2
    assert "argument --calibrate: expected at most 3 runs" in capsys.readouterr().err


def test_the_command_writes_the_recalibration_in_every_format(tmp_path):
    recorded(tmp_path / "r", "float32")
    paths = [tmp_path / f"a{suffix}" for suffix in (".gif", ".mp4", ".png")]
    options = ["--calibrate", "temperature", "--seconds", "1", "--hold", "0.5", "--quiet"]
    assert main([str(tmp_path / "r"), "--out", *map(str, paths), *options]) == 0
    heads = [path.read_bytes()[:8] for path in paths]
    assert (heads[0][:4], heads[1][4:], heads[2][1:4]) == (b"GIF8", b"ftyp", b"PNG")
