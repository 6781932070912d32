"""A snapshot without a recalibration is named with its cause, and with that alone."""

import numpy as np
import pytest

from anim.run.missing import cause_of, sentence

CLASSES = ("cat", "dog", "cow")
LABELS = np.arange(60) % 3
RIGHT = np.eye(3, dtype=np.float32)[LABELS]
NOISE = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
COWS = NOISE + 20 * (RIGHT - 0.5) * np.array([0, 0, 1], np.float32)


@pytest.mark.parametrize(
    ("logits", "labels", "needs_all", "cause"),
    [
        (RIGHT, LABELS, False, "the scores separate the classes of the 60 examples to fit it on"),
        (0 * RIGHT, LABELS, False, "the scores say nothing about the classes, or the opposite"),
        (-RIGHT, LABELS, True, "the scores say nothing about the classes, or the opposite"),
        (NOISE, LABELS * 0, True, "no example of class 'dog' is among the 60 to fit it on"),
        (NOISE + RIGHT, LABELS, False, "the 60 examples to fit it on are too few"),
        (COWS, LABELS, True, "the scores of class 'cow' separate it from the others"),
    ],
)
def test_the_cause_is_what_the_examples_show(logits, labels, needs_all, cause):
    assert cause_of(logits, labels, CLASSES, needs_all).startswith(cause)


def test_one_cause_is_said_once_and_several_with_their_steps():
    steps = [np.array([0, 10, 20]), np.array([0, 10])]
    assert sentence(steps, [[None] * 3, [None] * 2]) == ""
    assert sentence(steps, [["few", None, "few"], [None, "few"]]) == (
        "3 of 5 snapshots (step 0, 10, 20) have no recalibration and are left empty: few"
    )
    assert sentence(steps, [["few", None, None], ["apart", "apart"]]) == (
        "3 of 5 snapshots (step 0, 10) have no recalibration and are left empty: "
        "few (step 0); apart (step 0, 10)"
    )


def test_many_steps_are_abbreviated():
    steps, causes = [np.arange(9)], [["few"] * 9]
    assert "(step 0, 1, 2, 3, 4, ...)" in sentence(steps, causes)
