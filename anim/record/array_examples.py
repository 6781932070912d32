"""Which rows of arrays are examples, and what weights and groups they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from anim.checks.groups import NOTHING, ONLY
from anim.errors import SettingError
from anim.record.array_content import Content, names_listed
from anim.record.cells import key_of
from anim.record.ignoring import kept_labels
from anim.record.saved import Saved
from anim.record.schema import Wanted
from anim.record.spelling import words

_WEIGHTS = words("weights sample_weight sample_weights weight")
_GROUPS = words("groups group")
# Arrays of these names may as well be something else, such as the weights of a model.
_OPEN = ("weights", "weight", "groups", "group")


@dataclass(frozen=True)
class Beside:
    """Arrays beside the predictions, as they are in the file.

    Attributes:
        weights, mask: their name and values; None if there is none.
        groups: by the name of each grouping.
        asked: names of those that the user asks for.
    """

    weights: tuple[str, np.ndarray] | None
    mask: tuple[str, np.ndarray] | None
    groups: Mapping[str, np.ndarray]
    asked: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """The rows of a file that are examples.

    Attributes:
        whole: how many rows there are.
        positions: [N] of those that are examples; None if all are.
        weights: [N] float64, or None.
        groups: [N] texts by the name of each grouping.
        notes: what is said of them.
    """

    whole: int
    positions: np.ndarray | None
    weights: np.ndarray | None
    groups: Mapping[str, np.ndarray]
    notes: tuple[str, ...]

    def of(self, values: np.ndarray, axis: int = 0) -> np.ndarray:
        """Return the examples among the rows of an array; one of other rows is refused later."""
        has_rows = values.shape[axis : axis + 1] == (self.whole,)
        if self.positions is None or not has_rows:
            return values
        return values.take(self.positions, axis)

    def beside(self, saved: Saved) -> Saved:
        """Return a snapshot of the examples with their weights and groups."""
        return replace(
            saved,
            weights=self.weights,
            groups=self.groups,
            positions=self.positions,
            whole=self.whole,
        )


def read_beside(content: Content, wanted: Wanted) -> Beside:
    """Read the arrays beside the predictions.

    Raises:
        SettingError: there is none of a name that the user asks for.
    """
    asked = {"weight": [wanted.weight] if wanted.weight else [], "group": [*wanted.group]}
    for option, names in asked.items():
        for name in names:
            if name.lower() not in content.names:
                found = names_listed(list(content.names.values()))
                problem = f"{str(content.path)!r} has no array {name!r}; it has {found}"
                raise SettingError(option, problem)
    groups = [content.find([name.lower()]) for name in asked["group"]] or [content.find(_GROUPS)]
    return Beside(
        content.find([name.lower() for name in asked["weight"]] or _WEIGHTS),
        content.find(["mask"]),
        dict(one for one in groups if one is not None),
        tuple(asked["weight"] + asked["group"]),
    )


def rows_of(
    content: Content,
    beside: Beside,
    labels: np.ndarray | None,
    wanted: Wanted,
    shape: tuple[int | None, int],
) -> Rows:
    """Return the rows of a file that are examples.

    Args:
        content: of the file.
        beside: arrays beside the predictions.
        labels: of all rows, [N] or [N, 1] numbers or names; None if they are not known.
        wanted: which labels are to be ignored.
        shape: the numbers of steps, None without an axis of these, and of rows.

    Raises:
        SettingError: arrays of another shape than that of rows, or values that are not what their
            names say; no row is left.
    """
    count = shape[1]
    keeps, notes = _kept(content, beside, labels, wanted, shape)
    rows = Rows(count, None if keeps.all() else np.flatnonzero(keeps), None, {}, ())
    weights, groups = None, {}
    if beside.weights is not None:
        name, values = beside.weights
        if (values := _of_rows(content, beside, name, values, shape, "biuf")) is not None:
            weights = rows.of(_weights(content, name, values, keeps))
            notes.append(f"weight: {name!r} ({_why(beside, name)})")
            content.taken[name] = "weight"
    for name, values in beside.groups.items():
        if (found := _of_rows(content, beside, name, values, shape, "USbiu")) is not None:
            texts = [key_of(str(one)) or NOTHING for one in rows.of(found).tolist()]
            groups[name if name in beside.asked else ONLY] = np.array(texts)
            notes.append(f"group: {name!r} ({_why(beside, name)})")
            content.taken[name] = "group"
    return replace(rows, weights=weights, groups=groups, notes=tuple(notes))


def _kept(
    content: Content,
    beside: Beside,
    labels: np.ndarray | None,
    wanted: Wanted,
    shape: tuple[int | None, int],
) -> tuple[np.ndarray, list[str]]:
    """Return which rows are examples, by the mask and the labels, and what is said of them."""
    notes, keeps = [], np.ones(shape[1], bool)
    if beside.mask is not None:
        name, given = beside.mask
        mask = _of_rows(content, beside, name, given, shape, "biuf")
        if mask is None or not np.isin(mask, (0, 1)).all():
            _refuse(content, name, "true or false for each example", given, shape[1])
        keeps &= mask.astype(bool)
        left = f"{int((~keeps).sum())} of {len(keeps)} rows left out"
        notes.append(f"mask: {name!r} (by its name), {left}")
        content.taken[name] = "mask"
    if wanted.ignore and labels is not None and labels.shape in ((len(keeps),), (len(keeps), 1)):
        kept, note = kept_labels(labels, wanted.ignore)
        keeps &= kept
        notes.append(f"ignore: {note}")
    if not keeps.any():
        content.fail("expected rows that are examples, got none that is not left out")
    return keeps, notes


def _why(beside: Beside, name: str) -> str:
    return "asked for" if name in beside.asked else "by its name"


def _of_rows(
    content: Content,
    beside: Beside,
    name: str,
    values: np.ndarray,
    shape: tuple[int | None, int],
    kinds: str,
) -> np.ndarray | None:
    """Return an array [N] of the rows; None if it is of something else, as its name may be."""
    steps, count = shape
    given = values
    if steps is not None and values.shape == (steps, count):
        if (values != values[:1]).any():
            content.fail(f"{name}: expected the same at every step, got others")
        values = values[0]
    values = values[:, 0] if values.shape == (count, 1) else values
    if values.shape == (count,) and values.dtype.kind in kinds:
        return values
    if name.lower() in _OPEN and name not in beside.asked:
        return None
    return _refuse(content, name, "one for each example", given, count)


def _refuse(
    content: Content, name: str, what: str, values: np.ndarray, count: int | None = None
) -> NoReturn:
    shape = "" if count is None else f" of shape [{count}]"
    found = f"{values.dtype} of shape {list(values.shape)}"
    content.fail(
        f"{name}: expected an array{shape}, {what}, got {found}; leave it out if it is not"
    )


def _weights(content: Content, name: str, values: np.ndarray, keeps: np.ndarray) -> np.ndarray:
    weights = values.astype(np.float64)
    wrong = ~(np.isfinite(weights) & (weights >= 0)) & keeps
    if wrong.any():
        row = int(wrong.argmax())
        content.fail(f"{name}: expected numbers >= 0, got {values[row]} at index {row}")
    if not weights[keeps].any():
        content.fail(f"{name}: expected weights above 0, got none")
    return weights
