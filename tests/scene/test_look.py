"""How the picture looks: the theme of papers, style sheets of one's own, and no background."""

import io
import re
import warnings
import zlib
from functools import cache

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.font_manager import get_font_names
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from PIL import Image

import anim
from anim.errors import SettingError
from anim.render import main
from anim.scene import check_room
from anim.scene.theme import theme_of
from anim.settings import Picture
from anim.settings.themes import THEMES
from tests.support.predictions import model
from tests.support.seeing import (
    check_texts,
    compose,
    contrast,
    difference_in_grey,
    distance,
    texts_of,
)


@cache
def a_run(classes=2, examples=400):
    logits, labels = model(examples, classes, 3)
    names = [f"class {k}" for k in range(classes)]
    snapshots = np.stack([logits / 9, logits / 3, logits])
    return anim.from_arrays([0, 40, 1000], labels, logits=snapshots, classes=names)


def drawn(runs=1, classes=2, **picture):
    """The reel and the scene, of one run or of several copies of it."""
    return compose([a_run(classes)] * runs, Picture(hold=0, seconds=2, **picture))


PAPERS = {
    "default": {},
    "ten classes": {"classes": 10},
    "title": {"title": "A headline that goes on and on, past any column of any page " * 2},
    "errors": {"panels": ("reliability", "ece"), "intervals": True, "classes": 4},
    "recalibration": {"calibrate": "temperature"},
    "curve": {"curve": "smooth"},
    "counts": {"panels": ("counts", "accuracy", "loss")},
    "two runs": {"runs": 2, "label": ("as trained", "with a name that is too long for a cell")},
    "three runs": {"runs": 3, "label": ("one", "two", "three"), "intervals": True},
    "lines": {"runs": 3, "panels": ("ece", "accuracy"), "label": ("one", "two", "three")},
    "larger": {"size": (500, 400)},
    "narrowest": {"size": (320, 300), "classes": 10},
    "print": {"scale": 3},
}


@pytest.mark.parametrize("picture", PAPERS.values(), ids=PAPERS)
def test_a_paper_has_letters_of_7_to_9_points_none_clipped_or_over_another(picture):
    reel, scene = drawn(theme="paper", **picture)
    sizes = [text.get_fontsize() for text in texts_of(scene, reel.at(None))]
    assert min(sizes) >= 7
    assert max(sizes) <= 9
    check_texts(scene, reel.at(None))


@pytest.mark.parametrize(
    "name", ["default", "errors", "recalibration", "curve", "three runs", "narrowest"]
)
def test_the_legend_of_a_paper_explains_all_that_it_would_with_room(name):
    def explained(**more):
        _, scene = drawn(**{**PAPERS[name], **more})
        legends = scene.figure.findobj(Legend)
        return {text.get_text() for legend in legends for text in legend.get_texts()}

    assert explained(theme="paper") == explained(size=(1280, 960))


def test_a_paper_is_as_wide_as_a_column_and_as_tall_as_its_panels_need():
    assert Picture(theme="paper").canvas == (328, 300)
    assert Picture().canvas == Picture(theme="dark").canvas == (768, 600)
    taller = Picture(theme="paper", panels=("reliability", "accuracy", "ece")).canvas
    assert taller[0] == 328
    assert taller[1] > 300
    assert Picture(theme="paper", size=(500, 400)).size == (500, 400)
    width, _ = np.array(Picture(theme="paper").canvas) / 96
    assert 3.2 <= width <= 3.5


def test_a_paper_has_a_headline_only_where_one_is_asked_for():
    for title in (None, "On calibration"):
        reel, scene = drawn(theme="paper", title=title)
        said = [text.get_text() for text in texts_of(scene, reel.at(None))]
        assert {"step", "1000", "accuracy", "calibration error"} <= set(said)
        assert not any("probabilities" in text or "validation points" in text for text in said)
        assert ("On calibration" in said) == (title is not None)


def test_the_fonts_of_a_paper_in_a_pdf_are_stix_and_truetype(tmp_path):
    anim.animate(a_run(), tmp_path / "a.pdf", theme="paper", title="A headline")
    content = (tmp_path / "a.pdf").read_bytes()
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    for stream in streams:
        try:
            content += zlib.decompress(stream)
        except zlib.error:
            continue
    fonts = set(re.findall(rb"/BaseFont /(?:[A-Z]{6}\+)?([\w-]+)", content))
    assert fonts == {b"STIXGeneral-Regular", b"STIXGeneral-Bold"}
    kinds = set(re.findall(rb"/Subtype /(Type3|Type1|TrueType|CIDFontType\d)", content))
    assert kinds <= {b"TrueType", b"CIDFontType2"}
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", content)
    assert [float(side) for side in box.groups()] == pytest.approx([328 * 0.75, 300 * 0.75])


def test_the_bars_of_a_paper_stand_far_apart_in_grey_print():
    theme = theme_of(Picture(theme="paper"))
    shades = (theme.accuracy, theme.over, theme.under, theme.background)
    pairs = [(one, other) for k, one in enumerate(shades) for other in shades[:k]]
    assert min(difference_in_grey(*pair) for pair in pairs) >= 15


def a_sheet(tmp_path, text):
    path = tmp_path / "own.mplstyle"
    path.write_text(text)
    return str(path)


OWN = """
figure.facecolor: 102030   # dark, so that the rest is of the dark theme
text.color: "#f0f0e0"
xtick.color: c0c8d0
axes.prop_cycle: cycler("color", ["33a0ff", "ff7043", "66bb6a", "ab47bc"])
axes.edgecolor: ffee58
grid.color: 203850
font.family: serif
font.serif: No Such Font, DejaVu Serif
"""


def test_a_style_sheet_gives_the_picture_its_colours_and_fonts(tmp_path):
    style = a_sheet(tmp_path, OWN)
    reel, scene = drawn(style=style, scale=2, band=False)
    pixels = scene.draw(reel.at(None))[..., :3].reshape(-1, 3).astype(int)
    shown = {f"#{colour:06x}" for colour in np.unique(pixels @ [1 << 16, 1 << 8, 1])}
    said = ("102030", "f0f0e0", "33a0ff", "ff7043", "ffee58", "203850", "c0c8d0")
    assert {f"#{colour}" for colour in said} <= shown
    assert to_hex(pixels[0] / 255) == "#102030"
    theme = theme_of(Picture(style=style))
    assert theme.of_run(1).accuracy == "#66bb6a"
    assert theme.fonts[:2] == ("No Such Font", "DejaVu Serif")
    for text in texts_of(scene, reel.at(None)):
        assert text.get_fontfamily()[0] == "DejaVu Serif"
    check_texts(scene, reel.at(None))


def test_only_what_a_sheet_sets_counts_and_the_theme_says_the_rest(tmp_path):
    style = a_sheet(tmp_path, "text.color: 400000\n")
    for name in (None, "light", "paper"):
        base, theme = THEMES[name or "light"], theme_of(Picture(style=style, theme=name))
        changed = {key for key, value in vars(theme).items() if value != getattr(base, key)}
        # The ideal line is in the colour of the text.
        assert changed == {"text", "ideal"}
        assert theme.text == "#400000"


SHEETS = (
    "ggplot", "dark_background", "seaborn-v0_8-whitegrid", "Solarize_Light2", "bmh", "classic",
    "fivethirtyeight", "grayscale",
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:style. xtick.color")
@pytest.mark.parametrize("name", SHEETS)
def test_what_a_sheet_does_not_say_can_be_seen_and_read_on_its_background(name):
    theme = theme_of(Picture(style=name))
    assert contrast(theme.text, theme.background) >= 4.5
    assert contrast(theme.muted, theme.background) >= (4 if name == "Solarize_Light2" else 4.5)
    assert difference_in_grey(theme.ideal, theme.panel) >= 9
    assert difference_in_grey(theme.ideal, theme.accuracy) >= 9
    for other in (theme.accuracy, theme.panel):
        assert difference_in_grey(theme.under, other) >= 9
        assert distance(theme.under, other) >= 9
    for other in (theme.over, theme.panel):
        assert difference_in_grey(theme.points, other) >= 9
    assert theme.grid != theme.panel
    assert contrast(theme.grid, theme.panel) < 4.5
    assert len(theme.runs) == 5


def test_a_dark_background_alone_makes_the_rest_of_the_dark_theme(tmp_path):
    theme = theme_of(Picture(style=a_sheet(tmp_path, "axes.facecolor: 000000\n")))
    assert (theme.background, theme.text) == ("#000000", THEMES["dark"].text)
    kept = theme_of(Picture(style=a_sheet(tmp_path, "axes.facecolor: 000000\n"), theme="light"))
    assert kept.accuracy == THEMES["light"].accuracy
    assert contrast(kept.text, "#000000") >= 4.5


@pytest.mark.parametrize("key", ["text.color", "xtick.color", "axes.labelcolor"])
def test_a_text_that_is_hard_to_read_is_drawn_with_one_warning_that_names_its_key(tmp_path, key):
    style = a_sheet(tmp_path, f"figure.facecolor: white\n{key}: a0a0a0\n")
    with pytest.warns(UserWarning, match=rf"^style: {key} #a0a0a0 .* 2\.6:1, .* 4\.5:1") as caught:
        theme = theme_of(Picture(style=style))
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)
    assert "#a0a0a0" in (theme.text, theme.muted)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("text.colour: 101010", r"^style: Bad key text\.colour in file"),
        ("text.color: #101010", r"^style: Bad value .*text\.color.* without #"),
        ("font.family: No Such Font", r"^style: no font of font\.family is installed"),
    ],
)
def test_a_line_of_a_sheet_that_says_nothing_is_named_in_one_warning(tmp_path, line, problem):
    style = a_sheet(tmp_path, f"{line}\nxtick.color: 303030\n")
    with pytest.warns(UserWarning, match=problem) as caught:
        assert theme_of(Picture(style=style)).muted == "#303030"
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("style", "problem"),
    [
        ("gplot", "'gplot', which is neither; did you mean 'ggplot'"),
        ("seaborn-whitegrid", "did you mean 'seaborn-v0_8-whitegrid'"),
        ("nowhere/own.mplstyle", "'nowhere/own.mplstyle', which is neither"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "expected a matplotlib style sheet, got .*utf-8"),
        (b"import numpy\n\nprint(1)\n", "expected a matplotlib style sheet, got .*Missing colon"),
        (b"# nothing\n", "it sets nothing"),
    ],
)
def test_what_is_no_style_sheet_is_an_error_before_any_work(tmp_path, capsys, style, problem):
    if isinstance(style, bytes):
        (tmp_path / "sheet").write_bytes(style)
        style = str(tmp_path / "sheet")
    with pytest.raises(SettingError, match=f"^style: .*{problem}"):
        anim.animate(a_run(), tmp_path / "a.png", style=style)
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(tmp_path / "a.png"), "--style", style])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert re.search(problem, said)
    assert said.startswith("anim.render: error: argument --style: ")
    assert said.count("\n") == 1
    assert not list(tmp_path.glob("a.png"))


def over(pixels, background):
    """RGB of a frame whose colours are not multiplied by alpha, before a background."""
    alpha = pixels[..., 3:] / 255
    return pixels[..., :3] * alpha + np.round(np.array(to_rgb(background)) * 255) * (1 - alpha)


def without_dots(scene, shot, pixels):
    """Blackens where lines over time end in a dot."""
    scene.update(shot)
    for line in scene.figure.findobj(Line2D):
        if line.get_marker() == "o" and len(line.get_xdata()):
            x, y = line.get_transform().transform(line.get_xydata()[-1])
            x, y = int(x), int(pixels.shape[0] - y)
            pixels[y - 9 : y + 9, x - 9 : x + 9] = 0
    return pixels


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("picture", [{"intervals": True}, {"runs": 2, "curve": "smooth"}], ids=str)
def test_a_transparent_frame_before_its_background_is_the_opaque_one(theme, picture):
    picture = {"theme": theme, "size": (600, 500), "panels": ("reliability", "ece"), **picture}
    (reel, opaque), (_, clear) = drawn(**picture), drawn(transparent=True, **picture)
    for position in (0, 0.02, 0.5, 1):
        shot = reel.at_position(position)
        expected = opaque.draw(shot).astype(float)
        found = clear.draw(shot).copy()
        assert (expected[..., 3] == 255).all()
        assert (found[..., 3] == 0).mean() > 0.5
        composed = over(found, THEMES[theme].background)
        pair = [without_dots(clear, shot, one) for one in (composed, expected[..., :3])]
        assert np.abs(np.subtract(*pair)).max() <= 3


def test_no_ring_in_the_colour_of_the_background_is_round_a_dot_where_there_is_none():
    reel, scene = drawn(transparent=True, theme="light", panels=("reliability", "accuracy"))
    shot = reel.at(None)
    pixels = over(scene.draw(shot), "#804020")
    line = next(one for one in scene.figure.axes[-1].get_lines() if one.get_marker() == "o")
    x, y = line.get_transform().transform(line.get_xydata()[-1])
    around = pixels[int(600 - y) - 8 : int(600 - y) + 8, int(x) - 8 : int(x) + 8]
    assert np.abs(around - np.array(to_rgb(THEMES["light"].accuracy)) * 255).max(2).min() < 2
    assert np.abs(around - 255).max(2).min() > 20


@pytest.mark.parametrize("form", ["svg", "pdf"])
def test_a_transparent_drawing_has_no_background(form):
    sizes = []
    for transparent in (False, True):
        reel, scene = drawn(transparent=transparent, theme="dark", panels=("accuracy",))
        stream = io.BytesIO()
        scene.save(stream, form, reel.at(None))
        content = stream.getvalue()
        if form == "svg":
            sizes.append(content.count(b"fill: " + THEMES["dark"].background.encode()))
        else:
            streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
            fill = " ".join(f"{part:.6f}"[:6] for part in to_rgb(THEMES["dark"].background))
            text = b"".join(map(zlib.decompress, streams[:1])).decode("latin1")
            sizes.append(len(re.findall(fill.replace(" ", r"\d* ") + r"\d* rg", text)))
    assert sizes[0] > 0
    assert sizes[1] == 0


def test_digits_of_different_widths_are_drawn_where_they_belong(monkeypatch):
    """A font with such digits has no pictures of them; the frames are those of matplotlib."""
    reel, even = drawn()
    with monkeypatch.context() as patch:
        patch.setattr("anim.scene.texts.has_even_digits", lambda text: False)
        _, uneven = drawn()
    for position in (0, 0.3, 1):
        shot = reel.at_position(position)
        apart = np.abs(even.draw(shot).astype(int) - uneven.draw(shot)).max(2)
        assert (apart > 24).mean() < 0.001


def test_a_paper_can_move_and_be_a_raster(tmp_path):
    anim.animate(
        a_run(), tmp_path / "a.gif", tmp_path / "a.png", theme="paper", scale=3, seconds=0.5, hold=0
    )
    for name in ("a.gif", "a.png"):
        with Image.open(tmp_path / name) as image:
            assert image.size == (984, 900)
            assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_no_theme_warns_and_all_have_a_font_that_is_installed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in THEMES:
            assert theme_of(Picture(theme=name)).fonts[0] in get_font_names()


@pytest.mark.parametrize("alpha", ["5", "-1", "0.5"])
def test_a_grid_of_any_alpha_is_a_colour(tmp_path, alpha):
    sheet = tmp_path / "s.mplstyle"
    sheet.write_text(f"axes.grid: True\ngrid.color: red\ngrid.alpha: {alpha}\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert theme_of(Picture(style=str(sheet))).grid.startswith("#")


def test_paper_has_room_for_five_panels():
    panels = ("reliability", "counts", "accuracy", "ece", "loss")
    check_room(Picture(theme="paper", panels=panels), 1)
