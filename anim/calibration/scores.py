"""Probabilities, and what functions of predictions share: dtypes, means, snapshots, checks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Num

from anim.calibration.weights import Array, relative

__all__ = [
    "probabilities",
]

Function = TypeVar("Function", bound=Callable[..., Any])


def real(values: Num[Array, "*shape"]) -> Float[jax.Array, "*shape"]:
    """Return values as float32, or float64 if they are."""
    values = jnp.asarray(values)
    return values.astype(jnp.promote_types(values.dtype, jnp.float32))


def mean(
    values: Float[jax.Array, "examples"], weights: Float[Array, "examples"] | None = None
) -> Float[jax.Array, ""]:
    """Return the mean, from partial sums, in which float32 keeps its digits for any number."""
    if weights is None:
        return total(values) / values.shape[0]
    return total(values * weights) / total(weights)


def total(values: Float[Array, "examples"]) -> Float[jax.Array, ""]:
    """Return the sum, from partial sums; see `mean`."""
    rows = jnp.pad(values, (0, -values.shape[0] % 1024)).reshape(-1, 1024)
    return rows.sum(1).sum()


def over_snapshots(axes: int, *, static: tuple[str, ...] = ()) -> Callable[[Function], Function]:
    """Compile a function of one snapshot, and let it take many.

    Leading axes of the first argument are snapshots; the second argument and ``weights``, an
    option, are the same for all of them, or have these axes too. `check_shapes` checks all of
    them. Snapshots on the device are mapped in one compiled call; those on the host are moved to
    the device one by one. The function gets weights of the dtype of the first argument, in the
    unit of `anim.calibration.weights.relative`.

    Args:
        axes: of the first argument, for one snapshot: 2 for [N, K], 1 for [N].
        static: names of options that are compiled in.
    """

    def decorate(function: Function) -> Function:
        @partial(jax.jit, static_argnames=static)
        @wraps(function)
        def compiled(values, outcomes, *rest, weights=None, **options):
            def one(values, outcomes, weights):
                known = {} if weights is None else {"weights": _as_of(values, weights)}
                return function(values, outcomes, *rest, **known, **options)

            if values.ndim == axes:
                return one(values, outcomes, weights)
            return _mapped(one, axes, values, (outcomes, weights))

        @wraps(function)
        def checked(values, outcomes, *rest, weights=None, **options):
            is_here = isinstance(values, np.ndarray)
            values, outcomes = values if is_here else jnp.asarray(values), jnp.asarray(outcomes)
            check_shapes(values.shape, outcomes.shape, axes)
            # Before they become float32, which holds fewer numbers.
            weights = relative(weights) if isinstance(weights, np.ndarray) else weights
            if is_here and values.ndim > axes and values.size:
                return one_by_one(
                    lambda *pair, **known: compiled(*pair, *rest, **known, **options),
                    values,
                    outcomes,
                    axes,
                    weights,
                )
            known = {} if weights is None else {"weights": weights}
            return compiled(values, outcomes, *rest, **known, **options)

        return cast(Function, checked)

    return decorate


def _mapped(one: Callable, axes: int, values: jax.Array, of_each: tuple[Any, ...]) -> Any:
    """Return what a function makes of snapshots, and of what they have each or together."""
    lead = values.shape[:-axes]
    row = values.reshape(-1, *values.shape[-axes:])
    own = [_rows_of(part) for part in of_each]

    def of_row(pair):
        both = zip(pair[1], of_each, strict=True)
        return one(pair[0], *(shared if mine is None else mine for mine, shared in both))

    found = jax.lax.map(of_row, (row, own))
    return jax.tree.map(lambda part: part.reshape(lead + part.shape[1:]), found)


def _rows_of(part: jax.Array | None) -> jax.Array | None:
    """Return what snapshots have of their own as rows [S, N]; None if all have the same."""
    return None if part is None or part.ndim == 1 else part.reshape(-1, part.shape[-1])


def _as_of(values: Array, weights: Array) -> Array:
    return relative(weights.astype(jnp.promote_types(values.dtype, jnp.float32)))


def one_by_one(function: Callable, values, outcomes, axes: int = 2, weights: Any = None):
    """Return what a function of one snapshot returns for each of many; see `over_snapshots`."""
    lead = values.shape[:-axes]
    found = []
    for index in np.ndindex(lead):
        known = {} if weights is None else {"weights": _at(weights, index)}
        found.append(function(values[index], _at(outcomes, index), **known))
    return jax.tree.map(
        lambda *parts: jnp.asarray(np.stack(parts).reshape(lead + parts[0].shape)),
        *jax.device_get(found),
    )


def _at(part: Array, index: tuple[int, ...]) -> Array:
    return part if part.ndim == 1 else part[index]


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
