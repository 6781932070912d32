"""Themes with the colours and fonts of a style sheet."""

import warnings

import numpy as np
import pytest
from matplotlib.colors import to_hex

from anim.scene.theme import theme_of
from anim.settings import Picture
from anim.settings.themes import THEMES
from tests.support.scenes import a_sheet, scene_of_copies
from tests.support.seeing import check_texts, contrast, texts_of

OWN = """
figure.facecolor: 102030   # dark: the rest comes from the dark theme
text.color: "#f0f0e0"
xtick.color: c0c8d0
axes.prop_cycle: cycler("color", ["3d8bff", "ffa257", "9c8f6a", "c9a0dc"])
axes.edgecolor: b0ffb0
grid.color: 203850
font.family: serif
font.serif: No Such Font, DejaVu Serif
"""


def test_a_picture_has_the_colours_and_fonts_of_its_style_sheet(tmp_path):
    style = a_sheet(tmp_path, OWN)
    reel, scene = scene_of_copies(style=style, scale=2, band=False)
    pixels = scene.draw(reel.at(None))[..., :3].reshape(-1, 3).astype(int)
    shown = {f"#{colour:06x}" for colour in np.unique(pixels @ [1 << 16, 1 << 8, 1])}
    said = ("102030", "f0f0e0", "3d8bff", "ffa257", "b0ffb0", "203850", "c0c8d0")
    assert {f"#{colour}" for colour in said} <= shown
    assert to_hex(pixels[0] / 255) == "#102030"
    theme = theme_of(Picture(style=style))
    assert (theme.under, theme.over) == ("#3d8bff", "#ffa257")
    assert theme.fonts[:2] == ("No Such Font", "DejaVu Serif")
    for text in texts_of(scene, reel.at(None)):
        assert text.get_fontfamily()[0] == "DejaVu Serif"
    check_texts(scene, reel.at(None))


def test_what_a_sheet_does_not_set_comes_from_the_theme(tmp_path):
    style = a_sheet(tmp_path, "text.color: 400000\n")
    for name in (None, "light", "paper"):
        base, theme = THEMES[name or "light"], theme_of(Picture(style=style, theme=name))
        changed = {key for key, value in vars(theme).items() if value != getattr(base, key)}
        # The ideal line is in the colour of the text.
        assert changed == {"text", "ideal"}
        assert theme.text == "#400000"


def test_a_sheet_with_a_dark_background_extends_the_dark_theme(tmp_path):
    theme = theme_of(Picture(style=a_sheet(tmp_path, "axes.facecolor: 000000\n")))
    assert (theme.background, theme.text) == ("#000000", THEMES["dark"].text)
    kept = theme_of(Picture(style=a_sheet(tmp_path, "axes.facecolor: 000000\n"), theme="light"))
    assert kept.fonts == THEMES["light"].fonts
    assert contrast(kept.over, "#000000") >= 3
    assert contrast(kept.text, "#000000") >= 4.5


@pytest.mark.parametrize("key", ["text.color", "xtick.color", "axes.labelcolor"])
def test_text_that_is_hard_to_read_keeps_its_colour_with_one_warning(tmp_path, key):
    style = a_sheet(tmp_path, f"figure.facecolor: white\n{key}: a0a0a0\n")
    with pytest.warns(UserWarning, match=rf"^style: {key} #a0a0a0 .* 2\.6:1, .* 4\.5:1") as caught:
        theme = theme_of(Picture(style=style))
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)
    assert "#a0a0a0" in (theme.text, theme.muted)


@pytest.mark.parametrize("alpha", ["5", "-1", "0.5"])
def test_any_alpha_of_the_grid_gives_a_colour(tmp_path, alpha):
    sheet = tmp_path / "s.mplstyle"
    sheet.write_text(f"axes.grid: True\ngrid.color: red\ngrid.alpha: {alpha}\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert theme_of(Picture(style=str(sheet))).grid.startswith("#")
