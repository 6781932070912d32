"""Stills, and files that are drawn together."""

import numpy as np
from PIL import Image

import anim
from anim.compose import compose_views
from anim.output.drawing import Drawing
from anim.scene import Scene
from anim.settings import Picture
from tests.support.clips import (
    TWO_SECONDS,
    a_run,
    by_pillow,
    drawn_with_colours,
    psnr,
)


def test_a_still_shows_the_requested_step(tmp_path):
    run = a_run(examples=5000)
    anim.animate(run, tmp_path / "first.png", at=0)
    anim.animate(run, tmp_path / "last.png")
    frames, _ = drawn_with_colours(run)
    for name, frame in (("first", frames[0]), ("last", frames[-1])):
        with Image.open(tmp_path / f"{name}.png") as image:
            assert image.mode == "RGB"
            np.testing.assert_array_equal(np.asarray(image), frame)


def test_scale_draws_the_same_picture_with_more_pixels(tmp_path):
    anim.animate(a_run(examples=5000), tmp_path / "one.png")
    anim.animate(a_run(examples=5000), tmp_path / "two.png", scale=2)
    with Image.open(tmp_path / "one.png") as one, Image.open(tmp_path / "two.png") as two:
        assert two.size == (1536, 1200)
        smaller = np.asarray(two.resize((768, 600), Image.Resampling.BOX), float)
        # Except for edges, and for gaps between bars, which are whole pixels.
        assert (np.abs(smaller - np.asarray(one)).max(2) < 32).mean() > 0.95


def test_vector_stills_contain_no_pixels(tmp_path):
    anim.animate(a_run(examples=5000), tmp_path / "a.svg", tmp_path / "a.pdf")
    assert b"<image" not in (tmp_path / "a.svg").read_bytes()
    assert b"/Subtype /Image" not in (tmp_path / "a.pdf").read_bytes()
    assert b"/Font" in (tmp_path / "a.pdf").read_bytes()


def test_a_vector_still_contains_the_numbers_of_the_header(tmp_path):
    run = a_run(examples=5000)
    anim.animate(run, tmp_path / "a.svg", at=20)
    content = (tmp_path / "a.svg").read_text()
    metrics = {name: values[2] for name, values in run.metrics().items()}
    # Texts are drawn as shapes, each with its text as a comment.
    for shown in ("20", f"{metrics['accuracy']:.3f}", f"{metrics['ece']:.3f}"):
        assert f"<!-- {shown} -->" in content


def test_the_same_run_makes_the_same_bytes(tmp_path):
    suffixes = (".gif", ".mp4", ".png", ".svg", ".pdf")
    for name in ("a", "b"):
        anim.animate(
            a_run(examples=5000),
            *(tmp_path / f"{name}{suffix}" for suffix in suffixes),
            **TWO_SECONDS,
        )
    for suffix in suffixes:
        one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
        assert one == other, suffix


def test_files_written_together_equal_those_written_alone(tmp_path):
    anim.animate(a_run(examples=5000), tmp_path / "a.gif", tmp_path / "a.mp4", **TWO_SECONDS)
    for suffix in (".gif", ".mp4"):
        anim.animate(a_run(examples=5000), tmp_path / f"b{suffix}", **TWO_SECONDS)
        one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
        assert one == other


def test_images_that_loop_begin_with_a_full_picture_and_each_frame_is_drawn_once(
    tmp_path, monkeypatch
):
    ((reel, subject),) = compose_views([a_run()], Picture(**TWO_SECONDS), ["score"])
    drawing = Drawing(reel, subject, Picture(**TWO_SECONDS))
    drawn, draw = [], Scene.draw
    monkeypatch.setattr(Scene, "draw", lambda self, shot: drawn.append(shot) or draw(self, shot))
    loops = [tmp_path / f"a{suffix}" for suffix in (".gif", ".webp", ".apng")]
    for output in drawing.animations([*loops, tmp_path / "%d.png"], None):
        output.file.commit()
        assert output.describe().frames == 63
        assert output.describe().seconds in (2.5, 2.52)
    # Ten of them to choose palettes from, the last of which is that of the animation.
    assert len(drawn) == 10 + len(reel) - 1
    with Image.open(tmp_path / "63.png") as last, Image.open(tmp_path / "1.png") as first:
        last, first = np.asarray(last), np.asarray(first)
    assert (last != first).any()
    for path in loops:
        pictures, durations = by_pillow(path)
        assert durations[0] == 480
        assert sum(durations) == 2500
        np.testing.assert_array_equal(pictures[0], pictures[-1])
        assert psnr(pictures[0], last) > 38
        assert psnr(pictures[1], first) > 38


def test_a_still_says_which_step_it_shows(tmp_path):
    run, path = a_run(examples=500), tmp_path / "a.png"
    (output,) = anim.animate(run, path, at=39).outputs
    assert output.shows == "step 30"
    assert str(output).startswith(f"{path}: 768x600 pixels, step 30, ")
    (output,) = anim.animate([run, run], path, align="fraction", at=50.5).outputs
    assert output.shows == "40 %"
