"""Parts of the examples of a run that have no example in common."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

import numpy as np


class Partition:
    """G parts of N examples, each of which is in one part at most.

    Args:
        codes: [N] integers in [0, G), the part of each example; G for one that is in none.
        count: G.

    Attributes:
        codes: [N] int32.
        count: G.
    """

    def __init__(self, codes: np.ndarray, count: int):
        self.codes = np.asarray(codes, np.int32)
        self.count = count

    def __repr__(self) -> str:
        """Return what is the same in every process that has these parts, and only then."""
        digest = hashlib.sha256(self.codes.tobytes()).hexdigest()
        return f"Partition({self.count} parts of {len(self.codes)} examples, {digest})"

    @cached_property
    def rows(self) -> Sequence[np.ndarray]:
        """The indices [n] of the examples of each part, in order."""
        order = np.argsort(self.codes, kind="stable")
        ends = np.cumsum(np.bincount(self.codes, minlength=self.count)[: self.count])
        return np.split(order[: ends[-1]], ends[:-1])
