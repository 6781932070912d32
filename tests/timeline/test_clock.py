"""Timelines: which step is shown when."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.timeline import Moment, Timeline
from anim.timeline.pace import Looks
from tests.support.tracks import QUICK, many_steps, timelines

STEPS = np.array([0, 10, 20, 100])


def timeline(**changes):
    return Timeline(STEPS, **{"fps": 20, "seconds": 4, "hold": 2, "pace": "step", **changes})


def shown_at(line, seconds):
    """Return the moment that is shown some seconds after the start."""
    frames = [moment for moment in line for _ in range(moment.ticks)]
    return frames[round(seconds * line.fps)]


@QUICK
@given(timelines())
def test_frames_last_as_long_as_moving_part_and_still(line):
    moments = list(line)
    assert len(moments) == len(line)
    total = sum(moment.ticks for moment in moments)
    assert total == line.ticks == max(1, math.floor(line.total_seconds * line.fps + 0.5))
    assert all(moment.ticks >= 1 for moment in moments)
    assert moments[-1].ticks == line.still >= line.ticks - line.moving


@QUICK
@given(timelines())
def test_no_two_moments_in_a_row_show_the_same(line):
    shown = [(one.index, one.following, one.fraction) for one in line]
    assert all(one != other for one, other in itertools.pairwise(shown))


@QUICK
@given(timelines())
def test_time_never_runs_backwards_and_ends_at_the_last_snapshot(line):
    moments = list(line)
    positions = [moment.position for moment in moments]
    assert (np.diff(positions) >= -1e-12).all()
    assert 0 <= positions[0] <= positions[-1] == 1
    last = len(line.steps) - 1
    assert (moments[-1].index, moments[-1].following, moments[-1].fraction) == (last, last, 0)
    for moment in moments:
        assert moment.index in line.keys
        assert moment.following in line.keys
        assert 0 <= moment.fraction < 1
        assert (moment.following > moment.index) == (moment.fraction > 0)
        assert line.tween or moment.fraction == 0


@QUICK
@given(timelines())
def test_keys_are_few_increase_and_hold_both_ends(line):
    assert line.keys[0] == 0
    assert line.keys[-1] == len(line.steps) - 1
    assert (np.diff(line.keys) > 0).all()
    assert (np.diff(line.beats) > 0).all()
    assert line.beats[-1] == 1
    # Beats are at even times, at most 2.5 a second.
    slots = max(1, math.floor(2.5 * line.seconds + 1e-9))
    np.testing.assert_allclose(line.beats * slots, np.round(line.beats * slots), atol=1e-9)
    away = np.abs(line.times[line.keys] - line.beats)[1:-1]
    assert (away <= 0.5 / slots + 1e-9).all()


@QUICK
@given(timelines())
def test_times_increase_from_0_to_1(line):
    assert line.times[-1] == 1
    assert len(line.steps) == 1 or line.times[0] == 0
    assert (np.diff(line.times) > 0).all()


@QUICK
@given(timelines(), st.floats(0, 1))
def test_shapes_rest_and_then_move_for_at_most_six_tenths_of_a_second(line, share):
    moment = line.moment(share)
    assert (moment.fraction > 0) <= line.tween
    if not moment.fraction:
        return
    arrival = line.beats[np.flatnonzero(line.keys == moment.following)[0]]
    assert 0 < (arrival - share) * line.seconds <= 0.6 + 1e-6
    before = line.beats[np.flatnonzero(line.keys == moment.index)[0]]
    departure = max(before + 0.25 * (arrival - before), arrival - 0.6 / line.seconds)
    assert departure <= share + 1e-9
    moved = (share - departure) / (arrival - departure)
    assert moment.fraction == pytest.approx(3 * moved**2 - 2 * moved**3, abs=1e-6)


@QUICK
@given(timelines())
def test_a_key_is_reached_at_its_beat(line):
    for index, beat in zip(line.keys, line.beats, strict=True):
        moment = line.moment(beat)
        assert (moment.index, moment.following, moment.fraction) == (index, index, 0)
        assert moment.position == line.place(line.steps[index])


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
@given(timelines(), st.floats(0, 1))
def test_the_playhead_is_where_it_was_sought(line, position):
    moment = line.at_position(position)
    assert moment.index in line.keys
    assert 0 <= moment.fraction < 1
    if line.tween and len(line.steps) > 1:
        assert moment.position == pytest.approx(position, abs=1e-6)
    elif len(line.steps) > 1:
        assert moment.position <= position


@QUICK
@given(timelines(), st.floats(1, 60), st.floats(0, 1))
def test_another_frame_rate_shows_the_same_moment_at_the_same_time(line, fps, share):
    other = line.at_rate(fps)
    assert other.total_seconds == line.total_seconds
    assert other.moment(share) == line.moment(share)
    assert (other.fps, other.ticks) == (fps, max(1, math.floor(line.total_seconds * fps + 0.5)))
    assert list(other.at_rate(line.fps)) == list(line)


@QUICK
@given(timelines())
def test_the_moment_of_a_step_is_the_last_snapshot_until_then(line):
    for index, step in enumerate(line.steps):
        place = float(line.place(step))
        assert line.at(int(step)) == Moment(index, index, 0, place)
        if step < line.axis[1]:
            assert line.at(step + 0.5) == Moment(index, index, 0, place)
    assert line.at(None).index == len(line.steps) - 1


@pytest.mark.parametrize("step", [-1, 101])
def test_a_step_outside_of_the_run_is_an_error(step):
    with pytest.raises(ValueError, match=f"from 0 to 100, got {step}"):
        timeline().at(step)


@pytest.mark.parametrize("fps", [5, 10, 20, 60])
def test_frames_a_second_change_smoothness_and_not_speed(fps):
    line = timeline(fps=fps)
    for seconds in (0, 0.2, 0.4, 0.8, 2, 3.6, 5):
        found, expected = shown_at(line, seconds), line.moment(min(seconds / 4, 1))
        assert found.index == expected.index
        assert found.position == pytest.approx(expected.position)


def test_few_snapshots_rest_and_then_move():
    # Ten slots of 0.4 s: 100 is at the end, 20 in slot 2, 10 in slot 1.
    line = timeline(fps=100)
    assert line.keys.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(line.beats, [0, 0.1, 0.2, 1])
    assert shown_at(line, 3.39) == Moment(2, 2, 0, 0.2, ticks=260 + 1)
    moving = shown_at(line, 3.7)
    assert (moving.index, moving.following) == (2, 3)
    assert moving.fraction == pytest.approx(0.5)
    assert moving.position == pytest.approx(0.6)
    assert moving.ticks == 1


def test_the_still_is_drawn_once():
    moments = list(timeline())
    assert moments[-1] == Moment(3, 3, 0, 1, ticks=40)


def test_without_a_hold_the_last_frame_is_the_last_snapshot():
    line = timeline(hold=0)
    assert sum(moment.ticks for moment in line) == 80
    assert list(line)[-1] == Moment(3, 3, 0, 1, ticks=1)


def test_without_tween_snapshots_change_at_the_beats():
    shown = [(moment.index, moment.ticks) for moment in timeline(tween=False)]
    assert shown == [(0, 8), (1, 8), (2, 64), (3, 40)]


def test_a_shown_snapshot_is_the_typical_one_of_its_slot():
    # Snapshots 1 to 3 share a slot; the second of them is between the others in what is seen.
    steps = [0, 49, 50, 51, 100]
    seen = np.array([0.0, 0.1, 0.9, 0.2, 1.0])[:, None]
    looks = Looks(seen, np.zeros((5, 1)))
    line = Timeline(steps, fps=10, seconds=4, hold=0, pace="step", looks=looks)
    assert line.keys.tolist() == [0, 3, 4]
    # Without what is seen, the one in the middle of its slot.
    line = Timeline(steps, fps=10, seconds=4, hold=0, pace="step")
    assert line.keys.tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    ("count", "seconds"), [(1, 6), (2, 6), (16, 6), (21, 8), (31, 12), (1000, 12)]
)
def test_the_length_follows_from_the_number_of_snapshots(count, seconds):
    line = Timeline(np.arange(count), fps=25, hold=2)
    assert line.seconds == seconds
    assert line.total_seconds == seconds + 2
    assert len(line.keys) <= 2.5 * seconds + 1


@pytest.mark.parametrize(("hold", "lead"), [(0, 0), (0.2, 3), (0.6, 11), (2, 12), (0.05, 0)])
def test_what_loops_begins_with_a_part_of_the_hold(hold, lead):
    line = timeline(hold=hold)
    assert line.lead == lead < line.still


@pytest.mark.parametrize(("fps", "lead"), [(0.5, 1), (1, 1), (10, 6), (25, 15)])
def test_the_lead_is_at_least_one_frame(fps, lead):
    assert timeline(fps=fps, hold=10).lead == lead


def test_a_run_of_one_snapshot_is_a_still():
    line = Timeline([7], fps=10, seconds=1, hold=1)
    assert list(line) == [Moment(0, 0, 0, 1, ticks=20)]
    assert line.lead == 0
    assert line.at(7) == line.moment(0.3) == line.at_position(0.2) == Moment(0, 0, 0, 1)


def test_log_pace_spends_equal_time_on_equal_ratios():
    steps = np.array([0, 1, 3, 7, 15, 31])
    line = Timeline(steps, fps=10, seconds=10, hold=0, pace="log")
    np.testing.assert_allclose(line.times, np.arange(6) / 5)
    np.testing.assert_allclose(line.place(steps), np.arange(6) / 5)


@QUICK
@given(many_steps, st.integers(0, 100))
def test_some_snapshots_take_the_same_time(steps, seed):
    line = Timeline(steps, fps=10, hold=1)
    kept = np.unique([0, seed % len(steps), len(steps) - 1])
    fewer = line.at_snapshots(kept, None)
    assert fewer.steps.tolist() == [steps[k] for k in kept]
    assert (fewer.seconds, fewer.hold, fewer.axis) == (line.seconds, 1, line.axis)
