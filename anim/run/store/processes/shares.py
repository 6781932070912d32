"""How the rows of many processes lie side by side: each has a share of whole chunks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from anim.checks.labels import listed
from anim.errors import SettingError
from anim.run.examples import joined_names
from anim.run.snapshots import Form

# Rows whose positions are looked at together.
_ROWS_AT_ONCE = 1 << 22
# Positions that an error lists.
_LISTED = 5
# Of a position that no process has taken; -1 is the label of what is no example.
_UNKNOWN = -2


@dataclass(frozen=True)
class Plan:
    """Where the rows of each process lie.

    Attributes:
        ranks: processes.
        rows: of a share; a process that has fewer fills it up.
        chunk: rows of a chunk, in all arrays; a share is a whole number of chunks.
        examples: N.
        arrays: shape of a row, and name of the dtype, of each array of a snapshot.
        attributes: what the group says of examples, see `anim.run.store.described`.
    """

    ranks: int
    rows: int
    chunk: int
    examples: int
    arrays: Mapping[str, tuple[tuple[int, ...], str]]
    attributes: Mapping

    @property
    def total(self) -> int:
        """Rows of all shares."""
        return self.ranks * self.rows

    def share(self, rank: int) -> slice:
        """Return the rows of a process."""
        return slice(rank * self.rows, (rank + 1) * self.rows)

    def as_json(self) -> dict:
        """Return what `from_json` takes."""
        return {**vars(self), "arrays": {name: list(one) for name, one in self.arrays.items()}}

    @classmethod
    def from_json(cls, given: Mapping) -> Plan:
        """Return a plan that another process made."""
        arrays = {name: (tuple(row), dtype) for name, (row, dtype) in given["arrays"].items()}
        return cls(**{**given, "arrays": arrays})


def offer_of(index: np.ndarray, form: Form, attributes: Mapping) -> dict:
    """Return what a process says of its rows, for `plan_of`.

    Args:
        index: [n] positions of its rows among all.
        form: shape and dtype of each array of its rows; empty if it has none.
        attributes: of its examples, as `anim.run.store.described.attributes_of` returns them.
    """
    arrays = {name: [list(shape[1:]), dtype.name] for name, (shape, dtype) in form.items()}
    last = int(index.max()) if len(index) else -1
    found = {"rows": len(index), "last": last, "arrays": arrays if len(index) else None}
    return {**found, "attributes": dict(attributes)}


def plan_of(offers: Sequence[Mapping], chunk_bytes: int) -> Plan:
    """Return where the rows of all processes lie.

    Args:
        offers: of each process, from `offer_of`.
        chunk_bytes: how large a chunk should be, at most.

    Raises:
        SettingError: processes record different things, or too few rows.
    """
    forms = {rank: offer["arrays"] for rank, offer in enumerate(offers) if offer["arrays"]}
    if not forms:
        raise SettingError("snapshot", "expected at least one example, got none in any process")
    first, arrays = next(iter(forms.items()))
    for rank, other in forms.items():
        if other != arrays:
            problem = f"expected {_said(arrays)} as in process {first}"
            raise SettingError("snapshot", f"{problem}, got {_said(other)} in process {rank}")
    rows = [offer["rows"] for offer in offers]
    examples = max(offer["last"] for offer in offers) + 1
    if sum(rows) < examples:
        problem = f"expected all positions up to {examples - 1} in one process or another"
        raise SettingError("index", f"{problem}, got {sum(rows)} rows in all")
    largest = max(np.dtype(dtype).itemsize * math.prod(row) for row, dtype in arrays.values())
    # Chunks of about the same size, with few rows to fill up.
    pieces = math.ceil(max(rows) / max(1, chunk_bytes // largest))
    chunk = math.ceil(max(rows) / pieces)
    plan = {name: (tuple(row), dtype) for name, (row, dtype) in arrays.items()}
    attributes = _attributes([offer["attributes"] for offer in offers if offer["rows"]])
    return Plan(len(offers), pieces * chunk, chunk, examples, plan, attributes)


def _attributes(offered: Sequence[Mapping]) -> dict:
    """Return what the group is to say of examples, with the names of groups of all processes."""
    first, *others = offered
    for other in others:
        for name, here, there in (
            ("weights", "weights" in first, "weights" in other),
            ("multilabel", "multilabel" in first, "multilabel" in other),
            ("groups", sorted(first.get("groups", ())), sorted(other.get("groups", ()))),
        ):
            if here != there:
                raise SettingError(name, "expected them in all processes, or in none of them")
        if first.get("drawn") != other.get("drawn"):
            raise SettingError("keep_fraction", "expected the same, and one seed, in all processes")
    groups = {
        name: joined_names([one["groups"][name] for one in offered])
        for name in first.get("groups", ())
    }
    return {**first, "groups": groups} if groups else dict(first)


def _said(arrays: Mapping[str, Sequence]) -> str:
    return " and ".join(
        f"{name} ({dtype}{f', {row[0]} classes' if row else ''})"
        for name, (row, dtype) in arrays.items()
    )


class Positions:
    """Which positions all processes have, looked at share by share.

    Args:
        examples: N.
    """

    def __init__(self, examples: int):
        self._labels = np.full(examples, _UNKNOWN, np.int32)

    def take(self, index: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return which rows are of examples that were there before, [n] bool.

        Args:
            index: [n] positions; -1 for a row that fills up a share.
            labels: [n] of these rows.

        Raises:
            SettingError: the same example with another label.
        """
        # The first row of each position is the one that counts.
        again = np.ones(len(index), bool)
        again[np.unique(index, return_index=True)[1]] = False
        rows = np.flatnonzero(index >= 0)
        known = self._labels[index[rows]]
        again[rows] |= known != _UNKNOWN
        self._labels[index[rows[~again[rows]]]] = labels[rows[~again[rows]]]
        differs = self._labels[index[rows]] != labels[rows]
        if differs.any():
            position = int(index[rows[differs.argmax()]])
            problem = f"expected one label for each example, got two for position {position}"
            raise SettingError("labels", problem)
        return again & (index >= 0)

    def check(self) -> None:
        """Raise SettingError unless every position was taken."""
        missing = np.flatnonzero(self._labels == _UNKNOWN)
        if len(missing):
            some = listed(missing[: _LISTED + 1].tolist(), _LISTED)
            problem = f"expected each of {len(self._labels)} positions in one process or another"
            raise SettingError("index", f"{problem}, got none of {some}")


def parts_of(plan: Plan) -> list[slice]:
    """Return the rows of all shares in parts of whole shares that fit into memory."""
    shares = max(1, _ROWS_AT_ONCE // plan.rows)
    return [
        slice(first * plan.rows, min(first + shares, plan.ranks) * plan.rows)
        for first in range(0, plan.ranks, shares)
    ]
