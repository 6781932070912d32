"""Tokens in several processes: the positions of those that count, of examples of any length."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from anim.errors import SettingError
from anim.integrations.base import require

torch = require("torch", "torch")

# The label of tokens and examples that count nowhere, as in PyTorch and Transformers.
IGNORED = -100


def positions_of_tokens(
    index: np.ndarray | None, own: Iterable, everything: Callable[[], Iterable]
) -> np.ndarray | None:
    """Return the positions of the tokens that count, of the examples of one process.

    Tokens are counted example by example. How many there are before an example is known by the
    labels of those before it, which each process reads once: no process waits for another one.

    Args:
        index: [n] positions of the examples of this process; None if it has them all.
        own: labels of batches of these, tensors [b] or [b, T]; one is read.
        everything: returns those of all examples, in the order of their positions.

    Returns:
        ``index`` if there is one label for each example.

    Raises:
        SettingError: this process can read only its own examples.
    """
    first = next(iter(own), None)
    if index is None or first is None or first.ndim != 2 or first.shape[1] == 1:
        return index
    counts = [(one != IGNORED).sum(1).numpy() for one in everything()]
    tokens = np.concatenate(counts)
    if len(tokens) <= index.max():
        problem = "expected a loader of all examples for labels of tokens in several processes"
        raise SettingError("loader", f"{problem}, got one of those of a process")
    stops = np.cumsum(tokens).tolist()
    return np.concatenate([np.arange(stops[i] - int(tokens[i]), stops[i]) for i in index])


def counted(scores, labels, *, is_shared: bool) -> tuple:
    """Return the scores [m, K] and labels [m] of the examples or tokens that count.

    Args:
        scores: a tensor [n, K] or [n, T, K].
        labels: a tensor [n] or [n, T].
        is_shared: whether several processes record examples with one label each.

    Raises:
        SettingError: some of these examples do not count, where each has a position.
    """
    is_tokens = labels.ndim == 2 and scores.shape[:-1] == labels.shape
    if is_tokens:
        scores, labels = scores.flatten(0, 1), labels.flatten()
    if labels.ndim == 1 and len(scores) == len(labels):
        counts = labels != IGNORED
        if is_shared and not is_tokens and not bool(counts.all()):
            problem = f"expected a class for each example in several processes, got {IGNORED}"
            raise SettingError("labels", f"{problem}; leave these examples out of the dataset")
        scores, labels = scores[counts], labels[counts]
    return scores, labels
