"""The paper theme: its letters, size, headline and fonts."""

import re
import zlib

import numpy as np
import pytest
from PIL import Image

import anim
from anim.scene import check_room
from anim.settings import Picture
from tests.support.amounts import slow
from tests.support.frames import with_our_letters
from tests.support.runs import a_named_run
from tests.support.scenes import scene_of_copies
from tests.support.seeing import check_texts, texts_of

PALE = "faint part: within 95 % of chance"
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
def test_letters_have_7_to_9_points_and_none_are_clipped_or_overlap(picture):
    reel, scene = scene_of_copies(theme="paper", **picture)
    sizes = [text.get_fontsize() for text in texts_of(scene, reel.at(None))]
    assert min(sizes) >= 7
    assert max(sizes) <= 9
    check_texts(scene, reel.at(None))


@pytest.mark.parametrize(
    "name", ["default", "errors", "three runs", *slow("recalibration", "curve", "narrowest")]
)
def test_the_key_has_the_entries_of_a_large_picture(name):
    def explained(**more):
        picture = {**PAPERS[name], **more}
        reel, scene = scene_of_copies(words="field", **picture)
        said = {text.get_text() for text in texts_of(scene, reel.at(None))}
        return said & {"under-confident", "over-confident", "calibrated", PALE, "95 % interval"}

    found = explained(theme="paper")
    assert {"under-confident", "over-confident", "calibrated"} <= found
    assert found == explained(size=(1280, 960))


def test_the_size_is_a_column_that_grows_with_the_panels():
    assert Picture(theme="paper").canvas == (328, 300)
    assert Picture().canvas == Picture(theme="dark").canvas == (768, 600)
    taller = Picture(theme="paper", panels=("reliability", "accuracy", "ece")).canvas
    assert taller[0] == 328
    assert taller[1] > 300
    assert Picture(theme="paper", size=(500, 400)).size == (500, 400)
    width, _ = np.array(Picture(theme="paper").canvas) / 96
    assert 3.2 <= width <= 3.5


def test_there_is_a_headline_only_if_one_is_given():
    for title in (None, "On calibration"):
        reel, scene = scene_of_copies(theme="paper", title=title)
        said = [text.get_text() for text in texts_of(scene, reel.at(None))]
        assert {"step", "1000", "accuracy", "conf.", ", acc.", ", ECE"} <= set(said)
        assert not any("how often" in text or "validation points" in text for text in said)
        assert ("On calibration" in said) == (title is not None)


@with_our_letters
def test_a_pdf_embeds_stix_as_truetype(tmp_path):
    anim.animate(a_named_run(), tmp_path / "a.pdf", theme="paper", title="A headline")
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


def test_a_raster_has_the_scaled_size(tmp_path):
    files = (tmp_path / "a.gif", tmp_path / "a.png")
    anim.animate(a_named_run(), *files, theme="paper", scale=3, seconds=0.5, hold=0)
    for name in ("a.gif", "a.png"):
        with Image.open(tmp_path / name) as image:
            assert image.size == (984, 900)
            assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_there_is_room_for_five_panels():
    panels = ("reliability", "counts", "accuracy", "ece", "loss")
    check_room(Picture(theme="paper", panels=panels), 1)
