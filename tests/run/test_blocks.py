"""A snapshot read in blocks is the snapshot, and has the same statistics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import anim
from anim.run import blocks
from anim.run.blocks import Block, aligned, joined, selected, sliced
from anim.run.store.folders.folder import Folder
from anim.run.subsets import SomeExamples
from tests.support.recalibration import a_run, recorded

ROWS = {"logits": np.arange(40, dtype=np.float32).reshape(20, 2), "predicted": np.arange(20)}


def check(found, expected=ROWS):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.parametrize("size", [1, 16, 17, 320, 1 << 20])
def test_a_snapshot_in_memory_is_cut_into_blocks_of_a_size(size, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    found = list(sliced(ROWS))
    assert len({one.examples for one in found[:-1]}) <= 1
    assert all(one.examples == 1 or one.examples * 16 <= size for one in found)
    check(joined(found, 20))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, 19), unique=True, max_size=20),
    st.integers(1, 25),
    st.booleans(),
)
def test_selected_examples_are_those_in_blocks_of_the_same_size(indices, size, is_shuffled):
    """Also of a sequence whose blocks have their examples in any order."""
    order = np.random.default_rng(size).permutation(20) if is_shuffled else np.arange(20)
    parts = [order[start : start + size] for start in range(0, 20, size)]
    given = [Block(part, {name: one[part] for name, one in ROWS.items()}) for part in parts]
    places = np.full(max(indices, default=0) + 1, -1)
    places[indices] = np.arange(len(indices))
    found = list(selected(given, places))
    assert {one.examples for one in found[:-1]} <= {min(size, len(indices))}
    if found:
        check(joined(found, len(indices)), {name: one[indices] for name, one in ROWS.items()})
    else:
        assert not indices


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_rows_are_gathered_where_jax_need_not_copy_them(rows, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 16 * rows)
    found = aligned(sliced(ROWS), 20, lambda arrays: 2 * arrays["logits"])
    assert found.ctypes.data % 64 == 0
    np.testing.assert_array_equal(found, 2 * ROWS["logits"])


OTHERS = ("vector", "isotonic")


def statistics(run):
    found = {**run.errors(), "curve": run.curve(), "dots": run.dots().scores}
    for binning in ("width", "mass"):
        bins = run.reliability(binning=binning)
        found |= {f"{binning} {name}": getattr(bins, name) for name in ("counts", "hits", "ideal")}
    return found


def check_same(found, expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        if values.dtype.kind == "i":
            np.testing.assert_array_equal(found[name], values, name)
        else:
            np.testing.assert_allclose(found[name], values, rtol=2e-5, atol=2e-6, err_msg=name)


FORMS = [
    ("float16", "logits", 5),
    ("top", "logits", 5),
    pytest.param("float32", "logits", 2, marks=pytest.mark.slow),
    pytest.param("float32", "probs", 5, marks=pytest.mark.slow),
    pytest.param("float16", "probs", 2, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("keep", "kind", "classes"), FORMS)
def test_statistics_in_blocks_are_those_of_whole_snapshots(
    tmp_path, monkeypatch, keep, kind, classes
):
    """From memory, and from a folder with chunks of another number of rows."""
    expected = statistics(recorded(None, keep, kind, classes))
    monkeypatch.setattr(Folder, "chunk_bytes", 5 * 4 * classes)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 70 * 4 * classes)
    check_same(statistics(recorded(None, keep, kind, classes)), expected)
    recorded(tmp_path / "r", keep, kind, classes)
    check_same(statistics(anim.open(tmp_path / "r")), expected)


@pytest.mark.parametrize(
    "method", ["temperature", *(pytest.param(one, marks=pytest.mark.slow) for one in OTHERS)]
)
def test_recalibrations_in_blocks_are_those_of_whole_snapshots(monkeypatch, method):
    whole = anim.calibrate(a_run(5), method)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 70 * 4 * 5)
    for one, expected in zip(anim.calibrate(a_run(5), method), whole, strict=True):
        check_same(one.metrics(), expected.metrics())
        for i in range(3):
            np.testing.assert_allclose(one.probs(i), expected.probs(i), rtol=1e-5)


def test_one_example_has_statistics():
    run = anim.from_arrays([0, 1], [1], logits=np.array([[[0, 2, 0]], [[2, 0, 0]]], np.float32))
    assert run.metrics()["accuracy"].tolist() == [1, 0]
    assert run.metrics()["nll"] == pytest.approx(
        [np.log(np.exp(2) + 2) - 2, np.log(np.exp(2) + 2)], rel=1e-5
    )


def test_examples_in_another_order_have_the_same_metrics():
    """As those of a recording to which several processes wrote."""
    run = a_run()
    order = np.random.default_rng(0).permutation(len(run.labels))
    shuffled = anim.Run(
        run.steps,
        run.labels[order],
        SomeExamples(run.snapshots, order),
        kind="logits",
        classes=run.classes,
    )
    np.testing.assert_array_equal(shuffled.logits(1), run.logits(1)[order])
    check_same(shuffled.metrics(), run.metrics())


def test_a_block_that_is_damaged_is_that_of_a_snapshot_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(Folder, "chunk_bytes", 100 * 4 * 3)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 100 * 4 * 3)
    recorded(tmp_path / "r", "float32")
    (tmp_path / "r" / "logits" / "c" / "1" / "2" / "0").write_bytes(b"")
    run = anim.open(tmp_path / "r")
    with pytest.warns(UserWarning, match=r"snapshot 1 \(step 10\) is damaged.*left out"):
        accuracy = run.metrics()["accuracy"]
    assert np.isfinite(accuracy).tolist() == [True, False, True]


@pytest.mark.slow
def test_what_is_compiled_for_errors_does_not_depend_on_the_number_of_classes(caplog):
    import jax

    def programs(classes):
        caplog.clear()
        labels = np.arange(40) % classes
        logits = np.zeros((2, 40, classes), np.float32)
        run = anim.from_arrays([0, 1], labels, logits=logits)
        with jax.log_compiles():
            run.errors()
        return sum("Finished XLA compilation" in one.getMessage() for one in caplog.records)

    few = programs(20)
    assert 0 < programs(90) <= few
