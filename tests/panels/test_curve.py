"""Curves: only where examples support them, with the part of the gap that chance may make."""

import numpy as np

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


def test_there_is_no_curve_where_there_are_no_examples():
    values = np.full((1, 5), 0.5)
    one, curve = a_curve(curve=values, counts=((10, 0, 10, 0),))
    assert curve.presence.tolist() == [[1, 0, 1, 0, 0]]
    values[0, 0] = np.nan
    one, curve = a_curve(curve=values)
    assert curve.presence.tolist() == [[0, 1, 1, 1, 1]]
    assert np.isfinite(curve.at(frame_of(one)).top).all()


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


def test_pieces_are_runs_of_at_least_two_places():
    assert pieces(np.array([1, 1, 0, 1, 0, 0.5, 0.2, 1])) == [slice(0, 2), slice(5, 8)]
    assert pieces(np.zeros(3)) == []
