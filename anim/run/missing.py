"""Why the predictions of a snapshot determine no recalibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anim.checks.labels import listed
from anim.run.blocks import sliced

_LISTED = 5


@dataclass(frozen=True)
class NoScale:
    """In place of a scale, the cause in words; see `cause_of`."""

    cause: str


def absent_classes(labels: np.ndarray, classes: Sequence[str]) -> str:
    """Return that a class has no example among those to fit on; "" if each has one."""
    present = np.bincount(labels, minlength=len(classes)) > 0
    if present.all():
        return ""
    name = classes[int(np.argmin(present))]
    return f"no example of class {name!r} is among the {len(labels)} to fit it on"


def cause_of(
    logits: np.ndarray, labels: np.ndarray, classes: Sequence[str], needs_all_classes: bool
) -> str:
    """Return why there is no recalibration, from the examples that it was to be fitted on.

    Args:
        logits: [N, K] logits or probabilities.
        labels: [N].
        classes: K names.
        needs_all_classes: whether an example of each class is needed.
    """
    if needs_all_classes and (absent := absent_classes(labels, classes)):
        return absent
    of_label = logits[np.arange(len(labels)), labels]
    if (of_label >= logits.max(1)).all() and (of_label > logits.min(1)).any():
        return f"the scores separate the classes of the {len(labels)} examples to fit it on"
    if logits.mean() >= of_label.mean():
        return "the scores say nothing about the classes, or the opposite"
    apart = _separated(logits, of_label, labels) if needs_all_classes else []
    if len(apart):
        return (
            f"the scores of class {classes[apart[0]]!r} separate it from the others in the "
            f"{len(labels)} examples to fit it on"
        )
    return f"the {len(labels)} examples to fit it on are too few"


def _separated(logits: np.ndarray, of_label: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the classes whose examples all have higher scores of it than all others have."""
    classes = logits.shape[1]
    least, most = (np.full(classes, sign * np.inf, logits.dtype) for sign in (1, -1))
    np.minimum.at(least, labels, of_label)
    for block in sliced({"logits": logits}):
        rows = np.array(block.arrays["logits"])
        rows[np.arange(len(rows)), labels[block.rows]] = -np.inf
        np.maximum(most, rows.max(0), out=most)
    return np.flatnonzero(least > most)


def sentence(steps: Sequence[np.ndarray], causes: Sequence[Sequence[str | None]]) -> str:
    """Return which snapshots have no recalibration, and why; "" if all have one.

    Args:
        steps: of each run [S].
        causes: of each run, of each snapshot; None where there is a recalibration.
    """
    by_cause: dict[str, set[int]] = {}
    for of_run, its in zip(steps, causes, strict=True):
        for step, cause in zip(of_run, its, strict=True):
            if cause is not None:
                by_cause.setdefault(cause, set()).add(int(step))
    if not by_cause:
        return ""
    count = sum(cause is not None for its in causes for cause in its)
    all_steps = _named(set().union(*by_cause.values()))
    head = f"{count} of {sum(map(len, causes))} snapshots ({all_steps}) have no recalibration and "
    if len(by_cause) == 1:
        return f"{head}are left empty: {next(iter(by_cause))}"
    reasons = "; ".join(f"{cause} ({_named(its)})" for cause, its in by_cause.items())
    return f"{head}are left empty: {reasons}"


def _named(steps: set[int]) -> str:
    return f"step {listed(sorted(steps), _LISTED)}"
