"""Timelines: which step is shown when."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.timeline import Timeline
from tests.support.tracks import QUICK, timelines

STEPS = np.array([0, 10, 20, 100])


def timeline(**changes):
    return Timeline(STEPS, **{"fps": 10, "seconds": 10, "hold": 2, **changes})


def shown_at(line, seconds):
    """Return the step shown some seconds after the start."""
    frames = [moment for moment in line for _ in range(moment.ticks)]
    return frames[round(seconds * line.fps)].step


@QUICK
@given(timelines())
def test_frames_last_as_long_as_moving_part_and_still(line):
    moments = list(line)
    assert len(moments) == len(line)
    total = sum(moment.ticks for moment in moments)
    assert total == line.ticks == max(1, math.floor(line.total_seconds * line.fps + 0.5))
    assert all(moment.ticks >= 1 for moment in moments)


@QUICK
@given(timelines())
def test_time_never_runs_backwards_and_ends_at_the_last_snapshot(line):
    moments = list(line)
    for values in ([moment.position for moment in moments], [moment.step for moment in moments]):
        assert (np.diff(values) >= -1e-9 * np.abs(values[1:])).all()
    assert moments[-1].index == len(line.steps) - 1
    assert moments[-1].step == line.steps[-1]
    for moment in moments:
        assert 0 <= moment.position <= 1
        assert 0 <= moment.fraction < 1
        assert line.axis[0] <= moment.step <= line.axis[1] + 1e-6


@QUICK
@given(timelines(), st.floats(0, 1))
def test_place_and_step_are_inverse(line, share):
    first, last = line.axis
    if first == last:
        return
    step = first + share * (last - first)
    assert line.step_at(float(line.place(step))) == pytest.approx(step, rel=1e-9, abs=1e-6)
    assert float(line.place(line.step_at(share))) == pytest.approx(share, abs=1e-9)


@QUICK
@given(timelines(), st.floats(1, 60), st.floats(0, 1))
def test_another_frame_rate_shows_the_same_moment_at_the_same_time(line, fps, position):
    other = line.at_rate(fps)
    assert other.total_seconds == pytest.approx(line.total_seconds)
    assert other.moment(position) == line.moment(position)
    assert other.at_rate(line.fps).ticks == line.ticks


@QUICK
@given(timelines())
def test_the_moment_of_a_snapshot_is_that_snapshot(line):
    for index, step in enumerate(line.steps):
        moment = line.at(step)
        assert (moment.index, moment.fraction, moment.step) == (index, 0, step)


@pytest.mark.parametrize("fps", [5, 10, 25, 60])
def test_frames_a_second_change_smoothness_and_not_speed(fps):
    line = timeline(fps=fps)
    for seconds in (0, 1, 2.6, 9, 11):
        assert shown_at(line, seconds) == pytest.approx(min(10 * seconds, 100))


def test_the_still_is_drawn_once():
    moments = list(timeline())
    assert len(moments) == len(timeline()) == 101
    assert moments[-1].ticks == 20
    assert moments[-1].index == 3


def test_without_a_hold_the_last_frame_is_the_last_snapshot():
    moments = list(timeline(hold=0))
    assert sum(moment.ticks for moment in moments) == 100
    assert moments[-1].position == 1


def test_without_tween_only_snapshots_are_shown():
    line = timeline(tween=False)
    shown = [shown_at(line, seconds) for seconds in (0.9, 1.0, 1.9, 5, 9.9, 10)]
    assert shown == [0, 10, 10, 20, 20, 100]


def test_log_pace_spends_equal_time_on_equal_ratios():
    line = timeline(pace="log", fps=1000)
    for seconds in (2.5, 5, 9):
        assert shown_at(line, seconds) == pytest.approx(101 ** (seconds / 10) - 1)


def test_log_pace_places_snapshots_by_log_step():
    places = timeline(pace="log").place(STEPS)
    np.testing.assert_allclose(places, np.log(STEPS + 1) / np.log(101))


def test_a_step_outside_of_the_run_is_an_error():
    with pytest.raises(ValueError, match="from 0 to 100, got 101"):
        timeline().at(101)


def test_a_run_of_one_snapshot_is_a_still():
    line = Timeline([7], fps=10, seconds=1, hold=1)
    assert {(moment.index, moment.fraction) for moment in line} == {(0, 0.0)}
