"""Runs with weights: whole numbers are repeated examples, in all that is computed of a run."""

import numpy as np
import pytest

import anim
from anim.calibration import effective_number
from anim.errors import RecordingError
from anim.run.examples import Groups
from anim.run.passes import Passes
from anim.run.places import OneDevice
from anim.run.predictions import _ClassBins, _Rows
from tests.support.amounts import slow

N = 120
# What chance does, which follows from the effective number of examples.
OF_CHANCE = {"ece_low", "ece_high", "ece_if_calibrated", "ece_p", "score_p", "debiased_l2"}
OF_CHANCE |= {"spiegelhalter_z", "spiegelhalter_p", "kuiper_p", "score_kuiper_p"}


def a_run(classes, logits, labels, **options):
    names = [f"class {k}" for k in range(classes)]
    snapshots = [{"logits": one} for one in logits]
    return anim.Run([0, 10], labels, snapshots, kind="logits", classes=names, **options)


def drawn(classes):
    rng = np.random.default_rng(2)
    logits = 2 * rng.normal(size=(2, N, classes)).astype(np.float32)
    labels = np.where(rng.random(N) < 0.6, logits[1].argmax(1), rng.integers(0, classes, N))
    # Of 600 repeated examples, as many as reports have: a shape is compiled once.
    weights = rng.permutation(np.resize([1.0, 4, 7, 8], N))
    return logits, labels, weights


def same(found, expected, near=1e-6):
    np.testing.assert_allclose(np.asarray(found, float), expected, atol=near, rtol=near)


@pytest.mark.parametrize("classes", [2, *slow(4)])
def test_whole_weights_are_repeated_examples(classes):
    logits, labels, weights = drawn(classes)
    times = weights.astype(int)
    run = a_run(classes, logits, labels, weights=weights)
    many = a_run(classes, np.repeat(logits, times, axis=1), np.repeat(labels, times))
    errors, expected = run.errors(), many.errors()
    for name in errors.keys() - OF_CHANCE:
        same(errors[name], expected[name])
    for view in (None, "class:class 1"):
        for binning in ("width", "mass"):
            bins, of_many = (one.reliability(view, 10, binning) for one in (run, many))
            assert bins.counts.tolist() == of_many.counts.tolist()
            assert bins.hits.tolist() == of_many.hits.tolist()
            for name in ("edges", "accuracy", "confidence", "ideal"):
                same(getattr(bins, name), getattr(of_many, name))
            assert (bins.effective <= (weights > 0).sum()).all()
            assert of_many.effective is None
        dots, of_many = run.dots(view), many.dots(view)
        assert dots.scores.tolist() == of_many.scores.tolist()
        assert (dots.wrong is None) or dots.wrong.tolist() == of_many.wrong.tolist()
        same(dots.mean, of_many.mean)
        same(run.curve_distance(view, "isotonic"), many.curve_distance(view, "isotonic"))


def test_equal_weights_are_none():
    logits, labels, _ = drawn(2)
    run, plain = a_run(2, logits, labels, weights=np.full(N, 0.3)), a_run(2, logits, labels)
    assert run.effective_examples == plain.effective_examples == N
    assert run.default_bins() == plain.default_bins()
    assert run.dots().wrong.tolist() == plain.dots().wrong.tolist()
    for binning in ("width", "mass"):
        bins, expected = (one.reliability(None, 10, binning) for one in (run, plain))
        for name in ("edges", "accuracy", "confidence"):
            same(getattr(bins, name), getattr(expected, name))
        same(bins.counts / 0.3, expected.counts)


@pytest.mark.slow
def test_equal_weights_change_no_error_and_no_curve():
    logits, labels, _ = drawn(2)
    run, plain = a_run(2, logits, labels, weights=np.full(N, 0.3)), a_run(2, logits, labels)
    errors, expected = run.errors(), plain.errors()
    for name, values in errors.items():
        same(values, expected[name])
    for kind in ("smooth", "isotonic"):
        same(run.curve(kind=kind, points=21), plain.curve(kind=kind, points=21), 1e-5)
    same(run.error_interval(), plain.error_interval())


def test_few_effective_examples_are_less_certain():
    logits, labels, _ = drawn(2)
    weights = np.where(np.arange(N) < 20, 100.0, 1.0)
    run = a_run(2, logits, labels, weights=weights)
    (low, high), (plain_low, plain_high) = (
        run.error_interval(),
        a_run(2, logits, labels).error_interval(),
    )
    assert (high - low > plain_high - plain_low).all()
    assert run.effective_examples == effective_number(weights) < 25
    assert (run.chance() > a_run(2, logits, labels).chance()).all()


@pytest.mark.parametrize("method", ["temperature", *slow("vector", "isotonic")])
def test_recalibrations_are_fitted_with_weights(method):
    # As many as reports recalibrate.
    count, rng = 600, np.random.default_rng(2)
    logits = 2 * rng.normal(size=(2, count, 2)).astype(np.float32)
    labels = np.where(rng.random(count) < 0.8, logits[1].argmax(1), rng.integers(0, 2, count))
    # Wrong predictions count more, so that a fit with weights is another one.
    weights = np.where(labels == logits[1].argmax(1), 1.0, 3.0)
    found = [
        anim.calibrate(a_run(2, logits[1:].repeat(2, 0), labels, weights=own), method)[1]
        for own in (np.full(count, 0.7), None, weights)
    ]
    equal, plain, other = (run.metrics()["nll"] for run in found)
    same(equal, plain, 1e-5)
    assert (np.abs(other - plain) > 1e-4).all()
    assert len(found[2].weights) == len(found[2].labels) < count


class Unreadable(list):
    def __getitem__(self, i):
        if i == 0:
            raise RecordingError("damaged")
        return super().__getitem__(i)


def test_a_snapshot_that_cannot_be_read_has_no_examples():
    logits, labels, weights = drawn(2)
    snapshots = Unreadable({"logits": one} for one in logits)
    run = anim.Run([0, 10], labels, snapshots, kind="logits", classes=["a", "b"], weights=weights)
    with pytest.warns(UserWarning, match="it is left out"):
        bins, errors = run.reliability(), run.errors()
    assert bins.counts[0].sum() == bins.effective[0].sum() == 0 < bins.counts[1].sum()
    assert all(np.isnan(values[0]) and np.isfinite(values[1]) for values in errors.values())


@pytest.mark.slow
def test_parts_have_their_own_weights():
    logits, labels, weights = drawn(3)
    codes = (np.arange(N) % 2).astype(np.int32)
    groups = {"sex": Groups(("female", "male"), codes)}
    run = a_run(3, logits, labels, weights=weights, groups=groups)
    parts = run.by_group("sex")
    for i, part in enumerate(parts.values()):
        alone = a_run(3, logits[:, codes == i], labels[codes == i], weights=weights[codes == i])
        expected = alone.errors()
        for name, values in part.errors().items():
            same(values, expected[name])
    sums = [part.reliability(bins=8).counts for part in parts.values()]
    same(sum(sums), run.reliability(bins=8).counts)


def test_sums_of_small_weights_keep_their_digits():
    logits = np.zeros((1 << 15, 3), np.float32)
    labels, weights = np.zeros(1 << 15, np.int32), np.full(1 << 15, 0.1e-30)
    bins = _ClassBins(OneDevice(), None, weights)
    bins.add(_Rows(slice(0, len(labels)), len(labels), {"logits": logits}, labels))
    sums = bins.sums()
    same(sums.counts.sum(1) / weights.sum(), np.ones(3))
    same(sums.squares.sum(1) / (weights**2).sum(), np.ones(3))


def test_processes_with_other_weights_do_other_work():
    logits, labels, weights = drawn(2)
    snapshots = [{"logits": one} for one in logits]
    prints = {
        Passes(snapshots, labels, own)._fingerprint([0, 1]) for own in (None, weights, 2 * weights)
    }
    assert len(prints) == 3


def test_replicas_have_the_same_weights():
    logits, labels, weights = drawn(2)
    one, other = (a_run(2, logits, labels, weights=own) for own in (weights, 2 * weights))
    anim.Replicas([one, one])
    with pytest.raises(ValueError, match="the same labels, weights and classes"):
        anim.Replicas([one, other])
