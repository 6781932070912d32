"""What ``keep="top"`` keeps of the scores of all classes."""

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

import anim
from anim.checks import rows
from anim.errors import NotFiniteError, SettingError
from anim.run.checking import checked_snapshot
from anim.run.reduction import Reducer
from tests.support.predictions import softmax
from tests.support.reductions import case, exactly


@pytest.fixture
def blocks_of_rows(monkeypatch):
    """Blocks of a few rows, as those of many classes have."""
    for module in (rows, anim.run.checking):
        monkeypatch.setattr(module, "HOST_BYTES", 4 * 7 * 5)
        monkeypatch.setattr(module, "DEVICE_BYTES", 4 * 7 * 5)


@pytest.mark.parametrize("kind", ["logits", "probs"])
@pytest.mark.parametrize("classes", [2, 3, 1000])
def test_what_is_kept_is_what_all_scores_would_give(classes, kind):
    logits, labels = case(classes)
    given = logits if kind == "logits" else softmax(logits)
    whole, top = anim.Recorder(labels=labels), anim.Recorder(labels=labels, keep="top")
    for recorder in (whole, top):
        recorder.snapshot(0, **{kind: given})
    expected, kept = whole.run(), top.run().snapshots[0]
    probs = expected.probs(0)
    np.testing.assert_array_equal(kept["confidence"], probs.max(1))
    np.testing.assert_array_equal(kept["correct"], given.argmax(1) == labels)
    for name in ("nll", "brier"):
        assert kept[name].dtype == np.float32
        assert kept[name].mean() == pytest.approx(expected.metrics()[name][0], rel=2e-6)
    if kind == "logits":
        assert top.run().metrics()["nll"][0] == expected.metrics()["nll"][0]


@pytest.mark.parametrize("scale", [1, 30])
@pytest.mark.parametrize("classes", [2, 3, 1000])
def test_no_digit_of_nll_and_brier_score_is_lost_near_0(classes, scale):
    logits, labels = case(classes, scale)
    found = Reducer("logits")(logits, labels)
    nll, brier = exactly(logits, labels)
    np.testing.assert_allclose(found.nll, nll, rtol=2e-5, atol=1e-37)
    np.testing.assert_allclose(found.brier, brier, rtol=2e-5, atol=1e-37)
    np.testing.assert_array_equal(found.correct, logits.argmax(1) == labels)
    np.testing.assert_allclose(found.confidence, softmax(logits).max(1), rtol=2e-6)


def test_of_equal_scores_the_first_is_predicted():
    scores = np.array([[0.2, 0.4, 0.4], [0.2, 0.4, 0.4], [0.4, 0.2, 0.4]], np.float32)
    labels = np.array([1, 2, 0], np.int32)
    for kind in ("logits", "probs"):
        assert Reducer(kind)(scores, labels).correct.tolist() == [True, False, True]


def test_losses_that_float32_cannot_hold_stay_finite():
    scores = np.array([[3e38, -3e38, 0], [0, 0, 1]], np.float32)
    found = Reducer("logits")(scores, np.array([1, 2], np.int32))
    assert found.nll[0] == np.finfo(np.float32).max
    assert Reducer("logits")(scores[:, :2], np.array([1, 0], np.int32)).nll[0] > 1e38
    probs = np.array([[1, 0, 0], [0, 0, 1]], np.float32)
    found = Reducer("probs")(probs, np.array([1, 2], np.int32))
    np.testing.assert_allclose(found.nll, [-np.log(np.finfo(np.float32).tiny), 0])
    np.testing.assert_array_equal(found.brier, [2, 0])


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float32, np.float64])
@pytest.mark.parametrize("kind", ["logits", "probs"])
@pytest.mark.usefixtures("blocks_of_rows")
def test_blocks_are_reduced_as_the_whole_in_any_dtype(kind, dtype):
    logits, labels = case(7)
    scores = (logits if kind == "logits" else softmax(logits)).astype(dtype)
    found = checked_snapshot({kind: scores}, labels, "top")
    whole = checked_snapshot({kind: scores}, labels, "float32")[kind]
    expected = Reducer(kind)(whole, labels).kept
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-6, atol=1e-7)
    np.testing.assert_array_equal(found["correct"], scores.argmax(1) == labels)


@pytest.mark.usefixtures("blocks_of_rows")
@pytest.mark.parametrize("keep", ["float32", "float16", "top"])
def test_an_error_names_the_element_in_the_whole(keep):
    logits, labels = case(7)
    probs, double = softmax(logits), softmax(logits)
    logits[503, 4], probs[77, 2], double[301] = np.nan, 1.5, double[301] / 2
    with pytest.raises(NotFiniteError, match=r"^logits: .* got nan at index \[503, 4\]$"):
        checked_snapshot({"logits": logits}, labels, keep)
    with pytest.raises(ValueError, match=r"^probs: .* got 1.5 at index \[77, 2\]$"):
        checked_snapshot({"probs": probs}, labels, keep)
    with pytest.raises(ValueError, match=r"^probs: expected rows that sum to 1 .* at index 301$"):
        checked_snapshot({"probs": double}, labels, keep)


@pytest.mark.usefixtures("blocks_of_rows")
def test_countthat_rounding_moved_are_moved_back_block_by_block():
    logits, labels = case(7)
    probs = softmax(logits)
    probs[400] = np.round(probs[400], 3)
    probs[401, :] = [1 + 1e-7, *[0] * 6]
    found = checked_snapshot({"probs": probs}, labels, "float32")["probs"]
    np.testing.assert_array_equal(found[:400], probs[:400])
    assert found.max() == 1
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-6)
    given = jnp.asarray(probs)
    np.testing.assert_array_equal(
        checked_snapshot({"probs": given}, labels, "float32")["probs"], found
    )
    assert float(given[401, 0]) > 1


def test_a_recording_without_losses_is_resumed_without_them(tmp_path):
    logits, labels = case(5)
    expected = checked_snapshot({"logits": logits}, labels, "top")
    with anim.Recorder(tmp_path / "r", labels=labels) as recorder:
        recorder.snapshot(0, confidence=expected["confidence"], correct=expected["correct"])
    with anim.Recorder(tmp_path / "r", labels=labels, keep="top", resume=True) as recorder:
        recorder.snapshot(1, logits=logits)
        recorder.snapshot(2, logits=logits)
    run = anim.open(tmp_path / "r")
    assert run.steps.tolist() == [0, 1, 2]
    assert run.snapshots[1].keys() == {"confidence", "correct"}


def test_losses_are_resumed_and_are_not_replaced_by_nothing(tmp_path):
    logits, labels = case(5)
    for step in range(2):
        with anim.Recorder(tmp_path / "r", labels=labels, keep="top", resume=True) as recorder:
            recorder.snapshot(step, logits=logits)
            with pytest.raises(ValueError, match="expected confidence and correct and nll and"):
                recorder.snapshot(9, confidence=np.ones(len(labels)), correct=labels == 0)
    run = anim.open(tmp_path / "r")
    for i in range(2):
        for name, values in checked_snapshot({"logits": logits}, labels, "top").items():
            np.testing.assert_array_equal(run.snapshots[i][name], values)
    with anim.Recorder(tmp_path / "r", labels=labels, overwrite=True) as recorder:
        recorder.snapshot(0, confidence=np.ones(len(labels)), correct=labels == 0)
    assert anim.open(tmp_path / "r").snapshots[0].keys() == {"confidence", "correct"}


def compilations(act):
    """How many programs are compiled while a function runs."""
    found = []
    jax.monitoring.register_event_duration_secs_listener(
        listener := lambda name, *_, **__: "backend_compile" in name and found.append(name)
    )
    try:
        act()
    finally:
        jax.monitoring.unregister_event_duration_listener(listener)
    return len(found)


def test_a_last_small_batch_compiles_nothing_anew():
    logits, labels = case(11)
    recorder = anim.Recorder(labels=labels, keep="top")

    def collect(step, sizes):
        start = 0
        with recorder.collecting(step) as part:
            for size in sizes:
                part.add(logits=logits[start : start + size])
                start += size

    assert compilations(lambda: collect(0, [64] * 9 + [24])) == 1
    assert compilations(lambda: collect(1, [64] * 9 + [20, 4])) == 0
    # Batches of every size share few programs.
    assert compilations(lambda: collect(2, [*range(1, 34), 39])) <= 7


@pytest.mark.parametrize("keep", ["float32", "top"])
def test_scores_of_other_classes_or_of_another_kind_are_refused(keep):
    logits, labels = case(3)
    five, four = case(5)[0], len(labels) // 4
    probs, options = softmax(logits), {"labels": labels, "keep": keep}
    with pytest.raises(SettingError, match=r"^logits: expected 3 classes, got 5$"):
        anim.Recorder(classes=["a", "b", "c"], **options).snapshot(0, logits=five)
    recorder = anim.Recorder(**options)
    recorder.snapshot(0, logits=logits)
    for step in (1, 2):
        with pytest.raises(SettingError, match=r"^logits: expected 3 classes, got 5$"):
            recorder.snapshot(step, logits=five)
        with pytest.raises(
            SettingError, match=r"^snapshot: expected logits as in earlier .* probs"
        ):
            recorder.snapshot(step, probs=probs)
        recorder.snapshot(step, logits=logits)
    of_first = "^collecting: expected logits of 3 classes, as in the first batch, got"
    for other, found in (({"logits": five}, "logits of 5"), ({"probs": probs}, "probs of 3")):
        with (
            pytest.raises(SettingError, match=f"{of_first} {found} classes$"),
            anim.Recorder(**options).collecting(0) as part,
        ):
            part.add(logits=logits[:four])
            part.add(**{name: values[four:] for name, values in other.items()})
    with (
        pytest.raises(SettingError, match=r"^probs: expected 4 classes, got 3$"),
        anim.Recorder(classes=list("abcd"), **options).collecting(0) as part,
    ):
        part.add(probs=probs)


def test_classes_of_a_recording_that_is_continued_are_compared(tmp_path):
    logits, labels = case(3)
    options = {"labels": labels, "keep": "top", "resume": True}
    with anim.Recorder(tmp_path / "r", classes=["a", "b", "c"], **options) as recorder:
        recorder.snapshot(0, logits=logits)
    with (
        anim.Recorder(tmp_path / "r", **options) as recorder,
        pytest.raises(SettingError, match=r"^logits: expected 3 classes, got 5$"),
    ):
        recorder.snapshot(1, logits=case(5)[0])


@pytest.mark.parametrize("keep", ["float32", "top"])
@pytest.mark.parametrize("classes", [2, 7])
@pytest.mark.usefixtures("blocks_of_rows")
def test_probabilities_that_are_passed_as_logits_cause_a_warning(classes, keep, recwarn):
    logits, labels = case(classes)
    probs = softmax(logits)
    for given in (probs, jnp.asarray(probs)):
        with pytest.warns(UserWarning, match="^logits: each row is in .*, pass probs="):
            anim.Recorder(labels=labels, keep=keep).snapshot(0, logits=given)
    with (
        pytest.warns(UserWarning, match="^logits: each row is in .*, pass probs="),
        anim.Recorder(labels=labels, keep=keep).collecting(0) as part,
    ):
        for rows in np.split(np.arange(len(labels)), 3):
            part.add(logits=probs[rows])
    mixed = np.where(np.arange(len(labels))[:, None] % 3 == 0, probs, logits)
    with pytest.warns(UserWarning, match=r"got 2\d\d of 600 rows that are in"):
        anim.Recorder(labels=labels, keep=keep).snapshot(0, logits=mixed)
    recwarn.clear()
    for given in (logits, np.zeros_like(logits), logits.clip(0, 0.4)):
        anim.Recorder(labels=labels, keep=keep).snapshot(0, logits=given)
    assert not recwarn.list


@pytest.mark.parametrize("place", [None, "folder", "memory://"])
def test_as_many_classes_are_known_as_were_reduced(tmp_path, place):
    logits, _ = case(9)
    labels = np.arange(len(logits)) % 2
    path = {"folder": str(tmp_path / "r"), "memory://": f"memory://nine/{tmp_path.name}"}.get(place)
    with anim.Recorder(path, labels=labels, keep="top") as recorder:
        recorder.snapshot(0, logits=logits)
        run = recorder.run()
    assert run.classes == tuple("012345678")
    if path is None:
        return
    with anim.Recorder(path, labels=labels, keep="top", resume=True) as recorder:
        with pytest.raises(ValueError, match="logits: expected 9 classes, got 8"):
            recorder.snapshot(1, logits=logits[:, :8])
        recorder.snapshot(1, logits=logits)
    assert anim.open(path).classes == tuple("012345678")
    with pytest.raises(anim.RecordingError, match=r"was recorded with 0, 1, 2, .*, got a, b$"):
        anim.Recorder(path, labels=labels, classes=["a", "b"], keep="top", resume=True)
    with anim.Recorder(path, labels=labels, classes="abcdefghi", keep="top", resume=True):
        pass
    assert anim.open(path).classes == tuple("abcdefghi")


@pytest.mark.parametrize("kind", ["logits", "probs"])
@pytest.mark.parametrize(("count", "classes"), [(50, 100), (5, 1000), (3000, 2), (3000, 3)])
def test_nan_is_found_in_blocks_of_any_size(kind, count, classes):
    """The largest of many numbers, one of them NaN, is another one on some CPUs."""
    # Logits in [0, 1] would be looked at again, as they may be probabilities.
    value = 1 / classes if kind == "probs" else -3
    scores = np.full((count, classes), value, np.float32)
    scores[-1, -2] = np.nan
    for given in (scores, jnp.asarray(scores)):
        with anim.Recorder(labels=np.zeros(count, int), keep="top") as recorder:
            problem = rf"^{kind}: .* got nan at index \[{count - 1}, {classes - 2}\]$"
            with pytest.raises(NotFiniteError, match=problem):
                recorder.snapshot(0, **{kind: given})
