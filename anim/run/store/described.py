"""How what is known of examples lies in a recording, whose group says what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import numpy as np

from anim.checks.groups import MAX_GROUPS
from anim.run.examples import LABEL, Examples, Groups
from anim.run.store import schema
from anim.run.store.store import Store
from anim.settings import plain, value_text

DTYPES = {"labels": np.int32, "index": np.int64, "weights": np.float64}
# What fills up the rows of a process.
FILL = {"labels": schema.NO_LABEL, "index": -1, "weights": 0}


def dtype_of(key: str) -> type[np.generic]:
    """Return the dtype of an array with one number per example."""
    return DTYPES.get(key, np.int32)


def attributes_of(examples: Examples) -> dict:
    """Return what the group of a recording says of examples."""
    groups = {name: list(one.names) for name, one in examples.groups.items()}
    known: dict = {"groups": groups} if groups else {}
    if examples.weights is not None:
        # Versions that know nothing of weights would give other numbers.
        known |= {"schema": schema.WEIGHTED, "weights": True}
    if examples.drawn is not None:
        known["drawn"] = list(examples.drawn)
    return {**known, "multilabel": True} if examples.is_multilabel else known


def keys_of(attributes: Mapping) -> tuple[str, ...]:
    """Return the keys of the arrays of examples, given what the group says.

    Raises:
        ValueError: it says something else than `attributes_of`.
    """
    weights, groups = attributes.get("weights", False), attributes.get("groups", {})
    if type(weights) is not bool:
        raise ValueError(f"weights: expected true or false, got {value_text(weights)}")
    if not isinstance(groups, dict):
        raise ValueError(f"groups: expected an object, got {value_text(groups)}")
    for names in groups.values():
        is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
        if not is_list or not 0 < len(set(names)) == len(names) <= MAX_GROUPS:
            raise ValueError(f"groups: expected distinct names, got {value_text(names)}")
    return ("labels", *(("weights",) if weights else ()), *map(_key, groups))


def _key(grouping: str) -> str:
    return f"groups/{quote(grouping, safe='')}"


def arrays_of(examples: Examples) -> dict[str, np.ndarray]:
    """Return the arrays of examples by key, [N] each."""
    weights = {} if examples.weights is None else {"weights": examples.weights}
    groups = {_key(name): one.codes for name, one in examples.groups.items()}
    return {"labels": examples.labels, **weights, **groups}


def assembled(arrays: Mapping[str, np.ndarray], attributes: Mapping) -> Examples:
    """Return examples from their arrays [N], those of `keys_of`.

    Raises:
        ValueError: a group, or a weight, that there cannot be.
    """
    weights, groups = arrays.get("weights"), {}
    counts = arrays["labels"] != schema.NO_LABEL
    if weights is not None and not (np.isfinite(weights) & (weights > 0))[counts].all():
        raise ValueError("weights: expected finite numbers above 0")
    for name, names in attributes.get("groups", {}).items():
        codes = arrays[_key(name)]
        if ((codes < 0) | (codes >= len(names)))[counts].any():
            raise ValueError(f"groups: expected integers in [0, {len(names)}) for {name!r}")
        shown = tuple(map(plain, names))
        if plain(name) in groups or len(set(shown)) < len(shown):
            raise ValueError(f"groups: expected names that look different, got {value_text(names)}")
        groups[plain(name)] = Groups(shown, codes)
    is_multilabel = attributes.get("multilabel", False) is True and LABEL in groups
    return Examples(arrays["labels"], weights, groups, is_multilabel, drawn_of(attributes))


def drawn_of(attributes: Mapping) -> tuple[float, int] | None:
    """Return how examples were drawn, which only matters to who draws them again.

    Raises:
        ValueError: it says something else than `attributes_of`.
    """
    drawn = attributes.get("drawn")
    if drawn is None:
        return None
    if not isinstance(drawn, list) or list(map(type, drawn)) != [float, int]:
        raise ValueError(f"drawn: expected a probability and a seed, got {value_text(drawn)}")
    return drawn[0], drawn[1]


def announce(store: Store, attributes: Mapping) -> None:
    """Write what a recording says of its examples: before its arrays have values."""
    if attributes:
        schema.write_group(store, {"anim": {**schema.read_group(store), **attributes}})
    if attributes.get("groups"):
        schema.write_group(store, {}, "groups/")


def write(store: Store, examples: Examples) -> None:
    """Write examples to a recording that one process makes."""
    announce(store, attributes_of(examples))
    for key, values in arrays_of(examples).items():
        shape, chunk = values.shape, [min(len(values), schema.LABELS_PER_CHUNK)]
        array = schema.create(store, key, values.dtype, shape, chunk, ["example"])
        array.write(values).result()


def read(store: Store, attributes: Mapping) -> Examples:
    """Return all rows of a recording in the order in which they lie.

    Args:
        store: of the recording.
        attributes: of its group.

    Raises:
        ValueError, OSError: they cannot be read, or are none.
    """
    found = {key: _read(store, key) for key in keys_of(attributes)}
    lengths = {len(values) for values in found.values()}
    if len(lengths) > 1:
        raise ValueError(f"labels: expected arrays of one length, got {_listed(lengths)}")
    labels = found["labels"]
    if not len(labels):
        raise ValueError("labels: expected integers [N], got none")
    if labels.min() < schema.NO_LABEL:
        raise ValueError(f"labels: expected non-negative integers, got {labels.min()}")
    return assembled(found, attributes)


def _read(store: Store, key: str) -> np.ndarray:
    array, layout = schema.open_with_layout(store, key)
    kind, words = ("f", "numbers") if key == "weights" else ("iu", "integers")
    if array.rank != 1 or array.dtype.numpy_dtype.kind not in kind:
        shape = list(array.shape)
        raise ValueError(f"{key}: expected {words} [N], got {array.dtype.name} {shape}")
    return schema.read_in_pieces(array, layout)


def _listed(numbers: Sequence[int] | set[int]) -> str:
    return " and ".join(map(str, sorted(numbers)))
