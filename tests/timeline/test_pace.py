"""Pace: how fast time goes, and which snapshots it shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.timeline.pace import (
    Looks,
    changes,
    keys_of,
    looks_of,
    seconds_of,
    slots_of,
    times_of,
    together,
)
from tests.support.tracks import QUICK, looks, many_steps


def plain(values):
    """Return the looks of snapshots that differ in one number [S]."""
    return Looks(np.asarray(values, float)[:, None], np.zeros((len(values), 1)))


def reference(looks):
    """Return the changes as the sum over differences of smoothed values that go on as they end."""
    count = len(looks.gaps)
    at = np.arange(-3 * count, 4 * count)
    total = np.zeros(count - 1)
    for part in looks:
        padded = part[np.clip(at, 0, count - 1)]
        weights = np.exp(-0.5 * ((np.arange(count)[:, None] - at) / (count / 40)) ** 2)
        smoothed = (weights / weights.sum(1, keepdims=True)) @ padded
        total += np.abs(np.diff(smoothed, axis=0)).sum(1)
    return total


@QUICK
@given(st.integers(2, 90).flatmap(looks))
def test_changes_are_those_between_smoothed_snapshots(seen):
    # The kernel is cut at four standard deviations.
    scale = np.abs(np.diff(seen.gaps, axis=0)).max() + np.abs(np.diff(seen.dots, axis=0)).max()
    np.testing.assert_allclose(changes(seen), reference(seen), atol=2e-3 * scale + 1e-12)


def test_gaps_are_weighed_by_the_share_of_examples_and_dots_by_their_number():
    counts = np.array([[30, 10], [0, 40]])
    shares = np.array([[0.5, 1.0], [np.nan, 0.25]])
    ideals = np.array([[0.7, 0.8], [np.nan, 0.75]])
    dots = np.array([[0.2, 0.4], [0.3, 0.9]])
    seen = looks_of(counts, shares, ideals, dots)
    np.testing.assert_allclose(seen.gaps, [[-0.15, 0.05], [0, -0.5]])
    np.testing.assert_allclose(seen.dots, dots / 2)
    # With two snapshots smoothing does nothing: sum |dg| + mean |dQ|.
    assert changes(seen) == pytest.approx([0.15 + 0.55 + 0.3])


def test_dots_that_a_snapshot_lacks_are_where_they_were():
    dots = np.array([[np.nan], [0.2], [np.nan], [0.6], [np.nan]])
    empty = np.zeros((5, 1))
    found = looks_of(empty, empty * np.nan, empty * np.nan, dots)
    assert found.dots[:, 0].tolist() == [0.2, 0.2, 0.2, 0.6, 0.6]
    nowhere = looks_of(empty, empty, empty, empty * np.nan)
    assert nowhere.dots.tolist() == nowhere.gaps.tolist() == empty.tolist()


def test_there_may_be_no_dots():
    counts = np.ones((3, 1))
    seen = looks_of(counts, counts, counts / 2, np.zeros((3, 0)))
    assert changes(seen).tolist() == [0, 0]


def test_distances_of_several_runs_are_means():
    one, other = plain([0, 1, 3]), plain([0, 0, 1])
    both = changes(together([one, other]))
    np.testing.assert_allclose(both, (changes(one) + changes(other)) / 2, atol=1e-15)


@QUICK
@given(many_steps, st.sampled_from(["change", "step", "log"]), st.data())
def test_times_increase_from_0_to_1(steps, pace, data):
    changed = changes(data.draw(looks(len(steps))))
    assert changed.shape == (len(steps) - 1,)
    times = times_of(np.array(steps), pace, changed)
    assert times.shape == (len(steps),)
    assert times[-1] == 1
    assert len(steps) == 1 or times[0] == 0
    assert (np.diff(times) > 0).all()
    if pace == "change":
        # A quarter of the time goes by steps.
        least = np.diff(times_of(np.array(steps), "step")) / 4
        assert (np.diff(times) >= least - 1e-12).all()


def test_three_quarters_of_the_time_go_by_change_and_one_by_steps():
    times = times_of(np.array([0, 10, 40]), "change", np.array([3.0, 1.0]))
    np.testing.assert_allclose(times, [0, 0.75 * 0.75 + 0.25 * 0.25, 1])


@pytest.mark.parametrize("steps", [[0, 10, 40], [5, 6, 7], [3, 8]])
def test_where_nothing_changes_time_goes_by_steps(steps):
    steps = np.array(steps)
    nothing = changes(plain(np.full(len(steps), 0.3)))
    assert not nothing.any()
    times = times_of(steps, "change", nothing)
    np.testing.assert_allclose(times, (steps - steps[0]) / (steps[-1] - steps[0]))


def test_a_lone_snapshot_is_at_the_end():
    seen = plain([0.4])
    assert changes(seen).tolist() == []
    times = times_of(np.array([7]), "change", changes(seen))
    assert times.tolist() == [1]
    keys, beats = keys_of(times, 15, seen)
    assert (keys.tolist(), beats.tolist()) == ([0], [1])


def test_two_snapshots_are_the_ends():
    keys, beats = keys_of(np.array([0.0, 1.0]), 15, plain([0, 1]))
    assert (keys.tolist(), beats.tolist()) == ([0, 1], [0, 1])


def test_slots_are_even_and_empty_ones_show_nothing_new():
    times = np.array([0, 0.01, 0.31, 0.52, 0.99, 1])
    keys, beats = keys_of(times, 10, None)
    # 0.01 and 0.99 share the beats of the ends.
    assert keys.tolist() == [0, 2, 3, 5]
    np.testing.assert_allclose(beats, [0, 0.3, 0.5, 1])


def test_shown_is_the_snapshot_nearest_to_the_mean_of_its_slot():
    times = np.array([0, 0.48, 0.5, 0.52, 1])
    assert keys_of(times, 10, plain([0, 5, 9, 6, 0]))[0].tolist() == [0, 3, 4]
    # Dots count half.
    seen = Looks(np.array([[0], [1], [0], [0.0], [0]]), np.array([[0], [0], [1.9], [0], [0.0]]))
    assert keys_of(times, 10, seen)[0].tolist() == [0, 3, 4]
    # Of two that are equally near, that nearest to the beat.
    times = np.array([0, 0.46, 0.51, 1])
    assert keys_of(times, 10, plain([0, 0.1, 0.3, 0]))[0].tolist() == [0, 2, 3]


def test_bins_by_mass_have_the_pace_of_their_shares():
    # Edges move, what is off does not.
    counts = np.full((3, 4), 25)
    shares = np.array([[0.2, 0.4, 0.6, 0.8]] * 3)
    seen = looks_of(counts, shares, shares - 0.1, np.zeros((3, 1)))
    assert not changes(seen).any()


def test_a_spike_of_one_snapshot_does_not_rule_the_pace():
    values = np.linspace(0, 1, 200)
    spiked = values.copy()
    spiked[100] += 1
    smooth, sharp = changes(plain(values)), changes(plain(spiked))
    # Unsmoothed, it would make two thirds of all change.
    assert sharp.sum() < 1.5 * smooth.sum()


@pytest.mark.parametrize(("seconds", "slots"), [(0.1, 1), (0.8, 2), (6, 15), (12, 30), (2.39, 5)])
def test_at_most_two_and_a_half_a_second_are_shown(seconds, slots):
    assert slots_of(seconds) == slots


def test_the_length_of_many_snapshots_is_bounded():
    assert [seconds_of(count) for count in (1, 16, 26, 31, 10**6)] == [6, 6, 10, 12, 12]
