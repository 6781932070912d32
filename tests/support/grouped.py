"""Runs whose examples are in groups."""

import numpy as np

import anim
from anim.run.examples import Groups

SITES = ("north", "east", "south", "west", "inland", "abroad", "at sea")


def grouped(sites=3, examples=600, classes=2, seed=0, steps=(0, 10, 20), **options):
    """Return a run whose first site, the largest, is over-confident at the end.

    Its examples are also in the groups ``f`` and ``m`` of the grouping ``sex``.
    """
    rng = np.random.default_rng(seed)
    # The first site has twice as many as each of the others.
    site = rng.permutation(np.arange(examples) % (sites + 1) % sites).astype(np.int32)
    logits = 1.5 * rng.normal(size=(examples, classes))
    chance = rng.gumbel(size=logits.shape)
    labels = (logits + chance).argmax(1)
    sharp = np.where(site == 0, 3, 1)[:, None] * logits
    snapshots = np.stack([sharp * (step + 1) / (steps[-1] + 1) for step in steps])
    sex = rng.permutation(np.arange(examples) % 2).astype(np.int32)
    groups = {"site": Groups(SITES[:sites], site), "sex": Groups(("f", "m"), sex)}
    run = anim.from_arrays(steps, labels, logits=snapshots, **options)
    return run.replaced(groups=groups)
