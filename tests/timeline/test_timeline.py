"""Which state is shown when."""

import numpy as np
import pytest

from anim.timeline import Timeline, Track

STEPS = np.array([0, 10, 20, 100])


def timeline(**changes):
    return Timeline(STEPS, **{"fps": 10, "seconds": 10, "hold": 2, **changes})


def track(counts, hits, steps=STEPS):
    counts, hits = np.array(counts), np.array(hits)
    shares = np.where(counts > 0, hits / np.maximum(counts, 1), np.nan)
    return Track(
        steps=np.asarray(steps),
        edges=np.linspace(0, 1, counts.shape[1] + 1),
        counts=counts,
        hits=hits,
        shares=shares,
        ideals=np.where(counts > 0, 0.5, np.nan),
        confidences=np.where(counts > 0, 0.5, np.nan),
        series={"accuracy": hits.sum(1) / counts.sum(1)},
    )


def shown_at(line, seconds):
    """The step shown so many seconds after the start."""
    frames = [moment for moment in line for _ in range(moment.ticks)]
    return frames[round(seconds * line.fps)].step


@pytest.mark.parametrize("fps", [5, 10, 25, 60])
def test_fps_changes_smoothness_and_never_speed(fps):
    line = timeline(fps=fps)
    assert sum(moment.ticks for moment in line) == 12 * fps == line.ticks
    for seconds in (0, 1, 2.6, 9, 11):
        assert shown_at(line, seconds) == pytest.approx(min(10 * seconds, 100))


def test_the_held_still_is_drawn_once():
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


def test_halfway_everything_is_halfway():
    frame = track([[4, 6], [8, 2]], [[4, 0], [4, 2]], [0, 10]).at(
        Timeline([0, 10], fps=10, seconds=1, hold=0).moment(0.5)
    )
    assert frame.moment.step == 5
    assert frame.counts.tolist() == [6, 4]
    assert frame.hits.tolist() == [4, 1]
    assert frame.shares.tolist() == [0.75, 0.5]
    assert frame.series["accuracy"] == pytest.approx((0.4 + 0.6) / 2)


def test_a_bin_that_empties_keeps_its_height_and_fades():
    values = track([[5, 5], [10, 0]], [[1, 4], [2, 0]], [0, 10])
    line = Timeline([0, 10], fps=10, seconds=1, hold=0)
    frame = values.at(line.moment(0.75))
    assert frame.shares[1] == 0.8
    assert frame.presence.tolist() == [1, 0.25]
    assert values.at(line.moment(1.0)).presence.tolist() == [1, 0]


def test_a_step_outside_the_run_is_named():
    with pytest.raises(ValueError, match="from 0 to 100, got 101"):
        timeline().at(101)


def test_a_run_of_one_snapshot_is_a_still():
    line = Timeline([7], fps=10, seconds=1, hold=1)
    assert {(moment.index, moment.fraction) for moment in line} == {(0, 0.0)}
