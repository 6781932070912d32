"""What may be recorded: labels and predictions as they come in, checked and made plain arrays."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from urllib.parse import quote

import jax
import numpy as np

from anim.errors import NotFiniteError, SettingError
from anim.settings import KEEPS, one_of

# What a snapshot can hold: the names of its arrays, of which the first names the kind.
KINDS = {
    "logits": ("logits",),
    "probs": ("probs",),
    "confidence": ("confidence", "correct"),
}
COMPUTED = ("accuracy", "ece", "mce", "nll", "brier")
_SUM_TOLERANCE = 1e-3


def as_array(name: str, given) -> np.ndarray:
    """What NumPy or DLPack can read, on any device, as an array; PyTorch's with or without grad."""
    if hasattr(given, "detach"):
        given = given.detach()
        given = (given.float() if given.is_floating_point() else given).cpu()
    try:
        values = np.asarray(given)
    except (TypeError, ValueError) as error:
        if not hasattr(given, "__dlpack__"):
            raise ValueError(f"{name}: expected an array, got {_described(given)}") from error
        values = np.from_dlpack(given, device="cpu")
    return values


def _described(given) -> str:
    return "None" if given is None else f"{type(given).__name__} that is none"


def _first(wrong: np.ndarray) -> tuple[int, ...]:
    """Index of the first element that is wrong."""
    return tuple(int(i) for i in np.unravel_index(wrong.argmax(), wrong.shape))


def _raise(name: str, expected: str, values: np.ndarray, wrong: np.ndarray, kind=ValueError):
    index = _first(wrong)
    place = index[0] if len(index) == 1 else list(index)
    raise kind(f"{name}: expected {expected}, got {values[index]} at index {place}")


def checked_labels(labels, classes: tuple[str, ...] | None = None) -> np.ndarray:
    """The labels as int32 [N], of integers, of one-hot rows or of names out of ``classes``."""
    values = as_array("labels", labels)
    if values.dtype.kind not in "biuf":
        some = str(values.flat[0]) if values.size else "none"
        if classes is None:
            raise ValueError(
                f"labels: expected integers in [0, K), got {some!r}; "
                "names need classes= to tell their order"
            )
        ranks = {name: rank for rank, name in enumerate(classes)}
        values = np.array([ranks.get(str(name), -1) for name in values.ravel()])
        if (values < 0).any():
            index = int((values < 0).argmax())
            name = str(np.ravel(as_array("labels", labels))[index])
            known = ", ".join(classes[:8]) + (", ..." if len(classes) > 8 else "")
            raise ValueError(f"labels: expected one of {known}, got {name!r} at index {index}")
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 2:
        is_one_hot = np.isin(values, (0, 1)).all(1) & (values.sum(1) == 1)
        if not is_one_hot.all():
            row = int(is_one_hot.argmin())
            raise ValueError(
                f"labels: expected [N] integers or one-hot [N, K], got {values[row]} at index {row}"
            )
        values = values.argmax(1)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"labels: expected [N] integers, got shape {values.shape}")
    limit = np.iinfo(np.int32).max
    with np.errstate(invalid="ignore"):
        is_class = (values >= 0) & (values <= limit) & (values == np.floor(values))
    if not is_class.all():
        _raise("labels", "integers of at least 0", values, ~is_class)
    return values.astype(np.int32)


def check_range(labels: np.ndarray, classes: int) -> None:
    """Raises ValueError where a label is not one of so many classes."""
    beyond = labels >= classes
    if beyond.any():
        _raise("labels", f"integers in [0, {classes})", labels, beyond)


def checked_snapshot(given: Mapping[str, object], labels: np.ndarray, keep: str) -> dict:
    """The arrays of a snapshot by name, checked, and safe from what the caller does to his.

    Args:
        given: logits, probs, confidence and correct, None where they are not given.
        labels: [N] int32.
        keep: one of `KEEPS`.
    """
    given = {name: values for name, values in given.items() if values is not None}
    if tuple(given) not in KINDS.values():
        raise ValueError(
            "snapshot: expected logits, or probs, or confidence and correct, "
            f"got {' and '.join(given) or 'none of them'}"
        )
    if "confidence" in given:
        return {
            "confidence": _checked_confidence(given["confidence"], len(labels)),
            "correct": _checked_correct(given["correct"], len(labels)),
        }
    ((name, values),) = given.items()
    values = _checked_scores(name, values, len(labels))
    if keep == "top":
        check_range(labels, values.shape[1])
        return _top(name, values, labels)
    if keep == "float16":
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if np.isinf(half).any():
            _raise(name, "numbers that float16 can hold", values, np.isinf(half))
        values = half
    return {name: values}


def _floats(name: str, given) -> np.ndarray:
    """float32, in memory of our own."""
    values = as_array(name, given)
    if values.dtype.kind in "OSUMmc":
        raise ValueError(f"{name}: expected numbers, got {values.dtype}")
    mine = values.astype(np.float32, copy=False)
    is_ours = mine is not values or isinstance(given, (list, tuple, jax.Array))
    return mine if is_ours else mine.copy()


def _checked_scores(name: str, given, examples: int) -> np.ndarray:
    """Logits or probs as float32 [N, K]."""
    values = _floats(name, given)
    shape = values.shape
    if shape in ((examples,), (examples, 1)):
        of_class_1 = values.reshape(-1)
        of_class_0 = 1 - of_class_1 if name == "probs" else np.zeros_like(of_class_1)
        values = np.stack([of_class_0, of_class_1], axis=1)
    if values.ndim != 2 or values.shape[0] != examples or values.shape[1] < 2:
        expected = f"[{examples}, K] with K of at least 2"
        raise ValueError(f"{name}: expected {expected}, got shape {shape}")
    if not np.isfinite(values).all():
        _raise(name, "finite numbers", values, ~np.isfinite(values), NotFiniteError)
    if name == "probs":
        outside = (values < 0) | (values > 1)
        if outside.any():
            _raise(name, "numbers in [0, 1] (did you pass logits?)", values, outside)
        sums = values.sum(1)
        off = np.abs(sums - 1) > _SUM_TOLERANCE
        if off.any():
            _raise(name, "rows that sum to 1 (did you pass logits?)", sums, off)
    return values


def _checked_confidence(given, examples: int) -> np.ndarray:
    values = _floats("confidence", given)
    if values.shape != (examples,):
        raise ValueError(f"confidence: expected [{examples}], got shape {values.shape}")
    if not np.isfinite(values).all():
        _raise("confidence", "finite numbers", values, ~np.isfinite(values), NotFiniteError)
    outside = (values < 0) | (values > 1)
    if outside.any():
        _raise("confidence", "numbers in [0, 1]", values, outside)
    return values


def _checked_correct(given, examples: int) -> np.ndarray:
    values = as_array("correct", given)
    if values.shape != (examples,):
        raise ValueError(f"correct: expected [{examples}], got shape {values.shape}")
    other = ~np.isin(values, (0, 1))
    if other.any():
        _raise("correct", "true or false", values, other)
    return values.astype(bool)


def _top(name: str, values: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    from anim import calibration

    probs = calibration.probabilities(values) if name == "logits" else values
    confidence, correct = calibration.scores_and_hits(probs, labels, calibration.CONFIDENCE)
    return {"confidence": np.asarray(confidence), "correct": np.asarray(correct)}


def warn_of_probs(snapshot: Mapping[str, np.ndarray]) -> None:
    """Says so where the logits look like probabilities; the picture would be wrong, not empty."""
    values = snapshot.get("logits")
    if values is None or values.min() < 0 or values.max() > 1:
        return
    if (np.abs(values.sum(1, dtype=np.float64) - 1) <= _SUM_TOLERANCE).all():
        warnings.warn(
            "logits: each row is in [0, 1] and sums to 1; if these are probabilities, say probs=",
            stacklevel=4,
        )


def checked_metrics(metrics: Mapping[str, float] | None) -> dict[str, float]:
    """Scalars by name."""
    checked = {}
    for name, value in (metrics or {}).items():
        if not isinstance(name, str) or not name or name.startswith((".", "_")):
            raise SettingError("metrics", f"expected names that begin with a letter, got {name!r}")
        if name in COMPUTED:
            raise SettingError(
                "metrics",
                f"{name} is computed from the predictions; try another name, such as train_{name}",
            )
        if len(quote(name, safe="")) > 200:
            raise SettingError("metrics", f"expected a shorter name than {name[:40]!r}...")
        try:
            checked[name] = float(as_array(name, value))
        except (TypeError, ValueError):
            raise SettingError("metrics", f"{name}: expected a number, got {value!r}") from None
    return checked


def checked_classes(classes) -> tuple[str, ...] | None:
    if classes is None:
        return None
    names = tuple(map(str, classes))
    if len(names) < 2:
        raise ValueError(f"classes: expected at least two names, got {', '.join(names) or 'none'}")
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise ValueError(f"classes: expected each name once, got {twice[0]!r} again")
    return names


def check_choices(keep: str, nan: str) -> None:
    one_of("keep", keep, KEEPS)
    one_of("nan", nan, ("raise", "skip"))
