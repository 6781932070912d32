"""What a diagram says in snapshots in which a curve or a line is not drawn."""

from dataclasses import replace

import numpy as np
import pytest

import anim
from anim.panels.notes import note_of, notes_of
from anim.settings import FEWEST
from tests.support.scenes import scene_of
from tests.support.seeing import check_texts, texts_of
from tests.support.tracks import track

FEW = notes_of(is_curve=True, is_overlaid=False)


def a_run(examples):
    """A run whose first snapshot spreads its scores, and whose second one says 0.9 of all."""
    spread = np.linspace(0, 1, examples)
    labels = np.random.default_rng(0).integers(0, 2, examples)
    return anim.from_arrays([0, 10], labels, probs=np.stack([spread, np.full(examples, 0.9)]))


def said(scene, shot):
    return {text.get_text() for text in texts_of(scene, shot)}


@pytest.mark.parametrize("theme", ["light", "paper"])
@pytest.mark.parametrize("curve", ["smooth", "isotonic"])
def test_a_snapshot_without_any_part_of_a_curve_says_so(curve, theme):
    reel, scene = scene_of(a_run(6), curve=curve, theme=theme)
    assert FEW.few in said(scene, reel.at(0))
    check_texts(scene, reel.at(0))
    assert FEW.few not in said(scene, reel.at(10))


def test_bars_of_few_examples_need_no_note():
    reel, scene = scene_of(a_run(FEWEST - 1))
    assert not [text for text in said(scene, reel.at(0)) if "fewer" in text]


def test_medians_without_a_curve_say_that_most_replicas_have_none():
    replicas = anim.Replicas([a_run(6)] * 3)
    reel, scene = scene_of(replicas, curve="smooth")
    assert FEW.medians in said(scene, reel.at(0))
    check_texts(scene, reel.at(0))
    assert FEW.medians not in said(scene, reel.at(10))


@pytest.mark.parametrize("curve", ["bars", "smooth"])
@pytest.mark.parametrize("others", [6, 600])
def test_an_overlay_says_why_a_run_has_no_line(curve, others):
    note = notes_of(is_curve=curve != "bars", is_overlaid=True).few
    reel, scene = scene_of([a_run(others), a_run(6)], curve=curve, overlay=True)
    assert note in said(scene, reel.at(0))
    check_texts(scene, reel.at(0))
    assert note not in said(scene, reel.at(10))


def test_a_missing_recalibration_is_said_before_few_examples():
    made = track(np.array([[0, 0], [1, 2]]), np.array([[0, 0], [1, 1]]), [0, 10])
    made = replace(made, is_recalibrated=True)
    notes = [note_of(FEW, made, row, is_drawn=False) for row in (0, 1)]
    assert notes == [FEW.recalibration, FEW.few]
