"""What a recorder asks of the place where it keeps snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from anim.run.examples import Examples
from anim.run.run import Run
from anim.run.snapshots import Form, Given
from anim.run.store.scratch import Scratch


class SnapshotStore(Protocol):
    """Keeps snapshots in the order of their steps.

    Attributes:
        examples: N; None if the store was made without, until `define`.
        classes: K names; None if they were not given.
        scalars: the names of the scalars that are kept.
        scratch: where rows may wait to be appended; None for memory.
    """

    examples: Examples | None
    classes: tuple[str, ...] | None
    scratch: Scratch | None

    @property
    def steps(self) -> list[int]:
        """The steps of the snapshots that are kept."""
        ...

    @property
    def scalars(self) -> frozenset[str]: ...

    @property
    def form(self) -> Form:
        """Shape and dtype of each array of a snapshot; empty before the first snapshot."""
        ...

    def define(self, examples: Examples) -> None:
        """Set the examples of a store that has none; before the first `append`."""
        ...

    def count_classes(self, count: int) -> None:
        """Set K of a store without names of classes, which arrays do not show; before `append`."""
        ...

    def append(self, step: int, snapshot: Given, metrics: Mapping[str, float]) -> None:
        """Keep one snapshot.

        Args:
            step: greater than the last of `steps`.
            snapshot: checked arrays of the same form as those before.
            metrics: scalars to keep with it, by name.

        Raises:
            OSError: the snapshot could not be written.
        """
        ...

    def run(self) -> Run:
        """Return the snapshots that are kept.

        Raises:
            ValueError, RecordingError: there is no snapshot yet.
        """
        ...

    def late(self) -> str | None:
        """Return which other processes `append` has long been waiting for, if nobody was told."""
        ...

    def hasten(self) -> None:
        """Wait only briefly for other processes from now on, as an error ends this one."""
        ...

    def close(self) -> str | None:
        """Release what the store holds; nothing is appended afterwards.

        Returns:
            What was appended and is lost, as other processes stopped; None if nothing is.
        """
        ...
