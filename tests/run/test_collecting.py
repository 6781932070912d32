"""A snapshot that is collected batch by batch is the one that would be recorded at once."""

import tracemalloc

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.run import collecting
from anim.run.store import chunks
from anim.run.store.folders.folder import Folder
from tests.support.predictions import softmax

RNG = np.random.default_rng(3)
LABELS = RNG.integers(0, 4, 50)
LOGITS = (RNG.normal(size=(50, 4)) * 3).astype(np.float32)
PROBS = softmax(LOGITS)
BATCHES = np.split(np.arange(50), [16, 32, 48])
SHUFFLED = np.split(RNG.permutation(50), [16, 32, 48])
KINDS = {
    "logits": {"logits": LOGITS},
    "probs": {"probs": PROBS},
    "confidence": {"confidence": PROBS.max(1), "correct": PROBS.argmax(1) == LABELS},
}


@pytest.fixture(params=["memory", "disk", "large"])
def place(request, tmp_path, monkeypatch):
    if request.param == "large":
        # From the second batch on, rows wait on the disk, and are written a few at a time.
        monkeypatch.setattr(collecting, "_IN_MEMORY", 16 * 4 * 2)
        monkeypatch.setattr(chunks, "_IN_FLIGHT", 512)
        monkeypatch.setattr(Folder, "chunk_bytes", 7 * 4 * 4)
    return None if request.param == "memory" else tmp_path / "run"


def collect(recorder, step, batches=BATCHES, arrays=KINDS["logits"], **more):
    """Collect arrays of all examples; ``more`` are also arrays, or whether to give the index."""
    has_index = more.pop("has_index", False)
    with recorder.collecting(step) as part:
        for rows in batches:
            given = {name: values[rows] for name, values in {**arrays, **more}.items()}
            part.add(**given, **({"index": rows} if has_index else {}))


@pytest.mark.parametrize("keep", ["float32", "float16", "top"])
@pytest.mark.parametrize("kind", KINDS)
def test_batches_are_recorded_as_all_at_once_would_be(place, kind, keep):
    if keep == "top" and kind == "confidence":
        keep = "float32"
    with anim.Recorder(place, labels=LABELS, keep=keep) as recorder:
        collect(recorder, 0, arrays=KINDS[kind])
    whole = anim.Recorder(labels=LABELS, keep=keep)
    whole.snapshot(0, **KINDS[kind])
    found, expected = recorder.run().snapshots[0], whole.run().snapshots[0]
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype


def test_a_recorder_without_labels_takes_those_of_its_first_snapshot(place):
    with anim.Recorder(place) as recorder:
        collect(recorder, 0, labels=LABELS)
        collect(recorder, 1, labels=LABELS)
        collect(recorder, 2)
        recorder.snapshot(3, logits=LOGITS)
    run = recorder.run()
    assert run.steps.tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(run.labels, LABELS)
    assert run.metrics()["accuracy"] == pytest.approx([(LOGITS.argmax(1) == LABELS).mean()] * 4)


def test_snapshot_may_bring_the_labels_of_a_recorder_that_has_none(place):
    with anim.Recorder(place) as recorder:
        with pytest.raises(SettingError, match=r"^labels: expected labels for the"):
            recorder.snapshot(0, logits=LOGITS)
        recorder.snapshot(0, logits=LOGITS, labels=LABELS)
    np.testing.assert_array_equal(recorder.run().labels, LABELS)


def test_a_recording_without_labels_is_resumed_with_those_it_has(tmp_path):
    for step in range(2):
        with anim.Recorder(tmp_path / "r", resume=True) as recorder:
            collect(recorder, step, labels=LABELS)
    with anim.Recorder(tmp_path / "r", resume=True) as recorder:
        recorder.snapshot(2, logits=LOGITS)
        with pytest.raises(SettingError, match=f"expected {LABELS[0]} at index 0 as before, got"):
            collect(recorder, 3, labels=(LABELS + 1) % 4)
    assert anim.open(tmp_path / "r").steps.tolist() == [0, 1, 2]


def test_labels_that_are_names_or_one_hot_come_with_the_batches():
    names = np.array(["ant", "bee", "cat", "dog"])
    for given in (names[LABELS], np.eye(4)[LABELS], LABELS[:, None], LABELS.astype(float)):
        recorder = anim.Recorder(classes=names)
        collect(recorder, 0, labels=given)
        np.testing.assert_array_equal(recorder.run().labels, LABELS)


def test_an_index_brings_shuffled_batches_into_one_order(place):
    with anim.Recorder(place) as recorder:
        collect(recorder, 0, SHUFFLED, labels=LABELS, has_index=True)
        collect(recorder, 1, labels=LABELS)
        collect(recorder, 2, SHUFFLED, has_index=True)
    for i in range(3):
        np.testing.assert_array_equal(recorder.run().logits(i), LOGITS)
    np.testing.assert_array_equal(recorder.run().labels, LABELS)


def test_a_loader_that_shuffles_is_refused_at_its_first_wrong_label():
    recorder = anim.Recorder()
    collect(recorder, 0, labels=LABELS)
    first = np.flatnonzero(LABELS[np.concatenate(SHUFFLED)] != LABELS)[0]
    problem = f"expected {LABELS[first]} at index {first} as before, got .*shuffle=False.*index="
    with pytest.raises(SettingError, match=problem):
        collect(recorder, 1, SHUFFLED, labels=LABELS)
    assert recorder.last_step == 0


@pytest.mark.parametrize(
    ("batches", "problem"),
    [
        ([range(10, 50)], "expected 50 examples, got 40: index 0, 1, 2, 3, 4, ... missing"),
        ([range(20), range(21, 50)], "expected 50 examples, got 49: index 20 is missing"),
        ([range(49)], "expected 50 examples, got 49: index 49 is missing"),
        ([range(50), [3, 7]], "expected each example once, got index 3, 7 more often than once"),
        ([range(50), [50]], "index: expected 50 examples.*got one at position 50"),
        ([[-1]], "index: expected positions >= 0, got -1"),
        ([[0.5]], "index: expected integers of shape .1., got float64 of shape .1."),
    ],
)
def test_examples_that_are_missing_or_added_twice_are_named(batches, problem):
    recorder = anim.Recorder(labels=LABELS)
    with pytest.raises(SettingError, match=problem), recorder.collecting(0) as part:
        for rows in batches:
            part.add(logits=np.zeros((len(rows), 4)), index=np.array(rows))
    assert recorder.last_step is None


def test_too_few_and_too_many_examples_in_order_are_refused():
    recorder = anim.Recorder(labels=LABELS)
    with pytest.raises(SettingError, match="expected 50 examples, got 48: index 48, 49 missing"):
        collect(recorder, 0, BATCHES[:-1])
    with pytest.raises(SettingError, match=r"expected 50 examples.* got one at position 63"):
        collect(recorder, 0, [*BATCHES, BATCHES[0][:14]])


def test_an_example_missing_from_the_first_snapshot_is_named_without_labels():
    recorder = anim.Recorder()
    with pytest.raises(SettingError, match="expected 50 examples, got 48: index 4, 5 missing"):
        collect(recorder, 0, [np.r_[:4, 6:50]], labels=LABELS, has_index=True)
    with pytest.raises(SettingError, match="got 1: index 0, 1, 2 missing"):
        collect(recorder, 0, [np.array([3])], labels=LABELS, has_index=True)
    with pytest.raises(SettingError, match="expected labels with each batch"):
        collect(recorder, 0)
    with pytest.raises(SettingError, match="expected at least one batch, got none"):
        collect(recorder, 0, [])
    assert recorder.last_step is None


def test_an_error_in_the_block_records_nothing(place):
    with anim.Recorder(place, labels=LABELS) as recorder:
        with pytest.raises(KeyError), recorder.collecting(0) as part:
            part.add(logits=LOGITS)
            raise KeyError
        collect(recorder, 0)
    assert recorder.run().steps.tolist() == [0]


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ({"probs": PROBS[16:]}, "expected logits of 4 classes, as in the first batch, got probs"),
        ({"logits": LOGITS[16:, :3]}, "first batch, got logits of 3 classes"),
        ({"logits": LOGITS[16:], "index": np.arange(16, 50)}, "index: expected either with every"),
        ({"logits": LOGITS[16:], "labels": LABELS[16:40]}, r"logits: expected shape \[24, K\]"),
        ({"logits": LOGITS[:0]}, "logits: expected at least one example, got none"),
        ({}, "got none of them"),
    ],
)
def test_a_batch_unlike_the_first_is_refused(second, problem):
    recorder = anim.Recorder(labels=LABELS)
    with pytest.raises(ValueError, match=problem), recorder.collecting(0) as part:
        part.add(logits=LOGITS[:16])
        part.add(**second)
    assert recorder.last_step is None


def test_a_batch_may_be_changed_as_soon_as_add_returns():
    recorder, mine = anim.Recorder(labels=LABELS), LOGITS.copy()
    with recorder.collecting(0) as part:
        part.add(logits=mine)
        mine[:] = 0
    np.testing.assert_array_equal(recorder.run().logits(0), LOGITS)


def test_scalars_may_be_added_while_the_batches_are_collected():
    recorder, scalars = anim.Recorder(labels=LABELS), {}
    with recorder.collecting(0, metrics=scalars) as part:
        part.add(logits=LOGITS)
        scalars["loss"] = 0.25
    assert recorder.run().recorded["loss"].tolist() == [0.25]


def test_a_snapshot_with_a_batch_of_nan_is_refused_or_skipped_as_a_whole():
    bad = LOGITS.copy()
    bad[40] = np.nan
    with pytest.raises(ValueError, match="finite numbers that float32 holds, got nan"):
        collect(anim.Recorder(labels=LABELS), 0, arrays={"logits": bad})
    recorder = anim.Recorder(labels=LABELS, nan="skip")
    with pytest.warns(UserWarning, match="step 0 is skipped: logits: expected finite") as caught:
        collect(recorder, 0, arrays={"logits": bad})
    assert caught[0].filename == __file__
    assert recorder.last_step is None


@pytest.mark.parametrize("has_index", [False, True])
@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("probs", np.nan, "probs: expected finite numbers .* got nan at index \\[40, 2\\]"),
        ("probs", 1.5, "probs: expected numbers in \\[0, 1\\].* got 1.5 at index \\[40, 2\\]"),
        ("probs", 0.99, "probs: expected rows that sum to 1 .* at index 40"),
        (
            "labels",
            -100,
            "labels: expected non-neg.* .ignore=-100.*, got -100 at index 40",
        ),
    ],
)
def test_a_wrong_element_is_named_by_its_row_among_all_examples(has_index, name, value, problem):
    given = {"probs": PROBS.copy(), "labels": LABELS.copy()}
    given[name][(40, 2) if name == "probs" else 40] = value
    batches = SHUFFLED if has_index else BATCHES
    with pytest.raises(ValueError, match=f"^{problem}$"):
        collect(
            anim.Recorder(),
            0,
            batches,
            {"probs": given["probs"]},
            labels=given["labels"],
            has_index=has_index,
        )


def test_batches_after_one_of_nan_keep_their_rows():
    bad = LOGITS.copy()
    bad[3] = np.nan
    recorder = anim.Recorder(labels=LABELS, nan="skip")
    with pytest.warns(UserWarning, match=r"step 0 is skipped: .* got nan at index \[3, 0\]"):
        collect(recorder, 0, arrays={"logits": bad}, labels=LABELS)
    collect(recorder, 1, labels=LABELS)
    assert recorder.run().steps.tolist() == [1]


def test_a_wrong_step_is_refused_before_anything_is_collected():
    recorder = anim.Recorder(labels=LABELS)
    collect(recorder, 5)
    for step in (5, 3):
        with pytest.raises(ValueError, match=f"expected a step after 5, got {step}"):
            recorder.collecting(step).__enter__()
    recorder.close()
    with pytest.raises(RuntimeError, match="closed before step 6"):
        recorder.collecting(6).__enter__()


def test_the_step_that_was_resumed_is_not_collected_again(tmp_path):
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        collect(recorder, 0)
        collect(recorder, 5)
    with anim.Recorder(tmp_path / "r", labels=LABELS, resume=5) as recorder:
        collect(recorder, 5, arrays={"logits": -LOGITS})
        collect(recorder, 6)
    assert recorder.run().steps.tolist() == [0, 5, 6]
    np.testing.assert_array_equal(recorder.run().logits(1), LOGITS)


def test_labels_that_come_with_each_snapshot_are_kept_once(tmp_path):
    labels = np.arange(100_000) % 2
    with anim.Recorder(tmp_path / "r") as recorder:
        tracemalloc.start()
        sizes = []
        for step in range(12):
            with recorder.collecting(step) as part:
                part.add(probs=labels * 1.0, labels=labels)
            recorder.flush()
            sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
    assert sizes[-1] - sizes[1] < 4 * len(labels)


def test_a_recorder_that_is_closed_within_the_block_is_refused_at_its_end(place):
    recorder = anim.Recorder(place, labels=LABELS)
    with (
        pytest.raises(RuntimeError, match="the recorder was closed before step 0"),
        recorder.collecting(0) as part,
    ):
        part.add(logits=LOGITS)
        recorder.close()


@pytest.mark.parametrize("has_index", [False, True])
@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (["a", "x"], "expected one of a, b, c, d, got 'x' at index 3"),
        (["a", 1], r"not both \('a' came before\), got 1 at index 3"),
        (np.array([[1, 0, 0, 0], [1, 1, 0, 0]]), r"label=True\), got \[1, 1, 0, 0\] at index 3"),
    ],
)
def test_an_error_of_labels_names_the_row_among_all_examples(wrong, problem, has_index):
    recorder = anim.Recorder(classes=list("abcd"))
    first, second = ({"index": rows} if has_index else {} for rows in ([0, 1], [5, 3]))
    with pytest.raises(ValueError, match=problem), recorder.collecting(0) as part:
        part.add(logits=LOGITS[:2], labels=["a", "b"], **first)
        part.add(logits=LOGITS[2:4], labels=wrong, **second)


def test_the_working_directory_may_change_before_rows_wait_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(collecting, "_IN_MEMORY", 100)
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    with anim.Recorder("run", labels=LABELS) as recorder:
        monkeypatch.chdir(tmp_path / "other")
        collect(recorder, 0)
    np.testing.assert_array_equal(anim.open(tmp_path / "run").logits(0), LOGITS)
    assert not list((tmp_path / "other").iterdir())


def test_a_batch_after_the_end_of_its_block_is_refused():
    with anim.Recorder(labels=[0, 1]) as recorder:
        with recorder.collecting(0) as part:
            part.add(logits=3 * np.eye(2))
        with pytest.raises(ValueError, match=r"^add: expected within its block"):
            part.add(logits=3 * np.eye(2))
