"""A run and its recalibration, side by side in a picture."""

import numpy as np
import pytest

from anim.panels.notes import NO_RECALIBRATION
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
    panels = {"ECE", "temperature"} if method == "temperature" else {"ECE"}
    assert set(shown) & {"accuracy", "how often it is right", "ECE", "temperature", "loss"} == {
        "how often it is right", *panels,
    }  # fmt: skip
    check_texts(scene, reel.at(None))


@pytest.mark.parametrize("labels", [("x",), ("x", "y")])
def test_cells_are_named_after_the_runs(labels):
    reel, scene = drawn([a_run()] * len(labels), calibrate="vector", label=labels)
    named = {*labels, *(f"{label}, vector-scaled" for label in labels)}
    assert named < set(words(scene, reel.at(None)))


def test_a_snapshot_without_a_recalibration_says_so_and_has_no_numbers():
    with pytest.warns(UserWarning, match="no recalibration"):
        reel, scene = drawn([a_run_with_two_that_have_none()], calibrate="temperature")
    for step in (0, 10, 20):
        shown = words(scene, reel.at(step))
        is_there = step == 10
        assert (NO_RECALIBRATION in shown) == (not is_there)
        assert shown.count("–") == (0 if is_there else 2)
        assert sum(text.endswith("\u00a0%") for text in shown if text[0].isdigit()) >= 2
        check_texts(scene, reel.at(step))
    # Between two snapshots the bars of the one that is there fade.
    moving = reel.at_position(0.25)
    assert 0 < moving.frames[1].fraction < 1


def test_temperatures_are_on_a_logarithmic_axis_with_a_line_where_nothing_is_scaled():
    reel, scene = drawn([a_run()], calibrate="temperature")
    scene.update(reel.at(None))
    axes = scene.figure.axes[-1]
    at_one = [line for line in axes.get_lines() if set(line.get_ydata()) == {line.get_ydata()[0]}]
    lines = [np.asarray(one.get_ydata(), float) for one in axes.get_lines()]
    line = max(lines, key=lambda values: np.ptp(values) if len(values) > 2 else 0)
    # Snapshots are twice as sharp as the one before: as far apart on the axis.
    assert line[2] - line[1] == pytest.approx(line[1] - line[0], rel=1e-3)
    assert any(0 < one.get_ydata()[0] < line[0] for one in at_one)
    assert 0 < line[0] < line[2] < 1


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
