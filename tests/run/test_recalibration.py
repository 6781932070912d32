"""Recalibrations are fitted on one part of the examples, and shown on the other."""

import warnings

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from sklearn.isotonic import IsotonicRegression

import anim
from anim.errors import SettingError
from anim.settings import RECALIBRATIONS
from tests.support.amounts import slow
from tests.support.predictions import softmax
from tests.support.recalibration import (
    EXAMPLES,
    a_run,
    a_run_with_two_that_have_none,
    best_temperature,
    likelihood,
    parts,
    recorded,
    some_logits,
)


@pytest.mark.parametrize(("held_out", "seed"), [(0.5, 0), (0.5, 7), (0.9, 3)])
def test_both_runs_have_the_examples_that_were_not_used_to_fit(held_out, seed):
    """Each example's first logit is its own number."""
    logits, labels = some_logits()
    logits[..., 0] = np.arange(EXAMPLES) / EXAMPLES
    run = anim.from_arrays([0, 10, 20], labels, logits=logits)
    raw, recalibrated = anim.calibrate(run, held_out=held_out, seed=seed)
    _, shown = parts(held_out=held_out, seed=seed)
    for one in (raw, recalibrated):
        np.testing.assert_array_equal(one.labels, labels[shown])
        assert one.steps.tolist() == [0, 10, 20]
    for i in range(3):
        numbers = np.round(raw.logits(i)[:, 0] * EXAMPLES).astype(int)
        np.testing.assert_array_equal(numbers, shown)
        temperature = recalibrated.recorded["temperature"][i]
        np.testing.assert_allclose(
            recalibrated.logits(i) * temperature, logits[i, shown], rtol=1e-5
        )


def test_only_held_out_labels_change_the_temperature():
    logits, labels = some_logits()
    seen, shown = parts()

    def temperatures(changed):
        other = labels.copy()
        other[changed] = (other[changed] + 1) % 3
        _, recalibrated = anim.calibrate(anim.from_arrays([0, 10, 20], other, logits=logits))
        return recalibrated.recorded["temperature"]

    usual = temperatures([])
    np.testing.assert_array_equal(temperatures(shown), usual)
    assert (temperatures(seen[:40]) > 1.01 * usual).all()


@pytest.mark.parametrize(("classes", "kind"), [(2, "logits"), (2, "probs"), (10, "logits")])
def test_the_temperature_is_the_one_that_scipy_finds_on_the_held_out_examples(classes, kind):
    logits, labels = some_logits(classes)
    raw, recalibrated = anim.calibrate(a_run(classes, kind))
    seen, shown = parts()
    for i, found in enumerate(recalibrated.metrics()["temperature"]):
        best = best_temperature(logits[i, seen], labels[seen])
        assert found == pytest.approx(best, rel=2e-4)
        expected = likelihood(logits[i, shown].astype(float) / best, labels[shown])
        assert recalibrated.metrics()["nll"][i] == pytest.approx(expected, rel=1e-4)
    assert "temperature" not in raw.metrics()
    # The first snapshot is over-confident by half as much as the second.
    assert (recalibrated.metrics()["nll"] < raw.metrics()["nll"]).all()


@pytest.mark.parametrize("classes", [2, 5])
def test_a_temperature_changes_no_prediction_even_if_rounding_makes_ties(classes):
    """Leads of a millionth, which are lost once logits are divided by a temperature of 300."""
    logits, labels = some_logits(classes, sharpness=300)
    close = np.arange(EXAMPLES) % 4 == 0
    logits[:, close] = 0
    logits[:, close, -1] = 2e-6
    run = anim.from_arrays([0, 10, 20], labels, logits=logits)
    raw, recalibrated = anim.calibrate(run)
    _, shown = parts()
    assert recalibrated.recorded["temperature"].min() > 100
    ties = softmax(logits[1, shown] / recalibrated.recorded["temperature"][1].astype(np.float32))
    assert (ties.argmax(1) != logits[1, shown].argmax(1)).sum() > 50
    expected = (logits[:, shown].argmax(2) == labels[shown]).mean(1)
    np.testing.assert_array_equal(raw.metrics()["accuracy"], expected)
    np.testing.assert_array_equal(recalibrated.metrics()["accuracy"], expected)
    for view in {recalibrated.default_view(), "confidence"}:
        hits = recalibrated.reliability(view).hits.sum(1)
        np.testing.assert_array_equal(hits, np.round(expected * len(shown)))


@pytest.mark.parametrize("method", RECALIBRATIONS)
def test_a_recording_on_disk_is_recalibrated_as_one_in_memory(tmp_path, method):
    (_, there), (_, here) = (
        anim.calibrate(recorded(path, "float32"), method) for path in (tmp_path / "r", None)
    )
    expected = here.metrics()
    assert there.metrics().keys() == expected.keys()
    for name, values in there.metrics().items():
        np.testing.assert_array_equal(values, expected[name])


@pytest.mark.parametrize("kind", ["logits", "probs"])
def test_half_precision_is_recalibrated_like_the_numbers_it_holds(kind):
    run = recorded(None, "float16", kind)
    logits, labels = some_logits()
    seen, _ = parts()
    _, recalibrated = anim.calibrate(run)
    for i in range(3):
        held = logits[i] if kind == "logits" else softmax(logits[i])
        held = held.astype(np.float16).astype(np.float64)
        held = held if kind == "logits" else np.log(np.maximum(held, np.finfo(np.float32).tiny))
        best = best_temperature(held[seen], labels[seen])
        assert recalibrated.recorded["temperature"][i] == pytest.approx(best, rel=5e-4)


@pytest.mark.parametrize("keep", ["float32", *slow("float16")])
@pytest.mark.parametrize("kind", ["logits", "probs"])
@pytest.mark.parametrize("classes", [2, 5])
def test_isotonic_probabilities_are_those_of_scikit_learn(classes, kind, keep):
    # Not sharper: scikit-learn merges scores that are less than 1e-15 apart.
    run = recorded(None, keep, kind, classes, sharpness=1)
    raw, recalibrated = anim.calibrate(run, "isotonic")
    seen, shown = parts()
    for i in range(3):
        held = run.probs(i)
        columns = []
        for k in range(classes):
            fit = IsotonicRegression().fit(held[seen, k].astype(float), run.labels[seen] == k)
            # Half an example more than none, or less than all: no probability is 0 or 1.
            shares = np.clip(fit.y_thresholds_, 0.5 / len(seen), 1 - 0.5 / len(seen))
            columns.append(np.interp(held[shown, k], fit.X_thresholds_, shares))
        expected = np.stack(columns, axis=1)
        if classes == 2:
            expected = np.stack([1 - expected[:, 1], expected[:, 1]], axis=1)
        expected /= expected.sum(1, keepdims=True)
        np.testing.assert_allclose(recalibrated.probs(i), expected, atol=1e-5)
    assert recalibrated.metrics()["ece"][2] < raw.metrics()["ece"][2] / 2


@pytest.mark.parametrize(("classes", "kind"), [(2, "logits"), (5, "probs")])
def test_vector_scales_are_the_minimum_that_scipy_finds(classes, kind):
    run = a_run(classes, kind)
    raw, recalibrated = anim.calibrate(run, "vector")
    seen, shown = parts()
    for i in (0, 2):
        logits, labels = run.logits(i).astype(float), run.labels

        def scaled(both, part, logits=logits):
            return logits[part] * both[:classes] + both[classes:]

        best = scipy.optimize.minimize(
            lambda both, labels=labels: likelihood(scaled(both, seen), labels[seen]),
            np.append(np.full(classes, 0.5), np.zeros(classes)),
            options={"gtol": 1e-7},
        )
        expected = softmax(scaled(best.x, shown))
        np.testing.assert_allclose(recalibrated.probs(i), expected, atol=2e-3)
    assert recalibrated.metrics()["nll"][2] < raw.metrics()["nll"][2]
    assert "temperature" not in recalibrated.metrics()


def test_a_score_of_one_column_is_recalibrated_as_that_of_two():
    """The input of the sigmoid of a binary model, [N] or [N, 1]."""
    logits, labels = some_logits(2)
    margins = logits[..., 1] - logits[..., 0]
    seen, _ = parts()
    expected = best_temperature(logits[1, seen], labels[seen])
    for values in (margins, margins[..., None]):
        _, recalibrated = anim.calibrate(
            anim.from_arrays([0, 10, 20], labels[:, None], logits=values)
        )
        assert recalibrated.recorded["temperature"][1] == pytest.approx(expected, rel=2e-4)


def test_recorded_scalars_stay_beside_the_temperature():
    logits, labels = some_logits()
    with anim.Recorder(labels=labels, classes=["a", "b", "c"]) as recorder:
        recorder.snapshot(0, logits=logits[0], metrics={"rate": 0.5})
        recorder.snapshot(7, logits=logits[1], metrics={"rate": 0.25})
    raw, recalibrated = anim.calibrate(recorder.run())
    assert raw.classes == recalibrated.classes == ("a", "b", "c")
    assert raw.metrics()["rate"].tolist() == recalibrated.metrics()["rate"].tolist() == [0.5, 0.25]
    assert list(recalibrated.metrics())[:3] == ["rate", "temperature", "accuracy"]


@pytest.mark.parametrize("method", RECALIBRATIONS)
def test_top_labels_alone_have_no_recalibration(method):
    with pytest.raises(SettingError, match=r"^calibrate: this run holds only the confidence"):
        anim.calibrate(recorded(None, "top"), method)


@pytest.mark.parametrize("held_out", [0, 1, -0.1, 1.5, float("nan"), "half", 0.0005, 0.9995])
def test_a_share_that_leaves_no_example_to_fit_or_to_show_is_an_error(held_out):
    with pytest.raises(SettingError, match=r"^held_out: "):
        anim.calibrate(a_run(), held_out=held_out)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    ("method", "steps", "is_recalibrated"),
    # For constant logits, vector scales give the frequencies of the classes.
    [("temperature", "0, 20", [False, True, False]), ("vector", "20", [True, True, False])],
)
def test_snapshots_without_a_recalibration_are_named_and_empty(
    classes, method, steps, is_recalibrated
):
    named = (
        rf"^{is_recalibrated.count(False)} of 3 snapshots \(step {steps}\) have no recalibration"
    )
    with pytest.warns(UserWarning, match=named) as warned:
        raw, recalibrated = anim.calibrate(a_run_with_two_that_have_none(classes), method)
    assert [one.filename for one in warned] == [__file__]
    counts = recalibrated.reliability().counts.sum(1)
    np.testing.assert_array_equal(counts, np.where(is_recalibrated, EXAMPLES // 2, 0))
    assert np.isnan(recalibrated.reliability().accuracy[~np.array(is_recalibrated)]).all()
    np.testing.assert_array_equal(recalibrated.lacks_recalibration, ~np.array(is_recalibrated))
    for name, values in recalibrated.metrics().items():
        assert np.isfinite(values).tolist() == is_recalibrated, name
    assert (raw.reliability().counts.sum(1) == EXAMPLES // 2).all()
    assert np.isfinite(raw.metrics()["nll"]).all()


def a_run_without_any_recalibration(method):
    logits, labels = some_logits()
    if method == "isotonic":
        # No example of a class is held out.
        labels[parts()[0]] = np.minimum(labels[parts()[0]], 1)
    else:
        logits = np.stack([5 * np.eye(3)[labels]] * 3)
    return anim.from_arrays([0, 10, 20], labels, logits=logits)


@pytest.mark.parametrize("method", RECALIBRATIONS)
def test_a_run_without_any_recalibration_is_empty_and_says_so(method):
    run = a_run_without_any_recalibration(method)
    with pytest.warns(
        UserWarning, match=r"^3 of 3 snapshots \(step 0, 10, 20\) have no recalibration"
    ):
        _, recalibrated = anim.calibrate(run, method)
    assert not recalibrated.reliability().counts.any()
    assert all(np.isnan(values).all() for values in recalibrated.metrics().values())


@pytest.mark.parametrize("examples", [16, 30, 60, 120])
def test_there_is_a_temperature_where_its_interval_spans_less_than_a_factor_of_4(examples):
    logits, labels = some_logits(2, examples=examples, seed=1)
    seen, _ = parts(examples)
    told = []
    for values in logits:
        best, step = np.log(best_temperature(values[seen], labels[seen])), 0.01
        at = np.exp(best + step * np.array([-1, 0, 1]))
        loss = [len(seen) * likelihood(values[seen] / one, labels[seen]) for one in at]
        # The likelihood's curvature at its maximum.
        error = step / np.sqrt(loss[0] - 2 * loss[1] + loss[2])
        told.append(2 * 1.96 * error < np.log(4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, recalibrated = anim.calibrate(anim.from_arrays([0, 10, 20], labels, logits=logits))
    assert np.isfinite(recalibrated.recorded["temperature"]).tolist() == told


def test_a_damaged_snapshot_does_not_count_as_without_a_recalibration(tmp_path):
    recorded(tmp_path / "r", "float32")
    (tmp_path / "r" / "logits" / "c" / "1" / "0" / "0").write_bytes(b"")
    raw, recalibrated = anim.calibrate(anim.open(tmp_path / "r"))
    for run in (raw, recalibrated):
        with pytest.warns(UserWarning, match=r"snapshot 1 \(step 10\) is damaged.*left out"):
            metrics = run.metrics()
        assert np.isfinite(metrics["ece"]).tolist() == [True, False, True]
        assert not run.lacks_recalibration.any()


def test_replicas_are_recalibrated_one_by_one():
    runs = [a_run(seed=0), anim.from_arrays([0, 5], a_run().labels, logits=some_logits()[0][1:])]
    raw, recalibrated = anim.calibrate(anim.Replicas(runs, "many"))
    assert isinstance(raw, anim.Replicas)
    assert isinstance(recalibrated, anim.Replicas)
    assert (raw.name, recalibrated.name) == ("many", "many, temperature-scaled")
    for run, one in zip(runs, recalibrated, strict=True):
        best = best_temperature(run.logits(1)[parts()[0]], run.labels[parts()[0]])
        assert one.recorded["temperature"][1] == pytest.approx(best, rel=2e-4)
