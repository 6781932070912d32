"""Tracks: values between two snapshots, snapshots picked and joined."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.timeline import Frame
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
@given(tracks(), st.data())
def test_mixed_values_lie_between_those_of_two_snapshots(whole, data):
    rows = st.integers(0, len(whole.steps) - 1)
    before, after = data.draw(rows), data.draw(rows)
    frame = Frame(whole, before, after, data.draw(st.floats(0, 1)), 0.5)
    found, ends = frame.mix(whole.counts), whole.counts[[before, after]]
    assert (ends.min(0) - 1e-9 <= found).all()
    assert (found <= ends.max(0) + 1e-9).all()


def test_halfway_all_values_are_halfway():
    values = track([[4, 6], [8, 2]], [[4, 0], [4, 2]], [0, 10])
    frame = Frame(values, 0, 1, 0.5, 0.5)
    assert frame.mix(values.counts).tolist() == [6, 4]
    assert frame.mix(values.series["accuracy"]) == pytest.approx((0.4 + 0.6) / 2)


def test_at_rest_missing_values_elsewhere_do_not_matter():
    values = track([[5, 5], [10, 0]], [[1, 4], [2, 0]], [0, 10])
    assert Frame(values, 0, 0, 0.0, 0.0).mix(values.shares).tolist() == [0.2, 0.8]
    np.testing.assert_array_equal(Frame(values, 0, 1, 0.5, 0.5).mix(values.shares), [0.2, np.nan])


def test_a_lost_snapshot_breaks_what_lies_around_it():
    values = replace(track([[1]] * 3, [[1]] * 3, [0, 10, 20]), lost=np.array([15]))
    assert not values.is_broken(0, 1)
    assert values.is_broken(1, 2)
    assert values.is_broken(0, 2)
    assert not values.is_broken(2, 2)
