"""Arrays of any library as NumPy arrays, and errors that name a wrong element."""

from __future__ import annotations

import importlib
from typing import Any, NoReturn, cast

import ml_dtypes
import numpy as np

from anim.errors import ElementError, SettingError


def as_array(name: str, given) -> np.ndarray:
    """Return as a NumPy array what NumPy or DLPack can read, from any device.

    The dtype stays the one that was given, as it says how precise the values are: what NumPy itself
    lacks, such as bfloat16, is a dtype of ml_dtypes.

    Args:
        name: of the argument, for the error.
        given: an array, a nested sequence, or a tensor of PyTorch with or without gradient.

    Raises:
        ValueError: it is not an array.
    """
    if np.ma.is_masked(given):
        raise SettingError(name, "expected an array without masked values; leave these out")
    found = "None" if given is None else type(given).__name__
    try:
        values = _read(given)
    # What libraries raise for arrays that are sparse, quantized or without data, for example.
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        raise SettingError(name, f"expected an array, got {found}") from error
    # None, or what NumPy does not know, such as a sparse matrix, a set or a generator.
    if values.dtype.kind == "O" and not values.ndim:
        raise SettingError(name, f"expected an array, got {found}")
    return values


def _read(given) -> np.ndarray:
    if hasattr(given, "detach"):
        given = _readable(given.detach().cpu())
    try:
        return np.asarray(given)
    except (TypeError, ValueError):
        if not hasattr(given, "__dlpack__"):
            raise
        return np.from_dlpack(cast(Any, given), device="cpu")


def _readable(tensor):
    """Return a PyTorch tensor on the host, as an array of ml_dtypes if NumPy lacks its dtype."""
    if tensor.is_neg() or tensor.is_conj():
        tensor = tensor.resolve_neg().resolve_conj()
    extension = getattr(ml_dtypes, str(tensor.dtype).removeprefix("torch."), None)
    if extension is None:
        return tensor
    torch: Any = importlib.import_module("torch")
    bits = torch.uint8 if tensor.element_size() == 1 else torch.int16
    return tensor.contiguous().view(bits).numpy().view(extension)


def widened(values: np.ndarray) -> np.ndarray:
    """Return values of a dtype that NumPy itself lacks, such as bfloat16, as float32."""
    is_extension = values.dtype.kind == "V" and hasattr(ml_dtypes, values.dtype.name)
    return values.astype(np.float32) if is_extension else values


def raise_first(
    name: str,
    expected: str,
    values: np.ndarray,
    wrong: np.ndarray,
    error: type[ElementError] = ElementError,
) -> NoReturn:
    """Raise an error that names the first wrong element and its index.

    Args:
        name: of the argument.
        expected: what would be accepted.
        values: [...] of the argument.
        wrong: [...] bool, of the same shape; true for at least one element.
        error: the type of the exception.
    """
    index = tuple(int(i) for i in np.unravel_index(wrong.argmax(), wrong.shape))
    raise error(f"{name}: expected {expected}, got {values[index]!s}", index)
