"""Tracks: values between two snapshots, snapshots picked and joined."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.timeline import Timeline
from tests.support.tracks import QUICK, assert_same_track, track, tracks


@QUICK
@given(tracks(), st.data())
def test_picked_twice_is_picked_once_by_the_composed_index(whole, data):
    size = len(whole.steps)
    first = np.array(data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=6)))
    second = np.array(data.draw(st.lists(st.integers(0, len(first) - 1), max_size=6)), int)
    assert_same_track(whole.picked(first).picked(second), whole.picked(first[second]))


@QUICK
@given(tracks(), st.data())
def test_a_mask_picks_like_its_indices(whole, data):
    size = len(whole.steps)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    assert_same_track(whole.picked(mask), whole.picked(np.flatnonzero(mask)))


@QUICK
@given(tracks(), st.data())
def test_joined_parts_are_the_whole(whole, data):
    index = np.arange(len(whole.steps))
    cut = data.draw(st.integers(0, len(index)))
    parts = whole.picked(index[:cut]), whole.picked(index[cut:])
    assert_same_track(parts[0].joined(parts[1]), whole)


@QUICK
@given(tracks(), st.data())
def test_joining_is_associative(whole, data):
    index = np.arange(len(whole.steps))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(index)), min_size=2, max_size=2)))
    one, two, three = (whole.picked(part) for part in np.split(index, cuts))
    assert_same_track(one.joined(two).joined(three), one.joined(two.joined(three)))


def test_a_series_that_one_part_lacks_is_nan_there():
    early, late = track([[1]], [[1]], [0]), track([[1]], [[0]], [10])
    late.series["lr"] = np.array([0.1])
    both = early.joined(late)
    np.testing.assert_array_equal(both.series["lr"], [np.nan, 0.1])
    np.testing.assert_array_equal(both.series["accuracy"], [1, 0])
    assert "lr" not in early.series


@QUICK
@given(tracks(), st.floats(0, 1))
def test_counts_of_a_frame_lie_between_those_of_two_snapshots(whole, position):
    line = Timeline(whole.steps, fps=10, seconds=1, hold=0)
    frame = whole.at(line.moment(position))
    index = frame.moment.index
    beside = whole.counts[index : index + 2]
    assert (beside.min(0) - 1e-9 <= frame.counts).all()
    assert (frame.counts <= beside.max(0) + 1e-9).all()
    assert ((frame.presence >= 0) & (frame.presence <= 1)).all()


@QUICK
@given(tracks())
def test_the_frame_of_a_snapshot_has_its_values(whole):
    line = Timeline(whole.steps, fps=10, seconds=1, hold=0)
    for index, step in enumerate(whole.steps):
        frame = whole.at(line.at(step))
        for name in ("counts", "hits", "shares", "ideals", "band", "intervals", "curve"):
            values = getattr(whole, name)
            if values is not None:
                np.testing.assert_array_equal(getattr(frame, name), values[index], err_msg=name)
        for name, values in whole.series.items():
            np.testing.assert_array_equal(frame.series[name], values[index])


def test_halfway_all_values_are_halfway():
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
