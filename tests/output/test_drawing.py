"""Stills, and files that are drawn together."""

import numpy as np
from PIL import Image

import anim
from anim.panels.words import percent
from tests.support.clips import (
    TWO_SECONDS,
    a_run,
    drawn_with_colours,
)


def test_a_still_shows_the_requested_step(tmp_path):
    run = a_run(examples=5000)
    anim.animate(run, tmp_path / "first.png", at=0)
    anim.animate(run, tmp_path / "last.png")
    frames, _ = drawn_with_colours(run)
    # A GIF begins with its last frame.
    for name, frame in (("first", frames[12]), ("last", frames[0])):
        with Image.open(tmp_path / f"{name}.png") as image:
            assert image.mode == "RGB"
            np.testing.assert_array_equal(np.asarray(image), frame)


def test_the_result_of_a_still_says_its_step_and_what_the_clock_shows(tmp_path):
    def said(runs, **options):
        (output,) = anim.animate(runs, tmp_path / "a.png", **options).outputs
        return output.facts().split(", ")[1]

    run = anim.fit(anim.data.xor(train_size=64, val_size=100), epochs=10, hidden=())
    assert said(run, at=7) == "step 6 (epoch 3)"
    assert said(run) == "step 20 (epoch 10)"
    assert said(a_run(), at=15) == "step 10"
    assert said({"a": run, "b": a_run()}, align="fraction", at=50) == "50 %"


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
    accuracy, confidence = (run.errors()[name][2] for name in ("accuracy", "confidence"))
    # Texts are drawn as shapes, each with its text as a comment.
    for shown in ("20", percent(accuracy), percent(confidence)):
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
