"""Logits of -inf: classes that cannot be, such as choices that a question has not."""

import numpy as np
import pytest

import anim
from anim.errors import NotFiniteError

RNG = np.random.default_rng(3)
# Half of the examples have five choices, the others three of them.
LOGITS = RNG.normal(0, 2, (400, 5)).astype(np.float32)
LOGITS[::2, 3:] = -np.inf
LABELS = np.where(RNG.random(400) < 0.7, LOGITS.argmax(1), RNG.integers(0, 3, 400))
WEIGHTS = np.exp(LOGITS.astype(float))
PROBS = WEIGHTS / WEIGHTS.sum(1, keepdims=True)
NLL = -np.log(PROBS[np.arange(400), LABELS]).mean()


def of_snapshot(folder, keep):
    recorder = anim.Recorder(folder, labels=LABELS, keep=keep)
    recorder.snapshot(0, logits=LOGITS)
    return recorder.run()


def of_batches(folder, keep):
    recorder = anim.Recorder(folder, keep=keep)
    with recorder.collecting(0) as part:
        for rows in np.split(np.arange(400), 8):
            part.add(logits=LOGITS[rows], labels=LABELS[rows])
    return recorder.run()


@pytest.mark.parametrize("keep", ["float32", "float16", "top"])
@pytest.mark.parametrize("record", [of_snapshot, of_batches])
def test_a_class_that_cannot_be_has_no_share_of_the_probabilities(
    tmp_path, record, keep, monkeypatch
):
    # Batches wait on the disk.
    monkeypatch.setattr("anim.run.collecting._IN_MEMORY", 1000)
    run = record(tmp_path / "run", keep)
    close = {"atol": 2e-3 if keep == "float16" else 1e-6}
    if keep == "top":
        np.testing.assert_allclose(run.snapshots[0]["confidence"], PROBS.max(1), **close)
    else:
        np.testing.assert_allclose(run.probs(0), PROBS, **close)
        assert (np.asarray(run.probs(0))[PROBS == 0] == 0).all()
    metrics = run.metrics()
    np.testing.assert_allclose(metrics["nll"], NLL, **close)
    np.testing.assert_allclose(metrics["accuracy"], (PROBS.argmax(1) == LABELS).mean(), **close)


def test_temperatures_do_not_depend_on_how_low_a_class_is():
    kept = of_snapshot(None, "float32").snapshots[0]["logits"]
    lower = np.where(np.isinf(LOGITS), np.float32(-1e30), LOGITS)
    found, expected = (anim.calibration.fit_temperature(one, LABELS) for one in (kept, lower))
    np.testing.assert_allclose(found.temperature, expected.temperature, rtol=1e-5)
    assert 0.1 < float(found.temperature) < 10


@pytest.mark.parametrize("keep", ["float32", "top"])
@pytest.mark.parametrize("record", [of_snapshot, of_batches])
def test_a_label_whose_class_cannot_be_is_named(monkeypatch, tmp_path, record, keep):
    monkeypatch.setattr("anim.run.collecting._IN_MEMORY", 1000)
    labels = LABELS.copy()
    labels[202] = 4
    monkeypatch.setitem(globals(), "LABELS", labels)
    problem = r"^logits: expected a logit of the label above -inf.* got -inf at index \[202, 4\]"
    with pytest.raises(NotFiniteError, match=problem):
        record(tmp_path / "run", keep)


@pytest.mark.parametrize("row", [[-np.inf] * 3, [-np.inf, np.nan, 0], [-np.inf, np.inf, 0]])
def test_a_row_without_any_class_is_refused(row):
    recorder = anim.Recorder(labels=[0, 1])
    with pytest.raises(NotFiniteError, match=r"logits: expected (finite numbers|a logit of)"):
        recorder.snapshot(0, logits=[[0, 1, 2], row[::-1]])


def test_the_input_of_a_sigmoid_is_finite():
    with pytest.raises(NotFiniteError):
        anim.Recorder(labels=[0, 1]).snapshot(0, logits=[0.5, -np.inf])
