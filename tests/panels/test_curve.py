"""Curves: only where examples support them, with the part of the gap that chance may make."""

import numpy as np
import pytest

from anim.panels.axes import Axis
from anim.panels.curve import Curve, pieces
from tests.support.panels import a_track, frame_of

PLACES = np.linspace(0, 1, 5)


def a_curve(*, counts=((50, 50),), axis=None, is_folded=False, **more):
    one = a_track(counts, np.array(counts) // 2, **more)
    return one, Curve(one, axis or Axis(0, 1), is_folded)


def test_a_gap_is_pale_up_to_the_band_of_chance():
    gaps = np.array([0, 0.05, 0.2, -0.05, -0.2])
    band = np.tile(PLACES, (1, 2, 1)) + np.array([[-0.1], [0.1]])
    one, curve = a_curve(curve=(PLACES + gaps)[None], band=band)
    marks = curve.at(frame_of(one))
    np.testing.assert_allclose(marks.line, PLACES)
    np.testing.assert_allclose(marks.top - marks.line, gaps, atol=1e-12)
    np.testing.assert_allclose(marks.chance - marks.line, [0, 0.05, 0.1, -0.05, -0.1], atol=1e-12)


def test_there_is_a_curve_where_its_track_has_one():
    """Whether its bins have examples or not."""
    values = np.full((1, 5), 0.5)
    values[0, [0, 3]] = np.nan
    one, curve = a_curve(curve=values, counts=((10, 0, 10, 0),))
    marks = curve.at(frame_of(one))
    assert marks.presence.tolist() == [0, 1, 1, 0, 1]
    assert np.isfinite(marks.top).all()


def test_a_curve_begins_at_the_lowest_score_there_can_be():
    _, curve = a_curve(curve=np.full((1, 5), 0.5), axis=Axis(0.5, 1))
    np.testing.assert_allclose(curve.x, [0, 0.5, 1])
    np.testing.assert_allclose(curve.line, [0.5, 0.75, 1])


def test_a_folded_line_falls_before_it_rises():
    _, curve = a_curve(curve=np.full((1, 5), 0.5), is_folded=True)
    np.testing.assert_allclose(curve.line, [1, 0.75, 0.5, 0.75, 1])


def test_a_curve_and_its_spread_move_from_the_line_where_they_come():
    values = np.array([np.full(5, np.nan), np.full(5, 0.8)])
    spread = np.stack([values - 0.1, values + 0.1], axis=1)
    one, curve = a_curve(curve=values, spread=spread, counts=((50, 50), (50, 50)))
    marks = curve.at(frame_of(one, 0, 1, 0.5))
    assert marks.presence.tolist() == [0.5] * 5
    np.testing.assert_allclose(marks.top - marks.line, (0.8 - PLACES) / 2)
    np.testing.assert_allclose(marks.spread, marks.top + np.array([[-0.05], [0.05]]))


def a_move(*pieces, places=41, height=0.8):
    """A track of a curve whose pieces, first and last place, move in one step, and the curve."""
    values = np.full((2, places), np.nan)
    for row, ends in enumerate(pieces):
        for first, last in ends:
            values[row, first : last + 1] = height
    return a_curve(curve=values, counts=((50, 50), (50, 50)))


def shown(one, curve, fraction):
    """The pieces at a fraction between two snapshots: first and last place, and presence."""
    presence = curve.at(frame_of(one, 0, 1, fraction)).presence
    found = []
    for piece in pieces(presence):
        (level,) = set(np.round(presence[piece], 9))
        found.append((piece.start, piece.stop - 1, level))
    return found


def test_the_ends_of_a_piece_move_to_those_of_one_that_overlaps_with_it():
    one, curve = a_move([(4, 20)], [(12, 36)])
    moves = [shown(one, curve, fraction) for fraction in (0, 0.26, 0.51, 0.76, 0.99)]
    assert moves == [[(4, 20, 1)], [(6, 24, 1)], [(8, 28, 1)], [(10, 32, 1)], [(12, 36, 1)]]


def test_a_curve_that_moves_has_no_steps_where_one_snapshot_ends():
    """Where one of them has none its gap is that of the nearest place with one."""
    values = np.full((2, 41), np.nan)
    values[0, 4:21], values[1, 4:37] = (0.5 + np.linspace(0, 1, 41) / 4)[4:21], 0.8
    one, curve = a_curve(curve=values, counts=((50, 50), (50, 50)))
    marks = curve.at(frame_of(one, 0, 1, 0.5))
    (piece,) = pieces(marks.presence)
    assert np.abs(np.diff(marks.top[piece])).max() < 0.02
    gaps = values - np.linspace(0, 1, 41)
    np.testing.assert_allclose((marks.top - marks.line)[25], (gaps[0, 20] + gaps[1, 25]) / 2)


def test_a_piece_that_overlaps_with_none_grows_out_of_the_line_or_shrinks_to_it():
    one, curve = a_move([(2, 8), (30, 38)], [(14, 20), (29, 38)])
    assert shown(one, curve, 0.25) == [(2, 8, 0.75), (14, 20, 0.25), (30, 38, 1)]
    marks = curve.at(frame_of(one, 0, 1, 0.25))
    gaps = 0.8 - np.linspace(0, 1, 41)
    np.testing.assert_allclose((marks.top - marks.line)[2:9], 0.75 * gaps[2:9])
    np.testing.assert_allclose((marks.top - marks.line)[14:21], 0.25 * gaps[14:21])


def test_a_hole_opens_in_the_middle_and_closes_there():
    one, curve = a_move([(0, 40)], [(0, 14), (26, 40)])
    assert shown(one, curve, 0.3) == [(0, 40, 1)]
    ((_, first, _), (last, _, _)) = shown(one, curve, 0.9)
    assert 14 < first < last < 26
    assert first + last == 40


@pytest.mark.parametrize("seed", range(20))
def test_a_curve_is_exact_at_snapshots_and_nowhere_that_neither_has_one(seed):
    rng = np.random.default_rng(seed)
    values = np.where(np.repeat(rng.random((2, 21)) < 0.6, 5, axis=1), rng.random((2, 105)), np.nan)
    band = np.stack([values - 0.1, values + 0.2], axis=1)
    one, curve = a_curve(curve=values, band=band, counts=((50, 50), (50, 50)))
    known = np.isfinite(values)
    for row in (0, 1):
        marks = curve.at(frame_of(one, row, row, 0.0))
        assert marks.presence.tolist() == known[row].tolist()
        np.testing.assert_allclose(marks.top[known[row]], values[row, known[row]])
    last = np.zeros(105)
    for fraction in np.linspace(0, 1, 20, endpoint=False):
        marks = curve.at(frame_of(one, 0, 1, fraction))
        assert not marks.presence[~known.any(0)].any()
        assert marks.presence[known.all(0)].all()
        # What only one snapshot has goes for good, or comes for good.
        went, came = known[0] & ~known[1], known[1] & ~known[0]
        if fraction > 0:
            assert (marks.presence[went] <= last[went]).all()
            assert (marks.presence[came] >= last[came]).all()
        else:
            assert (marks.presence > 0).tolist() == known[0].tolist()
        last = marks.presence


def test_pieces_are_runs_of_at_least_two_places():
    assert pieces(np.array([1, 1, 0, 1, 0, 0.5, 0.2, 1])) == [slice(0, 2), slice(5, 8)]
    assert pieces(np.zeros(3)) == pieces(np.ones(1)) == []
    assert pieces(np.ones(3, bool)) == [slice(0, 3)]
