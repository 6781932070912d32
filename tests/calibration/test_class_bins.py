"""The bins of the score of every class are those of numpy.histogram."""

import jax
import numpy as np
import pytest

from anim import calibration
from anim.calibration import class_bins, tiles
from anim.calibration.bins import width_edges
from tests.support.predictions import softmax

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(scale=2, size=(150, 4)).astype(np.float32)
LABELS = RNG.integers(0, 4, 150)


def check(sums, probs, labels, bins=15):
    edges = width_edges(bins)
    for k, scores in enumerate(probs.T):
        counts = np.histogram(scores, edges)[0]
        np.testing.assert_array_equal(sums.counts[k], counts)
        np.testing.assert_array_equal(sums.hits[k], np.histogram(scores[labels == k], edges)[0])
        totals = np.histogram(scores, edges, weights=scores.astype(float))[0]
        np.testing.assert_allclose(sums.offsets[k], totals - edges[:-1] * counts, atol=1e-5)


@pytest.mark.parametrize(("block", "rows"), [(64, 11), (64, 1000), (1000, 11)])
def test_each_example_is_counted_once_in_each_class(rows, block, monkeypatch):
    monkeypatch.setattr(tiles, "_TILE", 4 * rows)
    monkeypatch.setattr(class_bins, "BLOCK", block)
    probs = softmax(LOGITS).astype(np.float32)
    probs[:5] = [0, 1, 0, 0]
    probs[5:10] = [0.2, 0.4, 1 / 15, 1 / 3]
    check(class_bins.class_bins(probs, LABELS, 15), probs, LABELS)


def test_padding_is_not_counted():
    sums = class_bins.no_class_bins(4, 15)
    for part in (slice(0, 100), slice(100, 150)):
        values = np.zeros((100, 4), np.float32)
        values[: part.stop - part.start] = LOGITS[part]
        labels = np.resize(LABELS[part], 100)
        count = part.stop - part.start
        sums = class_bins.add_class_bins(sums, values, labels, count, of_logits=True)
    check(sums, np.asarray(calibration.probabilities(LOGITS)), LABELS)


@pytest.mark.parametrize("binning", ["width", "mass"])
def test_what_is_compiled_does_not_depend_on_the_number_of_classes(binning, caplog):
    """A program for each class would take longer than anything else."""

    def programs(classes):
        caplog.clear()
        probs = np.full((31, classes), 1 / classes, np.float32)
        labels = np.arange(31) % classes
        with jax.log_compiles():
            calibration.expected_calibration_error(probs, labels, classwise=True, binning=binning)
            calibration.brier_decomposition(probs, labels)
        return sum("Finished XLA compilation" in one.getMessage() for one in caplog.records)

    few = programs(7)
    assert 0 < programs(60) <= few


def test_the_program_for_many_classes_is_as_small_as_that_for_few():
    def lines(classes):
        shapes = [jax.ShapeDtypeStruct((31, classes), np.float32), np.zeros(31, np.int32)]
        lowered = jax.jit(calibration.brier_decomposition).lower(*shapes)
        return len(lowered.as_text().splitlines())

    assert lines(500) == lines(5)
