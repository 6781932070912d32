"""What a framework logs, as scalars that can be recorded beside the predictions."""

from __future__ import annotations

import math
from collections.abc import Mapping

from anim.metrics import BY_NAME
from anim.run.scalars import is_recordable


def recordable(logs: Mapping) -> tuple[dict[str, float], dict[str, str]]:
    """Return the numbers among what a framework logs, by names that can be recorded.

    A name that is computed from the predictions, such as ``accuracy``, becomes ``train_accuracy``;
    it is left out if that name was logged, too.

    Returns:
        (scalars by name, new names of scalars by the names that they were logged by)
    """
    found, renamed = {}, {}
    for name, value in logs.items():
        try:
            # PyTorch warns of a number that is taken out of a graph.
            number = float(value.detach() if hasattr(value, "detach") else value)
        except (TypeError, ValueError, RuntimeError):
            continue
        if math.isinf(number):
            continue
        if name in BY_NAME:
            renamed[name] = f"train_{name}"
            if renamed[name] in logs:
                continue
            name = renamed[name]
        if is_recordable(name):
            found[name] = number
    return found, renamed
