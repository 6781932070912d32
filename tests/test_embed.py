"""What is pasted for a file, read as a browser and as other readers read it."""

import json
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

import anim
from anim import embed
from anim.settings import SettingError

HOSTILE = {
    "title": '"><script>alert(1)</script>',
    "caption": "a_b *c* [d](e) {f} & 100 %",
    "alt": '" onload="alert(2)" ] | <b> {x} `y` \\',
    "width": 320,
    "height": 240,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """An animation in several formats."""
    folder = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 500)
    margin = rng.normal(size=(4, 500)) + (2 * labels - 1) * np.arange(4)[:, None]
    run = anim.from_arrays(np.arange(4) * 5, labels, probs=1 / (1 + np.exp(-margin)))
    outputs = [folder / f"calib{suffix}" for suffix in (".mp4", ".gif", ".png", ".pdf", ".html")]
    anim.animate(run, *outputs, seconds=1, hold=0, size=(320, 240), scale=2)
    return folder


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.setdefault(tag, dict(attributes))


def command(*arguments, cwd):
    call = [sys.executable, "-W", "error", "-m", "anim.embed", *arguments]
    return subprocess.run(call, cwd=cwd, capture_output=True, text=True)


def test_a_video_plays_by_itself_and_says_what_it_shows(files):
    done = command("calib.mp4", cwd=files)
    assert done.returncode == 0
    assert done.stderr == ""
    found = Tags(done.stdout).found
    video = found["video"]
    assert {"autoplay", "muted", "loop", "playsinline"} <= video.keys()
    assert (video["width"], video["height"], video["poster"]) == ("320", "240", "calib.png")
    assert video["aria-label"].startswith("Accuracy rises from 0.")
    assert found["source"] == {"src": "calib.mp4", "type": "video/mp4"}
    assert found["img"]["src"] == "calib.gif"
    assert found["img"]["alt"] == video["aria-label"]
    assert "Prediction scores are not probabilities" in done.stdout.split("figcaption")[1]


def test_it_takes_its_room_before_it_is_loaded_and_then_plays(files, visit):
    text = f"<!doctype html><html lang=en><title>A post</title>{embed.embed(files / 'calib.mp4')}"
    empty = visit(f"{text.replace('src=', 'data-src=').replace('poster=', 'data-poster=')}")
    box = empty.locator("video").bounding_box()
    assert (box["width"], box["height"]) == (320, 240)
    page = visit(text, files=list(files.iterdir()))
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")
    assert page.locator("video").bounding_box() == box
    size = "(v => [v.videoWidth, v.videoHeight])(document.querySelector('video'))"
    assert page.evaluate(size) == [640, 480]


def test_each_kind_is_what_its_readers_read(files):
    alt = embed.about(files / "calib.gif").alt
    assert embed.embed(files / "calib.gif", "markdown") == f"![{alt}](calib.gif)"
    assert embed.embed(files / "calib.mp4", "markdown") == f"[![{alt}](calib.gif)](calib.mp4)"
    mdx = embed.embed(files / "calib.mp4", "mdx")
    assert "autoPlay muted loop playsInline" in mdx
    assert "style={{maxWidth: '100%', height: 'auto'}} />" in mdx
    rst = embed.embed(files / "calib.mp4", "rst")
    assert rst.startswith(f".. figure:: calib.gif\n   :alt: {alt}\n   :width: 320px\n")
    assert r"\includegraphics[width=\linewidth]{calib.pdf}" in embed.embed(
        files / "calib.pdf", "latex"
    )
    page = Tags(embed.embed(files / "calib.html")).found["iframe"]
    assert (page["src"], page["title"]) == ("calib.html", alt)


def test_readers_who_like_it_dark_get_theirs(files):
    for light, dark, tag in (("calib.gif", "d.gif", "picture"), ("calib.mp4", "d.mp4", "video")):
        text = embed.embed(files / light, dark=files / dark, base="/static/")
        found = Tags(text).found
        assert tag in found
        assert found["source"]["media"] == "(prefers-color-scheme: dark)"
        assert f"/static/{dark}" in text
        assert f"/static/{light}" in text


@pytest.mark.parametrize("kind", embed.KINDS)
def test_what_a_file_of_others_says_stays_text(tmp_path, kind):
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Comment", json.dumps(HOSTILE))
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=about)
    text = embed.embed(tmp_path / "a.png", kind)
    assert kind in ("rst", "latex") or "<script" not in text
    if kind == "html":
        image = Tags(text).found["img"]
        assert image["alt"] == HOSTILE["alt"]
        assert "onload" not in image
    if kind == "mdx":
        assert "{x}" not in text
    if kind == "markdown":
        assert text.count("](") == 1
        assert text.endswith("](a.png)")
    if kind == "latex":
        assert r"100 \%" in text


@pytest.mark.parametrize("comment", ["", "[]", '{"alt": 3}', "{", "[" * 100_000])
def test_a_file_that_says_nothing_needs_to_be_told(tmp_path, comment):
    about = PngImagePlugin.PngInfo()
    about.add_itxt("Comment", comment)
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png", pnginfo=about)
    with pytest.raises(SettingError, match="does not say what it shows; --alt does"):
        embed.embed(tmp_path / "a.png")
    image = Tags(embed.embed(tmp_path / "a.png", alt="Mine")).found["img"]
    assert (image["alt"], image["width"], image["height"]) == ("Mine", "30", "20")


def test_a_video_alone_gets_a_poster_and_is_said_to_lack_a_gif(files, tmp_path):
    (tmp_path / "a b.mp4").write_bytes((files / "calib.mp4").read_bytes())
    done = command("a b.mp4", cwd=tmp_path)
    assert done.returncode == 0
    assert 'poster="a%20b.png"' in done.stdout
    assert "wrote a b.png" in done.stderr
    assert "there is no a b.gif beside it" in done.stderr
    with Image.open(tmp_path / "a b.png") as poster:
        assert poster.size == (640, 480)
    assert command("a b.mp4", "--no-poster", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["none.mp4"], "there is no file 'none.mp4'"),
        (["calib.txt"], "expected a name ending in .mp4, "),
        (["calib.gif", "--latex", "--markdown"], "not allowed with argument"),
        (["calib.mp4", "--dark", "d.gif"], "expected a video as the other file is"),
    ],
)
def test_a_wrong_call_ends_in_one_line(files, arguments, problem):
    done = command(*arguments, cwd=files)
    assert done.returncode == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1
