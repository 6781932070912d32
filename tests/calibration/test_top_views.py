"""The views of the k likeliest classes, against NumPy's sort and torchmetrics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import anim
from anim import calibration
from anim.calibration import tiles
from anim.calibration.columns import columns_of
from anim.errors import SettingError
from tests.support.amounts import slow
from tests.support.predictions import model, predicted, reference, softmax


def by_sorting(values, probs, labels, k):
    """Sums of the k largest, and whether the label is among them, the first of equals first."""
    order = np.argsort(-values.astype(float), axis=1, kind="stable")[:, :k]
    scores = np.take_along_axis(probs.astype(float), order, axis=1).sum(1)
    return scores, (order == labels[:, None]).any(1)


def some(classes, examples=90):
    logits, labels = model(examples, classes=classes, seed=classes)
    # A third of the rows has ties, of which the first ones are taken.
    logits[:30] = np.round(logits[:30])
    return logits.astype(np.float32), labels


# One after the other up to five of them, and all at once beyond.
@pytest.mark.parametrize("of_logits", [True, *slow(False)])
@pytest.mark.parametrize("case", [(3, 2), (10, 6), *slow((7, 5), (40, 6), (40, 39))], ids=str)
def test_they_are_what_a_sort_finds(case, of_logits, monkeypatch):
    classes, k = case
    monkeypatch.setattr(tiles, "_TILE", 31 * classes)
    logits, labels = some(classes)
    probs = np.asarray(calibration.probabilities(logits))
    values = logits if of_logits else probs
    view = calibration.view_of(f"top:{k}", [str(one) for one in range(classes)])
    found = columns_of(values, labels, views=(view,), of_logits=of_logits)
    scores, hits = by_sorting(values, probs, labels, k)
    np.testing.assert_allclose(found.scores[0], scores, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(found.hits[0], hits)
    assert view.name == f"top:{k}"
    assert not view.counts_labels


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**16))
def test_the_order_of_the_classes_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    # Without ties: among equals the first one is taken.
    probs = rng.dirichlet(np.ones(8), 500).astype(np.float32)
    labels, order = rng.integers(0, 8, 500), rng.permutation(8)
    places = np.argsort(order)
    for k in (2, 6):
        view = calibration.TopView(k)
        one = calibration.scores_and_hits(probs, labels, view)
        other = calibration.scores_and_hits(probs[:, order], places[labels], view)
        np.testing.assert_allclose(one[0], other[0], rtol=0, atol=1e-6)
        np.testing.assert_array_equal(one[1], other[1])


@pytest.mark.slow
def test_their_share_of_hits_is_the_accuracy_of_torchmetrics():
    torch, metrics = reference("torch"), reference("torchmetrics.classification")
    probs, labels = predicted(examples=500, classes=8, sharpness=2)
    for k in (2, 6):
        accuracy = metrics.MulticlassAccuracy(8, top_k=k, average="micro")
        expected = float(accuracy(torch.tensor(probs), torch.tensor(labels)))
        _, hits = calibration.scores_and_hits(probs, labels, calibration.TopView(k))
        assert np.mean(hits) == pytest.approx(expected, abs=1e-6)


def test_the_first_alone_is_the_confidence_view():
    classes = ("a", "b", "c")
    assert calibration.view_of("top:1", classes) == calibration.CONFIDENCE
    logits, labels = some(3)
    both = calibration.TopView(1), calibration.CONFIDENCE
    found = columns_of(logits, labels, views=both, of_logits=True)
    np.testing.assert_array_equal(*found.scores)
    np.testing.assert_array_equal(*found.hits)


def test_the_predicted_class_is_the_first_where_rounding_made_it_equal():
    """Of logits that a temperature divided, others may be as large as that of the predicted."""
    logits, predictions = np.zeros((3, 3), np.float32), np.array([1, 1, 1])
    found = columns_of(
        logits, np.arange(3), predictions, views=(calibration.TopView(2),), of_logits=True
    )
    assert np.asarray(found.hits[0]).tolist() == [True, True, False]


def test_a_sum_is_not_above_1():
    probs = np.array([[0.50000006, 0.5, 0, 0]], np.float32)
    found = columns_of(probs, np.array([0]), views=(calibration.TopView(2),), of_logits=False)
    assert np.asarray(found.scores[0]).tolist() == [1.0]


@pytest.mark.parametrize("k", ["0", "3", "-1", "1.5", "x", "", "²", "9" * 5000])
def test_k_is_from_1_to_the_number_of_classes_less_1(k):
    problem = r"^view: expected top:1 to top:2 for 3 classes, got '"
    with pytest.raises(SettingError, match=problem) as error:
        calibration.view_of(f"top:{k}", ("a", "b", "c"))
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("k", [0, 3])
def test_a_view_made_by_hand_is_checked_too(k):
    probs, labels = predicted(examples=20, classes=3)
    with pytest.raises(SettingError, match=rf"^view: expected k in \[1, 3\), got {k}$"):
        calibration.scores_and_hits(probs, labels, calibration.TopView(k))


@pytest.mark.slow
def test_a_run_and_its_recalibration_have_them():
    # Of a shape that other tests recalibrate, too.
    logits, labels = model(120, classes=3, sharpness=3)
    run = anim.from_arrays([0, 1], labels, logits=np.stack([logits, logits * 2]))
    raw, recalibrated = anim.calibrate(run)
    bins = [one.reliability("top:2") for one in (raw, recalibrated)]
    np.testing.assert_array_equal(*(one.hits.sum(1) for one in bins))
    _, hits = by_sorting(raw.logits(1), softmax(raw.logits(1)), raw.labels, 2)
    assert bins[0].hits[1].sum() == hits.sum()
    assert (bins[0].counts.sum(1) == len(raw.labels)).all()


def test_a_recording_without_the_scores_of_all_classes_refuses_them():
    logits, labels = model(400, classes=3)
    recorder = anim.Recorder(labels=labels, keep="top")
    recorder.snapshot(0, logits=logits)
    with pytest.raises(SettingError, match=r"^view: .* the confidence view only, got 'top:2'$"):
        recorder.run().reliability("top:2")
