"""Classes by name: labels and predictions as integers, names or both, in one spelling."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from anim.errors import SettingError

# What stands for a value that is missing, in small letters.
MISSING = ("nan", "na", "n/a", "#n/a", "null", "none", "-", "?", "<na>")


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, for tables of known names."""
    return tuple(text.split())


def is_missing(text: str) -> bool:
    """Return whether a text stands for a value that is missing, rather than for a class."""
    return not text.strip() or text.strip().lower() in MISSING


def is_integer(name: str) -> bool:
    """Return whether the name of a class is an integer, such as ``7``."""
    return name.removeprefix("-").isdecimal() and name.isascii()


def names_in(labels: np.ndarray) -> tuple[str, ...] | None:
    """Return the names of classes that are labels, in alphabetical order; None for numbers.

    Raises:
        SettingError: a label that is missing; or integers as texts, which are in another order as
            numbers.
    """
    if labels.dtype.kind not in "US":
        return None
    given = labels.ravel().tolist()
    names = sorted(set(given))
    for name in filter(is_missing, names):
        problem = f"expected a class, got {name!r} at index {given.index(name)}"
        raise SettingError("labels", f"{problem}; if it is one, name the classes")
    if all(isinstance(name, str) and is_integer(name) for name in names):
        as_numbers = sorted(names, key=int)
        if as_numbers != names:
            first = next(pair for pair in zip(names, as_numbers, strict=True) if len({*pair}) > 1)
            raise SettingError(
                "classes",
                "expected the names in the order of the scores, as labels are integers saved as "
                f"texts, of which {first[0]!r} comes before {first[1]!r}, but not as numbers",
            )
    return tuple(names)


def by_name(labels: np.ndarray, classes: Sequence[str] | None) -> np.ndarray:
    """Return labels as texts if the classes are integers: label 7 is the class ``7``.

    Other labels are returned as they are: integers are places in ``classes``.

    Args:
        labels: [N], or of another shape.
        classes: K names, or None.
    """
    are_integers = classes is not None and all(map(is_integer, classes))
    if not are_integers or labels.dtype.kind not in "iuf" or labels.shape[1:] not in ((), (1,)):
        return labels
    if labels.dtype.kind == "f":
        is_whole = (np.abs(labels) < 2**53) & (labels == np.round(labels))
        # Others are refused by the recorder.
        labels = labels.astype(np.int64) if is_whole.all() else labels
    return labels if labels.dtype.kind == "f" else labels.reshape(-1).astype(str)


def hits(predicted: np.ndarray, labels: np.ndarray, classes: Sequence[str] | None) -> np.ndarray:
    """Return where predicted labels are the labels, bool [N].

    Args:
        predicted: [N] whole numbers or names.
        labels: [N] whole numbers or names.
        classes: K names, or None.

    Raises:
        ValueError: predictions of another shape, or that no label can be.
    """
    labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    labels = labels.argmax(1) if labels.ndim == 2 else labels
    if predicted.shape != labels.shape:
        raise ValueError(
            f"predictions: expected shape {list(labels.shape)}, got {list(predicted.shape)}"
        )
    guesses, truths = spelt(predicted, classes), spelt(labels, classes)
    known = set(truths.tolist()) if classes is None else set(classes)
    unknown = np.array([guess not in known for guess in guesses.tolist()])
    are_numbers = predicted.dtype.kind not in "US" and labels.dtype.kind not in "US"
    if classes is None and are_numbers:
        own, all_labels = (
            np.unique(values).astype(np.int64).tolist() for values in (predicted, labels)
        )
        if (problem := shift_between(own, all_labels)) is not None:
            raise ValueError(f"predictions: {problem}")
    # Without names of classes, some may never be a label; but one of them is.
    if unknown.all() or (unknown.any() and classes is not None):
        some = ", ".join(map(repr, sorted(known)[:8]))
        raise ValueError(
            f"predictions: expected classes ({some}), got {str(guesses[unknown][0])!r}"
        )
    return guesses == truths


def shift_between(predicted: Collection[int], labels: Collection[int]) -> str | None:
    """Return why predictions and labels seem to be counted from 0 and from 1; None if they do not.

    Some prediction is never a label, but each would be one if it were counted as the labels are.
    """
    guesses, truths = set(predicted), set(labels)
    if guesses <= truths or (0 in guesses) == (0 in truths):
        return None
    fewer = 1 if 0 in truths else -1
    if not {guess - fewer for guess in guesses} <= truths:
        return None
    late, early = ("predictions", "labels") if 0 in truths else ("labels", "predictions")
    last = max(guesses | truths)
    names = [*range(last + 1)] if last < 8 else [0, 1, 2, "...", last]
    return (
        f"{late} seem to start at 1, {early} at 0: subtract 1 from the {late}, or name all "
        f"classes, --classes {','.join(map(str, names))}"
    )


def spelt(values: np.ndarray, classes: Sequence[str] | None) -> np.ndarray:
    """Return labels or predictions [N] as names.

    Args:
        values: whole numbers or names.
        classes: K names. A number is a class of that name; if no class is, it is a place.
    """
    if values.dtype.kind in "US":
        return values
    texts = values.astype(np.int64).astype(str)
    if classes is None or all(map(is_integer, classes)):
        return texts
    names = dict(zip(map(str, range(len(classes))), classes, strict=True))
    return np.array([names.get(text, text) for text in texts.tolist()])
