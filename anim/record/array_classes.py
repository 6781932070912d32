"""Which classes arrays are of, if not those from 0: labels -1 and 1, scores by rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from anim.record.doubts import is_by_rank
from anim.record.names import plain
from anim.record.spelling import words

# Words in names of arrays that hold the class of each score.
_INDICES = frozenset(
    words("indices indexes index idx ids inds order topk top top5 top10 rank ranks ranking classes")
)
_Array = TypeVar("_Array")
_SIGNS = ("-1", "1")
# How many classes a message names.
_FEW = 6


def sign_classes(
    labels: np.ndarray | None, predicted: np.ndarray | None, given: Mapping[str, np.ndarray]
) -> tuple[str, ...] | None:
    """Return the classes -1 and 1 if labels are those; None for others.

    Args:
        labels: [N] or [N, 1], or None.
        predicted: labels that were predicted, or None.
        given: arrays of predictions; scores of two classes are [N], [N, 1] or [N, 2], or behind an
            axis of steps.
    """
    if labels is None or labels.shape[1:] not in ((), (1,)):
        return None
    guesses = [one for one in (predicted, given.get("pred_label")) if one is not None]
    for values in (labels, *guesses):
        if values.dtype.kind not in "if" or not np.isin(values, (-1, 1)).all():
            return None
    scores = [given[name] for name in ("logits", "probs", "scores", "predictions") if name in given]
    has_two = all(values.ndim < 2 or values.shape[-1] <= 2 for values in scores)
    return _SIGNS if has_two and (labels == -1).any() else None


def check_from_zero(labels: np.ndarray) -> None:
    """Raise ValueError, with what to do, for numbers below 0 as labels of unnamed classes.

    Args:
        labels: [N] or of another shape.
    """
    if labels.dtype.kind not in "if" or labels.ndim != 1 or not (labels < 0).any():
        return
    found = np.unique(labels)
    at = int((labels < 0).argmax())
    if (found[found < 0] == -1).all():
        hint = "; if -1 marks examples without a label, leave them out"
    else:
        hint = ""
    if len(found) <= _FEW and (found == np.round(found)).all():
        names = ",".join(str(int(one)) for one in found)
        hint += f"; if these are classes in the order of the scores, --classes={names} says so"
    raise ValueError(
        f"labels: expected non-negative integers, got {labels[at]:g} at index {at}; number classes "
        f"from 0{hint}"
    )


def problem_of_ranks(
    scores: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray]
) -> str | None:
    """Return why scores are of the first k classes of each row, and what to do; None otherwise.

    Args:
        scores: the array of scores, [N, k] or [S, N, k].
        others: arrays that are not taken for anything else.
    """
    ((name, values),) = scores.items()
    if values.ndim < 2 or values.dtype.kind not in "fiu":
        return None
    for other, indices in others.items():
        is_named = not _INDICES.isdisjoint(plain(other).split("_"))
        if not is_named or indices.shape != values.shape or indices.dtype.kind not in "iuf":
            continue
        count = values.shape[-1]
        are_of_others = indices.size and indices.max() >= count
        are_places = (indices == np.arange(count)).all()
        if are_of_others or (is_by_rank(values.reshape(-1, count)) and not are_places):
            all_of = f"save the {name} of all classes"
            top = f", or pred_label={other}[..., 0] and confidence={name}[..., 0]"
            return (
                f"{name} are of the {count} classes of each row that {other!r} holds, not of the "
                f"classes from 0; {all_of}{'' if name == 'logits' else top}"
            )
    return None


def unused(archive: Mapping[str, _Array], taken: Sequence[str]) -> dict[str, _Array]:
    """Return the arrays that may say the class of each score, of those without another meaning."""
    free = (name for name in archive if name not in taken)
    named = (name for name in free if not _INDICES.isdisjoint(plain(name).split("_")))
    return {name: archive[name] for name in named}
