"""Strips: axes that fit their values, lines up to the present, and words for them."""

import numpy as np
import pytest

from anim.errors import SettingError
from anim.panels.strips import crossed, strip_panel, until
from anim.panels.words import DASHED, SOLID, words_of
from anim.settings.panels import LOG2, UNIT, Strip, panel_of
from tests.support.panels import a_reel, a_subject, a_track

ACCURACY = panel_of("accuracy").strip
STEPS = (0, 10, 20, 40)


def a_run(*, steps=STEPS, **more):
    count = len(steps)
    series = {
        "accuracy": np.linspace(0.5, 0.9, count),
        "confidence": np.linspace(0.8, 0.85, count),
        "rate": np.linspace(3e-4, 1e-4, count),
    }
    more = {"series": series, **more}
    return a_track([[10, 10]] * count, [[5, 5]] * count, steps=np.array(steps), **more)


def panel_for(strip, *tracks, is_plain=True, **more):
    subject = a_subject(names=tuple("abc"[: len(tracks)]), **more)
    words = words_of(subject, 4, 4, is_plain=is_plain)
    reel = a_reel(*tracks, pace="step")
    return strip_panel(strip, reel, subject, words, numbers=4, times=4)


def strip_of(values, **more):
    """Return what a strip of these values of one run shows."""
    one = a_run(steps=range(len(values)), series={"rate": np.array(values, float)})
    return panel_for(Strip(series={"rate": "rate"}, title="rate", **more), one)


def texts(axis):
    return [text for _, text in axis.ticks]


def test_accuracy_and_mean_confidence_are_filled_between_and_told_apart_by_a_key():
    panel = panel_for(ACCURACY, a_run())
    assert [(line.name, line.mark) for line in panel.lines] == [
        ("accuracy", SOLID),
        ("confidence", DASHED),
    ]
    assert panel.is_filled
    assert panel.title == ""
    assert [entry.text for entry in panel.key] == [
        "how often it is right",
        "how sure it says it is",
    ]
    field = panel_for(ACCURACY, a_run(), is_plain=False)
    assert [entry.text for entry in field.key] == ["accuracy", "mean confidence"]
    assert panel.axis.low == 0.4
    np.testing.assert_allclose(panel.lines[0].y, panel.axis.place(np.linspace(0.5, 0.9, 4)))
    np.testing.assert_allclose(panel.lines[0].x, np.array(STEPS) / 40)


def test_several_runs_have_one_line_each_and_no_key():
    panel = panel_for(ACCURACY, a_run(), a_run(steps=(0, 20)), a_run(series={"rate": np.ones(4)}))
    assert [(line.rank, line.name, line.mark) for line in panel.lines] == [
        (0, "accuracy", SOLID),
        (1, "accuracy", SOLID),
    ]
    assert (panel.key, panel.is_filled) == ((), False)
    assert panel.title == "how often it is right"
    np.testing.assert_allclose(panel.lines[1].x, [0, 0.5])


@pytest.mark.parametrize(
    ("values", "low"),
    [((0.5, 0.95, 0.75), 0.4), ((0.91, 0.92), 0.8), ((0.01, 0.3), 0), ((1,), 0.9)],
)
def test_a_strip_up_to_1_begins_at_a_tenth_below_its_values(values, low):
    axis = strip_of(values, scale=UNIT).axis
    assert axis.low == pytest.approx(low)
    assert axis.high == 1


def test_shares_of_which_all_are_small_fill_their_strip():
    axis = strip_of([0.01, 0.04, 0.12], scale=UNIT).axis
    assert (axis.low, axis.high) == (0, 0.2)
    assert [text for _, text in axis.ticks] == ["0", "10", "20\u00a0%"]


def test_a_tall_strip_has_more_shares_beside_it():
    one = a_run(series={"rate": np.array([0.5, 0.6, 0.7, 0.8])})
    strip = Strip(series={"rate": "rate"}, title="rate", scale=UNIT)
    subject = a_subject(names=("a",))
    words = words_of(subject, 4, 4, is_plain=True)
    low, tall = (
        strip_panel(strip, a_reel(one, pace="step"), subject, words, numbers=room, times=4)
        for room in (4, 12)
    )
    assert len(low.axis.ticks) <= 3 < len(tall.axis.ticks)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (4 * 10**9, ["step 0", "1B", "2B", "3B", "4B"]),
        (2 * 10**6, ["step 0", "0.5M", "1M", "1.5M", "2M"]),
        (2000, ["step 0", "500", "1\u2009000", "1\u2009500", "2\u2009000"]),
    ],
)
def test_large_steps_are_written_in_few_letters(last, expected):
    one = a_run(steps=[0, last // 2, last])
    strip = Strip(series={"accuracy": "accuracy"}, title="accuracy")
    assert [text for _, text in panel_for(strip, one).ticks] == expected


def test_long_steps_that_cannot_be_shortened_are_few_and_away_from_the_end():
    one = a_run(steps=[10**9 + 37 * at for at in range(6)])
    ticks = panel_for(ACCURACY, one).ticks
    assert ticks[0][1] == "step 1\u2009000\u2009000\u2009000"
    assert all(place < 0.9 for place, _ in ticks)


def test_a_logarithmic_strip_has_a_line_where_nothing_is_scaled():
    panel = strip_of([1 / 8, 2, 16], scale=LOG2)
    assert panel.axis.low < 1 / 8 < 16 < panel.axis.high
    assert panel.unity == pytest.approx(panel.axis.place(1))
    assert "1" in texts(panel.axis)
    up = panel.lines[0].y
    assert (up[2] - up[1]) / (up[1] - up[0]) == pytest.approx(3 / 4)
    assert strip_of([1, 2]).unity is None


@pytest.mark.parametrize(
    ("values", "title"),
    [([3e-4, 1e-4], "rate ×10⁻⁴"), ([0, 1e7, 2e7], "rate ×10⁷"), ([0.5, -3, 1], "rate")],
)
def test_a_strip_names_the_power_of_ten_that_its_numbers_lack(values, title):
    panel = strip_of(values)
    assert panel.title == title
    assert panel.axis.low <= min(0, *values)
    assert panel.axis.high >= max(values)
    assert panel.axis.place(values) == pytest.approx(panel.lines[0].y)


@pytest.mark.parametrize("value", [0, np.nan, 0.25])
def test_a_strip_of_one_value_has_an_axis(value):
    panel = strip_of([value, value])
    assert panel.axis.high > panel.axis.low
    assert len(panel.axis.ticks) >= 1


def test_a_line_is_broken_where_a_snapshot_was_lost():
    line = panel_for(ACCURACY, a_run(lost=np.array([15]))).lines[0]
    assert np.isnan(line.y).tolist() == [False, False, True, False, False]
    np.testing.assert_allclose(line.x, [0, 0.25, 0.375, 0.5, 1])
    ends = panel_for(ACCURACY, a_run(lost=np.array([50]))).lines[0]
    assert np.isfinite(ends.y).all()


def test_a_line_with_a_spread_has_room_for_it():
    rate = {"rate": np.array([0.1, 0.2, 0.3, 0.4])}
    ends = np.stack([rate["rate"] / 2, rate["rate"] * 3], axis=1)
    one = a_run(series=rate, spreads={"rate": ends})
    panel = panel_for(Strip(series={"rate": "rate"}, title="rate"), one)
    assert panel.axis.high > 1.2
    np.testing.assert_allclose(panel.lines[0].spread, panel.axis.place(ends.T))


def spread_like(first, *, values=0.1, scale="zero-based"):
    """Return what a strip shows whose spread is `first` in two of forty snapshots, else narrow."""
    rate = np.full(40, values)
    ends = np.sort(np.stack([rate * 0.8, rate * 1.2], axis=1), axis=1)
    ends[:2] = first
    one = a_run(steps=range(40), series={"rate": rate}, spreads={"rate": ends})
    return panel_for(Strip(series={"rate": "rate"}, title="rate", scale=scale), one)


@pytest.mark.parametrize(
    ("first", "low", "high", "title"),
    [
        ((0.01, 0.97), 0, 0.13, "rate (spread up to 0.97)"),
        ((-0.5, 0.97), 0, 0.13, "rate (spread from -0.5 up to 0.97)"),
        ((0.05, 0.15), 0, 0.162, "rate"),
    ],
)
def test_a_spread_of_few_snapshots_does_not_flatten_the_line(first, low, high, title):
    panel = spread_like(first)
    assert panel.title == title
    assert panel.axis.low == low
    assert panel.axis.high == pytest.approx(high, abs=0.001)
    (line,) = panel.lines
    assert 0 <= line.spread.min() <= line.spread.max() <= 1


def test_a_spread_of_few_snapshots_does_not_flatten_the_line_of_a_logarithmic_strip():
    panel = spread_like((1, 5000), values=2, scale=LOG2)
    assert panel.axis.high < 4
    assert panel.title == "rate (spread up to 5000)"


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ((0.02, 5000), "rate (spread from 0.02 up to 5000)"),
        ((0.02, 2.1), "rate (spread from 0.02)"),
        ((0.02, 2.5), "rate (spread from 0.02)"),
        ((0.6952, 5000), "rate (spread from 0.695 up to 5000)"),
    ],
)
def test_a_logarithmic_strip_says_which_ends_of_a_spread_it_cuts(first, title):
    panel = spread_like(first, values=2, scale=LOG2)
    assert panel.axis.low > 0.69
    assert panel.axis.high > 2.5
    assert panel.title == title


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ((-60, -0.9), "rate (spread from -60)"),
        ((-60, 0.5), "rate (spread from -60 up to 0.5)"),
        ((-60, 0.00004), "rate (spread from -60 up to 4e-05)"),
    ],
)
def test_an_end_of_a_spread_that_is_in_view_is_not_said_to_be_outside(first, title):
    panel = spread_like(first, values=-2)
    assert panel.axis.low == pytest.approx(-2.592)
    assert panel.axis.high == 0
    assert panel.title == title


def test_a_spread_that_is_wide_throughout_is_whole():
    rate = np.full(20, 0.1)
    ends = np.stack([rate * 0, rate * 9], axis=1)
    one = a_run(steps=range(20), series={"rate": rate}, spreads={"rate": ends})
    panel = panel_for(Strip(series={"rate": "rate"}, title="rate"), one)
    assert panel.axis.high > 0.9
    assert panel.title == "rate"


def test_the_first_number_of_the_time_axis_has_its_unit():
    ticks = panel_for(ACCURACY, a_run(), unit_name="epoch", steps_per_unit=10).ticks
    assert [text for _, text in ticks] == ["epoch 0", "1", "2", "3", "4"]
    assert [place for place, _ in ticks] == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_measured_steps_are_marked_where_they_are_few():
    assert panel_for(ACCURACY, a_run(steps=range(30))).has_marks
    assert not panel_for(ACCURACY, a_run(steps=range(31))).has_marks


def test_a_series_that_no_run_has_is_refused_with_a_list_of_those_that_there_are():
    strip = Strip(series={"speed": "speed"}, title="speed", hint="; drive on")
    with pytest.raises(SettingError, match=r"no run has speed, only accuracy, .*rate.*; drive on$"):
        panel_for(strip, a_run())
    strip = Strip(series={"rate": "rate"}, title="rate", needs_recalibration=True)
    with pytest.raises(SettingError, match="no run has rate"):
        panel_for(strip, a_run())
    assert panel_for(strip, a_run(is_recalibrated=True)).title


def test_a_line_ends_at_the_present_between_two_snapshots():
    x, y = np.array([0, 0.5, 1]), np.array([[0, 1, 0], [1, np.nan, 1]])
    found_x, found_y = until(x, y, 0.75)
    np.testing.assert_allclose(found_x, [0, 0.5, 0.75])
    np.testing.assert_allclose(found_y, [[0, 1, 0.5], [1, np.nan, np.nan]])
    for position, count in ((-0.1, 0), (0, 1), (0.5, 2), (1, 3), (2, 3)):
        found_x, found_y = until(x, y, position)
        assert found_x.tolist() == x[:count].tolist()
        np.testing.assert_array_equal(found_y, y[:, :count])


def test_two_lines_get_a_point_where_they_cross():
    x, one, other = np.array([0.0, 1, 2]), np.array([0.0, 2, 2]), np.array([1.0, 1, 5])
    found = crossed(x, one, other)
    np.testing.assert_allclose(found[0], [0, 0.5, 1, 1.25, 2])
    np.testing.assert_allclose(found[1], [0, 1, 2, 2, 2])
    np.testing.assert_allclose(found[2], [1, 1, 1, 2, 5])
    broken = crossed(x, np.array([0.0, np.nan, 2]), other)
    np.testing.assert_array_equal(broken[0], x)
