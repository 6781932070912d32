"""Recordings that are damaged, or that other programs changed."""

import json

import numpy as np
import pytest
import zarr

import anim
from anim.run.about import About
from tests.support.recordings import LABELS, chunk, logits, record
from tests.support.subprocesses import run_python


def test_the_error_names_a_path_that_cannot_be_opened(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "file", "empty"):
        with pytest.raises(anim.RecordingError, match=name):
            anim.open(tmp_path / name)
    record(tmp_path / "r", [0])
    group = tmp_path / "r" / "zarr.json"
    group.write_text(group.read_text().replace('"schema": 2', '"schema": 4'))
    with pytest.raises(anim.RecordingError, match="schema 4"):
        anim.open(tmp_path / "r")


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


def test_metrics_of_a_recording_without_a_readable_snapshot_are_an_error(tmp_path):
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
def test_wrong_attributes_are_refused(tmp_path, about, problem):
    record(tmp_path / "r", [0])
    known = {"schema": 1, "caption": "", "steps_per_epoch": None}
    attributes = {"anim": {**known, **about} if about else {"schema": 1}}
    rewrite(tmp_path / "r" / "zarr.json", attributes=attributes)
    with pytest.raises(anim.RecordingError, match=problem):
        anim.open(tmp_path / "r")


def test_labels_out_of_range_and_steps_that_decrease_are_refused(tmp_path):
    for array, values, problem in (
        ("labels", np.full(300, 7), "got 7 at index 0"),
        ("steps", [10, 0], "do not increase"),
    ):
        record(tmp_path / array, [0, 10])
        zarr.open_array(tmp_path / array / array, mode="r+")[:] = values
        with pytest.raises(anim.RecordingError, match=problem):
            anim.open(tmp_path / array)


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.5, 1.5])
def test_a_snapshot_with_values_out_of_range_is_damaged(tmp_path, value):
    probs = np.full((300, 3), 1 / 3, np.float32)
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        for step in range(2):
            recorder.snapshot(step, probs=probs)
    array = zarr.open_array(tmp_path / "r" / "probs", mode="r+")
    array[1] = np.where(np.arange(900).reshape(300, 3) == 500, value, probs)
    run = anim.open(tmp_path / "r")
    with pytest.raises(anim.RecordingError, match=r"snapshot 1 \(step 1\) is damaged: probs"):
        run.probs(1)


def test_arrays_of_a_wrong_dtype_are_refused(tmp_path):
    for name, dtype in (("labels", "float32"), ("logits", "int32"), ("logits", "complex64")):
        path = tmp_path / f"{name}{dtype}"
        record(path, [0, 10])
        group = zarr.open_group(path, mode="r+")
        values = group[name][:].astype(dtype)
        group.create_array(name, data=values, overwrite=True)
        with pytest.raises(anim.RecordingError, match=f"{name}"):
            anim.open(path)


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
    done = run_python(code, tmp_path / "r", tmp_path / "a.gif")
    assert "frames" in done.stdout


def test_a_run_does_not_take_the_snapshots_of_a_recording_in_the_same_place_for_its_own(tmp_path):
    record(tmp_path / "r", [0, 10])
    run = anim.open(tmp_path / "r")
    accuracy = (logits(0).argmax(1) == LABELS).mean()
    np.testing.assert_allclose(run.metrics()["accuracy"][0], accuracy, atol=1e-6)
    with anim.Recorder(tmp_path / "r", labels=(LABELS + 1) % 3, overwrite=True) as recorder:
        recorder.snapshot(5, logits=logits(5))
        recorder.snapshot(15, logits=logits(15))
    with pytest.raises(anim.RecordingError, match=r"was overwritten .*; open it again$"):
        run.logits(1)
    with (
        pytest.warns(UserWarning, match="was overwritten or removed after it was opened"),
        pytest.raises(anim.RecordingError, match="no snapshot can be read"),
    ):
        run.curve()
    # What was computed before stays.
    np.testing.assert_allclose(run.metrics()["accuracy"][0], accuracy, atol=1e-6)
    np.testing.assert_array_equal(anim.open(tmp_path / "r").logits(1), logits(15))


def test_a_run_stays_the_same_while_its_recording_is_resumed_from_another_folder(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    record("r", [0, 10])
    run = anim.open("r")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir("other")
    about = About("a caption that is new")
    with anim.Recorder("../r", resume=True, about=about) as recorder:
        recorder.snapshot(20, logits=logits(20))
    np.testing.assert_array_equal(run.logits(1), logits(10))
    assert len(run) == 2


def test_a_run_does_not_take_snapshots_recorded_after_a_drop_for_its_own(tmp_path):
    record(tmp_path / "r", [0, 10, 20])
    run = anim.open(tmp_path / "r")
    with anim.Recorder(tmp_path / "r", resume=0) as recorder:
        with pytest.raises(anim.RecordingError, match="resumed from an earlier step; open it"):
            run.logits(1)
        for step in (10, 20):
            recorder.snapshot(step, logits=logits(step + 1), metrics={"loss": 0})
    for i in range(3):
        with pytest.raises(anim.RecordingError, match="resumed from an earlier step; open it"):
            run.logits(i)
    np.testing.assert_array_equal(anim.open(tmp_path / "r").logits(1), logits(11))


@pytest.mark.parametrize("resume", [True, 20, 25])
def test_a_run_stays_the_same_if_a_recorder_drops_nothing(tmp_path, resume):
    record(tmp_path / "r", [0, 10, 20])
    run = anim.open(tmp_path / "r")
    record(tmp_path / "r", [30], resume=resume)
    np.testing.assert_array_equal(run.logits(2), logits(20))
