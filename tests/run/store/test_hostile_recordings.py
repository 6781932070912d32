"""Recordings that a stranger made to hang, to crash, to fill the memory, or to steer a terminal."""

import gzip
import json
import os
import shutil
import time

import numpy as np
import pytest
import zarr

import anim
from anim.run.store import schema
from anim.run.store.store import store_of
from tests.support.recordings import LABELS, chunk, record
from tests.support.subprocesses import run_python

KNOWN = {"schema": 1, "classes": ["a", "b", "c"], "caption": "", "steps_per_epoch": None}


@pytest.fixture
def path(tmp_path):
    record(tmp_path / "r", [0, 10])
    return tmp_path / "r"


def rewrite(file, **changes):
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def replace(file, what):
    """Put a FIFO or a link to a device in the place of a file."""
    file.unlink()
    if what == "fifo":
        os.mkfifo(file)
    else:
        file.symlink_to(what)


def refused(path, problem):
    """Assert that a recording is refused at once, in one short line."""
    start = time.process_time()
    with pytest.raises(anim.RecordingError, match=problem) as found:
        anim.open(path)
    assert time.process_time() - start < 5
    assert len(str(found.value)) < 1000
    assert "\n" not in str(found.value)


SPECIAL = ["fifo", "/dev/zero", "/dev/full", "/dev/null"]


@pytest.mark.parametrize("what", SPECIAL)
def test_metadata_of_a_group_are_read_only_from_a_regular_file(path, what):
    replace(path / "zarr.json", what)
    refused(path, "is not a recording")


@pytest.mark.parametrize("array", ["labels", "logits", "steps", "metrics/loss"])
@pytest.mark.parametrize("what", SPECIAL[:2])
def test_metadata_of_an_array_are_read_only_from_a_regular_file(path, array, what):
    replace(path / array / "zarr.json", what)
    refused(path, "not a regular file")


@pytest.mark.parametrize("array", ["labels", "steps", "metrics/loss"])
@pytest.mark.parametrize("what", SPECIAL)
def test_chunks_are_read_only_from_regular_files(path, array, what):
    replace(path / array / "c" / "0", what)
    refused(path, "not a regular file")


@pytest.mark.parametrize("what", SPECIAL)
def test_a_snapshot_in_a_special_file_is_damaged_and_the_others_are_read(path, what):
    replace(chunk(path, 1), what)
    run = anim.open(path)
    assert run.logits(0).shape == (300, 3)
    with pytest.raises(anim.RecordingError, match=r"snapshot 1 \(step 10\) is damaged.*regular"):
        run.logits(1)


def test_a_chunk_that_is_larger_than_its_values_is_not_read(path):
    with chunk(path, 0).open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(anim.RecordingError, match=r"damaged.*1,099,511,627,776 bytes"):
        anim.open(path).logits(0)


GROUPS = {
    "deep lists": '{"attributes": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "deep objects": '{"attributes": ' * 100_000 + "1" + "}" * 100_000,
    "unclosed": "[" * 5_000_000,
    "unclosed text": '["' + '\\"' * 5_000_000,
    "a huge number": '{"attributes": {"anim": {"schema": ' + "9" * 100_000 + "}}}",
    "a key twice": '{"attributes": {"anim": {"schema": 1, "schema": 2}}}',
    "a list": "[1]",
    "a list of attributes": '{"attributes": []}',
    "not text": b"\xff\xfe\x00",
    "nothing": "",
}


@pytest.mark.parametrize("content", GROUPS.values(), ids=GROUPS)
def test_metadata_that_are_no_recording_are_refused_at_once(path, content):
    content = content.encode() if isinstance(content, str) else content
    (path / "zarr.json").write_bytes(content)
    refused(path, "is not a recording")


@pytest.mark.parametrize("array", ["labels", "logits", "steps", "metrics/loss"])
@pytest.mark.parametrize("name", ["deep lists", "a key twice", "a list", "nothing"])
def test_metadata_of_an_array_that_are_no_array_are_refused(path, array, name):
    (path / array / "zarr.json").write_text(GROUPS[name])
    refused(path, "cannot be read")


def test_huge_metadata_are_refused_without_being_read(path):
    with (path / "zarr.json").open("r+b") as file:
        file.truncate(1 << 40)
    refused(path, "is not a recording")


ATTRIBUTES = [
    ("classes", "abc"),
    ("classes", {"a": 1, "b": 2, "c": 3}),
    ("classes", ["a", "b", 3]),
    ("classes", ["a", None, "c"]),
    ("classes", [["a"], "b", "c"]),
    ("classes", ["a", "b", "a"]),
    ("caption", 7),
    ("caption", ["x"]),
    ("caption", None),
    ("steps_per_epoch", float("nan")),
    ("steps_per_epoch", -1),
    ("steps_per_epoch", 0),
    ("steps_per_epoch", 2.5),
    ("steps_per_epoch", "10"),
    ("steps_per_epoch", True),
]


@pytest.mark.parametrize(("name", "value"), ATTRIBUTES, ids=str)
def test_attributes_of_a_wrong_type_are_refused(path, name, value):
    rewrite(path / "zarr.json", attributes={"anim": {**KNOWN, name: value}})
    refused(path, f"cannot be read: {name}: expected")


@pytest.mark.parametrize("schema", ["1", 1.0, True, [1], "x" * 10**6, 10**30])
def test_a_schema_that_is_not_1_is_refused(path, schema):
    rewrite(path / "zarr.json", attributes={"anim": {**KNOWN, "schema": schema}})
    refused(path, "has schema")


def test_long_and_hostile_texts_are_shortened_and_made_printable(path):
    classes = ["a\x1b[31m", "\u202eb", "c" * 10**6]
    about = {**KNOWN, "classes": classes, "caption": "x\n" * 10**6}
    rewrite(path / "zarr.json", attributes={"anim": about})
    run = anim.open(path)
    assert run.classes[:2] == ("a [31m", "b")
    assert len(run.classes[2]) <= 1000
    assert len(run.about.caption) <= 1000
    assert run.about.caption.startswith("x x x")


METADATA = [
    ("labels", {"shape": [-1]}),
    ("labels", {"shape": []}),
    ("labels", {"shape": [1] * 40}),
    ("labels", {"shape": [300.0]}),
    ("labels", {"shape": "300"}),
    ("labels", {"shape": [10**30]}),
    ("labels", {"data_type": "string"}),
    ("labels", {"data_type": ["int32"]}),
    ("labels", {"data_type": "float32"}),
    ("labels", {"data_type": "complex64"}),
    ("steps", {"data_type": "float64"}),
    ("steps", {"shape": [2, 1]}),
    ("metrics/loss", {"data_type": "complex128"}),
    ("logits", {"codecs": []}),
    ("logits", {"codecs": [{"name": "gzip"}] * 50}),
    ("logits", {"codecs": [{"name": "unknown"}]}),
    ("logits", {"codecs": [{"name": "blosc"}]}),
    ("logits", {"codecs": [{"name": "sharding_indexed"}]}),
    ("logits", {"codecs": 7}),
    ("logits", {"codecs": [7]}),
    ("logits", {"chunk_grid": {"name": "rectangular"}}),
    ("logits", {"chunk_grid": {"configuration": {"chunk_shape": [0, 1, 1]}}}),
    ("logits", {"chunk_grid": {"configuration": {"chunk_shape": [1]}}}),
    ("logits", {"chunk_key_encoding": {"name": "../../etc"}}),
    ("logits", {"chunk_key_encoding": {"name": "default", "configuration": {"separator": "%"}}}),
    ("logits", {"shape": [2, 300]}),
    ("logits", {"shape": [2, 300, 2_000_000]}),
    ("logits", {"shape": [2, 301, 3]}),
    ("logits", {"shape": [1, 300, 3]}),
    ("logits", {"node_type": "group"}),
    ("logits", {"zarr_format": 2}),
]


@pytest.mark.parametrize(("array", "changes"), METADATA, ids=str)
def test_metadata_of_arrays_that_a_recording_cannot_hold_are_refused(path, array, changes):
    rewrite(path / array / "zarr.json", **changes)
    refused(path, "cannot be read|claims to hold")


@pytest.mark.parametrize("steps", [[10, 0], [0, 0], [-5, 3], [-(2**63), 0]])
def test_steps_that_do_not_increase_from_0_are_refused(path, steps):
    zarr.open_array(path / "steps", mode="r+")[:] = steps
    refused(path, "steps do not increase")


@pytest.mark.parametrize("label", [-2, 3, 2_000_000_000, 2**31 - 1])
def test_labels_out_of_range_are_refused(path, label):
    zarr.open_array(path / "labels", mode="r+")[7] = label
    refused(path, f"labels: expected.*{label}")


def test_a_row_without_a_label_is_no_example(path):
    labels = schema.open_array(store_of(path), "labels")
    labels[7].write(-1).result()
    run = anim.open(path)
    assert len(run.labels) == run.logits(0).shape[0] == len(LABELS) - 1
    np.testing.assert_array_equal(run.labels, np.delete(LABELS, 7))
    labels.write(-1).result()
    refused(path, "labels: expected at least one example, got none")


@pytest.mark.parametrize("wrong", [3, -1, 299])
def test_positions_that_are_not_those_of_all_examples_are_refused(path, wrong):
    index = zarr.create_array(path / "index", shape=(300,), dtype="int64")
    index[:] = np.arange(300)
    run = anim.open(path)
    np.testing.assert_array_equal(run.labels, LABELS)
    index[7] = wrong
    refused(path, "index: expected the position of each example once")
    index.resize((200,))
    refused(path, "index: expected integers")


@pytest.mark.parametrize("label", [1_000_000, 2_000_000_000])
def test_a_label_does_not_make_as_many_classes_as_it_says(tmp_path, label):
    with anim.Recorder(tmp_path / "r", labels=LABELS, keep="top") as recorder:
        recorder.snapshot(0, confidence=np.ones(len(LABELS)), correct=np.ones(len(LABELS)))
    zarr.open_array(tmp_path / "r" / "labels", mode="r+")[7] = label
    refused(tmp_path / "r", "expected at most 1,000,000 classes")


@pytest.mark.parametrize("name", ["%2Ehidden", "%5Fx", ".hidden"])
def test_a_scalar_with_a_name_that_none_can_have_is_refused(path, name):
    (path / "metrics" / "loss").rename(path / "metrics" / name)
    refused(path, "no scalar can have the name")


@pytest.mark.parametrize("name", ["accuracy", "confidence", "gap", "smooth_ece", "ece_p"])
def test_a_scalar_with_the_name_of_a_metric_is_left_out_with_a_warning(path, name):
    before = anim.open(path)
    shutil.copytree(path / "metrics" / "loss", path / "metrics" / name)
    with pytest.warns(UserWarning, match=f"these are left out: {name}$") as warned:
        run = anim.open(path)
    assert len(warned) == 1
    assert set(run.recorded) == {"loss"}
    np.testing.assert_array_equal(run.errors()[name], before.errors()[name])
    with pytest.warns(UserWarning, match="left out"):
        anim.Recorder(path, resume=True).close()


def test_names_of_scalars_are_printable(path):
    (path / "metrics" / "loss").rename(path / "metrics" / "a%0Ab\u202e%1B[2J")
    assert set(anim.open(path).recorded) == {"a b [2J"}


def test_too_many_scalars_are_refused(path):
    for i in range(4097):
        (path / "metrics" / f"m{i}").mkdir()
        (path / "metrics" / f"m{i}" / "zarr.json").touch()
    refused(path, "at most 4,096 scalars")


def test_hostile_names_of_replicas_are_no_replicas(tmp_path):
    for name in ("seed=0", "seed=00", "seed=-1", "seed=1e3", "seed=\u0661", "seed=" + "9" * 99):
        record(tmp_path / "all" / name, [0])
    os.mkfifo(tmp_path / "all" / "seed=1")
    found = anim.open(tmp_path / "all")
    assert len(found) == 1


@pytest.mark.slow
def test_compressed_bombs_are_refused_in_bounded_memory(path):
    group = zarr.open_group(path, mode="r+")
    values = group["logits"][:]
    group.create_array(
        "logits",
        data=values,
        chunks=(1, 300, 3),
        compressors=zarr.codecs.GzipCodec(),
        overwrite=True,
    )
    chunk(path, 0).write_bytes(gzip.compress(gzip.compress(bytes(1 << 30), 9), 9))
    chunk(path, 1).write_bytes(gzip.compress(bytes(1 << 30), 9)[:4000])
    code = """
import sys, anim
run = anim.open(sys.argv[1])
for i in range(2):
    try: run.logits(i)
    except anim.RecordingError as error: print("damaged" in str(error))
# The peak of this program; that of getrusage begins with its parent's.
status = open("/proc/self/status").read()
print(int(status.partition("VmHWM:")[2].split()[0]) < 700_000)
"""
    assert run_python(code, path).stdout.split() == ["True"] * 3
