"""Recordings of earlier versions, kept beside the tests, are read by this version.

`recordings/schema1.zip` was written by the first version of schema 1, `schema2.zip` by one of
schema 2. They are never made anew: a change of the layout gets a new schema and a new file, and
these must still be read.
"""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import anim
from anim.run import About
from tests.support.predictions import softmax

RECORDINGS = Path(__file__).parent / "recordings"
STEPS = [0, 10, 25]
LABELS = np.arange(12) % 3
CLASSES = ("ant", "bee", "cat")
PROBS = np.array([[0.5, 0.25, 0.25], [0.125, 0.625, 0.25], [0.25, 0.25, 0.5]])[LABELS]


def logits(step):
    return (((7 * np.arange(36).reshape(12, 3) + step) % 11 - 5) / 2).astype(np.float32)


def unpack(schema, folder):
    with zipfile.ZipFile(RECORDINGS / f"{schema}.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(params=["schema1", "schema2"])
def kept(request, tmp_path):
    return unpack(request.param, tmp_path)


@pytest.fixture
def kept2(tmp_path):
    return unpack("schema2", tmp_path)


def check_steps_and_labels(run):
    assert run.steps.tolist() == STEPS
    np.testing.assert_array_equal(run.labels, LABELS)


def test_logits_with_series_classes_and_caption(kept):
    run = anim.open(kept / "logits")
    check_steps_and_labels(run)
    assert run.kind == "logits"
    assert run.classes == CLASSES
    assert run.about == About("a small network on three animals", steps_per_epoch=10)
    for i, step in enumerate(STEPS):
        np.testing.assert_array_equal(run.logits(i), logits(step))
    assert run.recorded.keys() == {"loss", "train/rate"}
    np.testing.assert_array_equal(run.recorded["loss"], [1.5, 0.75, np.nan])
    np.testing.assert_array_equal(run.recorded["train/rate"], [np.nan, 0.125, 0.0625])
    accuracy = [np.mean(logits(step).argmax(1) == LABELS) for step in STEPS]
    np.testing.assert_allclose(run.metrics()["accuracy"], accuracy, rtol=1e-12)


def test_probs_in_float16_without_classes(kept):
    run = anim.open(kept / "probs")
    check_steps_and_labels(run)
    assert run.kind == "probs"
    assert run.classes == ("0", "1", "2")
    assert run.about == About()
    for i, step in enumerate(STEPS):
        assert run.snapshots[i]["probs"].dtype == np.float16
        np.testing.assert_array_equal(run.probs(i), np.roll(PROBS, step, axis=1))


def test_confidence_and_correct(kept):
    run = anim.open(kept / "top")
    check_steps_and_labels(run)
    assert run.kind == "confidence"
    assert run.classes == CLASSES
    for i, step in enumerate(STEPS):
        snapshot = run.snapshots[i]
        np.testing.assert_array_equal(snapshot["confidence"], (np.arange(12) + step + 4) / 64)
        np.testing.assert_array_equal(snapshot["correct"], (np.arange(12) + step) % 3 == 0)
    np.testing.assert_allclose(run.metrics()["accuracy"], [1 / 3] * 3)


def test_a_kept_recording_is_resumed(kept):
    with anim.Recorder(kept / "logits", labels=LABELS, classes=CLASSES, resume=10) as recorder:
        recorder.snapshot(30, logits=logits(30), metrics={"loss": 0.5})
    run = anim.open(kept / "logits")
    assert run.steps.tolist() == [0, 10, 30]
    for i, step in enumerate(run.steps):
        np.testing.assert_array_equal(run.logits(i), logits(step))
    np.testing.assert_array_equal(run.recorded["loss"], [1.5, 0.75, 0.5])
    np.testing.assert_array_equal(run.recorded["train/rate"], [np.nan, 0.125, np.nan])


def test_the_kept_recordings_are_of_their_schemas(tmp_path):
    for schema in (1, 2):
        for group in unpack(f"schema{schema}", tmp_path / str(schema)).glob("*/zarr.json"):
            assert json.loads(group.read_text())["attributes"]["anim"]["schema"] == schema


def test_what_was_reduced_has_its_losses(kept2):
    run = anim.open(kept2 / "reduced")
    check_steps_and_labels(run)
    assert run.kind == "confidence"
    assert run.classes == CLASSES
    for i, step in enumerate(STEPS):
        probs = softmax(logits(step).astype(float))
        of_label = probs[np.arange(12), LABELS]
        brier = ((probs - np.eye(3)[LABELS]) ** 2).sum(1)
        snapshot = run.snapshots[i]
        np.testing.assert_allclose(snapshot["confidence"], probs.max(1), rtol=1e-6)
        np.testing.assert_array_equal(snapshot["correct"], probs.argmax(1) == LABELS)
        np.testing.assert_allclose(snapshot["nll"], -np.log(of_label), rtol=1e-6)
        np.testing.assert_allclose(snapshot["brier"], brier, rtol=1e-6)
        assert run.metrics()["nll"][i] == pytest.approx(-np.log(of_label).mean(), rel=1e-6)
        assert run.metrics()["brier"][i] == pytest.approx(brier.mean(), rel=1e-6)


def test_rows_of_three_processes_one_of_which_died_once(kept2):
    """They had 5, 4 and 3 rows in no order; the first session could not commit the second step."""
    run = anim.open(kept2 / "processes")
    check_steps_and_labels(run)
    assert run.classes == CLASSES
    assert run.about == About("a small network on three animals")
    for i, step in enumerate(STEPS):
        np.testing.assert_array_equal(run.logits(i), logits(step))
    np.testing.assert_array_equal(run.recorded["loss"], [1.5, 0.75, np.nan])
    np.testing.assert_array_equal(run.recorded["train/rate"], [np.nan, 0.125, 0.0625])


def test_a_kept_recording_of_three_processes_is_resumed(kept2):
    def record(rank):
        index = [[7, 0, 3, 11, 5], [1, 2, 4, 6], [8, 9, 10]][rank]
        ranks = {"process_index": rank, "process_count": 3, "index": index}
        with anim.Recorder(
            kept2 / "processes", labels=LABELS[index], classes=CLASSES, resume=10, **ranks
        ) as recorder:
            recorder.snapshot(30, logits=logits(30)[index], metrics={"loss": 0.5})

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(record, range(3)))
    run = anim.open(kept2 / "processes")
    assert run.steps.tolist() == [0, 10, 30]
    for i, step in enumerate(run.steps):
        np.testing.assert_array_equal(run.logits(i), logits(step))
    np.testing.assert_array_equal(run.recorded["loss"], [1.5, 0.75, 0.5])
