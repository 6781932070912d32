"""The colours of themes, as read in grey, on paper, and by colour-blind readers."""

import itertools

import pytest
from matplotlib.font_manager import get_font_names

from anim.settings import MAX_RUNS
from anim.settings.themes import THEMES
from tests.support.seeing import contrast, difference_in_grey, distance

# Areas that touch: a gap on its bar, wrong predictions on right ones, all on the background.
NEIGHBOURS = [
    ("accuracy", "under"), ("accuracy", "over"), ("under", "over"), ("points", "over"),
    *((name, "background") for name in ("accuracy", "under", "over", "points")),
]  # fmt: skip


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("name", ["text", "muted"])
def test_text_has_the_contrast_that_wcag_asks_for(theme, name):
    assert contrast(getattr(theme, name), theme.background) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("pair", NEIGHBOURS, ids="-".join)
def test_adjacent_colours_differ_in_grey_and_for_colour_blind_readers(theme, pair):
    one, other = (getattr(theme, name) for name in pair)
    assert distance(one, other) >= 15
    assert difference_in_grey(one, other) >= 9


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("rank", range(MAX_RUNS))
def test_colours_of_each_run_differ_in_grey_and_for_colour_blind_readers(theme, rank):
    colours = theme.of_run(rank)
    for pair in (("accuracy", "under"), ("accuracy", "over"), ("under", "over")):
        one, other = (getattr(colours, name) for name in pair)
        assert distance(one, other) >= 15
        assert difference_in_grey(one, other) >= 9
    assert contrast(colours.accuracy, theme.background) >= 3


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_lines_of_any_two_runs_differ_for_colour_blind_readers(theme):
    colours = [theme.of_run(rank).accuracy for rank in range(MAX_RUNS)]
    for one, other in itertools.combinations(colours, 2):
        assert distance(one, other) >= 8


def test_bars_of_the_paper_theme_differ_in_grey_print():
    theme = THEMES["paper"]
    shades = (theme.accuracy, theme.over, theme.under, theme.background)
    pairs = [(one, other) for k, one in enumerate(shades) for other in shades[:k]]
    assert min(difference_in_grey(*pair) for pair in pairs) >= 15


def test_the_first_font_of_each_theme_is_installed():
    installed = get_font_names()
    assert all(theme.fonts[0] in installed for theme in THEMES.values())
