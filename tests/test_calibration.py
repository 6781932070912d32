"""Bins and errors, against numpy and hand-made cases."""

import numpy as np
import pytest

import anim


def a_run(seed=0, examples=4000, classes=2, snapshots=3):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, examples)
    logits = rng.normal(size=(snapshots, examples, classes)).astype(np.float32) * 2
    return anim.from_arrays(np.arange(snapshots), labels, logits=logits), labels


@pytest.mark.parametrize("bins", [1, 7, 10, 15, 50, 67])
def test_counts_equal_numpy_histogram_at_every_edge(bins):
    edges = np.linspace(0, 1, bins + 1, dtype=np.float32)
    near = np.concatenate([edges, np.nextafter(edges, 0), np.nextafter(edges, 1)])
    scores = np.clip(near, 0, 1).astype(np.float32)
    run = anim.from_arrays([0], np.zeros(len(scores), int), probs=scores[None])
    expected = np.histogram(run.probs(0)[:, 1], bins, (0, 1))[0]
    np.testing.assert_array_equal(run.reliability("score", bins=bins).counts[0], expected)


def test_shares_and_mean_scores_equal_numpy():
    run, labels = a_run()
    reliability = run.reliability("score", bins=20)
    probs = run.probs(1)
    index = np.minimum((probs[:, 1].astype(np.float64) * 20).astype(int), 19)
    for k in range(20):
        inside = index == k
        share = (probs[inside].argmax(1) == labels[inside]).mean()
        assert reliability.accuracy[1, k] == pytest.approx(share, abs=1e-12)
        mean = probs[inside, 1].astype(np.float64).mean()
        assert reliability.confidence[1, k] == pytest.approx(mean, abs=1e-7)


def test_metrics_equal_their_textbook_definitions():
    run, labels = a_run(classes=4)
    probs = run.probs(2).astype(np.float64)
    confidence, correct = probs.max(1), probs.argmax(1) == labels
    index = np.minimum((confidence * 15).astype(int), 14)
    gaps = [
        abs(correct[index == k].sum() - confidence[index == k].sum()) / len(labels)
        for k in range(15)
    ]
    metrics = {name: values[2] for name, values in run.metrics().items()}
    assert metrics["accuracy"] == pytest.approx(correct.mean(), abs=1e-12)
    assert metrics["ece"] == pytest.approx(sum(gaps), abs=1e-6)
    of_label = probs[np.arange(len(labels)), labels]
    assert metrics["nll"] == pytest.approx(-np.log(of_label).mean(), rel=1e-5)
    brier = np.square(probs - np.eye(4)[labels]).sum(1).mean()
    assert metrics["brier"] == pytest.approx(brier, rel=1e-5)


def test_empty_bins_have_no_value_and_no_share_in_the_error():
    run = anim.from_arrays([0], [1, 1], probs=np.array([[0.9, 0.9]]))
    reliability = run.reliability("score", bins=10)
    assert reliability.counts[0].tolist() == [0] * 9 + [2]
    assert np.isnan(reliability.accuracy[0, :9]).all()
    assert run.metrics()["ece"][0] == pytest.approx(0.1, abs=1e-6)


def test_quantile_bins_hold_equal_shares():
    run, _ = a_run()
    counts = run.reliability("confidence", bins=8, binning="mass").counts
    assert counts.sum(1).tolist() == [4000] * 3
    assert np.abs(counts - 500).max() <= 1
