"""What a recorder keeps of its snapshots, in memory and on disk."""

import jax.numpy as jnp
import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.run import scalars
from tests.support.predictions import softmax

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 500)
LOGITS = (RNG.normal(size=(500, 4)) * 3).astype(np.float32)
PROBS = softmax(LOGITS)


@pytest.fixture(params=["memory", "disk"])
def place(request, tmp_path):
    return None if request.param == "memory" else tmp_path / "run"


def recorded(place, *snapshots, **options):
    with anim.Recorder(place, labels=options.pop("labels", LABELS), **options) as recorder:
        for step, snapshot in enumerate(snapshots):
            recorder.snapshot(step, **snapshot)
    return recorder.run()


def test_an_array_may_be_changed_as_soon_as_snapshot_returns(place):
    mine = LOGITS.copy()
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=mine)
        mine[:] = 0
    np.testing.assert_array_equal(recorder.run().logits(0), LOGITS)


def test_float16_takes_half_the_bytes_and_reads_back_as_float32(tmp_path):
    run = recorded(tmp_path / "half", {"logits": LOGITS}, keep="float16")
    recorded(tmp_path / "full", {"logits": LOGITS})
    sizes = [(tmp_path / name / "logits/c/0/0/0").stat().st_size for name in ("half", "full")]
    assert sizes[0] < 0.51 * sizes[1]
    assert run.logits(0).dtype == np.float32
    np.testing.assert_allclose(run.logits(0), LOGITS, rtol=2**-11)


def test_confidence_and_correct_give_the_same_confidence_view_as_logits(place):
    given = {"confidence": PROBS.max(1), "correct": PROBS.argmax(1) == LABELS}
    top = recorded(None, {"logits": LOGITS}, keep="top")
    for run, more in ((recorded(place, given), set()), (top, {"nll", "brier"})):
        whole = recorded(None, {"logits": LOGITS})
        bins, expected = run.reliability(), whole.reliability()
        np.testing.assert_array_equal(bins.counts, expected.counts)
        np.testing.assert_array_equal(bins.hits, expected.hits)
        assert run.metrics().keys() == {"accuracy", "ece", "mce"} | more
        for name, values in run.metrics().items():
            np.testing.assert_allclose(values, whole.metrics()[name], atol=1e-6)


def test_a_run_of_confidence_and_correct_refuses_other_views(place):
    run = recorded(place, {"logits": LOGITS[:, :2]}, labels=LABELS % 2, keep="top")
    assert run.default_view() == "confidence"
    for view in ("score", "class:1"):
        with pytest.raises(SettingError, match="has the confidence view only"):
            run.reliability(view)
    for method in (run.logits, run.probs):
        with pytest.raises(ValueError, match="only the confidence of the predicted class"):
            method(0)


def test_a_recording_of_confidence_and_correct_is_small_whatever_the_number_of_classes(tmp_path):
    labels = np.arange(200) * 500
    run = recorded(
        tmp_path / "run",
        {"confidence": np.full(200, 0.5), "correct": np.arange(200) % 2},
        labels=labels,
    )
    assert len(run.classes) == labels.max() + 1
    assert run.metrics()["ece"] == pytest.approx(0, abs=1e-6)
    assert sum(f.stat().st_size for f in (tmp_path / "run").rglob("*") if f.is_file()) < 100_000


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"confidence": np.full(500, 0.5)}, "got confidence"),
        ({"logits": np.full((500, 4), np.nan)}, "finite"),
        ({"logits": LOGITS, "metrics": {"accuracy": 0.5}}, "train_accuracy"),
    ],
)
def test_a_wrong_snapshot_is_an_error_and_is_not_recorded(place, given, problem):
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=LOGITS)
        with pytest.raises(ValueError, match=problem):
            recorder.snapshot(1, **given)
    assert recorder.run().steps.tolist() == [0]


def test_a_snapshot_of_another_kind_or_number_of_classes_is_refused(place):
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=LOGITS)
        with pytest.raises(ValueError, match="expected logits as in earlier snapshots, got probs"):
            recorder.snapshot(1, probs=PROBS)
        with pytest.raises(ValueError, match="expected 4 classes, got 3"):
            recorder.snapshot(1, logits=LOGITS[:, :3])


def test_a_step_that_decreases_or_repeats_is_refused(place):
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(5, logits=LOGITS)
        for step in (5, 3):
            with pytest.raises(ValueError, match=f"expected a step after 5, got {step}"):
                recorder.snapshot(step, logits=LOGITS)
        with pytest.raises(ValueError, match="step: expected a whole number"):
            recorder.snapshot(6.5, logits=LOGITS)


def test_a_snapshot_with_nan_raises_or_is_skipped_with_a_warning(place):
    bad = LOGITS.copy()
    bad[41, 1] = np.nan
    with pytest.raises(ValueError, match=r"got nan at index \[41, 1\]"):
        recorded(None, {"logits": bad})
    with pytest.warns(UserWarning, match="step 1 is skipped"):
        run = recorded(place, *({"logits": x} for x in (LOGITS, bad, LOGITS)), nan="skip")
    assert run.steps.tolist() == [0, 2]


def test_a_scalar_is_nan_at_steps_without_a_value(place):
    metrics = [{}, {"train/loss": jnp.float32(0.5)}, {"lr": 0.1}, {"lr": 0.2, "train/loss": 0.25}]
    run = recorded(place, *({"logits": LOGITS, "metrics": m} for m in metrics))
    np.testing.assert_array_equal(run.metrics()["train/loss"], [np.nan, 0.5, np.nan, 0.25])
    np.testing.assert_array_equal(run.metrics()["lr"], [np.nan, np.nan, 0.1, 0.2])


def test_too_many_names_of_scalars_are_refused_and_the_recording_stays_readable(place, monkeypatch):
    monkeypatch.setattr(scalars, "MOST_SCALARS", 3)
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=LOGITS, metrics={"a": 1, "b": 2})
        recorder.snapshot(1, logits=LOGITS, metrics={"b": 2, "c": 3})
        with pytest.raises(SettingError, match=r"at most 3 names .*, got 4; new is 'd'"):
            recorder.snapshot(2, logits=LOGITS, metrics={"d": 4})
        recorder.snapshot(3, logits=LOGITS, metrics={"a": 1})
        run = recorder.run()
    assert run.steps.tolist() == [0, 1, 3]
    assert set(run.recorded) == {"a", "b", "c"}


def test_one_output_is_the_score_of_class_1():
    labels, logit = LABELS % 2, LOGITS[:, 0]
    for given in (logit, logit[:, None]):
        run = recorded(None, {"logits": given}, labels=labels)
        np.testing.assert_allclose(run.probs(0)[:, 1], 1 / (1 + np.exp(-logit)), atol=1e-6)
    run = recorded(None, {"probs": 1 / (1 + np.exp(-logit))}, labels=labels)
    np.testing.assert_allclose(run.probs(0)[:, 1], 1 / (1 + np.exp(-logit)), atol=1e-6)


def test_probs_passed_as_logits_give_one_warning_at_the_line_of_the_call():
    with pytest.warns(UserWarning, match="pass probs=") as caught:
        recorded(None, *({"logits": PROBS} for _ in range(3)))
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_probs_passed_as_logits_to_from_arrays_give_a_warning_at_the_line_of_the_call():
    with pytest.warns(UserWarning, match="pass probs=") as caught:
        anim.from_arrays([0], LABELS, logits=PROBS[None])
    assert [one.filename for one in caught] == [__file__]


def test_labels_that_are_names_become_classes(place):
    names = np.array(["ant", "bee", "cat", "dog"])
    run = recorded(place, {"logits": LOGITS}, labels=names[LABELS], classes=names)
    np.testing.assert_array_equal(run.labels, LABELS)
    assert run.classes == tuple(names)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"keep": "half"}, "keep: expected one of float32, float16, top, got 'half'"),
        ({"nan": "drop"}, "nan: expected one of raise, skip, got 'drop'"),
        ({"classes": ["ant", "bee"]}, r"labels: expected integers in \[0, 2\), got"),
        ({"resume": True}, "resume and overwrite require a path"),
        ({"resume": 3, "overwrite": True}, "resume, overwrite: expected at most one"),
    ],
)
def test_wrong_options_are_errors(options, problem):
    with pytest.raises(ValueError, match=problem):
        anim.Recorder(labels=LABELS, **options)


def test_a_snapshot_after_close_is_refused(place):
    recorder = anim.Recorder(place, labels=LABELS)
    recorder.close()
    with pytest.raises(RuntimeError, match="closed before step 3"):
        recorder.snapshot(3, logits=LOGITS)


def test_a_run_without_a_snapshot_is_an_error(place):
    recorder = anim.Recorder(place, labels=LABELS)
    with pytest.raises((ValueError, anim.RecordingError), match="snapshot"):
        recorder.run()


def test_a_run_does_not_change_when_more_is_recorded(place):
    recorder = anim.Recorder(place, labels=LABELS)
    recorder.snapshot(0, logits=LOGITS)
    run = recorder.run()
    recorder.snapshot(1, logits=LOGITS)
    recorder.close()
    assert run.steps.tolist() == [0]
    assert len(run.metrics()["accuracy"]) == 1


@pytest.mark.parametrize("given", ["logits", "probs"])
def test_from_arrays_makes_a_run_of_all_snapshots(given):
    values = np.stack([PROBS, PROBS[:, ::-1]])
    run = anim.from_arrays(
        [3, 7], LABELS, **{given: np.log(values) if given == "logits" else values}
    )
    assert run.steps.tolist() == [3, 7]
    for i in range(2):
        np.testing.assert_allclose(run.probs(i), values[i], atol=1e-6)
    with pytest.raises(ValueError, match=f"{given}: expected 3 snapshots, got 2"):
        anim.from_arrays([1, 2, 3], LABELS, **{given: values})


def test_arrays_in_memory_have_steps_that_are_whole_numbers():
    given = {"labels": LABELS, "logits": np.stack([LOGITS, LOGITS])}
    assert anim.from_arrays(np.array([0.0, 2.0]), **given).steps.tolist() == [0, 2]
    with pytest.raises(SettingError, match=r"steps: expected integers, got 1\.5"):
        anim.from_arrays([0.0, 1.5], **given)
    for step in (float("nan"), float("inf"), "1", None):
        with pytest.raises(SettingError, match="steps: expected integers, got"):
            anim.from_arrays([step, 2], **given)
