"""What is pasted for a file, as a browser shows it."""

import json
import re
from html import unescape
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

import anim
from anim import embed
from anim.compose import compose_views
from anim.embed.__main__ import main
from anim.errors import SettingError
from anim.page import page_data, script_hash, snippet
from anim.settings import Picture
from tests.support.embedding import Tags, a_run, command, said


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


def test_addresses_are_as_the_file_was_named_or_after_a_base(files, monkeypatch):
    monkeypatch.chdir(files.parent)
    gif = Path(files.name) / "calib.gif"
    assert embed.embed(gif, "markdown").endswith(f"]({files.name}/calib.gif)")
    for base in ("https://x.org/img", "https://x.org/img/"):
        assert embed.embed(gif, "markdown", base=base).endswith("](https://x.org/img/calib.gif)")


def test_what_stands_beside_it_but_shows_something_else_is_named(files, tmp_path):
    (tmp_path / "a.mp4").write_bytes((files / "calib.mp4").read_bytes())
    (tmp_path / "a.gif").write_bytes((files / "calib.gif").read_bytes())
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    done = command("a.mp4", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "uses a.png too, which is beside it, and may show something else" in done.stderr


@pytest.mark.parametrize(("suffix", "tag"), [(".gif", "picture"), (".mp4", "video")])
def test_readers_who_like_it_dark_get_theirs(pair, suffix, tag):
    dark = pair / "d (1)" / f"dark{suffix}"
    text = embed.embed(pair / f"calib{suffix}", dark=dark, base="/static/")
    found = Tags(text).found
    assert tag in found
    source = found["source"]
    assert source["media"] == "(prefers-color-scheme: dark)"
    assert (source.get("srcset") or source["src"]) == f"/static/d%20%281%29/dark{suffix}"
    assert f"/static/calib{suffix}" in text
    given = (f"a post/calib{suffix}", "--dark", f"a post/d (1)/dark{suffix}", "--no-poster")
    done = command(*given, cwd=pair.parent)
    # From where the command is called.
    assert f'"a%20post/d%20%281%29/dark{suffix}"' in done.stdout


def test_a_dark_video_is_an_image_where_no_video_can_be_shown(pair):
    dark = pair / "d (1)" / "dark.mp4"
    found = Tags(embed.embed(pair / "calib.mp4", "markdown", dark=dark)).found
    assert (found["img"]["src"], found["source"]["srcset"]) == (
        "calib.gif",
        "d%20%281%29/dark.gif",
    )
    dark.with_suffix(".gif").unlink()
    with pytest.raises(SettingError, match=r"^dark: no MP4 can be shown there; 'dark.gif', "):
        embed.embed(pair / "calib.mp4", "markdown", dark=dark)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_who_wants_little_motion_gets_the_still_beside_it(tmp_path, suffix):
    moving = said(tmp_path / f"a{suffix}")
    assert "<picture>" not in embed.embed(moving, alt="It learns")
    said(tmp_path / "a.png")
    dark = said(tmp_path / f"d{suffix}")
    sources = re.findall(
        '<source srcset="(.*?)" media="(.*?)">', embed.embed(moving, alt="", dark=dark)
    )
    still, night = "(prefers-reduced-motion: reduce)", "(prefers-color-scheme: dark)"
    assert sources == [("a.png", still), (f"d{suffix}", night)]
    said(tmp_path / "d.png")
    text = embed.embed(moving, "mdx", alt="", dark=dark)
    assert re.findall('srcSet="(.*?)" media="(.*?)" />', text) == [
        ("d.png", f"{still} and {night}"),
        *sources,
    ]


def test_a_video_tells_how_it_is_stopped(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "to stop it with" in " ".join(capsys.readouterr().out.split())


def test_a_video_alone_gets_a_poster_and_is_said_to_lack_a_gif(files, tmp_path):
    (tmp_path / "a b.mp4").write_bytes((files / "calib.mp4").read_bytes())
    done = command("a b.mp4", cwd=tmp_path)
    assert done.returncode == 0
    assert 'poster="a%20b.png"' in done.stdout
    assert "wrote a b.png" in done.stderr
    assert "there is no a b.gif beside it" in done.stderr
    with Image.open(tmp_path / "a b.png") as poster:
        assert poster.size == (640, 480)
    assert embed.about(tmp_path / "a b.png") == embed.about(files / "calib.mp4")
    assert command("a b.mp4", "--no-poster", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["none.mp4"], "there is no file 'none.mp4'"),
        (["calib.txt"], "expected a name ending in .mp4, "),
        (["calib.gif", "--latex", "--markdown"], "not allowed with argument"),
        (["calib.mp4", "--dark", "calib.gif"], "expected a video as the other file is"),
        (["calib.gif", "--dark", "calib.mp4"], "expected an image as the other file is"),
        (["calib.gif", "--dark", "nope.gif"], "--dark: there is no file 'nope.gif'"),
        (["calib.html", "--dark", "calib.html"], "--dark: expected none: a page follows its"),
        (["calib.gif", "--dark", "calib.gif", "--rst"], "--dark: expected none: reStructuredText"),
        (["calib.png", "--dark", "calib.png", "--latex"], "--dark: expected none: LaTeX has one"),
    ],
)
def test_a_wrong_call_ends_in_one_line(files, arguments, problem):
    done = command(*arguments, cwd=files)
    assert done.returncode == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


def write_sound(path):
    """A file with sound alone."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("name", ["x.mp4", "x.webm", "x.gif", "x.png", "x.svg", "x.webp"])
@pytest.mark.parametrize("content", [b"a text", b"", b"\0\0\0\x20ftypisom\0\0", b"<a", b"GIF89a"])
def test_junk_is_said_to_be_that(tmp_path, capsys, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / name), "--alt", "A"])
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert re.search(f"argument FILE: .*{name}' (cannot be read as|has no )", message)


@pytest.mark.parametrize("kind", ["sound", "cut"])
def test_a_video_with_nothing_to_see_is_said_to_be_one(files, tmp_path, capsys, kind):
    if kind == "sound":
        write_sound(tmp_path / "x.mp4")
    else:
        # Its index is at the front.
        whole = (files / "calib.mp4").read_bytes()
        (tmp_path / "x.mp4").write_bytes(whole[: whole.index(b"mdat") + 4])
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "x.mp4"), "--alt", "A"])
    assert ended.value.code == 2
    expected = {"sound": "has no pictures in it", "cut": "has no frame to show"}[kind]
    assert capsys.readouterr().err.endswith(f"x.mp4' {expected}\n")
    assert not (tmp_path / "x.png").exists()


def test_a_wrong_call_writes_no_poster(files, tmp_path):
    (tmp_path / "a.mp4").write_bytes((files / "calib.mp4").read_bytes())
    with pytest.raises(SystemExit):
        main([str(tmp_path / "a.mp4"), "--dark", str(tmp_path / "none.mp4")])
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_an_ending_in_capitals_is_one(files, tmp_path):
    (tmp_path / "a.MP4").write_bytes((files / "calib.mp4").read_bytes())
    found = Tags(embed.embed(tmp_path / "a.MP4")).found
    assert found["source"] == {"src": "a.MP4", "type": "video/mp4"}


def test_what_cannot_be_shown_somewhere_is_shown_by_what_stands_beside_it(files, tmp_path):
    page, alt = files / "calib.html", embed.about(files / "calib.html").alt
    assert embed.embed(page, "markdown") == f"[![{alt}](calib.gif)](calib.html)"
    rst = embed.embed(page, "rst")
    assert rst.startswith(f".. figure:: calib.gif\n   :alt: {alt}\n   :width: 320px\n")
    image = Tags(embed.embed(files / "calib.pdf")).found["img"]
    assert (image["src"], image["width"]) == ("calib.png", "320")
    for name in ("calib.html", "calib.pdf", "calib.mp4"):
        (tmp_path / name).write_bytes((files / name).read_bytes())
    for name, kind in (
        ("calib.html", "markdown"),
        ("calib.html", "rst"),
        ("calib.pdf", "html"),
        ("calib.pdf", "mdx"),
        ("calib.mp4", "markdown"),
    ):
        with pytest.raises(
            SettingError, match=r"can be shown there; .*'calib.gif'.* could, beside"
        ):
            embed.embed(tmp_path / name, kind)
    with pytest.raises(SettingError, match=r"LaTeX shows \.pdf and \.png; 'b\.pdf' would do"):
        embed.embed(said(tmp_path / "b.gif"), "latex")


@pytest.mark.parametrize(
    ("count", "options"),
    [
        (1, {}),
        (1, {"panels": ("reliability", "counts", "ece", "accuracy", "loss"), "title": "T " * 60}),
        (1, {"panels": ("accuracy",)}),
        (2, {"calibrate": "isotonic"}),
        (5, {}),
    ],
)
def test_a_frame_is_as_high_as_its_page(tmp_path, visit, count, options):
    anim.animate([a_run(seed) for seed in range(count)], tmp_path / "p.html", **options)
    frame = Tags(embed.embed(tmp_path / "p.html")).found["iframe"]
    size = {"width": 960, "height": 200}
    text = (tmp_path / "p.html").read_text()
    shown = visit(text, viewport=size, reduced_motion="reduce")
    shown.wait_for_function("document.querySelector('calibration-player').duration > 0")
    shown.wait_for_function("document.documentElement.scrollHeight > 200")
    needed = shown.evaluate("document.documentElement.scrollHeight")
    assert needed <= int(frame["height"]) <= needed + 60


def test_pages_of_others_and_older_ones_are_shown_too(tmp_path):
    path = tmp_path / "p.html"
    path.write_text(
        "<!doctype html><title>A &amp; B</title><meta content='C &lt; D' name=description>"
    )
    about = embed.about(path)
    assert (about.alt, about.caption, about.width, about.height) == ("C < D", "A & B", 960, 680)
    path.write_text("<!-- saved -->\n<HTML><body>text")
    with pytest.raises(SettingError, match="does not say what it shows; --alt does"):
        embed.embed(path)
    assert Tags(embed.embed(path, alt="E")).found["iframe"]["height"] == "680"


def test_a_part_of_a_page_is_to_be_pasted_as_it_is(tmp_path):
    anim.animate(a_run(), tmp_path / "p.html", embed=True)
    for alt in (None, "A"):
        with pytest.raises(SettingError, match="is no page but a part of one: paste it as it is"):
            embed.embed(tmp_path / "p.html", alt=alt)


def test_a_page_says_what_other_files_say(files):
    written = re.search('<meta name="anim" content="(.*?)">', (files / "calib.html").read_text())[1]
    told = json.loads(unescape(written))
    assert (told["generator"], told["seconds"], told["width"]) == ("anim", 1, 960)
    about, other = embed.about(files / "calib.html"), embed.about(files / "calib.gif")
    assert (about.alt, about.caption) == (other.alt, other.caption)


@pytest.mark.parametrize("nonce", [None, "bm9uY2U=", '--><script>"'])
def test_a_part_of_a_page_says_which_policy_lets_it_run(nonce):
    picture = Picture()
    data = page_data(compose_views([a_run()], picture, ["score"]), picture)
    text = snippet(data, nonce=nonce, names_policy=True)
    policy, _, rest = text.partition("\n")
    named = re.fullmatch("<!-- Content-Security-Policy: script-src '([^<>]*)' -->", policy)[1]
    assert unescape(named) == (script_hash() if nonce is None else f"nonce-{nonce}")
    # In a notebook, where nobody can look for it, there is none.
    assert rest == snippet(data, nonce=nonce)
    script = Tags(rest.rpartition("</calibration-player>")[2]).found["script"]
    assert script == ({} if nonce is None else {"nonce": nonce})


def test_a_part_of_a_page_that_is_written_says_so_too(tmp_path):
    anim.animate(a_run(), tmp_path / "p.html", embed=True, nonce="bm9uY2U=")
    first = (tmp_path / "p.html").read_text().splitlines()[0]
    assert first == "<!-- Content-Security-Policy: script-src 'nonce-bm9uY2U=' -->"


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('width="576pt" height="450pt" viewBox="0 0 576 450"', ("768", "600")),
        ('width="300" height="20.4px"', ("300", "20")),
        ('width="2in" height="2.54cm"', ("192", "96")),
        ('width="100%" height="5em" viewBox="0,0 640 480"', ("640", "480")),
        ('viewBox="0 0 640 480"', ("640", "480")),
        ('viewBox="0 0 x -1"', None),
        ('width="1.2.3" height="99999999"', None),
        ("", None),
    ],
)
def test_an_svg_of_others_is_as_large_as_it_says(tmp_path, root, size):
    (tmp_path / "a.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {root}></svg>')
    for kind in embed.KINDS[:-1]:
        assert "None" not in embed.embed(tmp_path / "a.svg", kind, alt="A")
    image = Tags(embed.embed(tmp_path / "a.svg", alt="A")).found["img"]
    assert {"width", "height"} & image.keys() == ({"width", "height"} if size else set())
    assert (image.get("width"), image.get("height")) == (size or (None, None))
