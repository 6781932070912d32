"""What one snapshot of predictions may hold, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from anim.checks.arrays import as_array
from anim.checks.confidences import checked_confidence, checked_correct
from anim.checks.labels import NO_LABEL, check_range
from anim.checks.predictions import (
    Scores,
    checked_scores,
    rows_are_probs,
    rows_of_probs,
)
from anim.checks.rows import DEVICE_BYTES, HOST_BYTES
from anim.errors import SettingError
from anim.run.caller import warn_caller
from anim.run.intake import Told
from anim.run.reduction import Reduced, Reducer, can_reduce, is_checked
from anim.run.seen import PROBS_AS_LOGITS, Seen
from anim.run.snapshots import KINDS, Form, Given

# Of the scores that are kept.
KEPT_DTYPES = {"float32": np.float32, "float16": np.float16}
# How far outside of [0, 1] logits may be that are looked at more closely.
_ABOUT = 1e-3


def checked_snapshot(
    given: Mapping[str, object],
    labels: np.ndarray,
    keep: str,
    seen: Seen | None = None,
) -> dict[str, np.ndarray]:
    """Return the arrays of a snapshot by name, in memory that the caller cannot change.

    Args:
        given: ``logits``, ``probs``, ``confidence`` and ``correct``; None if not given.
        labels: [N] int32; -1 of what is no example, whose predictions are not looked at.
        keep: one of `anim.settings.KEEPS`.
        seen: what earlier batches were, if they are reduced; this one is added.

    Raises:
        ValueError: predictions of a wrong shape or value.
        NotFiniteError: predictions with NaN or infinity, but for logits of classes that cannot be.
    """
    given = checked_kind(given)
    if "confidence" in given:
        ignored = labels == NO_LABEL
        return {
            "confidence": checked_confidence(given["confidence"], ignored),
            "correct": checked_correct(given["correct"], ignored),
        }
    ((name, values),) = given.items()
    scores = Scores(name, values, len(labels), labels)
    if keep != "top":
        return {name: checked_scores(scores, KEPT_DTYPES[keep])}
    check_range(labels, scores.classes)
    seen = Seen() if seen is None else seen
    blocks, probs = [], 0
    for block, likely in top_blocks(scores, labels, seen.reducer(name)):
        blocks.append(block)
        probs += likely
    seen.add(name, scores.classes, int((labels != NO_LABEL).sum()), probs)
    return {part: np.concatenate([block[part] for block in blocks]) for part in blocks[0]}


def needed_labels(told: Told, given: Mapping[str, object], has_labels: bool):
    """Return the labels that were given; zeros for confidences, which say what is right themselves.

    Args:
        told: of the examples.
        given: the arrays of a snapshot or batch by name; None if not given.
        has_labels: whether the recorder has them.
    """
    is_known = told.labels is not None or (has_labels and not told.says_more)
    if is_known or given.get("confidence") is None:
        return told.labels
    return np.zeros(as_array("confidence", given["confidence"]).shape[:1], np.int32)


def checked_kind(given: Mapping[str, object]) -> dict[str, object]:
    """Return what was given of the arrays of a snapshot.

    Args:
        given: by name; None if not given.

    Raises:
        ValueError: it is not all that belongs to a kind of snapshots, and nothing else.
    """
    given = {name: values for name, values in given.items() if values is not None}
    if tuple(given) not in KINDS.values():
        raise ValueError(
            "snapshot: expected logits, or probs, or confidence and correct, "
            f"got {' and '.join(given) or 'none of them'}"
        )
    return given


def top_blocks(
    scores: Scores, labels: np.ndarray, reduce: Reducer
) -> Iterator[tuple[dict[str, np.ndarray], int]]:
    """Check scores, and yield what ``keep="top"`` keeps of them, block by block.

    With each block comes the number of its rows that are logits, but look like probabilities.

    Args:
        scores: of N examples.
        labels: [N] int32 in [0, K), or -1.
        reduce: of the same name.

    Raises:
        ValueError: as for `checked_snapshot`.
    """
    rows, of_class = scores.rows, labels.clip(0)
    for start, stop in scores.blocks(DEVICE_BYTES if rows.is_elsewhere else HOST_BYTES):
        found = None
        if not scores.has_one and can_reduce(rows.dtype):
            # As they are, so that nothing is converted, or moved from another device.
            found = reduce(rows.array[start:stop], of_class[start:stop])
        if found is None or not is_checked(scores, found):
            # They are checked in detail, and what rounding moved is moved back.
            found = reduce(scores.checked(start, stop), of_class[start:stop])
        yield found.kept, _rows_like_probs(scores, found, start, stop)


def _rows_like_probs(scores: Scores, found: Reduced, start: int, stop: int) -> int:
    """Return how many rows of a block are logits that look like probabilities."""
    if scores.name != "logits":
        return 0
    # Few logits are all in [0, 1]: nothing else is read again.
    near = (found.low >= -_ABOUT) & (found.high <= 1 + _ABOUT)
    near &= ~scores.ignored[start:stop]
    return rows_of_probs(scores.checked(start, stop)[near]) if near.any() else 0


def warn_if_probs(snapshot: Given, seen: Seen, labels: np.ndarray) -> None:
    """Warn if the logits look like probabilities, which would give a wrong but plausible picture.

    Args:
        snapshot: checked arrays by name.
        seen: what was reduced to them, if anything was.
        labels: [N]; -1 of what is no example.
    """
    seen.warn_if_probs()
    logits = snapshot.get("logits")
    if logits is None:
        return
    rows = max(1, HOST_BYTES // max(logits.nbytes // len(logits), 1))
    parts = [slice(start, start + rows) for start in range(0, len(logits), rows)]
    blocks = (_counting(logits[part], labels[part]) for part in parts)
    try:
        seems = rows_are_probs(blocks, "logits")
    except ValueError as error:
        warn_caller(str(error))
        return
    if seems:
        warn_caller(PROBS_AS_LOGITS)


def _counting(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the rows that are examples."""
    counts = labels != NO_LABEL
    return rows if counts.all() else rows[counts]


def check_same_form(form: Form, earlier: Form) -> None:
    """Raise SettingError unless a snapshot has the kind, classes and dtype of earlier ones."""
    if form.keys() != earlier.keys():
        before, now = " and ".join(earlier), " and ".join(form)
        raise SettingError("snapshot", f"expected {before} as in earlier snapshots, got {now}")
    for name, (shape, dtype) in form.items():
        earlier_shape, earlier_dtype = earlier[name]
        if shape != earlier_shape:
            raise SettingError(name, f"expected {earlier_shape[1]} classes, got {shape[1]}")
        if dtype != earlier_dtype:
            problem = f"expected {earlier_dtype} as in earlier snapshots of this run, got {dtype}"
            raise SettingError("keep", problem)


def check_classes(form: Form, labels: np.ndarray, classes: Sequence[str] | None) -> None:
    """Raise ValueError unless the first snapshot fits the labels and the names of classes."""
    name, (shape, _) = next(iter(form.items()))
    count = shape[1] if len(shape) == 2 else None
    if classes is not None and count not in (None, len(classes)):
        raise SettingError(name, f"expected {len(classes)} classes, got {count}")
    if count is None:
        count = None if classes is None else len(classes)
    if count is not None:
        check_range(labels, count)
