"""Runs of arrays in memory, of which some rows are no examples."""

import numpy as np
import pytest

import anim

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(2, 40, 3)).astype(np.float32)
LABELS = RNG.integers(0, 3, 40)
WEIGHTS = RNG.integers(0, 4, 40)
GONE = np.isin(np.arange(40), [0, 9, 39])


@pytest.mark.parametrize(
    "how",
    [
        {"labels": np.where(GONE, -100, LABELS), "ignore": -100},
        {"labels": np.where(GONE, 255, LABELS), "ignore": [-1, 255]},
        {"labels": LABELS, "mask": ~GONE},
        {"labels": LABELS, "weights": np.where(GONE, 0, 1)},
    ],
    ids=["ignore", "several", "mask", "weights of 0"],
)
def test_rows_that_are_no_examples_are_as_if_they_were_not_there(how):
    run = anim.from_arrays([0, 1], logits=np.where(GONE[:, None], np.nan, LOGITS), **how)
    kept = anim.from_arrays([0, 1], LABELS[~GONE], logits=LOGITS[:, ~GONE])
    np.testing.assert_array_equal(run.labels, kept.labels)
    for name in ("ece", "nll", "brier"):
        np.testing.assert_allclose(run.metrics()[name], kept.metrics()[name], atol=1e-6)


def test_weights_and_groups_are_those_of_the_examples():
    sites = np.array(["north", "south"])[LABELS % 2]
    run = anim.from_arrays([0, 1], LABELS, logits=LOGITS, weights=WEIGHTS, groups={"site": sites})
    counts = WEIGHTS > 0
    np.testing.assert_array_equal(run.weights, WEIGHTS[counts])
    found = run.groups["site"]
    assert [found.names[code] for code in found.codes] == sites[counts].tolist()


def test_tokens_and_pixels_are_recorded_one_by_one_or_a_part_of_them():
    images = np.moveaxis(LOGITS.reshape(2, 4, 2, 5, 3), -1, 2)
    labels = LABELS.reshape(4, 2, 5)
    run = anim.from_arrays([0, 1], labels, logits=images)
    np.testing.assert_array_equal(run.labels, LABELS)
    np.testing.assert_array_equal(run.snapshots[1]["logits"], LOGITS[1])
    part = anim.from_arrays([0, 1], labels, logits=images, keep_fraction=0.5, seed=3)
    assert 5 < len(part.labels) < 35
    texts = LOGITS[:, :36].reshape(2, 12, 3, 3)
    with pytest.raises(ValueError, match="class_axis: expected 1 or -1"):
        anim.from_arrays([0, 1], LABELS[:36].reshape(12, 3), logits=texts)
    run = anim.from_arrays([0, 1], LABELS[:36].reshape(12, 3), logits=texts, class_axis=-1)
    np.testing.assert_array_equal(run.snapshots[0]["logits"], LOGITS[0, :36])
