"""Runs that grow over-confident."""

from functools import cache

import numpy as np

import anim
from tests.support.predictions import model


@cache
def a_run(classes=2, examples=1000, sharpness=3):
    """Return a run of three snapshots, the last over-confident."""
    logits, labels = model(examples, classes, sharpness)
    return anim.from_arrays([0, 40, 100], labels, logits=np.stack([logits / 9, logits / 3, logits]))


@cache
def a_named_run(classes=2, examples=400):
    """Return a run of three snapshots whose classes have names, the last over-confident."""
    logits, labels = model(examples, classes, 3)
    names = [f"class {k}" for k in range(classes)]
    snapshots = np.stack([logits / 9, logits / 3, logits])
    return anim.from_arrays([0, 40, 1000], labels, logits=snapshots, classes=names)


def noisy(seed, steps=(0, 10, 20), examples=120, labels=None):
    """Return a run of few examples: some of 50 bins are empty for some seeds only."""
    rng = np.random.default_rng(seed)
    labels = np.arange(examples) % 2 if labels is None else labels
    logits = rng.normal(size=(len(steps), len(labels), 2))
    logits[:, np.arange(len(labels)), labels] += np.linspace(0.5, 2, len(steps))[:, None]
    return anim.from_arrays(steps, labels, logits=logits)
