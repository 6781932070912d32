"""The colours of themes, as read in grey, on paper, and by colour-blind readers."""

import itertools

import numpy as np
import pytest
from matplotlib.font_manager import get_font_names

from anim.scene.contrast import apart, contrast, difference, lab, lightness
from anim.scene.sheet_colours import are_gaps, are_runs
from anim.settings import MAX_RUNS
from anim.settings.themes import THEMES, run_colours, sweep_colours

each_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
# Areas that touch, or that a reader tells apart side by side in the key.
NEIGHBOURS = [
    *itertools.combinations(("under_pale", "over_pale", "bar", "panel"), 2),
    ("under", "under_pale"), ("over", "over_pale"), ("dot", "panel"), ("dot", "wrong"),
]  # fmt: skip


def chroma(colour):
    return np.hypot(*lab(colour)[1:])


@each_theme
@pytest.mark.parametrize("name", ["text", "muted", "under_text", "over_text"])
def test_text_has_the_contrast_that_wcag_asks_for(theme, name):
    assert contrast(getattr(theme, name), theme.background) >= 4.5


@each_theme
@pytest.mark.parametrize("name", ["under", "over", "cap", "wrong", "ideal", "dot"])
def test_marks_have_the_contrast_that_wcag_asks_for(theme, name):
    assert contrast(getattr(theme, name), theme.panel) >= 3


@each_theme
def test_a_cap_is_seen_on_its_bar_and_on_both_gaps(theme):
    assert contrast(theme.cap, theme.bar) >= 3
    assert min(difference(theme.cap, gap) for gap in (theme.under, theme.over)) > 15


@each_theme
def test_blue_orange_and_bars_are_told_apart_in_colour_and_in_grey(theme):
    """Limits in numbers, so that `are_gaps`, which holds style sheets to them, is held, too."""
    assert difference(theme.under, theme.over) > 40
    assert min(difference(theme.bar, gap) for gap in (theme.under, theme.over)) > 25
    for one, other in itertools.combinations((theme.under, theme.over, theme.bar), 2):
        assert apart(one, [other]) >= 10
    assert are_gaps(theme.under, theme.over, theme.bar, theme.panel)


@each_theme
@pytest.mark.parametrize("pair", NEIGHBOURS, ids="-".join)
def test_what_chance_may_make_is_told_from_all_around_it(theme, pair):
    one, other = (getattr(theme, name) for name in pair)
    assert difference(one, other) >= (5 if pair == ("bar", "panel") else 15)


@each_theme
@pytest.mark.parametrize("name", ["under", "over"])
def test_a_tint_has_the_hue_of_its_colour_and_less_of_it(theme, name):
    full, pale = (getattr(theme, f"{name}{end}") for end in ("", "_pale"))
    angles = [np.arctan2(*lab(colour)[:0:-1]) for colour in (full, pale)]
    assert np.degrees(abs(angles[0] - angles[1])) < 25
    assert chroma(pale) < 0.7 * chroma(full)
    assert apart(pale, [theme.panel]) < apart(full, [theme.panel])


@each_theme
def test_gaps_are_the_most_saturated_areas(theme):
    others = [getattr(theme, name) for name in ("bar", "cap", "dot", "ghost", "ideal", "grid")]
    strongest = max(map(chroma, [*others, theme.under_pale, theme.over_pale]))
    assert min(chroma(theme.under), chroma(theme.over)) > strongest
    assert max(map(chroma, others)) < 10


@each_theme
def test_a_ghost_is_faint_and_yet_seen(theme):
    assert 1.4 < contrast(theme.ghost, theme.panel) < 2
    assert 1.05 < contrast(theme.grid, theme.panel) < contrast(theme.ghost, theme.panel)


@each_theme
def test_names_and_lines_of_runs_are_told_apart_and_never_taken_for_a_gap(theme):
    assert len(theme.runs) == MAX_RUNS
    assert min(contrast(run, theme.background) for run in theme.runs) >= 4.5
    for one, other in itertools.combinations(theme.runs[:4], 2):
        assert difference(one, other) > 20
    for one, other in itertools.combinations(theme.runs, 2):
        assert difference(one, other) > 12
    for run, gap in itertools.product(theme.runs, (theme.under, theme.over)):
        assert difference(run, gap) > 12
    assert are_runs(theme.runs, theme.under, theme.over, [theme.background])


@each_theme
@pytest.mark.parametrize("count", range(2, MAX_RUNS + 1))
def test_a_sweep_leads_from_the_background_away_in_even_steps(theme, count):
    colours = sweep_colours(theme, count)
    away = [apart(colour, [theme.background]) for colour in colours]
    steps = np.diff(away)
    assert min(steps) > 5
    assert max(steps) < 2 * min(steps)
    assert min(map(difference, colours, colours[1:])) > 5
    assert min(contrast(colour, theme.background) for colour in colours) >= 4.5
    for colour, gap in itertools.product(colours, (theme.under, theme.over)):
        assert difference(colour, gap) > 12
    assert len(set(np.sign(np.diff([lightness(colour) for colour in colours])))) == 1


@each_theme
def test_the_only_run_is_dark_and_several_have_colours_of_their_own(theme):
    assert run_colours(theme, 1) == run_colours(theme, 1, is_sweep=True) == (theme.cap,)
    assert run_colours(theme, 3) == theme.runs[:3]
    assert run_colours(theme, 3, is_sweep=True) == sweep_colours(theme, 3)


def test_areas_of_the_paper_theme_differ_in_grey_print():
    theme = THEMES["paper"]
    shades = (theme.panel, theme.bar, theme.over_pale, theme.under_pale, theme.over, theme.under)
    assert min(np.diff([-lightness(shade) for shade in shades])) > 8


def test_the_first_font_of_each_theme_is_installed():
    installed = get_font_names()
    assert all(theme.fonts[0] in installed for theme in THEMES.values())
