"""Statistics of runs, against NumPy, scikit-learn and cases computed by hand."""

import numpy as np
import pytest
import sklearn.calibration
import sklearn.metrics

import anim


def a_run(seed=0, examples=4000, classes=2, snapshots=3):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, examples)
    logits = rng.normal(size=(snapshots, examples, classes)).astype(np.float32) * 2
    return anim.from_arrays(np.arange(snapshots), labels, logits=logits), labels


@pytest.mark.slow
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


def test_empty_bins_are_nan_and_do_not_count_in_the_error():
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


def test_the_errors_of_classes_are_those_of_each_against_the_rest():
    run, labels = a_run(classes=4)
    found = run.class_errors()
    assert found.shape == (3, 4)
    for k in range(4):
        bins = run.reliability(f"class:{k}", bins=15)
        gaps = np.abs(bins.hits - bins.counts * np.nan_to_num(bins.confidence)).sum(1)
        np.testing.assert_allclose(found[:, k], gaps / len(labels), atol=1e-6)
    np.testing.assert_allclose(found.mean(1), run.errors()["classwise_ece"], rtol=1e-6)
    only_top = anim.Recorder(labels=labels, keep="top")
    only_top.snapshot(0, logits=run.logits(0))
    with pytest.raises(ValueError, match="holds only the confidence"):
        only_top.run().class_errors()


def test_metrics_equal_scikit_learn():
    run, labels = a_run()
    probs = run.probs(0)[:, 1].astype(np.float64)
    metrics = {name: values[0] for name, values in run.metrics().items()}
    assert metrics["brier"] == pytest.approx(sklearn.metrics.brier_score_loss(labels, probs), 1e-5)
    assert metrics["nll"] == pytest.approx(sklearn.metrics.log_loss(labels, probs), rel=1e-5)


def test_the_class_view_equals_the_calibration_curve_of_scikit_learn():
    run, labels = a_run(classes=4)
    reliability = run.reliability("class:2", bins=10)
    shares, scores = sklearn.calibration.calibration_curve(
        labels == 2, run.probs(1)[:, 2].astype(np.float64), n_bins=10
    )
    filled = reliability.counts[1] > 0
    np.testing.assert_allclose(reliability.accuracy[1][filled], shares, atol=1e-12)
    np.testing.assert_allclose(reliability.confidence[1][filled], scores, atol=1e-6)


def test_mce_is_the_largest_gap_of_a_filled_bin():
    # Three at 0.9, all right (gap 0.1); two at 0.6, one right (gap 0.1); one at 0.75, wrong (0.75).
    probs = np.array([[0.9, 0.9, 0.9, 0.6, 0.6, 0.75]])
    run = anim.from_arrays([0], [1, 1, 1, 1, 0, 0], probs=probs)
    assert run.metrics()["mce"][0] == pytest.approx(0.75, abs=1e-6)
    assert run.metrics()["ece"][0] == pytest.approx((3 * 0.1 + 2 * 0.1 + 0.75) / 6, abs=1e-6)


def test_a_perfectly_calibrated_model_has_no_error():
    scores = np.repeat([0.1, 0.4, 0.8], 1000)
    labels = np.concatenate([np.arange(1000) < 1000 * s for s in (0.1, 0.4, 0.8)]).astype(int)
    metrics = anim.from_arrays([0], labels, probs=scores[None]).metrics()
    assert metrics["ece"][0] == pytest.approx(0, abs=1e-6)
    assert metrics["mce"][0] == pytest.approx(0, abs=1e-6)


def test_confident_logits_have_a_finite_nll():
    """softmax(0, 200) is 0 in float32, and its log is not."""
    run = anim.from_arrays([0], [0, 1], logits=np.array([[[0.0, 200.0], [0.0, 200.0]]]))
    assert run.metrics()["nll"][0] == pytest.approx(100)


def test_sums_over_parts_add_up():
    from anim import calibration

    rng = np.random.default_rng(0)
    scores, hits = rng.random(5000, np.float32), rng.random(5000) < 0.5
    edges = calibration.width_edges(15)
    whole = calibration.width_sums(scores, hits, edges)
    parts = [calibration.width_sums(scores[k::3], hits[k::3], edges) for k in range(3)]
    total = parts[0] + parts[1] + parts[2]
    np.testing.assert_array_equal(total.counts, whole.counts)
    np.testing.assert_array_equal(total.hits, whole.hits)
    np.testing.assert_allclose(total.offsets, whole.offsets, rtol=1e-5)


def test_a_million_points_lose_no_digits():
    rng = np.random.default_rng(0)
    probs = rng.random(1_000_000, np.float32)
    labels = (rng.random(1_000_000) < probs).astype(int)
    run = anim.from_arrays([0], labels, probs=probs[None])
    exact = probs.astype(np.float64)
    assert run.metrics()["brier"][0] == pytest.approx(np.square(exact - labels).mean(), rel=1e-6)
    assert run.dots("class:1").mean[0] == pytest.approx(exact.mean(), abs=1e-12)
    index = np.minimum((exact * 40).astype(int), 39)
    means = np.bincount(index, exact) / np.bincount(index)
    np.testing.assert_allclose(run.reliability("score").confidence[0], means, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"labels": [0, 3], "logits": np.zeros((1, 2, 3))}, r"got 3 at index 1"),
        ({"labels": [0, 1], "logits": np.zeros((1, 3, 2))}, r"\[2, K\]"),
        ({"labels": [0, 1], "logits": [[[0, np.nan], [0, 0]]]}, "finite"),
        ({"labels": [0, 1], "probs": [[[2.0, -1.0], [0.5, 0.5]]]}, "did you pass logits"),
        ({"labels": [0.5, 1], "probs": [[0.1, 0.2]]}, "integers"),
        ({"labels": ["cat", "dog"], "probs": [[0.1, 0.2]]}, "classes="),
        (
            {"labels": [0, 1], "probs": [[0.1, 0.2]], "classes": "aa"},
            "distinct names, got 'a' twice",
        ),
        ({"labels": [0, 1], "probs": [0.5]}, r"got \[\]"),
        ({"labels": [0, 1]}, "expected logits, or probs"),
        ({"labels": [0, 1], "probs": [[0.1, 0.2]], "classes": list("abc")}, "3 classes"),
        ({"labels": [0, 1, 2], "probs": [[0.1, 0.2, 0.3]], "classes": "ab"}, "got 2 at index 2"),
        ({"labels": [0, np.nan], "probs": [[0.1, 0.2]]}, "got nan at index 1"),
        ({"labels": [0, -1], "probs": [[0.1, 0.2]]}, "got -1 at index 1"),
        ({"labels": [0, 10**12], "probs": [[0.1, 0.2]]}, "got 1000000000000 at index 1"),
        ({"labels": None, "probs": [[0.1, 0.2]]}, r"labels: expected .*, got None"),
        ({"labels": [], "probs": [[]]}, "labels: expected"),
        ({"labels": [[0, 1], [1, 1]], "probs": [[0.1, 0.2]]}, r"expected shape \[2, 2, K\]"),
        ({"labels": [0, 1], "probs": [[[0.5, 0.4], [0.5, 0.5]]]}, "sum to 1"),
        ({"labels": [0, 1], "probs": [["a", "b"]]}, "probs: expected numbers"),
        ({"labels": [0, 1], "logits": [[[0, 1], [0, np.inf]]]}, r"got inf at index \[1, 1\]"),
    ],
)
def test_wrong_predictions_are_named(arguments, problem):
    with pytest.raises(ValueError, match=problem):
        anim.from_arrays([0], **arguments)


def test_steps_increase():
    with pytest.raises(ValueError, match="step: expected a step after 5, got 5"):
        anim.from_arrays([5, 5], [0, 1], probs=[[0.1, 0.2]] * 2)


def test_one_hot_labels_are_labels():
    run = anim.from_arrays([0], [[0, 1], [1, 0]], probs=[[0.9, 0.2]])
    assert run.metrics()["accuracy"][0] == 1


def test_one_output_of_a_binary_model_is_the_score_of_class_1():
    margin = np.array([-1.0, 0.5, 3.0], np.float32)
    labels = [0, 1, 1]
    score = 1 / (1 + np.exp(-margin))
    for given in (
        {"logits": [margin]},
        {"logits": [margin[:, None]]},
        {"probs": [score]},
        {"probs": [score[:, None]]},
    ):
        probs = anim.from_arrays([0], labels, **given).probs(0)
        np.testing.assert_allclose(probs, np.column_stack([1 - score, score]), atol=1e-6)


@pytest.mark.parametrize("step", [-1, 1.5, "3"])
def test_a_step_is_a_whole_number(step):
    recorder = anim.Recorder(labels=[0, 1])
    with pytest.raises(ValueError, match="step: expected a whole number"):
        recorder.snapshot(step, probs=[0.1, 0.2])


def test_a_buffer_may_be_used_again_after_a_snapshot():
    recorder = anim.Recorder(labels=[0, 1])
    buffer = np.zeros((2, 2), np.float32)
    for step in range(3):
        buffer[:] = step * np.eye(2)
        recorder.snapshot(step, logits=buffer)
    run = recorder.run()
    assert [run.logits(i)[0, 0] for i in range(3)] == [0, 1, 2]


def test_the_ideal_share_of_a_bin_is_no_larger_than_1():
    """Sums of float32: a folded mean of scores near 0 would be above 1 by rounding."""
    scores = np.full(100_003, 1e-9, np.float32)
    bins = anim.from_arrays([0], scores < 0, probs=[scores]).reliability("score", 4)
    assert bins.ideal[0, 0] == pytest.approx(1, abs=1e-6)
    assert np.nanmax(bins.ideal) <= 1
