"""A hundred dots: all of them, near their places, and still between snapshots."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.panels.axes import Axis
from anim.panels.dots import NONE, RIGHT, WRONG, Dots, settled
from tests.support.panels import a_track, frame_of
from tests.support.tracks import QUICK


@given(
    places=st.lists(st.floats(0, 1), max_size=100),
    columns=st.integers(1, 30),
    seed=st.integers(0, 9),
)
@QUICK
def test_each_dot_is_in_a_cell_as_near_to_its_place_as_there_is_room(places, columns, seed):
    rows = -(-max(len(places), 1) // columns) + 1
    wrong = np.random.default_rng(seed).random(len(places)) < 0.3
    cells = settled(np.array(places), wrong, columns, rows)
    assert (cells == WRONG).sum() == wrong.sum()
    assert (cells != NONE).sum() == len(places)
    # They hang: no cell is taken below an empty one, and no wrong dot hangs below a right one.
    for column in cells:
        assert column.tolist() == sorted(column.tolist(), reverse=True)


def test_a_column_that_is_full_overflows_sideways():
    cells = settled(np.full(7, 0.5), np.zeros(7, bool), 5, 2)
    assert (cells == RIGHT).sum(1).tolist() == [1, 2, 2, 2, 0]


def test_without_room_for_all_those_that_have_none_are_left_out():
    assert (settled(np.full(9, 0.5), np.zeros(9, bool), 2, 3) == RIGHT).all()


def test_dots_at_the_ends_are_in_the_outer_columns_and_unknown_ones_nowhere():
    cells = settled(np.array([0, 1, np.nan]), np.array([False, True, True]), 4, 2)
    assert cells[:, 0].tolist() == [RIGHT, NONE, NONE, WRONG]
    assert (cells != NONE).sum() == 2


def test_dots_fade_in_their_cells_and_stay_where_a_cell_stays_taken():
    scores, wrong = np.array([[0.1, 0.1], [0.1, 0.9]]), np.array([[False, False], [False, True]])
    one = a_track([[4], [4]], [[3], [3]], dots=scores, wrong=wrong)
    dots = Dots(one, Axis(0, 1), 4, 2)
    right, wrong = dots.at(frame_of(one, 0, 1, 0.25))
    np.testing.assert_allclose(right[0], [1, 0.75])
    assert right[1:].sum() == 0
    np.testing.assert_allclose(wrong[3], [0.25, 0])


def test_labels_that_are_counted_are_not_wrong():
    one = a_track([[4]], [[3]], wrong=None)
    right, wrong = Dots(one, Axis(0, 1), 10, 4).at(frame_of(one))
    assert (right.sum(), wrong.sum()) == (4, 0)


def test_dots_stand_where_their_scores_are_on_the_axis():
    one = a_track([[4]], [[4]], dots=np.array([[0.5, 0.75, 1.0]]), wrong=np.zeros((1, 3), bool))
    right, _ = Dots(one, Axis(0.5, 1), 9, 2).at(frame_of(one))
    assert np.flatnonzero(right[:, 0]).tolist() == [0, 4, 8]
    assert pytest.approx(3) == right.sum()
