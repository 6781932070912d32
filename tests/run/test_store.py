"""Recordings on disk: read back by `zarr` too, killed, resumed, damaged."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import zarr

import anim

LABELS = np.arange(300) % 3


def logits(step):
    return np.random.default_rng(step).normal(size=(300, 3)).astype(np.float32)


def record(path, steps, **options):
    with anim.Recorder(path, labels=LABELS, classes=list("abc"), **options) as recorder:
        for step in steps:
            recorder.snapshot(step, logits=logits(step), metrics={"loss": 1 / (step + 1)})


def holds(path, steps):
    run = anim.open(path)
    assert run.steps.tolist() == list(steps)
    for i, step in enumerate(steps):
        np.testing.assert_array_equal(run.logits(i), logits(step))
    np.testing.assert_array_equal(run.metrics()["loss"], [1 / (step + 1) for step in steps])
    return run


def test_what_was_recorded_reads_back_bit_for_bit(tmp_path):
    record(tmp_path / "r", range(0, 50, 10))
    run = holds(tmp_path / "r", range(0, 50, 10))
    assert run.classes == ("a", "b", "c")
    np.testing.assert_array_equal(run.labels, LABELS)


def test_it_reads_as_plain_zarr(tmp_path):
    record(tmp_path / "r", [0, 10])
    group = zarr.open_group(tmp_path / "r", mode="r")
    np.testing.assert_array_equal(group["steps"][:], [0, 10])
    np.testing.assert_array_equal(group["labels"][:], LABELS)
    np.testing.assert_array_equal(group["logits"][1], logits(10))
    np.testing.assert_array_equal(group["metrics/loss"][:], [1, 1 / 11])
    assert group.attrs["anim"]["classes"] == ["a", "b", "c"]


def test_statistics_are_those_of_the_same_run_in_memory(tmp_path):
    record(tmp_path / "r", [0, 1, 2])
    there, here = (
        anim.open(tmp_path / "r"),
        anim.from_arrays([0, 1, 2], LABELS, logits=[logits(k) for k in range(3)]),
    )
    for name, values in here.metrics().items():
        np.testing.assert_array_equal(there.metrics()[name], values)


def test_resume_goes_on_after_the_last_or_after_a_step(tmp_path):
    record(tmp_path / "r", [0, 10, 20])
    record(tmp_path / "r", [30, 40], resume=True)
    holds(tmp_path / "r", [0, 10, 20, 30, 40])
    record(tmp_path / "r", [15], resume=10)
    holds(tmp_path / "r", [0, 10, 15])


def test_resuming_at_a_checkpoint_keeps_its_snapshot_and_does_not_take_it_again(tmp_path):
    record(tmp_path / "r", [0, 10, 20])
    record(tmp_path / "r", [10, 15], resume=10)
    holds(tmp_path / "r", [0, 10, 15])
    with pytest.raises(
        ValueError, match="expected a step after 15, got 0; resume=STEP drops later"
    ):
        record(tmp_path / "r", [0], resume=True)
    for wrong in (-1, "last", 2.5):
        with pytest.raises(ValueError, match="resume: expected a whole number"):
            record(tmp_path / "r", [20], resume=wrong)
    holds(tmp_path / "r", [0, 10, 15])


def test_a_path_may_go_up_and_through_links(tmp_path, monkeypatch):
    (tmp_path / "inside").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "inside")
    monkeypatch.chdir(tmp_path / "inside")
    for path in ("../runs/a", "../inside/../runs/b", "../link/c", "d"):
        record(path, [0, 10])
        assert holds(path, [0, 10]).name == path[-1]
    with pytest.raises(anim.RecordingError, match=r"it contains \.\./runs/a, \.\./runs/b"):
        anim.open("../runs")


def test_a_recording_without_a_snapshot_is_begun_again(tmp_path):
    anim.Recorder(tmp_path / "r", labels=LABELS).close()
    record(tmp_path / "r", [0])
    holds(tmp_path / "r", [0])


def test_a_step_that_was_dropped_never_comes_back(tmp_path):
    record(tmp_path / "r", [0, 10, 20])
    with anim.Recorder(tmp_path / "r", labels=LABELS, resume=0):
        pass
    holds(tmp_path / "r", [0])


def test_resume_begins_where_there_is_nothing_yet(tmp_path):
    record(tmp_path / "r", [0], resume=True)
    holds(tmp_path / "r", [0])


def test_an_earlier_recording_is_replaced_only_when_asked(tmp_path):
    record(tmp_path / "r", [0, 10])
    with pytest.raises(anim.RecordingError, match="overwrite=True"):
        record(tmp_path / "r", [5])
    holds(tmp_path / "r", [0, 10])
    record(tmp_path / "r", [5], overwrite=True)
    holds(tmp_path / "r", [5])


def test_a_folder_of_something_else_is_never_touched(tmp_path):
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(anim.RecordingError, match="is not a recording"):
        record(tmp_path, [0], overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_two_cannot_write_at_once(tmp_path):
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        recorder.snapshot(0, logits=logits(0))
        recorder.flush()
        with pytest.raises(anim.RecordingError, match="another recorder"):
            anim.Recorder(tmp_path / "r", labels=LABELS, resume=True)
        assert len(anim.open(tmp_path / "r")) == 1


def test_a_recorder_that_is_forgotten_gives_the_path_back(tmp_path):
    recorder = anim.Recorder(tmp_path / "r", labels=LABELS)
    recorder.snapshot(0, logits=logits(0))
    recorder.flush()
    del recorder
    record(tmp_path / "r", [10], resume=True)
    assert len(anim.open(tmp_path / "r")) == 2


def test_resume_refuses_other_labels(tmp_path):
    record(tmp_path / "r", [0])
    with pytest.raises(anim.RecordingError, match="labels"):
        anim.Recorder(tmp_path / "r", labels=LABELS[::-1], resume=True)


def test_what_cannot_be_opened_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "file", "empty"):
        with pytest.raises(anim.RecordingError, match=name):
            anim.open(tmp_path / name)
    record(tmp_path / "r", [0])
    group = tmp_path / "r" / "zarr.json"
    group.write_text(group.read_text().replace('"schema": 1', '"schema": 2'))
    with pytest.raises(anim.RecordingError, match="schema 2"):
        anim.open(tmp_path / "r")


def chunk(path, i, name="logits"):
    return path / name / "c" / str(i) / "0" / "0"


def flip_a_bit(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


DAMAGES = {
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:-100]),
    "empty": lambda file: file.write_bytes(b""),
    "missing": lambda file: file.unlink(),
    "flipped": flip_a_bit,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_snapshot_is_named_and_the_others_still_render(tmp_path, damage):
    record(tmp_path / "r", [0, 10, 20, 30])
    damage(chunk(tmp_path / "r", 1))
    run = anim.open(tmp_path / "r")
    np.testing.assert_array_equal(run.logits(0), logits(0))
    with pytest.raises(anim.RecordingError, match=r"snapshot 1 \(step 10\) is damaged"):
        run.logits(1)
    with pytest.warns(UserWarning, match=r"snapshot 1 \(step 10\).*left out"):
        anim.animate(run, tmp_path / "a.gif", seconds=1, hold=0)
    assert (tmp_path / "a.gif").stat().st_size > 1000
    expected = anim.from_arrays([0, 20, 30], LABELS, logits=[logits(k) for k in (0, 20, 30)])
    for name, values in expected.metrics().items():
        np.testing.assert_array_equal(run.metrics()[name], np.insert(values, 1, np.nan))


def test_a_recording_with_no_readable_snapshot_says_so(tmp_path):
    record(tmp_path / "r", [0])
    chunk(tmp_path / "r", 0).unlink()
    with (
        pytest.warns(UserWarning, match="snapshot 0"),
        pytest.raises(anim.RecordingError, match="no snapshot can be read"),
    ):
        anim.open(tmp_path / "r").metrics()


def rewrite(file, **changes):
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, **changes}))


@pytest.mark.parametrize(
    ("array", "shape"),
    [
        ("labels", [10**12]),
        ("steps", [10**13]),
        ("logits", [2, 300, 10**11]),
        ("logits", [10**6, 10**7, 3]),
        ("metrics/loss", [10**12]),
    ],
)
def test_an_absurd_shape_is_refused_before_memory_is_reserved(tmp_path, array, shape):
    record(tmp_path / "r", [0, 10])
    rewrite(tmp_path / "r" / array / "zarr.json", shape=shape)
    with pytest.raises(anim.RecordingError, match=r"claims|shape|names for"):
        anim.open(tmp_path / "r")


@pytest.mark.parametrize(
    ("about", "problem"),
    [
        ({"classes": ["a"]}, "1 names for 3 classes"),
        ({"classes": 7}, "cannot be read"),
        ({}, "cannot be read"),
    ],
)
def test_wrong_words_about_a_recording_are_an_error_in_words(tmp_path, about, problem):
    record(tmp_path / "r", [0])
    known = {"schema": 1, "caption": "", "steps_per_epoch": None}
    attributes = {"anim": {**known, **about} if about else {"schema": 1}}
    rewrite(tmp_path / "r" / "zarr.json", attributes=attributes)
    with pytest.raises(anim.RecordingError, match=problem):
        anim.open(tmp_path / "r")


def test_labels_out_of_range_and_steps_that_go_back_are_refused(tmp_path):
    for array, values, problem in (
        ("labels", np.full(300, 7), "got 7 at index 0"),
        ("steps", [10, 0], "do not increase"),
    ):
        record(tmp_path / array, [0, 10])
        zarr.open_array(tmp_path / array / array, mode="r+")[:] = values
        with pytest.raises(anim.RecordingError, match=problem):
            anim.open(tmp_path / array)


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.5, 1.5])
def test_wrong_values_that_others_wrote_are_damage(tmp_path, value):
    probs = np.full((300, 3), 1 / 3, np.float32)
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        for step in range(2):
            recorder.snapshot(step, probs=probs)
    array = zarr.open_array(tmp_path / "r" / "probs", mode="r+")
    array[1] = np.where(np.arange(900).reshape(300, 3) == 500, value, probs)
    run = anim.open(tmp_path / "r")
    with pytest.raises(anim.RecordingError, match=r"snapshot 1 \(step 1\) is damaged: probs"):
        run.probs(1)


def test_arrays_of_a_wrong_type_are_refused(tmp_path):
    for name, dtype in (("labels", "float32"), ("logits", "int32"), ("logits", "complex64")):
        path = tmp_path / f"{name}{dtype}"
        record(path, [0, 10])
        group = zarr.open_group(path, mode="r+")
        values = group[name][:].astype(dtype)
        group.create_array(name, data=values, overwrite=True)
        with pytest.raises(anim.RecordingError, match=f"{name}"):
            anim.open(path)


def test_a_first_snapshot_that_failed_does_not_stand_in_the_way_of_the_next(tmp_path, monkeypatch):
    from anim.run.store import schema

    whole, calls = schema.create_snapshots, []

    def half(folder, shape, dtype):
        array = whole(folder, shape, dtype)
        calls.append(folder.name)
        if calls == ["confidence", "correct"]:
            raise ValueError("os_error_code='28'")
        return array

    monkeypatch.setattr(schema, "create_snapshots", half)
    given = {"confidence": np.full(300, 0.5), "correct": LABELS == 0}
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        recorder.snapshot(0, **given)
        with pytest.raises(OSError, match="No space left"):
            recorder.flush()
        recorder.snapshot(1, **given)
    assert anim.open(tmp_path / "r").steps.tolist() == [1]


def test_it_reads_as_an_xarray_dataset(tmp_path):
    xarray = pytest.importorskip("xarray", reason="xarray is not installed")
    record(tmp_path / "r", [0, 10])
    with xarray.open_zarr(tmp_path / "r", consolidated=False) as dataset:
        assert dict(dataset.sizes) == {"snapshot": 2, "example": 300, "class": 3}
        np.testing.assert_array_equal(dataset["logits"][1], logits(10))


def test_what_zarr_compressed_again_is_still_a_recording(tmp_path):
    record(tmp_path / "r", [0, 10])
    there = zarr.open_group(tmp_path / "r", mode="r+")
    values = there["logits"][:]
    there.create_array("logits", data=values, chunks=(2, 100, 3), overwrite=True)
    holds(tmp_path / "r", [0, 10])


@pytest.mark.slow
def test_a_recording_larger_than_memory_is_rendered(tmp_path):
    """4 GB of predictions; one snapshot's chunks stand for all, linked, so the disk stays free."""
    examples, snapshots = 100_000, 1000
    rng = np.random.default_rng(0)
    with anim.Recorder(tmp_path / "r", labels=rng.integers(0, 10, examples)) as recorder:
        recorder.snapshot(0, logits=rng.normal(size=(examples, 10)))
    root = zarr.open_group(tmp_path / "r", mode="r+")
    root["logits"].resize((snapshots, examples, 10))
    root["steps"].resize((snapshots,))
    root["steps"][:] = np.arange(snapshots)
    for i in range(1, snapshots):
        chunk(tmp_path / "r", i).parent.mkdir(parents=True)
        chunk(tmp_path / "r", i).hardlink_to(chunk(tmp_path / "r", 0))
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (1_500_000_000, 1_500_000_000))\n"
        "from anim.render import main\n"
        "sys.exit(main([sys.argv[1], '--out', sys.argv[2], '--seconds', '1']))"
    )
    command = [sys.executable, "-c", code, tmp_path / "r", tmp_path / "a.gif"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "frames" in done.stdout


def test_a_snapshot_after_close_is_refused(tmp_path):
    recorder = anim.Recorder(tmp_path / "r", labels=LABELS)
    recorder.close()
    with pytest.raises(RuntimeError, match="closed before step 3"):
        recorder.snapshot(3, logits=logits(3))


# Imports once; then each line on stdin forks a writer that goes on from that step until killed.
WRITERS = """
import os, sys
sys.path.insert(0, "tests")
import anim
from tests.run.test_store import LABELS, logits

for line in sys.stdin:
    if (writer := os.fork()) == 0:
        recorder = anim.Recorder(sys.argv[1], labels=LABELS, resume=True)
        step = int(line)
        print("ready", os.getpid(), flush=True)
        while True:
            recorder.snapshot(step, logits=logits(step), metrics={"loss": 1 / (step + 1)})
            if step % 3 == 0:
                recorder.flush()
                print(step, flush=True)
            step += 1
    os.waitpid(writer, 0)
    print("killed", flush=True)
"""


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_that_was_committed(tmp_path):
    """One process after another goes on with the recording, is killed, and its word is checked."""
    rng, committed, kills = random.Random(0), [], 50
    command = [sys.executable, "-c", WRITERS, tmp_path / "r"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        for _ in range(kills):
            print(committed[-1] + 1 if committed else 0, file=process.stdin, flush=True)
            said, writer = process.stdout.readline().split()
            assert said == "ready"
            time.sleep(rng.uniform(0, 0.3))
            os.kill(int(writer), signal.SIGKILL)
            said = list(iter(process.stdout.readline, "killed\n"))
            if not committed and not said:
                continue
            committed = anim.open(tmp_path / "r").steps.tolist()
            assert committed == list(range(len(committed)))
            if said:
                assert committed[-1] >= int(said[-1])
        process.stdin.close()
    assert len(committed) > kills
    holds(tmp_path / "r", range(len(committed)))


def test_a_full_disk_is_told_and_what_was_committed_stays(tmp_path):
    code = (
        "import sys\n"
        "import anim\n"
        "from tests.run.test_store import LABELS, logits\n"
        "recorder = anim.Recorder(sys.argv[1], labels=LABELS)\n"
        "recorder.snapshot(0, logits=logits(0))\n"
        "recorder.flush()\n"
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))\n"
        "recorder.snapshot(1, logits=logits(1))\n"
        "for step in (2, 3):\n"
        "    try: recorder.snapshot(step, logits=logits(step))\n"
        "    except OSError as error: sys.exit(f'{step}: {error}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "r"], capture_output=True, text=True, check=False
    )
    assert "File too large" in done.stderr
    assert anim.open(tmp_path / "r").steps.tolist() == [0]
    assert json.loads((tmp_path / "r" / "zarr.json").read_text())["node_type"] == "group"
