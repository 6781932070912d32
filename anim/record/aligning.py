"""Snapshots out of several files: their rows in one order, by ids, and of the same labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from anim.record.saved import Saved
from anim.record.tables import shown


def in_order_of(first: Saved, snapshot: Saved) -> Saved:
    """Return a snapshot with its rows in the order of the first one, if both have ids.

    Args:
        first: the first snapshot.
        snapshot: another one.

    Raises:
        ValueError: ids in another order that occur twice, or in one of the two only.
    """
    if first.ids is None or snapshot.ids is None or first.ids == snapshot.ids:
        return snapshot
    other = "the first step" if first.source == snapshot.source else repr(str(first.source))
    rows, known = _rows_by_id(snapshot.ids), _rows_by_id(first.ids)
    for own, ids, what in ((rows, snapshot.ids, "twice"), (known, first.ids, f"twice in {other}")):
        if len(own) < len(ids):
            twice = next(one for row, one in enumerate(ids) if own[one] != row)
            raise ValueError(
                f"expected ids that occur once, as rows are in another order than in "
                f"{other}, got {shown(twice)} {what}"
            )
    lacking = next((one for one in first.ids if one not in rows), None)
    counts = f"{len(rows)} rows, {other} has {len(known)}"
    if lacking is not None:
        raise ValueError(
            f"expected the examples of {other}, got no row with id {shown(lacking)} ({counts})"
        )
    stranger = next((one for one in snapshot.ids if one not in known), None)
    if stranger is not None:
        raise ValueError(
            f"expected the examples of {other}, which has no row with id "
            f"{shown(stranger)} ({counts})"
        )
    order = np.array([rows[one] for one in first.ids])
    labels = None if snapshot.labels is None else snapshot.labels[order]
    given = {name: values[order] for name, values in snapshot.given.items()}
    more = {
        "weights": None if snapshot.weights is None else snapshot.weights[order],
        "groups": {name: values[order] for name, values in snapshot.groups.items()},
        "positions": None if snapshot.positions is None else snapshot.positions[order],
    }
    return replace(snapshot, ids=first.ids, labels=labels, given=given, is_moved=True, **more)


def with_rows_of(first: Saved, snapshot: Saved) -> Saved:
    """Return a snapshot without the rows that are left out of the first one.

    One without labels does not say itself which these are.
    """
    rows = first.positions
    count = len(next(iter(snapshot.given.values())))
    if snapshot.labels is not None or rows is None or count != first.whole:
        return snapshot
    given = {name: values[rows] for name, values in snapshot.given.items()}
    ids = None if snapshot.ids is None else tuple(snapshot.ids[row] for row in rows)
    weights = None if snapshot.weights is None else snapshot.weights[rows]
    groups = {name: values[rows] for name, values in snapshot.groups.items()}
    more = {"weights": weights, "groups": groups, "positions": rows}
    return replace(snapshot, ids=ids, given=given, **more)


def _rows_by_id(ids: tuple[str, ...]) -> dict[str, int]:
    """Return the last row of each id."""
    return {one: row for row, one in enumerate(ids)}


def check_same_labels(first: Saved, known: np.ndarray, snapshot: Saved, own: np.ndarray) -> None:
    """Raise ValueError unless the labels of a snapshot are those of the first one.

    Args:
        first: the first snapshot.
        known: its labels, [N] or [N, K].
        snapshot: another one, in the order of the first if both have ids.
        own: its labels.
    """
    if np.array_equal(known, own):
        return
    other = _other(first, snapshot)
    if len(known) != len(own):
        raise ValueError(
            f"expected the examples of {other}, got {len(own)} rows, {other} has {len(known)}"
        )
    expected = f"expected the labels of {other}, got different ones"
    if known.shape != own.shape:
        raise ValueError(f"{expected}: of shape {[*own.shape]}, not {[*known.shape]}")
    row = int((known != own).reshape(len(own), -1).any(1).argmax())
    has_ids = _has_ids_of(first, snapshot)
    where = _where(first, snapshot, row)
    hint = ""
    if snapshot.is_moved:
        hint = (
            "; its rows are in another order, which labels without ids do not follow: give "
            "labels with ids, or sort the files alike"
        )
    elif not has_ids:
        hint = (
            "; the rows may be in another order: add a column of ids to each table, or sort "
            "the files alike"
        )
    raise ValueError(
        f"{expected}: {_text(own[row])} at {where}, {other} has {_text(known[row])}{hint}"
    )


def check_same_examples(first: Saved, snapshot: Saved) -> None:
    """Raise ValueError unless rows, weights and groups of a snapshot are those of the first one.

    Args:
        first: the first snapshot.
        snapshot: another one, of as many examples, in the order of the first if both have ids.
    """
    other = _other(first, snapshot)
    if not _has_ids_of(first, snapshot) and not _same_positions(first, snapshot):
        raise ValueError(
            f"expected the rows that are left out of {other}, got different ones; add a column of "
            "ids to each table, or sort the files alike"
        )
    columns = [("weights", snapshot.weights, first.weights)] if snapshot.weights is not None else []
    columns += [
        (f"groups {shown(name)}", own, first.groups.get(name))
        for name, own in snapshot.groups.items()
    ]
    for what, own, known in columns:
        if known is None:
            raise ValueError(f"expected no {what}, as {other} has none")
        if len(own) == len(known) and (own != known).any():
            row = int((own != known).argmax())
            raise ValueError(
                f"expected the {what} of {other}, got different ones: {_text(own[row])} at "
                f"{_where(first, snapshot, row)}, {other} has {_text(known[row])}"
            )


def _same_positions(first: Saved, snapshot: Saved) -> bool:
    own, known = snapshot.positions, first.positions
    if own is None or known is None:
        # As many rows, of which none is left out of one: none out of the other.
        return own is known
    return np.array_equal(own, known)


def _other(first: Saved, snapshot: Saved) -> str:
    return "the first step" if first.source == snapshot.source else "the first file"


def _has_ids_of(first: Saved, snapshot: Saved) -> bool:
    return first.ids is not None and first.ids == snapshot.ids


def _where(first: Saved, snapshot: Saved, row: int) -> str:
    if first.ids and _has_ids_of(first, snapshot):
        return f"id {shown(first.ids[row])}"
    return f"index {row if snapshot.positions is None else snapshot.positions[row]}"


def _text(label: np.ndarray) -> str:
    return shown(label.tolist())
