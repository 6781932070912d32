"""Colours of bodies that come and go, few enough for one palette."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from anim.scene.contrast import lightness
from anim.scene.ramps import LEVELS, flat_colours, level_of, ramp
from anim.settings.themes import THEMES, sweep_colours


def bytes_of(colour):
    return tuple(np.round(np.array(to_rgb(colour)) * 255).astype(int).tolist())


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_ramp_leads_from_nothing_over_even_steps_to_the_colour(theme):
    colours = ramp(theme, theme.under)
    assert colours.shape == (LEVELS, 4)
    assert colours[:, 3].tolist() == [0] + [1] * (LEVELS - 1)
    assert bytes_of(colours[0, :3]) == bytes_of(theme.panel)
    assert bytes_of(colours[-1, :3]) == bytes_of(theme.under)
    assert np.all(colours * 255 == np.round(colours * 255))
    steps = np.diff([lightness(tuple(colour[:3])) for colour in colours])
    assert len(set(np.sign(steps))) == 1


def test_the_level_of_a_presence_is_the_nearest():
    assert level_of(0.0) == 0
    assert level_of(np.array([0.06, 0.08, 0.5, 1.0])).tolist() == [0, 1, 4, 7]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("runs", [1, 2, 6])
def test_every_area_has_an_exact_colour_and_they_fill_less_than_half_a_palette(theme, runs):
    found = set(map(tuple, flat_colours(theme, runs).tolist()))
    names = ("background", "bar", "cap", "under", "over", "under_pale", "over_pale", "dot", "wrong")
    assert {bytes_of(getattr(theme, name)) for name in names} <= found
    own = theme.runs[:runs] if runs > 1 else [theme.cap]
    assert set(map(bytes_of, own)) <= found
    assert {tuple(row) for row in np.round(ramp(theme, theme.over)[:, :3] * 255).tolist()} <= found
    assert len(found) < 100
    swept = set(map(tuple, flat_colours(theme, 6, is_sweep=True).tolist()))
    assert set(map(bytes_of, sweep_colours(theme, 6))) <= swept
