"""Columns of counts: linear, stacked, and cut where they would flatten all others."""

from dataclasses import replace

import numpy as np
import pytest

from anim.panels.axes import Axis
from anim.panels.counts import COLUMN, Counts, count_axis
from tests.support.panels import a_track, frame_of


def columns_of(one):
    axis = count_axis([one], 4)
    return Counts(one, Axis(0, 1), axis), axis


def test_a_column_is_as_tall_as_its_count_and_the_wrong_are_its_foot():
    one = a_track([[100, 50, 0]], [[80, 10, 0]])
    columns, axis = columns_of(one)
    marks = columns.at(frame_of(one))
    assert marks.top * axis.high == pytest.approx([100, 50, 0])
    assert marks.wrong * axis.high == pytest.approx([20, 40, 0])
    assert marks.right - marks.left == pytest.approx(np.full(3, COLUMN / 3))
    assert len(marks.cut) == 0


def test_a_column_that_towers_is_cut_and_says_its_number():
    counts = [[1000, *[10] * 40]]
    one = a_track(counts, counts)
    columns, axis = columns_of(one)
    marks = columns.at(frame_of(one))
    assert axis.high < 20
    assert marks.top.max() == 1
    np.testing.assert_allclose(marks.cut, [[0.5 / 41, 1000]])


def test_numbers_of_cut_columns_are_those_of_a_snapshot_while_columns_move():
    counts = [[1000, *[10] * 40], [3000, *[10] * 40]]
    one = a_track(counts, counts)
    columns, _ = columns_of(one)
    np.testing.assert_allclose(columns.at(frame_of(one, 0, 1, 0.9)).cut, [[0.5 / 41, 1000]])


def test_large_counts_are_written_in_thousands_and_no_counts_have_an_axis():
    texts = [text for _, text in count_axis([a_track([[90_000]], [[0]])], 4).ticks]
    assert texts == ["0", "25k", "50k", "75k"]
    texts = [text for _, text in count_axis([a_track([[1200]], [[0]])], 4).ticks]
    assert texts == ["0", "500", "1\u2009000"]
    assert count_axis([a_track([[0]], [[0]])], 4).high == 1


def test_columns_move_from_one_snapshot_to_the_next():
    one = a_track([[100], [50]], [[100], [0]])
    columns, axis = columns_of(one)
    marks = columns.at(frame_of(one, 0, 1, 0.5))
    assert marks.top * axis.high == pytest.approx([75])
    assert marks.wrong * axis.high == pytest.approx([25])


def test_columns_of_bins_that_differ_rise_and_fall_where_they_are():
    """Those that travelled with white between them flashed."""
    one = a_track([[60, 40], [50, 20]], [[45, 10], [45, 0]])
    one = replace(one, edges=np.array([[0.1, 0.5, 0.9], [0.2, 0.6, 1]]))
    columns, axis = columns_of(one)
    rest = columns.at(frame_of(one))
    np.testing.assert_allclose([rest.left, rest.right], [[0.1, 0.5], [0.5, 0.9]])
    for fraction in (0.25, 0.75):
        marks = columns.at(frame_of(one, 0, 1, fraction))
        edges = [0.1, 0.2, 0.5, 0.6, 0.9, 1]
        np.testing.assert_allclose([marks.left, marks.right], [edges[:-1], edges[1:]])
        for heights, (a, b), (c, d) in (
            (marks.top, (60, 40), (50, 20)),
            (marks.wrong, (15, 30), (5, 20)),
        ):
            before, after = np.array([a, a, b, b, 0]), np.array([0, c, c, d, d])
            expected = before + fraction * (after - before)
            np.testing.assert_allclose(heights * axis.high, expected)


def test_numbers_of_cut_columns_of_bins_that_differ_stand_on_those_of_a_snapshot():
    counts = [[*[10] * 40, 1000], [3000, *[10] * 40]]
    edges = np.linspace(0, 1, 42)
    one = replace(a_track(counts, counts), edges=np.stack([edges, edges**2]))
    columns, _ = columns_of(one)
    marks = columns.at(frame_of(one, 0, 1, 0.9))
    np.testing.assert_allclose(marks.cut, [[1 - 0.5 / 41, 1000]])
    assert len(marks.top) > 41
