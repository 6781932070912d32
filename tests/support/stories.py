"""Runs that tell a story: the post's experiment, those of other data, and ones learnt by heart."""

from functools import cache

import numpy as np

import anim
from tests.support.predictions import model

# Trained by default settings, as `python -m anim.train --data NAME` does.
DATA = {
    "xor": lambda: anim.data.xor(),
    "digits": lambda: anim.data.digits(),
    "breast-cancer": lambda: anim.data.breast_cancer(),
}
_HEART = {"hidden": (32,), "epochs": 60, "seed": 1}


@cache
def trained(name, epochs=100):
    """Return a run of 100 epochs of a dataset of `DATA`, or "by heart" or "small"."""
    if name == "by heart":
        return anim.fit(anim.data.xor(200, 2000, noise=0.2), **_HEART)
    if name == "small":
        return anim.fit(anim.data.xor(600, 3000), epochs=epochs)
    return anim.fit(DATA[name](), epochs=epochs)


@cache
def calibrated_up_to(sharpness, examples=20_000):
    """Return a run of two classes whose last logits are so many times those of a calibrated one."""
    logits, labels = model(examples, sharpness=1, seed=4)
    grown = np.linspace(1, sharpness, 4)[:, None, None]
    return anim.from_arrays([0, 40, 70, 100], labels, logits=grown * logits)
