"""Bars: where they stand, and what of their gaps chance may make."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.panels.axes import Axis
from anim.panels.bars import NARROWEST, SLOPED, WIDEST, Bars, ideal_line
from anim.settings import FEWEST
from tests.support.panels import a_track, frame_of
from tests.support.tracks import QUICK, tracks

WHOLE = Axis(0, 1)


def bars_of(one, *, is_folded=False, axis=WHOLE, pixels=600):
    return Bars(one, axis, is_folded, pixels)


def test_the_line_falls_and_rises_where_a_score_below_one_half_is_for_another_class():
    assert ideal_line(np.array([0, 0.2, 0.5, 0.9]), True).tolist() == [1, 0.8, 0.5, 0.9]
    assert ideal_line(np.array([0, 0.2, 0.5, 0.9]), False).tolist() == [0, 0.2, 0.5, 0.9]


def test_a_gap_lies_between_the_line_and_the_share_as_large_as_it_is():
    """Mean scores are off the middles of the bins: the gap is to them, and drawn from the line."""
    one = a_track([[100, 100]], [[30, 60]], ideals=[[0.2, 0.8]])
    marks = bars_of(one).at(frame_of(one))
    np.testing.assert_allclose(marks.top - marks.line, [[0.1] * 3, [-0.2] * 3])
    np.testing.assert_allclose(marks.line, marks.x)


def test_tops_of_wide_bins_are_as_steep_as_the_line_and_those_of_narrow_ones_flat():
    one = a_track([[100, 100]], [[48, 52]])
    wide, narrow = (bars_of(one, pixels=2 * SLOPED + more).at(frame_of(one)) for more in (1, -1))
    assert np.ptp(wide.top, axis=1) == pytest.approx(np.ptp(wide.x, axis=1))
    assert np.ptp(narrow.top, axis=1).tolist() == [0, 0]
    assert narrow.line[:, 0] == pytest.approx([0.25, 0.75])


def test_a_bar_across_the_kink_of_the_line_has_the_kink():
    one = a_track([[100]], [[70]])
    marks = bars_of(one, is_folded=True).at(frame_of(one))
    assert marks.x[0, 1] == marks.line[0, 1] == 0.5
    assert marks.line[0, 0] == pytest.approx(1 - marks.x[0, 0])


def test_the_pale_part_of_a_gap_ends_where_the_band_of_chance_does():
    band = np.array([[[0.4, 0.4, 0.4], [0.6, 0.6, 0.6]]])
    one = a_track([[100] * 3], [[80, 55, 10]], band=band)
    marks = bars_of(one).at(frame_of(one))
    np.testing.assert_allclose((marks.chance - marks.line)[:, 1], [0.1, 0.05, -0.1])


def test_without_a_band_nothing_is_pale():
    one = a_track([[100] * 3], [[80, 55, 10]])
    marks = bars_of(one).at(frame_of(one))
    np.testing.assert_array_equal(marks.chance, marks.line)
    assert marks.whiskers is None


def test_the_width_of_a_bar_tells_the_share_of_its_examples():
    one = a_track([[900, 100, 0, 0]], [[450, 50, 0, 0]])
    wide, narrow, *_ = np.ptp(bars_of(one).at(frame_of(one)).x, axis=1) * 4
    assert wide == pytest.approx(WIDEST)
    assert narrow == pytest.approx(NARROWEST + (WIDEST - NARROWEST) * np.sqrt(0.1 * 4 / 2))


def bins_that_differ():
    """Return a track of two bins, [0.1, 0.5, 0.9] and then [0.2, 0.6, 1]."""
    # Gaps of 10 points up and down, then 10 and 4 down.
    one = a_track([[50, 50], [50, 50]], [[20, 30], [10, 33]], ideals=[[0.3, 0.7]] * 2)
    return replace(one, edges=np.array([[0.1, 0.5, 0.9], [0.2, 0.6, 1]]))


def test_bars_of_bins_that_differ_touch_each_other():
    """White between them would come and go with their edges."""
    one = bins_that_differ()
    left, _, right = bars_of(one).at(frame_of(one, 1)).x.T
    np.testing.assert_allclose([left, right], [[0.2, 0.6], [0.6, 1]])


def test_edges_that_differ_between_two_snapshots_do_not_travel():
    """Bars that passed under an eye flashed; these rise and fall where they are."""
    one = bins_that_differ()
    bars = bars_of(one)
    start, end = bars.gaps
    for fraction in (0.25, 0.75):
        marks = bars.at(frame_of(one, 0, 1, fraction))
        left, _, right = marks.x.T
        edges = [0.1, 0.2, 0.5, 0.6, 0.9, 1]
        np.testing.assert_allclose([left, right], [edges[:-1], edges[1:]])
        before = np.array([start[0], start[0], start[1], start[1], 0])
        after = np.array([0, end[0], end[0], end[1], end[1]])
        np.testing.assert_allclose(
            (marks.top - marks.line)[:, 1], before + fraction * (after - before)
        )
        np.testing.assert_allclose(marks.line[:, 1], (left + right) / 2)
        # Beyond its lowest and highest score a snapshot has no bar.
        np.testing.assert_allclose(marks.presence, [1 - fraction, 1, 1, 1, fraction])


@pytest.mark.parametrize("pixels", [1000, 30])
@pytest.mark.parametrize("is_folded", [False, True])
def test_a_move_between_bins_that_differ_begins_and_ends_with_their_bars(pixels, is_folded):
    one = bins_that_differ()
    bars = Bars(one, Axis(0, 1), is_folded, pixels)
    for row, fraction in ((0, 1e-9), (1, 1 - 1e-9)):
        rest, move = bars.at(frame_of(one, row)), bars.at(frame_of(one, 0, 1, fraction))
        places = np.linspace(rest.x.min() + 1e-3, rest.x.max() - 1e-3, 77)
        for name in ("line", "top"):
            there, here = (np.empty(77), np.empty(77))
            for found, marks in ((there, rest), (here, move)):
                bins = np.searchsorted(marks.x[:, 2], places)
                heights = getattr(marks, name)
                found[:] = [
                    np.interp(place, marks.x[at], heights[at])
                    for place, at in zip(places, bins, strict=True)
                ]
            np.testing.assert_allclose(here, there, atol=1e-6)


def test_a_bin_with_few_examples_has_a_dot_for_each_instead_of_a_bar():
    few = FEWEST - 1
    one = a_track([[few, FEWEST]], [[1, 1]], ideals=[[0.25, 0.75]])
    bars = bars_of(one)
    assert bars.at(frame_of(one)).presence.tolist() == [0, 1]
    points = bars.points(0)
    np.testing.assert_allclose(points[:, 0], (np.arange(few) + 0.5) / few / 2)
    np.testing.assert_allclose(points[:, 1], 1 / few)


def test_a_bar_comes_out_of_the_line_and_nothing_of_it_is_undefined():
    band = np.array([[[np.nan], [np.nan]], [[0.48], [0.52]]])
    one = a_track([[0], [100]], [[0], [55]], band=band)
    bars = bars_of(one)
    for fraction in (0, 0.25, 0.99):
        marks = bars.at(frame_of(one, 0, 1, fraction))
        assert marks.presence == [fraction]
        np.testing.assert_allclose(marks.top - marks.line, 0.05 * fraction)
        np.testing.assert_allclose(marks.chance - marks.line, 0.02 * fraction)


def test_a_bar_that_changes_side_passes_through_the_line():
    band = np.array([[[0.4], [0.6]], [[0.3], [0.7]]])
    one = a_track([[100], [100]], [[90], [10]], band=band)
    bars = bars_of(one)
    middle = bars.at(frame_of(one, 0, 1, 0.5))
    np.testing.assert_allclose(middle.top, middle.line)
    np.testing.assert_allclose(middle.chance, middle.line)


def test_a_filled_bin_of_replicas_needs_a_bar_in_most_of_them():
    one = a_track([[100, 100]], [[50, 50]], filled=np.array([[True, False]]))
    assert bars_of(one).presence.tolist() == [[1, 0]]


def test_whiskers_are_as_far_from_the_line_as_the_interval_from_the_ideal():
    intervals = np.array([[[0.35, 0.1], [0.75, 0.3]]])
    one = a_track([[100, 100]], [[50, 20]], ideals=[[0.3, 0.8]], intervals=intervals)
    found = bars_of(one).at(frame_of(one)).whiskers
    np.testing.assert_allclose(
        found, [[0.25, 0.75], [0.25 + 0.05, 0.75 - 0.7], [0.25 + 0.45, 0.75 - 0.5], [1, 1]]
    )


def test_intervals_of_bins_that_differ_fade_into_each_other_where_they_are():
    """Travelling, they flashed."""
    one = bins_that_differ()
    one = replace(one, intervals=np.stack([one.shares - 0.1, one.shares + 0.2], axis=1))
    bars = bars_of(one)
    before, after = (bars.at(frame_of(one, row)).whiskers for row in (0, 1))
    np.testing.assert_allclose(before[0], [0.3, 0.7])
    np.testing.assert_allclose(after[0], [0.4, 0.8])
    found = bars.at(frame_of(one, 0, 1, 0.25)).whiskers
    np.testing.assert_array_equal(found[:3], np.concatenate([before, after], axis=1)[:3])
    assert found[3].tolist() == [0.9375, 0.9375, 0.4375, 0.4375]


def test_bins_begin_at_the_lowest_score_there_can_be():
    one = a_track([[0, 100]], [[0, 50]], ideals=0.6, edges=np.array([0, 0.4, 1.0]))
    marks = bars_of(one, axis=Axis(0.5, 1)).at(frame_of(one))
    assert marks.x[1].min() >= 0
    assert marks.line[1, 1] == pytest.approx(0.75)


@given(st.data())
@QUICK
def test_bars_stay_inside_of_the_axes_and_their_pale_parts_inside_of_their_gaps(data):
    one = data.draw(tracks())
    last = len(one.steps) - 1
    is_folded = data.draw(st.booleans())
    frame = frame_of(one, 0, last, data.draw(st.floats(0, 0.99)))
    marks = bars_of(one, is_folded=is_folded, pixels=data.draw(st.floats(10, 900))).at(frame)
    there = marks.presence > 0
    low, high = np.minimum(marks.line, marks.top), np.maximum(marks.line, marks.top)
    for values in (marks.top[there], marks.chance[there]):
        known = values[np.isfinite(values)]
        assert ((known >= 0) & (known <= 1)).all()
    is_known = np.isfinite(marks.chance) & np.isfinite(low) & there[:, None]
    assert (marks.chance >= low - 1e-9)[is_known].all()
    assert (marks.chance <= high + 1e-9)[is_known].all()
