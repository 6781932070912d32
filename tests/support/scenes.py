"""Runs that grow over-confident, the scenes that draw them, and style sheets."""

from functools import cache

import numpy as np

import anim
from anim.settings import Picture
from tests.support.predictions import model
from tests.support.seeing import compose


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


def scene_of(runs, **picture):
    """Return the reel and the scene of a run, or of a list of runs."""
    return compose(runs if isinstance(runs, list) else [runs], Picture(hold=0, **picture))


def scene_of_copies(runs=1, classes=2, **picture):
    """Return the reel and the scene of one named run, or of several copies of it."""
    return scene_of([a_named_run(classes)] * runs, seconds=2, **picture)


def a_sheet(tmp_path, text):
    """Return the path of a style sheet with that text."""
    path = tmp_path / "own.mplstyle"
    path.write_text(text)
    return str(path)
