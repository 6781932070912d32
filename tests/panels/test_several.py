"""Several runs: pictures grow with them, ordered sweeps are known, lines share one diagram."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anim.compose import compose_views
from anim.errors import SettingError
from anim.panels import layout
from anim.panels.axes import Axis
from anim.panels.contents import words_for
from anim.panels.overlay import ENTRY, OverlayLine, overlay_panel
from anim.panels.subject import Subject
from anim.panels.words import called
from anim.settings import FEWEST, MAX_RUNS, Picture
from anim.settings.themes import THEMES
from anim.timeline import Frame
from tests.support.runs import a_named_run
from tests.support.tracks import track


def cells_of(picture, runs, **texts):
    places = layout.places(picture, runs, **texts)
    return [place for place in places if not place.kind.shows_time]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("method", [None, "temperature"])
@pytest.mark.parametrize("key_rows", [1, 2])
def test_cells_of_many_runs_are_as_large_as_those_of_two(theme, method, key_rows):
    picture = Picture(theme=theme, calibrate=method)
    two = cells_of(picture, 2, key_rows=key_rows)[0]
    for runs in range(2, MAX_RUNS + 1, 1 if method is None else 2):
        cells = cells_of(picture, runs, key_rows=key_rows)
        assert len({cell.left for cell in cells}) == 2
        assert len({cell.bottom for cell in cells}) == -(-runs // 2)
        assert min(cell.width for cell in cells) == two.width
        # Cells lie on whole pixels.
        assert min(cell.height for cell in cells) >= two.height - 2
        assert layout.unit_of(picture.for_runs(runs)) == layout.unit_of(picture)


@pytest.mark.parametrize("runs", range(1, MAX_RUNS + 1))
def test_a_size_that_was_asked_for_is_kept(runs):
    picture = Picture(size=(768, 600))
    assert picture.for_runs(runs).canvas == (768, 600)
    assert picture.for_runs(runs).for_runs(runs) == picture.for_runs(runs)
    assert len(cells_of(picture, 4)) == 4
    assert len({cell.left for cell in cells_of(picture, 4)}) == 2


@pytest.mark.parametrize(
    ("given", "runs", "problem"),
    [
        (
            {"panels": "reliability,counts"},
            12,
            "panels: 2 panels of 12 runs need 768x4300 pixels, and there are at most 4096 pixels a "
            "side; show fewer runs or panels, or set size",
        ),
        (
            {"panels": tuple(f"metric:{number}" for number in range(60))},
            1,
            "panels: 60 panels need 768x6072 pixels, and there are at most 4096 pixels a side; "
            "show fewer panels, or set size",
        ),
        (
            {"panels": "reliability,counts", "scale": 3},
            6,
            "scale: expected at most 1.75 for 2 panels of 6 runs (768x2080, at most 4096 pixels a "
            "side), got 3",
        ),
        (
            {"size": (768, 4200)},
            2,
            "size: expected at most 4096 pixels a side, got 768x4200",
        ),
    ],
)
def test_what_makes_a_picture_too_large_is_named(given, runs, problem):
    with pytest.raises(SettingError) as caught:
        Picture(**given).for_runs(runs)
    assert str(caught.value) == problem


def test_the_largest_scale_that_is_named_is_possible():
    assert Picture(panels="reliability,counts", scale=1.75).for_runs(6).pixels[1] <= 4096


def test_a_narrow_picture_for_print_has_a_strip_if_there_is_room():
    assert Picture(theme="paper", size=(328, 300)).shown_panels == Picture().shown_panels
    assert Picture(theme="paper", size=(328, 240)).shown_panels == ("reliability",)
    assert Picture(size=(400, 300)).shown_panels == ("reliability",)


def test_a_single_snapshot_has_no_strip_unless_asked():
    assert Picture().for_runs(1, 1).shown_panels == ("reliability",)
    assert Picture().for_runs(1, 2).shown_panels == ("reliability", "accuracy")
    asked = Picture(panels="accuracy,reliability").for_runs(1, 1)
    assert asked.shown_panels == ("accuracy", "reliability")


def test_one_panel_is_written_as_one():
    with pytest.raises(SettingError, match=r"1 panel of 6 runs needs a larger .*; 320x\d+ has"):
        layout.places(Picture(size=(320, 240), theme="paper"), 6)


@pytest.mark.parametrize(
    ("names", "is_sweep"),
    [
        (("hidden=2", "hidden=16", "hidden=64"), True),
        (("learning-rate=0.1", "learning-rate=1e-3"), True),
        (("a/hidden=2", "a/hidden=4"), True),
        (("hidden=16", "hidden=2", "hidden=64"), False),
        (("seed=0", "seed=1"), False),
        (("optimizer=adam", "optimizer=sgd"), False),
        (("hidden=2", "depth=3"), False),
        (("hidden=2", "hidden=2, temperature-scaled"), False),
        (("hidden=2", "hidden=2"), False),
        (("hidden=nan", "hidden=nan"), False),
        (("hidden=2",), False),
        (("one", "two"), False),
    ],
)
def test_runs_in_the_order_of_a_number_are_a_sweep(names, is_sweep):
    subject = Subject("", "", "score", "predicted score", names=names)
    assert subject.is_sweep is is_sweep


@given(st.lists(st.text(max_size=200), min_size=2, max_size=MAX_RUNS), st.floats(0.65, 4))
def test_strips_leave_room_for_names(names, unit):
    strip = layout.places(Picture(), len(names))[-1]
    shorter = layout.with_names(strip, names, unit)
    assert 0.75 * strip.width <= shorter.width <= strip.width
    assert dataclasses.replace(shorter, width=strip.width) == strip


@pytest.mark.parametrize("runs", [2, 6])
@pytest.mark.parametrize("theme", THEMES)
def test_an_overlay_is_one_cell_in_the_size_of_one_run(runs, theme):
    picture = Picture(overlay=True, theme=theme)
    assert picture.for_runs(runs).canvas == picture.canvas
    (cell,) = cells_of(picture, runs)
    (alone,) = cells_of(picture, 1)
    assert cell.width < alone.width
    assert layout.cell_width(picture, runs) == cell.width


def test_an_overlay_of_one_run_is_its_diagram():
    assert layout.places(Picture(overlay=True), 1) == layout.places(Picture(), 1)


def test_counts_cannot_be_overlaid():
    with pytest.raises(SettingError, match="overlay: cannot be used with the panel counts"):
        Picture(overlay=True, panels="reliability,counts")


def lined():
    """Return a track of which snapshots have other bins with enough points, one of them none."""
    counts = np.array([[9, 0, 4, 30, 0, 7], [0, 20, 8, 3, 50, 0], [1, 0, 0, 2, 0, 0], [5] * 6])
    made = track(counts, counts // 2, [0, 10, 20, 30])
    middles = np.tile((np.arange(6) + 0.4) / 6, (4, 1))
    return dataclasses.replace(made, confidences=np.where(counts > 0, middles, np.nan))


def frame_of(shown, before, after, fraction):
    return Frame(shown, before, after, fraction, 0.0)


def test_a_line_goes_through_the_means_of_bins_with_enough_points():
    made = lined()
    axis = Axis(0.0, 1.0)
    line = OverlayLine(made, axis, is_folded=True)
    for row in range(len(made.steps)):
        ((x, y, strength),) = line.at(frame_of(made, row, row, 0.0))
        there = made.counts[row] >= FEWEST
        assert np.array_equal(x, made.confidences[row, there])
        assert np.array_equal(y, made.shares[row, there])
        assert strength == 1


def test_a_line_fades_into_the_next_one_where_it_is():
    """Lines that travelled flashed; where both lie, little shows through while they fade."""
    made = lined()
    line = OverlayLine(made, Axis(0.0, 1.0), is_folded=True)
    ends = [line.at(frame_of(made, row, row, 0.0))[0] for row in (0, 1)]
    for fraction in (0.1, 0.5, 0.9):
        shown = line.at(frame_of(made, 0, 1, fraction))
        for (x, y, _), (x_then, y_then, _) in zip(shown, ends, strict=True):
            assert np.array_equal(x, x_then)
            assert np.array_equal(y, y_then)
        goes, comes = (strength for *_, strength in shown)
        assert comes == pytest.approx(1 - (1 - fraction) ** 2)
        assert (1 - goes) * (1 - comes) <= 1 / 16
    assert len(line.at(frame_of(made, 0, 1, 0.0))) == 1


@pytest.mark.parametrize("height", [60, 150, 900])
def test_entries_of_the_list_of_runs_are_no_higher_than_their_part_of_the_axes(height):
    picture, runs = Picture(overlay=True), [a_named_run(2)] * MAX_RUNS
    ((reel, subject),) = compose_views(runs, picture, ["score"])
    place = layout.Place(layout.kind_of("reliability"), 0, 0, 300, height)
    panel = overlay_panel(reel, subject, words_for(reel, subject, picture), place, 1)
    assert panel.entry == min(height / MAX_RUNS, ENTRY)


@given(st.text(max_size=80))
def test_long_names_of_classes_are_cut_in_sentences(name):
    said = called(name)
    assert len(said) <= 24
    assert said == name or (said.endswith("…") and name.startswith(said[:-1]))
