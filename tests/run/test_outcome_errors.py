"""Errors without bins, by predicted class and pooled, in a run: those of the functions."""

import numpy as np
import pytest

import anim
from anim import calibration
from anim.calibration.bins import binned, width_edges
from anim.calibration.class_errors import top_label_bins
from anim.calibration.ranked import mass_bins, ranked, ranked_of_two
from anim.metrics import BY_NAME
from anim.report import report, table
from anim.run import blocks
from tests.support.amounts import slow
from tests.support.predictions import model

STEPS = [0, 10]


# Shapes that reports have, too, are compiled once.
def a_run(classes, examples=600):
    logits, labels = model(examples=examples, classes=classes)
    logits = np.stack([logits, 2 * logits]).astype(np.float32)
    return anim.from_arrays(STEPS, labels, logits=logits)


def by_functions(run, i):
    """What errors of a snapshot follow from its probabilities, by name."""
    probs, labels = np.asarray(run.probs(i)), run.labels
    pairs = {"": (probs.max(1), probs.argmax(1) == labels)}
    pairs |= {"score_": (probs[:, 1], labels == 1)} if probs.shape[1] == 2 else {}
    found = {}
    for name, pair in pairs.items():
        corp = calibration.corp_decomposition(*pair)
        walk = calibration.cumulative_differences(*pair)
        found |= {
            f"{name}corp_mcb": corp.miscalibration,
            f"{name}corp_dsc": corp.discrimination,
            f"{name}corp_unc": corp.uncertainty,
            f"{name}kuiper": walk.kuiper,
            f"{name}kuiper_p": walk.kuiper_p,
        }
    test = calibration.spiegelhalter_test(*pairs[""])
    top = calibration.top_label_calibration_error(probs, labels)
    return found | {
        "spiegelhalter_z": test.z,
        "spiegelhalter_p": test.p,
        "top_label_ece": top.error,
        "pooled_ece": float(calibration.pooled_calibration_error(probs, labels)),
    }


@pytest.mark.parametrize("classes", [2, *slow(3, 4)])
def test_errors_of_a_run_are_those_of_the_functions(classes):
    run = a_run(classes)
    whole = run.errors()
    for i in range(len(STEPS)):
        for name, value in by_functions(run, i).items():
            assert whole[name][i] == pytest.approx(value, rel=1e-6, abs=1e-7), name


def test_errors_of_blocks_are_those_of_the_whole(monkeypatch):
    whole = a_run(3).errors()
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 100 * 4 * 3)
    for name, values in a_run(3).errors().items():
        np.testing.assert_allclose(values, whole[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_the_parts_of_two_classes_make_the_brier_score():
    found = a_run(2).errors()
    whole = found["score_corp_mcb"] - found["score_corp_dsc"] + found["score_corp_unc"]
    np.testing.assert_allclose(whole, found["brier"], atol=1e-6)


def test_of_class_1_spiegelhalters_test_is_that_of_the_confidence():
    run = a_run(2)
    z = calibration.spiegelhalter_test(np.asarray(run.probs(1))[:, 1], run.labels == 1).z
    assert run.errors()["spiegelhalter_z"][1] == pytest.approx(z, rel=1e-4)


def test_a_run_of_confidences_has_what_follows_from_them():
    run = a_run(3)
    with anim.Recorder(labels=run.labels, classes=run.classes, keep="top") as recorder:
        for i, step in enumerate(STEPS):
            recorder.snapshot(step, logits=run.logits(i))
    found, whole = recorder.run().errors(), run.errors()
    for name in ("corp_mcb", "corp_dsc", "corp_unc", "kuiper", "kuiper_p", "spiegelhalter_z"):
        np.testing.assert_allclose(found[name], whole[name], rtol=1e-4, atol=1e-6)
    assert not {"pooled_ece", "top_label_ece", "score_kuiper"} & found.keys()


def test_a_damaged_snapshot_has_no_errors(tmp_path):
    run = a_run(2)
    with anim.Recorder(tmp_path / "r", labels=run.labels) as recorder:
        for i, step in enumerate(STEPS):
            recorder.snapshot(step, logits=run.logits(i))
    for chunk in (tmp_path / "r" / "logits" / "c" / "1").rglob("*"):
        if chunk.is_file():
            chunk.write_bytes(b"")
    with pytest.warns(UserWarning, match="left out"):
        found = anim.open(tmp_path / "r").errors()
    for name in ("corp_mcb", "score_kuiper", "spiegelhalter_z", "top_label_ece"):
        assert np.isfinite(found[name]).tolist() == [True, False]


# Each size is another program.
@pytest.mark.parametrize("seed", [0, 1, *slow(*range(2, 20))])
def test_quantile_bins_of_ranked_outcomes_are_those_of_the_examples(seed):
    rng = np.random.default_rng(seed)
    count, bins = rng.integers(1, 80), int(rng.integers(1, 17))
    scores = (rng.integers(0, 1 + rng.integers(1, 40), count) / 40).astype(np.float32)
    hits = rng.random(count) < 0.4
    edges, sums = binned(scores, hits, bins, "mass")
    found_edges, found = mass_bins(ranked(scores, hits), bins)
    np.testing.assert_array_equal(found_edges, edges)
    np.testing.assert_array_equal(found.counts, sums.counts)
    np.testing.assert_array_equal(found.hits, sums.hits)
    np.testing.assert_allclose(found.offsets, sums.offsets, atol=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_outcomes_of_two_classes_that_are_sorted_together_are_those_of_each(seed):
    rng = np.random.default_rng(seed)
    count, edges = int(rng.integers(1, 60)), width_edges(15)
    # Many are equal, and some do not sum to 1: scores of class 1 lie across each other.
    low = rng.integers(0, 1 + rng.integers(1, 30), count) / 40
    probs = np.stack([low, (1 - low) * rng.choice([1, 0.6], count)], 1).astype(np.float32)
    predicted = probs.argmax(1) if seed % 4 else np.full(count, seed // 4 % 2)
    labels = rng.integers(0, 2, count)
    confidence, correct = probs[np.arange(count), predicted], predicted == labels
    scores = np.where(predicted == 1, confidence, probs[:, 1])
    found = ranked_of_two(confidence, correct, predicted, scores, edges)
    for own, pair in (
        (found.confidence, (confidence, correct)),
        (found.score, (scores, labels == 1)),
    ):
        for name, values in ranked(*pair)._asdict().items():
            np.testing.assert_array_equal(getattr(own, name), values, err_msg=name)
    expected = top_label_bins(confidence, correct, predicted, edges, 2)
    np.testing.assert_array_equal(found.bins.counts, expected.counts)
    np.testing.assert_array_equal(found.bins.hits, expected.hits)
    np.testing.assert_allclose(found.bins.offsets, expected.offsets, atol=1e-12)


def test_two_classes_are_sorted_one_and_a_half_times(monkeypatch):
    sizes, sort = [], np.sort

    def counted(values, *args, **options):
        sizes.append(len(values))
        return sort(values, *args, **options)

    run = a_run(2)
    ones = (np.stack([run.probs(i) for i in range(2)]).argmax(2) == 1).sum(1)
    monkeypatch.setattr(np, "sort", counted)
    run.errors()
    for count in ones:
        assert sizes.count(len(run.labels) - count) >= 1
    assert sizes.count(len(run.labels)) == len(STEPS)


def test_a_report_has_them_in_its_rows_but_not_in_its_table():
    rows = report(a_run(2))
    header = table(rows).splitlines()[0]
    for name in ("corp_mcb", "score_corp_dsc", "kuiper_p", "spiegelhalter_z", "pooled_ece"):
        assert np.isfinite(rows[-1][name])
        assert not BY_NAME[name].title
        assert name not in header
        assert BY_NAME[name].meaning
