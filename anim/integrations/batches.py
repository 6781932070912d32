"""PyTorch: what a batch of a loader and an output of a model hold."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from anim.errors import SettingError
from anim.integrations.base import require

torch = require("torch", "torch")

# Names that the labels of a batch have, as a key of a mapping or a field of a named tuple.
LABELS = ("labels", "label", "targets", "target")


def unpack(batch) -> tuple:
    """Return the inputs and the labels of a batch.

    Args:
        batch: (inputs, labels); or a mapping or a named tuple with ``labels``, ``label``,
            ``targets`` or ``target``, whose other items are the inputs.

    Raises:
        SettingError: anything else; the message says what the batch looks like.
    """
    named = _named(batch)
    keys = [key for key in LABELS if key in named]
    if len(keys) == 1:
        return {key: value for key, value in named.items() if key != keys[0]}, named[keys[0]]
    if not keys and isinstance(batch, (tuple, list)) and len(batch) == 2:
        return batch[0], batch[1]
    raise SettingError(
        "unpack",
        f"expected batches of (inputs, labels), or with one of {', '.join(LABELS)}, "
        f"got {described(batch)}; pass `unpack`=, called with a batch, for (inputs, labels)",
    )


def _named(batch) -> Mapping:
    if isinstance(batch, Mapping):
        return batch
    return batch._asdict() if hasattr(batch, "_asdict") else {}


def moved(batch, device):
    """Return a batch with its tensors on a device.

    Args:
        batch: tensors, in mappings, lists, tuples and named tuples, and other values.
        device: a ``torch.device``.
    """
    if isinstance(batch, Mapping):
        return {key: moved(value, device) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        parts = [moved(part, device) for part in batch]
        return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)
    # Tensors, and what holds some: packed sequences, batches of graphs.
    return batch.to(device) if hasattr(batch, "to") else batch


def call(model, inputs):
    """Return the output of a model for the inputs of a batch.

    Args:
        model: a ``torch.nn.Module``.
        inputs: one argument; or a mapping, whose items are passed by name. A mapping with one item
            that the model takes by another name is passed as that item.

    Raises:
        SettingError: a mapping with items that the model does not take.
    """
    if not isinstance(inputs, Mapping):
        return model(inputs)
    taken = parameters(model)
    if taken is None or inputs.keys() <= taken.keys():
        return model(**inputs)
    if len(inputs) == 1:
        return model(*inputs.values())
    raise SettingError(
        "forward",
        f"the inputs are {', '.join(map(str, inputs))}, the model takes {', '.join(taken)}; "
        "pass `forward`=, called with the model and the inputs",
    )


def parameters(model) -> dict[str, inspect.Parameter] | None:
    """Return the arguments that a model takes, by name; None if it takes any."""
    found = inspect.signature(model.forward).parameters
    if any(one.kind is one.VAR_KEYWORD for one in found.values()):
        return None
    return {name: one for name, one in found.items() if one.kind is not one.VAR_POSITIONAL}


def scores_of(output, rows: int):
    """Return the scores in the output of a model, a tensor [n, K], [n, 1] or [n].

    Args:
        output: a tensor; or a mapping, a named tuple or an object with ``logits``; or a mapping or
            a tuple with one tensor of n rows. Losses, which have no rows, are passed over.
        rows: n, the number of labels.

    Raises:
        SettingError: no tensor, or several tensors that may be the scores.
    """
    if isinstance(output, torch.Tensor):
        return output
    named = _named(output)
    logits = named.get("logits", getattr(output, "logits", None))
    if isinstance(logits, torch.Tensor):
        return logits
    parts = list(named.values()) if named else output if isinstance(output, (tuple, list)) else []
    scores = [
        part for part in parts if isinstance(part, torch.Tensor) and part.shape[:1] == (rows,)
    ]
    if len(scores) == 1:
        return scores[0]
    raise SettingError(
        "forward",
        f"expected a model that returns one tensor of {rows} rows, or logits, got "
        f"{described(output)}; pass `forward`=, called with the model and the inputs",
    )


def checked_rows(scores, labels) -> tuple:
    """Return scores and labels, if there are labels for each row of scores.

    Args:
        scores: a tensor [n, K], [n, 1] or [n]; or of tokens [n, T, K] or pixels [n, K, H, W], of
            which the recorder finds the classes.
        labels: a tensor [n] or [n, 1] of integers, or one-hot [n, K]; or of tokens and pixels.

    Raises:
        SettingError: other shapes.
    """
    shape, given = list(scores.shape), list(labels.shape)
    why = ""
    if len(shape) < 3:
        is_one = len(given) < 2 or (len(given) == 2 and given[1] in (1, *shape[1:]))
    else:
        is_one = len(given) > 1
    if not is_one:
        why = "labels of tokens [n, T] have predictions [n, T, K], of pixels [n, K, H, W]"
    elif not shape or shape[:1] != given[:1]:
        why = "the first size of both is the number of examples"
    if why:
        found = f"{given} for {shape}"
        raise SettingError(
            "labels", f"expected shape [n] for predictions of shape [n, K], got {found}: {why}"
        )
    return scores, labels


def described(value, depth: int = 2) -> str:
    """Return what a batch or an output looks like: types, keys and shapes."""
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
    name = type(value).__name__
    named = _named(value)
    if not depth or not (named or isinstance(value, (tuple, list))):
        return name
    if named:
        parts = [f"{key}: {described(part, depth - 1)}" for key, part in list(named.items())[:8]]
    else:
        parts = [described(part, depth - 1) for part in list(value)[:8]]
    more = ", ..." if len(value) > len(parts) else ""
    return f"{name}({', '.join(parts)}{more})"
