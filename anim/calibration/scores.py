"""Probabilities, and what functions of predictions share: dtypes, means, snapshots, checks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Num

from anim.calibration.bins import Array

__all__ = [
    "probabilities",
]

Function = TypeVar("Function", bound=Callable[..., Any])


def real(values: Num[Array, "*shape"]) -> Float[jax.Array, "*shape"]:
    """Return values as float32, or float64 if they are."""
    values = jnp.asarray(values)
    return values.astype(jnp.promote_types(values.dtype, jnp.float32))


def mean(values: Float[jax.Array, "examples"]) -> Float[jax.Array, ""]:
    """Return the mean, from partial sums, in which float32 keeps its digits for any number."""
    rows = jnp.pad(values, (0, -values.shape[0] % 1024)).reshape(-1, 1024)
    return rows.sum(1).sum() / values.shape[0]


def over_snapshots(axes: int, *, static: tuple[str, ...] = ()) -> Callable[[Function], Function]:
    """Compile a function of one snapshot, and let it take many.

    Leading axes of the first argument are snapshots; the second argument is the same for all of
    them, or has these axes too. `check_shapes` checks both. Snapshots on the device are mapped in
    one compiled call; those on the host are moved to the device one by one.

    Args:
        axes: of the first argument, for one snapshot: 2 for [N, K], 1 for [N].
        static: names of options that are compiled in.
    """

    def decorate(function: Function) -> Function:
        @partial(jax.jit, static_argnames=static)
        @wraps(function)
        def compiled(values, outcomes, *rest, **options):
            def one(pair):
                return function(*pair, *rest, **options)

            if values.ndim == axes:
                return one((values, outcomes))
            lead = values.shape[:-axes]
            row = values.reshape(-1, *values.shape[-axes:])
            if outcomes.ndim == 1:
                found = jax.lax.map(lambda values: one((values, outcomes)), row)
            else:
                found = jax.lax.map(one, (row, outcomes.reshape(-1, outcomes.shape[-1])))
            return jax.tree.map(lambda part: part.reshape(lead + part.shape[1:]), found)

        @wraps(function)
        def checked(values, outcomes, *rest, **options):
            is_here = isinstance(values, np.ndarray)
            values, outcomes = values if is_here else jnp.asarray(values), jnp.asarray(outcomes)
            check_shapes(values.shape, outcomes.shape, axes)
            if is_here and values.ndim > axes and values.size:
                return one_by_one(
                    lambda *pair: compiled(*pair, *rest, **options), values, outcomes, axes
                )
            return compiled(values, outcomes, *rest, **options)

        return cast(Function, checked)

    return decorate


def one_by_one(function: Callable, values, outcomes, axes: int = 2):
    """Return what a function of one snapshot returns for each of many; see `over_snapshots`."""
    lead = values.shape[:-axes]
    found = [
        function(values[index], outcomes if outcomes.ndim == 1 else outcomes[index])
        for index in np.ndindex(lead)
    ]
    return jax.tree.map(
        lambda *parts: jnp.asarray(np.stack(parts).reshape(lead + parts[0].shape)),
        *jax.device_get(found),
    )


def check_shapes(values: tuple[int, ...], outcomes: tuple[int, ...], axes: int = 2) -> None:
    """Raise ValueError unless these are shapes of predictions and of their outcomes.

    Args:
        values: [..., N, K] with K >= 2, or [..., N] where ``axes`` is 1.
        outcomes: [N] or [..., N].
        axes: of one snapshot.
    """
    if len(values) < axes:
        raise ValueError(f"expected {axes} axes or more, got shape {values}")
    if axes == 2 and values[-1] < 2:
        raise ValueError(f"expected 2 classes or more in the last axis, got shape {values}")
    lead = values[: 1 - axes] if axes > 1 else values
    if lead[-1] < 1:
        raise ValueError(f"expected 1 example or more, got shape {values}")
    if outcomes not in (lead, lead[-1:]):
        raise ValueError(f"expected labels or hits of shape {lead[-1:]}, got shape {outcomes}")


@jax.jit
def probabilities(
    logits: Num[Array, "examples classes"],
) -> Float[jax.Array, "examples classes"]:
    """Return the softmax of logits over the classes, float32 (float64 for float64)."""
    logits = real(logits)
    if logits.shape[1] == 2:
        margin = logits[:, 1] - logits[:, 0]
        return jnp.stack([jax.nn.sigmoid(-margin), jax.nn.sigmoid(margin)], axis=1)
    return jax.nn.softmax(logits, axis=1)
