"""Texts that change from frame to frame, and texts cut to their room."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from anim.scene.texts import Readout, Words, has_even_digits, shorten
from tests.support.frames import with_our_letters


def a_text(text, **style):
    """Return a canvas and an animated text on it."""
    figure = Figure(figsize=(3, 1), dpi=100)
    canvas = FigureCanvasAgg(figure)
    shown = figure.text(0.1, 0.4, text, parse_math=False, animated=True, **style)
    canvas.draw()
    return canvas, shown


def painted(kind, number, **style):
    """Return the pixels of a number, painted by a kind of changing text."""
    canvas, text = a_text("0.000", **style)
    changing = kind(text)
    changing.prepare(canvas)
    text.set_text(number)
    pixels = np.asarray(canvas.buffer_rgba())
    changing.paint(pixels)
    return pixels.astype(int)


@with_our_letters
@pytest.mark.parametrize("font", ["DejaVu Sans", "STIXGeneral", "DejaVu Sans Mono"])
@pytest.mark.parametrize("number", ["0.123", "4.567", "8.90", "7", ""])
def test_a_readout_looks_like_the_text_laid_out(font, number):
    style = {"fontfamily": font, "fontsize": 14}
    readout, words = (painted(kind, number, **style) for kind in (Readout, Words))
    # Digits are painted side by side: their edges may cover other parts of a pixel.
    assert (np.abs(readout - words).max(2) > 64).mean() < 0.002


def test_a_readout_in_a_font_with_uneven_digits_is_laid_out(monkeypatch):
    monkeypatch.setattr("anim.scene.texts.has_even_digits", lambda text: False)
    readout, words = (painted(kind, "4.567") for kind in (Readout, Words))
    assert (readout == words).all()


def test_digits_are_even_in_a_font_for_tables():
    _, text = a_text("0.000", fontfamily="DejaVu Sans")
    assert has_even_digits(text)
    assert text.get_text() == "0.000"


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
