"""Colours on the backgrounds of style sheets, held to the limits of the themes' own."""

import itertools
import warnings

import matplotlib.style
import pytest

from anim.scene.contrast import apart, contrast, difference
from anim.scene.theme import theme_of
from anim.settings import MAX_RUNS, Picture
from anim.settings.themes import THEMES, sweep_colours

SHIPPED = [name for name in matplotlib.style.library if not name.startswith("_")]
# The texts of this one are its own, and faint.
FAINT = "Solarize_Light2"


def styled(style, theme=None):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "style: xtick.color") if style == FAINT else None
        return theme_of(Picture(style=str(style), theme=theme))


@pytest.mark.parametrize("style", SHIPPED)
def test_no_style_that_matplotlib_ships_breaks_the_limits(style):
    theme = styled(style)
    areas = (theme.under, theme.over, theme.bar)
    for name in ("under", "over", "cap", "ideal", "wrong"):
        assert contrast(getattr(theme, name), theme.panel) >= 3, name
    for name in ("text", "under_text", "over_text", *(["muted"] if style != FAINT else [])):
        assert contrast(getattr(theme, name), theme.background) >= 4.5, name
    assert contrast(theme.cap, theme.bar) >= 3
    assert contrast(theme.dot, theme.panel) >= 2.7
    assert difference(theme.under, theme.over) > 40
    assert min(difference(gap, theme.bar) for gap in areas[:2]) > 25
    assert min(apart(one, [other]) for one, other in itertools.combinations(areas, 2)) >= 10
    tints = (theme.under_pale, theme.over_pale, theme.bar, theme.panel)
    for one, other in itertools.combinations(tints, 2):
        assert difference(one, other) > (5 if one == theme.bar else 13)
    assert difference(theme.under, theme.under_pale) > 12
    assert difference(theme.over, theme.over_pale) > 12
    assert 1.3 < contrast(theme.ghost, theme.panel) < 2
    assert 1 < contrast(theme.grid, theme.panel) < 4.5


@pytest.mark.parametrize("style", SHIPPED)
def test_runs_on_any_style_that_matplotlib_ships_are_told_apart(style):
    theme = styled(style)
    assert len(set(theme.runs)) == MAX_RUNS
    for rank, run in enumerate(theme.runs):
        assert min(contrast(run, ground) for ground in (theme.panel, theme.background)) >= 3
        assert min(difference(run, gap) for gap in (theme.under, theme.over)) > 12
        for other in theme.runs[:rank]:
            assert difference(run, other) > (20 if rank < 4 else 12)
    ramp = sweep_colours(theme, MAX_RUNS)
    assert min(map(difference, ramp, ramp[1:])) > 4
    assert min(contrast(run, theme.panel) for run in ramp) >= 3


def a_sheet(folder, colours, more=""):
    sheet = folder / "own.mplstyle"
    names = ", ".join(f'"{colour}"' for colour in colours)
    sheet.write_text(f'axes.prop_cycle: cycler("color", [{names}])\n{more}')
    return sheet


def test_gaps_have_the_first_blue_and_orange_of_a_sheet_that_all_readers_tell_apart(tmp_path):
    """The first blue is as light as the orange: in grey they are one."""
    cycle = ["117733", "4488ff", "dd6600", "1155bb", "770044"]
    theme = styled(a_sheet(tmp_path, cycle))
    assert (theme.under, theme.over) == ("#1155bb", "#dd6600")
    # The green is an orange to some readers, and the other blue a blue.
    assert theme.runs[0] == "#770044"
    assert not set(theme.runs) & {"#117733", "#4488ff"}
    assert contrast(theme.over_text, "#ffffff") >= 4.5
    light = THEMES["light"]
    assert theme.under_pale != light.under_pale
    assert (theme.bar, theme.cap, theme.dot) == (light.bar, light.cap, light.dot)


@pytest.mark.parametrize(
    "cycle", [["1f6feb", "cc3311"], ["228833", "66aa55"], ["cce0ff", "ffe0cc"]]
)
def test_without_such_a_pair_gaps_have_the_colours_of_the_theme(tmp_path, cycle):
    for name in ("light", "paper"):
        base, theme = THEMES[name], styled(a_sheet(tmp_path, cycle), name)
        for role in ("under", "over", "under_pale", "over_pale", "under_text", "over_text"):
            assert getattr(theme, role) == getattr(base, role)


def test_a_sheet_that_says_nothing_of_colours_leaves_all_of_a_theme(tmp_path):
    sheet = tmp_path / "own.mplstyle"
    sheet.write_text("lines.linewidth: 2\n")
    assert styled(sheet) == THEMES["light"]
    assert styled(sheet, "dark") == THEMES["dark"]


def test_on_a_panel_between_light_and_dark_one_warning_says_so(tmp_path):
    sheet = a_sheet(tmp_path, ["1155bb", "dd6600"], "axes.facecolor: 888888\n")
    with pytest.warns(
        UserWarning, match=r"^style: .* hard to tell on axes\.facecolor #888888"
    ) as seen:
        theme_of(Picture(style=str(sheet), theme="light"))
    assert len(seen) == 1


def test_a_coloured_edge_is_the_ideal_line_unless_it_is_faint_or_looks_like_a_gap(tmp_path):
    for edge, ideal in (("551155", "#551155"), ("eeeeee", "#1b1f24"), ("1a66e0", "#1b1f24")):
        sheet = a_sheet(tmp_path, ["117733"], f"axes.edgecolor: {edge}\n")
        assert styled(sheet).ideal == ideal
