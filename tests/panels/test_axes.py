"""Axes and the numbers beside them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.panels.axes import (
    Axis,
    binary_axis,
    grouped,
    linear_axis,
    percent_mark,
    round_numbers,
    share_axis,
    spread_apart,
    time_ticks,
)
from tests.support.tracks import QUICK


def texts(ticks):
    return [text for _, text in ticks]


def test_an_axis_places_its_ends_at_0_and_1():
    assert Axis(2, 6).place([2, 3, 6]).tolist() == [0, 0.25, 1]
    assert Axis(1, 16, is_log=True).place([1, 2, 4, 16]) == pytest.approx([0, 0.25, 0.5, 1])
    assert np.isnan(Axis(0, 1).place(np.nan))


@pytest.mark.parametrize(
    ("low", "is_percent", "most", "expected"),
    [
        (0, True, 4, ["0", "25", "50", "75", "100\u00a0%"]),
        (0, True, 2, ["0", "50", "100\u00a0%"]),
        (0, True, 1, ["0", "100\u00a0%"]),
        (0, False, 4, ["0", "0.25", "0.5", "0.75", "1"]),
        (0.5, True, 5, ["50", "60", "70", "80", "90", "100\u00a0%"]),
        (0.5, True, 2, ["50", "75", "100\u00a0%"]),
        # The lowest confidence of three classes; a fourth of ten is no neighbour of 0.25.
        (1 / 3, True, 4, ["33.3", "50", "75", "100\u00a0%"]),
        (0.1, True, 4, ["10", "25", "50", "75", "100\u00a0%"]),
        (0.24, True, 4, ["24", "50", "75", "100\u00a0%"]),
    ],
)
def test_an_axis_of_shares_has_round_numbers_and_its_lower_end(low, is_percent, most, expected):
    axis = share_axis(low, is_percent, most)
    assert texts(axis.ticks) == expected
    places = [place for place, _ in axis.ticks]
    assert places[0] == 0
    assert places[-1] == 1
    shares = [float(text.partition("\u00a0")[0]) / (100 if is_percent else 1) for text in expected]
    assert axis.place(shares) == pytest.approx(places, abs=1e-3)


@given(
    low=st.floats(-1e9, 1e9),
    width=st.floats(1e-3, 1e9),
    most=st.integers(1, 20),
    whole=st.booleans(),
)
@QUICK
def test_round_numbers_are_few_even_and_inside(low, width, most, whole):
    high = low + width
    found = round_numbers(low, high, most, whole=whole)
    assert len(found) <= most + 1
    slack = 1e-9 * max(abs(low), abs(high), 1)
    assert ((found >= low - slack) & (found <= high + slack)).all()
    if whole:
        np.testing.assert_array_equal(found, np.round(found))
    if len(found) > 1:
        steps = np.diff(found)
        np.testing.assert_allclose(steps, steps[0], atol=slack)
        leads = np.array([1, 2, 2.5, 5, 10]) * 10 ** np.floor(np.log10(steps[0]))
        assert np.abs(leads - steps[0]).min() <= slack


def test_there_is_no_negative_zero():
    assert "-0" not in texts(linear_axis(-1, 1, 4).ticks)
    assert "0" in texts(linear_axis(-1, 1, 4).ticks)


@pytest.mark.parametrize(
    ("high", "numbers", "factor"),
    [
        (1.5e-4, ["0", "0.5", "1", "1.5"], " ×10⁻⁴"),
        (3e7, ["0", "1", "2", "3"], " ×10⁷"),
        (900, ["0", "250", "500", "750"], ""),
        (0.06, ["0", "0.02", "0.04", "0.06"], ""),
    ],
)
def test_numbers_that_are_very_small_or_large_lack_a_power_of_ten(high, numbers, factor):
    axis = linear_axis(0, high, 4)
    assert texts(axis.ticks) == numbers
    assert axis.factor == factor


def test_a_binary_axis_has_powers_of_2_where_they_are():
    axis = binary_axis(0.1, 20, 4)
    assert texts(axis.ticks) == ["0.25", "1", "4", "16"]
    assert axis.place([0.25, 1, 4, 16]) == pytest.approx([place for place, _ in axis.ticks])
    assert texts(binary_axis(0.7, 1.4, 4).ticks) == ["1"]


def test_time_has_whole_numbers_that_do_not_run_into_each_other():
    def linear(values):
        return np.asarray(values, float) / 1000

    assert texts(time_ticks(linear, 0, 1000, 4)) == ["0", "250", "500", "750", "1\u2009000"]

    def logarithmic(values):
        return np.log1p(np.asarray(values, float)) / np.log1p(1e5)

    found = time_ticks(logarithmic, 0, 1e5, 6)
    assert texts(found)[0] == "0"
    assert texts(found)[-1] == "100\u2009000"
    assert np.diff([place for place, _ in found]).min() >= 0.1


def test_a_run_of_one_step_has_one_number():
    assert texts(time_ticks(lambda values: np.zeros(len(values)), 7, 7, 5)) == ["7"]


def test_numbers_have_thin_spaces_and_the_whole_its_sign():
    assert grouped(1234567) == "1\u2009234\u2009567"
    assert percent_mark(0.125) == "12.5"
    assert percent_mark(1) == "100\u00a0%"


def test_names_that_would_overlap_are_spread_near_their_places():
    assert spread_apart([0.5], 0.2) == [0.5]
    assert spread_apart([0.1, 0.9], 0.2) == [0.1, 0.9]
    assert spread_apart([0.95, 1.0, 0.2], 0.2) == pytest.approx([0.8, 1.0, 0.2])
    assert spread_apart([0, 0, 0], 0.25) == pytest.approx([0, 0.25, 0.5])
    assert spread_apart([], 0.2) == []


@given(st.lists(st.floats(0, 1), max_size=6))
@QUICK
def test_names_with_room_stay_inside_in_their_order(places):
    found = spread_apart(places, 0.15)
    order = np.argsort(places, kind="stable")
    assert np.diff(np.array(found)[order]).min(initial=1) >= 0.15 - 1e-9
    assert all(-1e-9 <= one <= 1 + 1e-9 for one in found)
