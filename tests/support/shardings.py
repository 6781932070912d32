"""Calls every public function of `anim.calibration` with arrays under many shardings.

``python -m tests.support.shardings few`` or ``all`` does so in a process of its own, as JAX is told
the number of its devices (`FOUR_DEVICES`) before it starts. It prints how many calls there were,
and a line for each that failed, or that returned something else than for arrays on no mesh.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import product
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from anim import calibration
from anim.calibration import class_bins, tiles
from tests.support.divided_arrays import (
    ARRAYS,
    HITS_OF_BINS,
    KNOTS,
    LABELS,
    OF_WEIGHTS,
    OPTIONS,
    PROBS,
    K,
    N,
    S,
)

FOUR_DEVICES = {
    # Programs for a few numbers are compiled faster than they would be well.
    "XLA_FLAGS": "--xla_force_host_platform_device_count=4 --xla_backend_optimization_level=0",
    "JAX_PLATFORMS": "cpu",
}

# Where a name means something else.
ARRAYS_OF = {
    "wilson_interval": {"hits": HITS_OF_BINS},
    "apply_vector_scale": {"scale": calibration.VectorScale(np.ones(K) / 2, np.zeros(K))},
}
OPTIONS_OF = {"apply_isotonic": {"scale": calibration.IsotonicScale((KNOTS,) * K)}}
VARIANTS = {
    "calibration_error": [
        {"binning": "mass"},
        {"classwise": True},
        {"norm": "max", "binning": "mass", "classwise": True},
        {"norm": "l2", "debias": True},
    ],
    "kernel_band": [{"band": "pointwise"}],
    # One is found by passes, the other by `jax.lax.top_k`.
    "scores_and_hits": [{"view": calibration.TopView(3)}, {"view": calibration.TopView(6)}],
}
VARIED = {"norm", "classwise", "band"}
# These take no arrays.
OTHERS = {"view_of", "default_view", "views_offered", "width_edges"}
FUNCTIONS = {
    name: one
    for name, one in vars(calibration).items()
    if callable(one) and not isinstance(one, type) and name[0] != "_" and name not in OTHERS
}


class Call(NamedTuple):
    """A function, its arrays, which are placed on devices, and the rest."""

    name: str
    arrays: dict[str, Any]
    options: dict[str, Any]
    has_snapshots: bool

    def __call__(self, arrays: dict[str, Any]) -> Any:
        return FUNCTIONS[self.name](**arrays, **self.options)

    def __str__(self) -> str:
        snapshots = " of snapshots" if self.has_snapshots else ""
        return f"{self.name}{snapshots} {self.options}"


def calls() -> Iterator[Call]:
    """Yield calls of all functions: for one snapshot and, where it takes several, for four."""
    for name, function in FUNCTIONS.items():
        parameters = inspect.signature(function).parameters.values()
        takes_many = any("snapshots" in str(one.annotation) for one in parameters)
        required = [one.name for one in parameters if one.default is one.empty]
        of_required, of_options = (
            {one: known[one] for one in required if one in known}
            for known in (ARRAYS | ARRAYS_OF.get(name, {}), OPTIONS | OPTIONS_OF.get(name, {}))
        )
        names = {one.name for one in parameters} - {*required}
        of_weights = [{one: values} for one, values in OF_WEIGHTS.items() if one in names]
        variants = product([{}, *VARIANTS.get(name, [])], [{}, *of_weights])
        for options, more in variants:
            of_arrays = of_required | more
            single = jax.tree.map(lambda part: part[0] if len(part) == S else part, of_arrays)
            single["labels"] = LABELS
            yield Call(name, {one: single[one] for one in of_arrays}, of_options | options, False)
            if takes_many:
                yield Call(name, of_arrays, of_options | options, True)


AUTO, EXPLICIT = AxisType.Auto, AxisType.Explicit
MESHES: dict[str, Callable[[], Mesh]] = {
    "auto": lambda: jax.make_mesh((4,), ("d",), axis_types=(AUTO,)),
    "explicit": lambda: jax.make_mesh((4,), ("d",), axis_types=(EXPLICIT,)),
    "auto 2x2": lambda: jax.make_mesh((2, 2), ("d", "e"), axis_types=(AUTO, AUTO)),
    "explicit 2x2": lambda: jax.make_mesh((2, 2), ("d", "e"), axis_types=(EXPLICIT, EXPLICIT)),
    "mixed 2x2": lambda: jax.make_mesh((2, 2), ("d", "e"), axis_types=(EXPLICIT, AUTO)),
}
# How the axes S, N and K of predictions are divided; arrays of bins take N for B.
SPECS = {
    "replicated": (None, None, None),
    "examples": (None, "d", None),
    "classes": (None, None, "d"),
    "snapshots": ("d", None, None),
    "examples and classes": (None, "d", "e"),
    "snapshots and examples": ("d", "e", None),
}
OUTCOMES = ("labels", "hits", "weights", "edges")


def _alone(values: np.ndarray, index: int) -> jax.Array:
    return jax.device_put(values, jax.devices()[index])


def _on_two(values: np.ndarray) -> jax.Array:
    mesh = jax.make_mesh((2,), ("d",), axis_types=(AUTO,), devices=jax.devices()[2:])
    return jax.device_put(values, NamedSharding(mesh, PartitionSpec()))


def _reversed(values: np.ndarray) -> jax.Array:
    devices = jax.devices()[::-1]
    mesh = jax.make_mesh((4,), ("r",), axis_types=(EXPLICIT,), devices=devices)
    return jax.device_put(values, NamedSharding(mesh, PartitionSpec()))


# Where outcomes may lie that are not divided as the predictions are.
OUTCOMES_AT: dict[str, Callable[[np.ndarray], Any]] = {
    "NumPy": lambda values: values,
    "not committed": jnp.asarray,
    "one device": lambda values: _alone(values, 1),
    "two devices": _on_two,
    "another order": _reversed,
}


class Place(NamedTuple):
    """Where arrays lie.

    Attributes:
        mesh: a name of `MESHES`, or "" for the fourth device, "NumPy" for none.
        spec: a name of `SPECS`.
        outcomes: a name of `OUTCOMES_AT`; "" divides labels, hits and edges as the predictions.
        within: the mesh that is set, if one is.
    """

    mesh: str
    spec: str = "examples"
    outcomes: str = ""
    within: str = ""

    def arrays(self, call: Call) -> dict[str, Any]:
        """Return the arrays of a call there."""

        def put(name: str, values: np.ndarray, axes: int):
            if name in OUTCOMES and self.outcomes:
                return OUTCOMES_AT[self.outcomes](values)
            if self.mesh in ("", "NumPy"):
                return values if self.mesh else _alone(values, 3)
            mesh = MESHES[self.mesh]()
            lead = [SPECS[self.spec][0]] if values.ndim > axes else []
            spec = [*lead, *SPECS[self.spec][1:]][: values.ndim] if name != "edges" else []
            return jax.device_put(values, NamedSharding(mesh, PartitionSpec(*spec)))

        return {
            name: jax.tree.map(
                lambda part, name=name: put(name, part, 2 if name in ("probs", "logits") else 1),
                values,
            )
            for name, values in call.arrays.items()
        }

    def problem(self, call: Call, expected: Any) -> str:
        """Return what is wrong with a call with arrays that lie there, or nothing."""
        try:
            with jax.set_mesh(MESHES[self.within]()) if self.within else nullcontext():
                found = call(self.arrays(call))
                if self.within == self.mesh:
                    # Results belong to the mesh that is set.
                    jax.tree.map(lambda part: part + 0, found)
        except Exception as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0]}"
        pairs = zip(*map(jax.tree.leaves, jax.device_get((found, expected))), strict=True)
        return "; ".join(filter(None, (_difference(*pair) for pair in pairs)))


def _difference(found: Any, expected: Any) -> str:
    found, expected = np.asarray(found), np.asarray(expected)
    if (found.shape, found.dtype) != (expected.shape, expected.dtype):
        return f"{found.dtype}{found.shape} for {expected.dtype}{expected.shape}"
    slack = 1e-6 if expected.dtype.kind == "f" else 0
    is_close = np.isclose(found, expected, rtol=slack, atol=slack, equal_nan=True)
    return "" if is_close.all() else f"{found[~is_close][:3]} for {expected[~is_close][:3]}"


# Cheap calls of functions of each kind, each at one of the places of each kind.
FEW = {
    "calibration_error": Place("explicit", "examples", "one device"),
    "mass_edges": Place("explicit 2x2", "examples", within="explicit 2x2"),
    "binned": Place("auto", "examples", "another order"),
    "width_sums": Place("mixed 2x2", "examples", "two devices"),
    "probabilities": Place("explicit 2x2", "examples and classes", within="auto"),
    "brier_score": Place("explicit", "snapshots", "NumPy"),
    "signed_gap": Place("auto 2x2", "snapshots and examples", within="explicit"),
    "smooth_calibration_error": Place("", outcomes="one device"),
    "isotonic_curve": Place("explicit", "examples", "not committed"),
    "cumulative_differences": Place("auto", "examples", "two devices"),
    "top_label_calibration_error": Place("explicit", "examples"),
    "apply_isotonic": Place("explicit", "classes"),
    "apply_vector_scale": Place("explicit", "examples", within="explicit"),
    "expected_error_of_bins": Place("explicit", "examples"),
    "edge_sums": Place("NumPy", within="explicit"),
}


def places() -> Iterator[Place]:
    """Yield all places."""
    for mesh, spec in product(MESHES, SPECS):
        if " and " not in spec or "2x2" in mesh:
            yield Place(mesh, spec)
            yield Place(mesh, spec, within=mesh)
            yield Place(mesh, spec, within="explicit 2x2" if mesh == "auto" else "auto")
    for mesh, outcomes in product(("auto", "explicit", ""), OUTCOMES_AT):
        yield Place(mesh, "examples", outcomes)
    for mesh, within in product(("NumPy", ""), MESHES):
        yield Place(mesh, within=within)


def _cases(size: str) -> Iterator[tuple[Call, list[Place]]]:
    """Yield calls and where their arrays should lie."""
    for call in calls():
        if size == "all":
            yield call, [*places()]
        elif call.name in FEW and call.options.get("binning", "mass") == "mass":
            place = FEW[call.name]
            if (
                call.has_snapshots == ("snapshots" in place.spec)
                and not call.options.keys() & VARIED
            ):
                yield call, [place]


def _transformed() -> Iterator[tuple[str, str]]:
    """Yield transformations of calls on an explicit mesh, and a problem of each or nothing."""
    mesh = MESHES["explicit"]()

    def put(values: np.ndarray, *spec: str | None) -> jax.Array:
        return jax.device_put(values, NamedSharding(mesh, PartitionSpec(*spec)))

    error, score = calibration.calibration_error, calibration.brier_score
    probs, labels = put(PROBS[0], "d"), put(LABELS, "d")
    several = put(PROBS, "d")
    errors = np.stack([error(one, LABELS) for one in PROBS])
    slope = jax.grad(score)(PROBS[0], LABELS)
    cases: dict[str, tuple[Callable[[], Any], Any]] = {
        "jit": (lambda: jax.jit(error)(probs, labels), errors[0]),
        "jit, constant labels": (lambda: jax.jit(lambda p: error(p, labels))(probs), errors[0]),
        "vmap": (lambda: jax.vmap(error, (0, None))(several, LABELS), errors),
        "grad": (lambda: jax.grad(score)(probs, labels), slope),
        "jit of grad": (lambda: jax.jit(jax.grad(score))(probs, LABELS), slope),
        "constants": (lambda: jax.jit(lambda: error(probs, labels))(), errors[0]),
    }
    for name, (call, expected) in cases.items():
        # JAX itself does the others only where the mesh is set.
        is_set_or_not = (
            (True, False) if name in ("jit", "jit, constant labels", "vmap") else (True,)
        )
        for is_set in is_set_or_not:
            with jax.set_mesh(mesh) if is_set else nullcontext():
                found = call()
            yield name, _difference(jax.device_get(found), expected)
    with jax.set_mesh(mesh):
        for found in (calibration.probabilities(probs), jax.grad(score)(probs, labels)):
            is_divided = found.sharding.is_equivalent_to(probs.sharding, found.ndim)
            yield "where it lies", "" if is_divided else str(found.sharding)


def _gathered() -> Iterator[tuple[str, str]]:
    """Yield functions, and a problem if a device gathers predictions that several divide."""
    mesh = MESHES["auto"]()
    probs, labels = (
        jax.device_put(values, NamedSharding(mesh, PartitionSpec("d")))
        for values in (PROBS[0], LABELS)
    )
    # As of many more examples.
    tiles._TILE, class_bins.BLOCK = N, N // 4
    jax.clear_caches()
    for function in (calibration.brier_decomposition, calibration.fit_temperature):
        compiled = jax.jit(function).lower(probs, labels).compile()
        is_gathered = f"f32[{N},{K}]{{1,0}} all-gather(" in compiled.as_text()
        yield function.__name__, "gathers predictions" if is_gathered else ""
        expected = function(PROBS[0], LABELS)
        pairs = zip(compiled(probs, labels), expected, strict=True)
        yield function.__name__, "; ".join(filter(None, (_difference(*pair) for pair in pairs)))


def main(size: str) -> None:
    """Print how many calls there were, then those with a problem."""
    count = 0
    problems = []
    for call, where in _cases(size):
        in_memory = call(call.arrays)
        on_device = call(jax.tree.map(jnp.asarray, call.arrays))
        for place in where:
            count += 1
            problem = place.problem(call, in_memory if place.mesh == "NumPy" else on_device)
            problems += [f"{call}, {place}: {problem}"] if problem else []
        if size == "all":
            # Thousands of compiled programs are more than a process may map.
            jax.clear_caches()
    for name, problem in [*_transformed(), *_gathered()]:
        count += 1
        problems += [f"{name}: {problem}"] if problem else []
    print(f"{count} calls", *problems, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
