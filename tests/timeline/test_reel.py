"""Reels: several runs on one clock."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anim.timeline import Reel, Timeline
from tests.support.tracks import QUICK, tracks


def reel_of(*shown):
    clock = Timeline(
        np.unique(np.concatenate([one.steps for one in shown])), fps=5, seconds=2, hold=1
    )
    timelines = [Timeline(one.steps, fps=5, seconds=2, hold=1, axis=clock.axis) for one in shown]
    return Reel(clock, list(zip(timelines, shown, strict=True)))


@QUICK
@given(tracks(), tracks())
def test_a_shot_has_a_frame_of_each_run_at_the_step_of_the_clock_or_nearest_to_it(one, two):
    reel = reel_of(one, two)
    shots = list(reel)
    assert len(shots) == len(reel)
    for shot in shots:
        for frame, track in zip(shot.frames, reel.tracks, strict=True):
            nearest = np.clip(shot.moment.step, track.steps[0], track.steps[-1])
            np.testing.assert_allclose(frame.moment.step, nearest, rtol=1e-9, atol=1e-6)


@QUICK
@given(tracks(), st.integers(1, 4))
def test_a_thinned_reel_keeps_its_time_and_its_ends(track, stride):
    reel = reel_of(track)
    thinned = reel.thinned(stride)
    (kept,) = thinned.tracks
    assert kept.steps[[0, -1]].tolist() == track.steps[[0, -1]].tolist()
    assert set(kept.steps) <= set(track.steps)
    assert len(kept.steps) <= -(-len(track.steps) // stride) + 1
    assert thinned.clock.total_seconds == reel.clock.total_seconds
    assert thinned.clock.axis == reel.clock.axis


@QUICK
@given(tracks())
def test_another_frame_rate_shows_the_same_values(track):
    reel = reel_of(track)
    slow = reel.at_rate(2)
    assert slow.clock.ticks == 6
    for position in (0, 0.3, 1):
        one, other = (each.at_position(position).frames[0] for each in (reel, slow))
        np.testing.assert_array_equal(one.counts, other.counts)
