"""Texts that change from frame to frame, and texts cut to their room."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from anim.scene.texts import ChangingText, shorten, wrapped
from tests.support.frames import with_our_letters


def a_text(text, **style):
    """Return a canvas and an animated text on it."""
    figure = Figure(figsize=(3, 1), dpi=100)
    canvas = FigureCanvasAgg(figure)
    shown = figure.text(0.1, 0.4, text, parse_math=False, animated=True, **style)
    canvas.draw()
    return canvas, shown


@with_our_letters
@pytest.mark.parametrize("font", ["DejaVu Sans", "STIXGeneral", "DejaVu Sans Mono"])
@pytest.mark.parametrize("said", ["0.123", "4.567", "8.90", "7", ""])
def test_a_changing_text_looks_like_the_text_laid_out(font, said):
    style = {"fontfamily": font, "fontsize": 14}
    canvas, text = a_text("0.000", **style)
    changing = ChangingText(text)
    changing.prepare(canvas)
    pixels = np.asarray(canvas.buffer_rgba())
    for shown in ("1.111", said, "2.222", said):
        text.set_text(shown)
        changing.paint(pixels)
    other, same = a_text(said, **style)
    same.draw(other.get_renderer())
    np.testing.assert_array_equal(pixels, np.asarray(other.buffer_rgba()))


def test_a_long_text_is_broken_into_two_lines_of_about_the_same_length():
    _, text = a_text("a headline that goes on")
    assert wrapped(text, 100) == 2
    assert text.get_text() == "a headline\nthat goes on"
    assert text.get_window_extent().width <= 100


def test_letters_shrink_to_three_quarters_but_not_below_the_smallest():
    whole = "a headline that goes on and on and on and on"
    for smallest, size in ((0, 7.5), (9, 9)):
        _, text = a_text(whole, fontsize=10)
        assert wrapped(text, 80, smallest) == 2
        assert text.get_fontsize() == size
        assert text.get_text().endswith("…")
        assert text.get_window_extent().width <= 80


def test_a_headline_with_room_stays_in_one_line():
    _, text = a_text("short")
    assert wrapped(text, 200) == 1
    assert text.get_text() == "short"


def test_a_name_in_quotation_marks_is_cut_within_them():
    _, text = a_text("says “a name that goes on”  →")
    shorten(text, 120)
    assert text.get_text().startswith("says “a n")
    assert text.get_text().endswith("…”  →")


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_long_text_is_cut_to_its_room_and_ends_in_an_ellipsis(rotation):
    _, text = a_text("a name that goes on and on", rotation=rotation)
    shorten(text, 80)
    box = text.get_window_extent()
    assert 60 < (box.height if rotation else box.width) <= 80
    assert text.get_text().startswith("a name")
    assert text.get_text().endswith("…")


def test_a_text_with_room_stays_whole():
    _, text = a_text("short")
    assert shorten(text, 200).get_text() == "short"


def test_a_text_without_any_room_is_empty():
    _, text = a_text("short")
    assert shorten(text, 1).get_text() == ""
