"""The player shows what `anim.panels` says: every place to 1e-6, and every word."""

import warnings
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import anim
from anim.compose import compose_views
from anim.settings import Picture
from anim.timeline import Reel
from tests.support.amounts import slow
from tests.support.twins import Twin, assert_same, player_of


@cache
def a_run(classes=("no", "yes"), snapshots=12, examples=600, seed=0, size=1.0):
    """A run that learns, of logits that grow."""
    labels = np.random.default_rng(0).integers(0, len(classes), examples)
    rng = np.random.default_rng(seed + 1)
    noise = rng.normal(size=(examples, len(classes)))
    logits = []
    for time in np.linspace(0, 1, snapshots):
        one = noise.copy()
        one[np.arange(examples), labels] += 3 * (1 - np.exp(-4 * time))
        logits.append(size * (0.4 + 2.2 * time) * one)
    steps = np.arange(snapshots) * 10
    return anim.from_arrays(steps, labels, logits=np.array(logits), classes=classes)


TEN = tuple("abcdefghij")
CASES = {
    "score": (lambda: [a_run(snapshots=40)], "score", {}),
    "weights": (
        lambda: [a_run(snapshots=3).replaced(weights=np.random.default_rng(2).exponential(1, 600))],
        "score",
        {"band": "simultaneous", "panels": ("reliability", "counts", "accuracy")},
    ),
    "early": (lambda: [a_run(snapshots=2, examples=90)], "score", {"intervals": True}),
    "confidence": (lambda: [a_run(TEN)], "confidence", {}),
    "class": (lambda: [a_run(TEN)], "class:b", {}),
    "classes": (lambda: [a_run(TEN, snapshots=5)], "classes", {"pace": "step"}),
    "top": (lambda: [a_run(TEN)], "top:3", {}),
    "smooth": (lambda: [a_run()], "score", {"curve": "smooth"}),
    "few": (lambda: [a_run(examples=40, size=2)], "score", {"curve": "smooth"}),
    "few, isotonic": (lambda: [a_run(examples=90, size=2)], "score", {"curve": "isotonic"}),
    "isotonic": (lambda: [a_run(("a", "b", "c"))], "confidence", {"curve": "isotonic"}),
    "runs": (
        lambda: [a_run(), a_run(snapshots=7, seed=1, size=2)],
        "score",
        {"pace": "log", "panels": ("reliability", "accuracy", "ece", "loss")},
    ),
    "fraction": (
        lambda: [a_run(snapshots=5), a_run(snapshots=9, seed=1)],
        "score",
        {"align": "fraction"},
    ),
    "replicas": (
        lambda: [anim.Replicas([a_run(seed=seed) for seed in range(4)])],
        "score",
        {"band": "simultaneous"},
    ),
    "replicas' curves": (
        lambda: [anim.Replicas([a_run(seed=seed) for seed in range(4)])],
        "score",
        {"curve": "smooth"},
    ),
    "mass": (lambda: [a_run()], "confidence", {"binning": "mass", "bins": 7, "intervals": True}),
    "counts of equal mass": (
        lambda: [a_run(size=2)],
        "score",
        {"binning": "mass", "bins": 9, "panels": ("reliability", "counts")},
    ),
    "counts": (lambda: [a_run()], "score", {"panels": ("reliability", "counts", "ece")}),
    "field": (lambda: [a_run()], "score", {"words": "field", "band": False, "bins": 15}),
    "crowded dots": (lambda: [a_run(size=0.1)], "score", {}),
    "lost": (lambda: [a_run()], "score", {}),
    "overlay": (
        lambda: [a_run(), a_run(snapshots=7, seed=1, size=2), a_run(examples=90, seed=2)],
        "score",
        {"overlay": True},
    ),
    "overlaid classes": (
        lambda: [a_run(TEN, seed=seed) for seed in range(6)],
        "class:b",
        {"overlay": True, "pace": "step"},
    ),
    "overlaid curves": (
        lambda: [a_run(TEN), a_run(TEN, seed=1, size=3)],
        "confidence",
        {"overlay": True, "curve": "smooth"},
    ),
    "overlaid replicas": (
        lambda: [anim.Replicas([a_run(seed=s, examples=200) for s in range(3)]), a_run()],
        "score",
        {"overlay": True, "binning": "mass"},
    ),
    "overlaid, one of a single bin": (
        lambda: [a_run(examples=300), a_run(seed=1, size=40)],
        "confidence",
        {"overlay": True, "bins": 5},
    ),
    "tiny": (lambda: [a_run(examples=4)], "score", {"curve": "smooth"}),
    "tiny replicas": (
        lambda: [anim.Replicas([a_run(examples=6, seed=seed) for seed in range(3)])],
        "score",
        {"curve": "isotonic"},
    ),
    "overlaid, one tiny": (
        lambda: [a_run(), a_run(examples=4, seed=1)],
        "score",
        {"overlay": True},
    ),
    "overlaid curves, one tiny": (
        lambda: [a_run(), a_run(examples=4, seed=1)],
        "score",
        {"overlay": True, "curve": "smooth"},
    ),
    "overlaid recalibration": (
        lambda: [a_run()],
        "score",
        {"calibrate": "temperature", "overlay": True},
    ),
    "recalibration": (lambda: [a_run()], "score", {"calibrate": "temperature"}),
}


# What other cases show, too, though not together.
SLOW = (
    *("few", "top", "isotonic", "mass", "field", "counts", "replicas' curves", "tiny replicas"),
    *("overlaid curves", "overlaid replicas", "overlaid, one of a single bin"),
    *("overlaid, one tiny", "overlaid curves, one tiny"),
)


@pytest.mark.parametrize("case", [*(case for case in CASES if case not in SLOW), *slow(*SLOW)])
def test_the_player_shows_what_panels_say(node, case):
    make, view, options = CASES[case]
    picture = Picture(view=view, **options)
    with warnings.catch_warnings():
        # A snapshot without a recalibration is a case of its own.
        warnings.filterwarnings("ignore", message=".* have no recalibration")
        ((reel, subject),) = compose_views(make(), picture, [view])
    if case == "lost":
        lanes = [
            replace(lane, track=replace(lane.track, lost=np.array([35, 71, 72])))
            for lane in reel.lanes
        ]
        reel = Reel(reel.clock, lanes)
    twin = Twin(reel, subject, picture)
    assert_same(player_of(node, twin.data), twin.shown())
