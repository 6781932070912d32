"""Reels: several runs on one clock."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.settings import PACES
from anim.timeline import Reel
from tests.support.tracks import QUICK, many_steps, track, tracks

PACE = st.sampled_from(PACES)


def reel_of(*shown, **changes):
    return Reel.of(shown, **{"fps": 5, "seconds": 2, "hold": 1, **changes})


def a_track(steps, seed=0):
    """Return a track whose shares go from one end to the other."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 50, (len(steps), 4))
    return track(counts, (counts * np.linspace(0, 1, len(steps))[:, None]).astype(int), steps)


@QUICK
@given(tracks(), tracks(), PACE)
def test_a_shot_has_the_last_snapshot_of_each_run_or_its_first(one, two, pace):
    reel = reel_of(one, two, pace=pace)
    shots = list(reel)
    assert len(shots) == len(reel)
    assert reel.clock.steps.tolist() == sorted({*one.steps.tolist(), *two.steps.tolist()})
    for shot in shots:
        step = reel.clock.steps[shot.moment.index]
        for frame, whole in zip(shot.frames, reel.tracks, strict=True):
            assert frame.track is whole
            assert whole.steps[frame.before] == max(
                (known for known in whole.steps if known <= step), default=whole.steps[0]
            )
            assert frame.before <= frame.after
            assert (frame.fraction == 0) >= (frame.before == frame.after)
            assert 0 <= frame.fraction < 1


@QUICK
@given(tracks(steps=many_steps), tracks(), PACE, st.booleans(), st.integers(1, 4))
def test_a_thinned_reel_keeps_its_time_and_its_ends(one, two, pace, by_fraction, stride):
    reel = reel_of(one, two, pace=pace, by_fraction=by_fraction)
    thinned = reel.thinned(stride)
    for kept, whole in zip(thinned.tracks, reel.tracks, strict=True):
        assert kept.steps[[0, -1]].tolist() == whole.steps[[0, -1]].tolist()
        assert set(kept.steps) <= set(whole.steps)
        assert len(kept.steps) <= -(-len(whole.steps) // stride) + 1
    assert thinned.clock.total_seconds == reel.clock.total_seconds
    assert thinned.clock.axis == reel.clock.axis
    for lane, whole in zip(thinned.lanes, reel.lanes, strict=True):
        assert set(lane.places) <= set(whole.places)
        # What a clock's snapshot shows, it showed before, unless that was dropped.
        at = np.searchsorted(reel.clock.steps, thinned.clock.steps)
        before = whole.track.steps[whole.shown[at]]
        found = lane.track.steps[lane.shown]
        assert (found <= before).all()
        np.testing.assert_array_equal(found, before) if stride == 1 else None


@QUICK
@given(tracks())
def test_another_frame_rate_shows_the_same_values(whole):
    reel = reel_of(whole)
    slow = reel.at_rate(2)
    assert slow.clock.ticks == 6
    for share in (0, 0.3, 1):
        one, other = (each.at_time(share).frames[0] for each in (reel, slow))
        assert (one.before, one.after, one.fraction) == (other.before, other.after, other.fraction)


@QUICK
@given(tracks(), st.data())
def test_a_still_shows_a_snapshot_and_nothing_between(whole, data):
    reel = reel_of(whole)
    step = data.draw(st.integers(int(whole.steps[0]), int(whole.steps[-1])))
    (frame,) = reel.at(step).frames
    assert frame.before == frame.after
    assert frame.fraction == 0
    assert whole.steps[frame.before] == max(known for known in whole.steps if known <= step)


@pytest.mark.parametrize("pace", PACES)
def test_by_fraction_all_runs_begin_and_end_together(pace):
    short, long, late = a_track([0, 50, 100]), a_track(range(0, 401, 20)), a_track([200, 300])
    reel = reel_of(short, long, late, by_fraction=True, pace=pace, seconds=None)
    assert reel.clock.steps.tolist() == list(range(0, 101, 5))
    assert reel.clock.axis == (0, 100)
    first, last = reel.at(0), reel.at(100)
    assert [frame.before for frame in first.frames] == [0, 0, 0]
    assert [frame.before for frame in last.frames] == [2, 20, 1]
    assert [frame.before for frame in reel.at(49.9).frames] == [0, 9, 0]
    assert [frame.before for frame in reel.at(50).frames] == [1, 10, 0]
    for lane in reel.lanes:
        since = lane.track.steps - lane.track.steps[0]
        np.testing.assert_allclose(lane.places, reel.clock.place(100 * since / since[-1]))
    for shot in reel:
        assert {frame.position for frame in shot.frames} == {shot.moment.position}


def test_percents_between_whole_ones_are_reached_at_the_next():
    reel = reel_of(a_track([0, 1, 2, 3]), a_track([5, 6]), by_fraction=True)
    assert reel.clock.steps.tolist() == [0, 34, 67, 100]
    assert reel.lanes[0].shown.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(reel.lanes[0].places, [0, 1 / 3, 2 / 3, 1])


def test_a_run_that_ended_stays_at_its_end_and_one_to_come_at_its_start():
    short, long, late = a_track([0, 50, 100]), a_track(range(0, 401, 20)), a_track([200, 300])
    reel = reel_of(short, long, late, pace="step")
    for shot in reel:
        position = shot.moment.position
        found = [frame.position for frame in shot.frames]
        assert found == [min(position, 0.25), position, min(max(position, 0.5), 0.75)]
    ended = reel.at(390).frames[0]
    assert (ended.before, ended.after, ended.position) == (2, 2, 0.25)


def test_nothing_moves_across_a_lost_snapshot():
    whole = replace(a_track([0, 10, 20]), lost=np.array([15]))
    reel = reel_of(whole, pace="step", fps=50)
    moving = [shot for shot in reel if shot.moment.fraction]
    assert {shot.moment.index for shot in moving} == {0, 1}
    for shot in moving:
        (frame,) = shot.frames
        is_known = shot.moment.index == 0
        assert (frame.after > frame.before) == (frame.fraction > 0) == is_known
        # The playhead goes on.
        assert frame.position == shot.moment.position


def test_time_goes_by_what_changes():
    # Of eighty snapshots only those around the twentieth differ.
    shares = 1 / (1 + np.exp(-(np.arange(80) - 20.0)))
    counts = np.full((80, 1), 1000)
    whole = track(counts, (counts[:, 0] * shares)[:, None], np.arange(80))
    line = reel_of(whole, seconds=12).clock
    # Three quarters of the time are theirs.
    span = line.times[26] - line.times[14]
    assert 0.75 < span < 0.85
    shown = line.keys[(line.keys > 14) & (line.keys < 26)]
    assert len(shown) >= 10
    by_step = reel_of(whole, seconds=12, pace="step").clock
    np.testing.assert_allclose(by_step.times, np.arange(80) / 79)


def test_the_pace_of_several_runs_is_that_of_their_mean():
    one, other = a_track(range(40), 1), a_track(range(40), 2)
    both = reel_of(one, other).clock.times
    twice = reel_of(one, one).clock.times
    np.testing.assert_allclose(twice, reel_of(one).clock.times)
    assert np.abs(both - twice).max() > 1e-4


def test_a_run_without_examples_at_first_has_a_pace():
    whole = a_track(range(6))
    empty = replace(
        whole,
        counts=np.where(np.arange(6)[:, None] < 2, 0, whole.counts),
        shares=np.where(np.arange(6)[:, None] < 2, np.nan, whole.shares),
        dots=np.where(np.arange(6)[:, None] < 2, np.nan, whole.dots),
    )
    times = reel_of(empty).clock.times
    assert np.isfinite(times).all()
    assert (np.diff(times) > 0).all()


def test_fewer_snapshots_are_shown_of_curves_and_where_bins_differ_between_them():
    """They move more than bars, and flashed at the rate of these."""
    (one,) = (a_track(np.arange(101)),)
    differs = replace(one, edges=np.tile(one.edges, (101, 1)))
    curve = replace(one, curve=np.full((101, 5), 0.5))
    times = {"fps": 25, "hold": 1, "seconds": 12}
    keys = [len(Reel.of([track], **times).clock.keys) for track in (one, differs, curve)]
    assert keys == [31, 25, 25]
    thinned = Reel.of([differs], **times).thinned(2)
    assert len(thinned.clock.keys) == 25
