"""Arrays of a snapshot, or of some of its rows, as logits, probabilities and predicted classes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from anim.calibration.bins import Array
from anim.calibration.scores import probabilities
from anim.calibration.tiles import in_tiles, largest
from anim.run.snapshots import Snapshot


def logits_of(snapshot: Snapshot) -> jax.Array:
    """Return the logits [N, K] float32 of a snapshot with the scores of all classes.

    Recorded probabilities become their logarithms.
    """
    if "logits" in snapshot:
        return jnp.asarray(snapshot["logits"], np.float32)
    return _logarithms(snapshot["probs"])


def probs_of(snapshot: Snapshot) -> jax.Array:
    """Return the probabilities [N, K] float32 of a snapshot with the scores of all classes."""
    if "logits" in snapshot:
        return _softmax(snapshot["logits"])
    return jnp.asarray(snapshot["probs"], np.float32)


def divided(snapshot: Snapshot, temperature) -> jax.Array:
    """Return the logits [N, K] float32 of a snapshot divided by a temperature."""
    return _divided(logits_of(snapshot), temperature)


@jax.jit
def predicted_of(
    scores: Array,
) -> jax.Array:
    """Return the classes [N] that scores [N, K] predict, the first ones among equals.

    Of logits, not of probabilities: a softmax can make two of them equal.
    """
    return in_tiles(lambda rows: largest(rows.astype(np.float32)), jnp.asarray(scores))


@jax.jit
def _logarithms(probs):
    return jnp.log(jnp.maximum(probs.astype(np.float32), np.finfo(np.float32).tiny))


@jax.jit
def _softmax(logits):
    return in_tiles(probabilities, jnp.asarray(logits))


@jax.jit
def _divided(logits, temperature):
    return logits / temperature
