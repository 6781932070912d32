"""Runs that tell a story: the post's experiment, those of other data, and ones learnt by heart."""

from functools import cache

import anim

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
