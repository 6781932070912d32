"""What Keras takes as data, batch by batch: arrays, or loaders that yield labels, too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from anim.errors import SettingError
from anim.integrations.base import require
from anim.run.caller import warn_caller

keras = require("keras", "keras")

# The batch size of `Model.predict`.
_BATCH_SIZE = 32


class ValidationData:
    """The validation data of a callback.

    Args:
        x: an array, or a list, tuple or dict of arrays; or a loader of (x, y) batches:
            ``tf.data.Dataset``, ``keras.utils.PyDataset`` or PyTorch's ``DataLoader``.
        y: the labels of arrays; None for a loader.
        batch_size: of arrays.

    Raises:
        SettingError: data without labels, labels twice, or data that cannot be read twice.
    """

    def __init__(self, x, y, batch_size: int | None):
        if x is None:
            raise SettingError(
                "x_val", "expected validation data: Keras does not show those of fit to callbacks"
            )
        if hasattr(x, "__next__"):
            raise SettingError(
                "x_val",
                f"expected data that can be read once a snapshot, got a {type(x).__name__}, which "
                "yields its batches once; pass arrays, a Dataset or a PyDataset",
            )
        self.is_loader = _is_loader(x)
        if self.is_loader:
            _check_loader(x, y, batch_size)
        elif y is None:
            raise SettingError("y_val", "expected the labels of x_val, got None")
        self.x = x if self.is_loader else keras.tree.map_structure(_sliceable, x)
        self._batch_size = batch_size or _BATCH_SIZE
        self._has_warned = False

    def batches(self) -> Iterator[tuple[Any, Any]]:
        """Yield (x, y) of each batch; y is None for arrays, whose labels are known."""
        if not self.is_loader:
            count = len(keras.tree.flatten(self.x)[0])
            for start in range(0, count, self._batch_size):
                part = slice(start, start + self._batch_size)
                yield (
                    keras.tree.map_structure(lambda leaf, part=part: _rows(leaf, part), self.x),
                    None,
                )
            return
        for batch in _batches_of(self.x):
            x, y, weights = keras.utils.unpack_x_y_sample_weight(batch)
            if y is None:
                raise ValueError("x_val: expected a loader of (x, y) batches, got x only")
            if weights is not None and not self._has_warned:
                self._has_warned = True
                warn_caller(
                    "x_val: the sample weights that it yields are not used; weights= takes those "
                    "of all examples, in its order"
                )
            yield keras.tree.map_structure(_readable, x), y


def _is_loader(x) -> bool:
    is_array = hasattr(x, "__array__") or hasattr(x, "__dlpack__") or hasattr(x, "toarray")
    return not (is_array or isinstance(x, (list, tuple, dict)))


def _check_loader(x, y, batch_size: int | None) -> None:
    if not isinstance(x, keras.utils.PyDataset) and not hasattr(x, "__iter__"):
        raise SettingError("x_val", f"expected arrays or a loader, got {type(x).__name__}")
    if y is not None:
        raise SettingError("y_val", "expected None: the loader yields labels with its inputs")
    if batch_size is not None:
        raise SettingError("batch_size", "expected None: the loader yields batches")
    if _is_endless(x):
        raise SettingError("x_val", "expected a loader that ends, got one without an end")


def _is_endless(x) -> bool:
    if isinstance(x, keras.utils.PyDataset):
        return x.num_batches is None
    cardinality = getattr(x, "cardinality", None)
    # tf.data.INFINITE_CARDINALITY
    return cardinality is not None and int(cardinality()) == -1


def _batches_of(loader) -> Iterator:
    if isinstance(loader, keras.utils.PyDataset):
        return (loader[i] for i in range(loader.num_batches))
    return iter(loader)


def _sliceable(leaf):
    """Return an array whose rows can be sliced.

    Raises:
        SettingError: it is not an array.
    """
    if hasattr(leaf, "iloc"):
        return leaf.to_numpy()
    if getattr(leaf, "shape", ()) == ():
        raise SettingError("x_val", f"expected arrays, got {type(leaf).__name__}")
    return leaf.tocsr() if hasattr(leaf, "tocsr") else leaf


def _rows(leaf, part: slice):
    rows = leaf[part]
    return rows.toarray() if hasattr(rows, "toarray") else _readable(rows)


def _readable(leaf):
    """Return a tensor of another library as a NumPy array."""
    backend = keras.backend.backend()
    torch, tensorflow = sys.modules.get("torch"), sys.modules.get("tensorflow")
    if backend != "torch" and torch is not None and isinstance(leaf, torch.Tensor):
        return leaf.detach().cpu().numpy()
    is_tensor = tensorflow is not None and isinstance(leaf, tensorflow.Tensor)
    return leaf.numpy() if is_tensor and backend != "tensorflow" else leaf


def labels_of(parts: list, output: str | int | None) -> np.ndarray:
    """Return the labels [N] or [N, K] of all batches.

    Args:
        parts: y of each batch.
        output: the output that they belong to, if y is a dict or list.
    """
    return np.concatenate([np.asarray(_readable_labels(one_output(y, output))) for y in parts])


def _readable_labels(y):
    return keras.ops.convert_to_numpy(y) if keras.ops.is_tensor(y) else _readable(y)


def one_output(values: Any, output: str | int | None):
    """Return the chosen one of a model's outputs, or of their labels.

    Raises:
        ValueError: there are several, and ``output`` names none of them.
    """
    if isinstance(values, dict):
        named: dict[Any, Any] = values
    elif isinstance(values, (list, tuple)):
        named = dict(enumerate(values))
    else:
        return values
    if output is None and len(named) == 1:
        return next(iter(named.values()))
    if output not in named:
        listed = ", ".join(map(repr, named))
        raise ValueError(f"output: expected one of {listed}, got {output!r}")
    return named[output]
