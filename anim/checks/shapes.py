"""Examples and classes in arrays of any shape, such as tokens [B, T, K] and images [B, K, H, W]."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import prod
from typing import Any, NoReturn

import jax
import numpy as np

from anim.checks.arrays import as_array, widened
from anim.checks.layout import SCORES, Layout, Shape, without
from anim.errors import SettingError


def flattened(
    given: Mapping[str, Any],
    labels=None,
    *,
    class_axis: int | None = None,
    label_shape: Shape | None = None,
    count: int | None = None,
) -> tuple[Mapping[str, Any], Any, Layout | None]:
    """Return predictions and labels with one axis of examples.

    Args:
        given: ``logits``, ``probs``, ``confidence``, ``correct``: those that were given, each an
            array of this process.
        labels, class_axis, label_shape, count: as for `layout_of`.

    Returns:
        ``given`` and ``labels`` as they are if they are [N] and [N, K] already, with None; else
        with scores [n, K] or [n], all else [n], and one-hot labels [n, K], with the layout.

    Raises:
        SettingError: as for `layout_of`.
    """
    layout = layout_of(given, labels, class_axis=class_axis, label_shape=label_shape, count=count)
    if layout is None:
        return given, labels, None
    flat = {name: layout.flat(name, values) for name, values in given.items()}
    return flat, None if labels is None else layout.flat("labels", labels), layout


def layout_of(
    given: Mapping[str, Any],
    labels=None,
    *,
    class_axis: int | None = None,
    label_shape: Shape | None = None,
    count: int | None = None,
) -> Layout | None:
    """Return where the examples and the classes are in predictions, by their shapes alone.

    Only whether labels of the scores' own shape are one-hot is decided by their values.

    Args:
        given: ``logits``, ``probs``, ``confidence``, ``correct``: those that were given.
        labels: [...], [..., 1] or [B, 1, ...]; or one-hot, of the shape of the scores; or None.
        class_axis: of the scores; None looks for it at the end and after the leading axis. Later
            batches may get `Layout.axis` of the first one.
        label_shape: that of labels which were given before, from `flat_labels`; the length of its
            leading axis does not matter.
        count: of the examples in ``given``, if neither labels nor their shape are known.

    Returns:
        None if there is nothing to flatten: scores [N, K] or [N], and labels [N] or [N, K].

    Raises:
        SettingError: shapes that do not fit, or that fit in more than one way.
    """
    if not given:
        return None
    name, values = next(iter(given.items()))
    shape = shape_of(name, values)
    known = label_shape if labels is None else shape_of("labels", labels)
    most = 2 if name in SCORES else 1
    if class_axis is None and len(shape) <= most and (known is None or len(known) < 2):
        return None
    if labels is None and known is not None:
        known = (*shape[:1], *known[1:])
    if name not in SCORES:
        return _without_classes(name, shape, known, class_axis)
    if class_axis is None and len(shape) < 3 and len(known or ()) < 3 and labels is not None:
        # Labels in a column, or one-hot as `checked_labels` takes them.
        return None
    if known is None:
        found = _by_count(name, shape, _axes(name, shape, class_axis), count)
    elif shape == known:
        found = _of_one_shape(name, shape, labels, class_axis)
    else:
        found = _by_shape(name, shape, _axes(name, shape, class_axis), known)
    is_plain = len(found.shape) == 1 and found.axis in (1, None) and not found.is_one_hot
    return None if is_plain and len(shape) < 3 else found


def flat_labels(labels) -> tuple[Any, Shape | None]:
    """Return labels that come before any predictions with one axis of examples, and their shape.

    Args:
        labels: [...], [..., 1], or one-hot [..., K] or [B, K, ...], an array of this process.

    Returns:
        Labels [N], or one-hot [N, K], and their shape without an axis of classes. As they are, and
        None, if they are [N], [N, 1] or [N, K].

    Raises:
        SettingError: they may be one-hot at two axes.
    """
    shape = shape_of("labels", labels)
    if len(shape) < 2 or (len(shape) == 2 and shape[1] == 1):
        return labels, None
    values = widened(as_array("labels", labels))
    axes = _axes("labels", shape, None)
    axis = axes[-1] if _is_soft(values) else _one_hot_axis("labels", values, axes)
    if axis is not None:
        found = Layout(without(shape, axis), axis, is_one_hot=True)
        return (labels, None) if len(shape) == 2 else (found.flat("labels", values), found.shape)
    if shape[-1] == 1:
        shape = shape[:-1]
    return values.reshape(-1), shape


def shape_of(name: str, values) -> Shape:
    """Return the shape of an array of any library, or of nested sequences."""
    shape = getattr(values, "shape", None)
    if shape is not None:
        return tuple(shape)
    if isinstance(values, (list, tuple)) and values:
        # As fast for many numbers as for few; what is not of one shape is found later.
        first = values[0]
        if not _is_nested(first):
            return (len(values),)
        if isinstance(first, (list, tuple)) and first and not _is_nested(first[0]):
            return (len(values), len(first))
    return as_array(name, values).shape


def is_over_processes(values) -> bool:
    """Return whether this process holds a part of an array only."""
    if isinstance(values, jax.Array):
        return not values.is_fully_addressable
    tensors = sys.modules.get("torch.distributed.tensor")
    return tensors is not None and isinstance(values, tensors.DTensor)


def _is_nested(value) -> bool:
    return isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) > 0


def _without_classes(
    name: str, shape: Shape, labels: Shape | None, class_axis: int | None
) -> Layout | None:
    """Return the layout of a confidence, which has the shape of the labels."""
    if class_axis is not None:
        problem = f"expected it with logits or probs, got {name}, which has no axis of classes"
        raise SettingError("class_axis", problem)
    found = Layout(shape, None)
    if labels is not None and shape != labels:
        axes = _axes("labels", labels, None)
        fits = [axis for axis in axes if without(labels, axis) == shape]
        if not fits:
            problem = f"expected the shape of the labels, {list(labels)}, got {list(shape)}"
            raise SettingError(name, problem)
        if len(fits) > 1 and labels[fits[0]] > 1:
            problem = f"expected shape {list(shape)} like {name}, got one-hot ones of shape "
            raise SettingError("labels", f"{problem}{list(labels)} that fit in two ways")
        found = Layout(shape, fits[0], is_one_hot=labels[fits[0]] > 1)
    return found if len(shape) > 1 else None


def _axes(name: str, shape: Shape, class_axis: int | None) -> list[int]:
    """Return the axes at which the classes may be."""
    if class_axis is None:
        # In arrays [B, K] both are one.
        return sorted({1, len(shape) - 1}) if len(shape) > 1 else []
    if isinstance(class_axis, bool) or not isinstance(class_axis, (int, np.integer)):
        raise SettingError("class_axis", f"expected an integer, got {class_axis!r}")
    if not -len(shape) <= class_axis < len(shape) or len(shape) < 2:
        problem = f"expected an axis of {name} of shape {list(shape)}, got {class_axis}"
        raise SettingError("class_axis", problem)
    return [int(class_axis) % len(shape)]


def _by_shape(name: str, shape: Shape, axes: list[int], labels: Shape) -> Layout:
    """Return the layout of scores with labels of another shape."""
    if labels == (*shape, 1):
        return Layout(shape, None)
    fits = [axis for axis in axes if without(shape, axis) == labels]
    # Labels may have an axis of length 1 in the place of that of the classes.
    fits = fits or [axis for axis in axes if _with_one(shape, axis) == labels]
    if len(fits) > 1 and shape[fits[0]] > 1:
        _refuse_both(name, shape, f"labels of shape {list(labels)}")
    if fits:
        return Layout(without(shape, fits[0]), fits[0])
    found = f"for labels of shape {list(labels)}, got {list(shape)}"
    if len(axes) == 1 and len(shape) > 2:
        expected = f"to have the shape of the labels without axis {axes[0]}, "
        raise SettingError(name, f"expected {expected}{found}")
    first, *rest = map(str, labels or ("N",))
    expected = f"[{', '.join([first, *rest, 'K'])}]"
    if rest:
        expected += f" or [{', '.join([first, 'K', *rest])}]"
    raise SettingError(name, f"expected shape {expected} {found}")


def _of_one_shape(name: str, shape: Shape, labels, class_axis: int | None) -> Layout:
    """Return the layout of scores of the same shape as their labels.

    Either the model is binary, or the labels are one-hot. A model of several labels for one example
    has the same shapes, so that only what cannot be one is taken.

    Args:
        name, shape: of the scores.
        labels: None if they came before.
        class_axis: as for `layout_of`.
    """
    axes = _axes(name, shape, class_axis)
    ones = [axis for axis in axes if shape[axis] == 1]
    if ones:
        return Layout(without(shape, ones[0]), ones[0])
    if class_axis is not None and labels is not None:
        return Layout(without(shape, axes[0]), axes[0], is_one_hot=True)
    if class_axis is None and len(shape) == 3 and labels is None:
        return Layout(shape, None)
    if len(shape) > 2 and labels is not None and not is_over_processes(labels):
        values = widened(as_array("labels", labels))
        axis = axes[-1] if _is_soft(values) else _one_hot_axis(name, values, axes)
        if axis is not None:
            return Layout(without(shape, axis), axis, is_one_hot=True)
        # Rows of one-hot labels may be zeros, as those of padding are.
        is_near = any((sums <= 1).all() and sums.any() for sums in _sums(values, axes).values())
        if len(shape) == 3 and not is_near:
            return Layout(shape, None)
    problem = f"expected another axis for the classes, got {list(shape)}, the shape of the labels; "
    problem += "with several labels for one example, pass multilabel=True; of a binary model, "
    problem += f"{name}[..., None]"
    if len(shape) > 2:
        problem += ", and with one-hot labels class_axis="
    raise SettingError(name, problem)


def _one_hot_axis(name: str, labels: np.ndarray, axes: list[int]) -> int | None:
    """Return the axis along which labels are one-hot; None if they are not.

    Raises:
        SettingError: they are along two.
    """
    found = [axis for axis, sums in _sums(labels, axes).items() if (sums == 1).all()]
    if len(found) > 1:
        _refuse_both(name, labels.shape, "one-hot labels")
    return found[0] if found else None


def _sums(labels: np.ndarray, axes: list[int]) -> dict[int, np.ndarray]:
    """Return the sums of labels along axes of several classes; none if not all are 0 or 1."""
    if labels.dtype.kind not in "biuf" or not ((labels == 0) | (labels == 1)).all():
        return {}
    return {axis: labels.sum(axis) for axis in axes if labels.shape[axis] > 1}


def _is_soft(labels: np.ndarray) -> bool:
    """Return whether labels have fractions, as `checked_labels` explains."""
    return labels.dtype.kind == "f" and bool(((labels > 0) & (labels < 1)).any())


def _by_count(name: str, shape: Shape, axes: list[int], count: int | None) -> Layout:
    """Return the layout of scores of labels of which only the number is known."""
    whole = prod(shape)
    fits: list[int | None] = list(axes) if len(axes) == 1 else []
    if count is not None:
        fits = [axis for axis in axes if whole == count * shape[axis]]
        if whole == count and not any(shape[axis] == 1 for axis in axes):
            fits.append(None)
        if not fits:
            problem = f"expected scores of {count} examples, got shape {list(shape)}"
            raise SettingError(name, problem)
    if len(fits) != 1 and not (fits and {shape[axis] for axis in axes} == {1}):
        _refuse_both(name, shape, "labels that came before them")
    axis = fits[0]
    return Layout(shape if axis is None else without(shape, axis), axis)


def _refuse_both(name: str, shape: Shape, labels: str) -> NoReturn:
    last = len(shape) - 1
    problem = f"expected 1 or -1 with {labels}, as the classes in {name} of shape {list(shape)} "
    raise SettingError("class_axis", problem + f"may be at axis 1 or at axis {last}; got neither")


def _with_one(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], 1, *shape[axis + 1 :])
