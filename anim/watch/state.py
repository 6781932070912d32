"""What a page shows of a recording at one time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from anim.panels.subject import Subject
from anim.timeline import Track

# For each view, the tracks and the subject.
Shown: TypeAlias = tuple[tuple[tuple[Track, ...], Subject], ...]


@dataclass(frozen=True, eq=False)
class State:
    """What there is to show; it never changes, but is replaced by a newer one.

    Attributes:
        text: what the recording is doing.
        shown: tracks and subject in each view; empty before the first snapshot.
        generation: changes unless the new state only adds snapshots to the one before.
    """

    text: str = "opening the recording"
    shown: Shown = ()
    generation: int = 0

    @property
    def last_step(self) -> int | None:
        """The step of the last snapshot; None before the first."""
        if not self.shown:
            return None
        tracks, _ = self.shown[0]
        return max(int(track.steps[-1]) for track in tracks if len(track.steps))

    def is_like(self, other: State) -> bool:
        """Return whether a browser that shows one of them shows the other."""
        mine, others = ((state.text, state.generation, state.last_step) for state in (self, other))
        return mine == others


def until(shown: Shown, step: int) -> Shown:
    """Return the snapshots up to a step; () if a track has none."""
    return _picked(shown, lambda steps: steps <= step)


def after(shown: Shown, step: int) -> Shown:
    """Return the snapshots after a step; () if a track has none."""
    return _picked(shown, lambda steps: steps > step)


def _picked(shown: Shown, is_picked: Callable[[np.ndarray], np.ndarray]) -> Shown:
    def picked_of(track: Track) -> Track:
        lost = track.lost[is_picked(track.lost)]
        return replace(track.picked(is_picked(track.steps)), lost=lost)

    picked = tuple((tuple(map(picked_of, tracks)), subject) for tracks, subject in shown)
    return picked if picked and all(len(track.steps) for track in picked[0][0]) else ()


def joined(shown: Shown, later: Shown) -> Shown:
    """Return the snapshots of both."""
    if not shown:
        return later
    return tuple(
        (tuple(one.joined(more) for one, more in zip(tracks, others, strict=True)), subject)
        for (tracks, _), (others, subject) in zip(shown, later, strict=True)
    )


def with_lost(shown: Shown, steps: Sequence[int]) -> Shown:
    """Return the snapshots, and the steps of others that could not be read."""

    def found(track: Track) -> Track:
        return replace(track, lost=np.union1d(track.lost, np.asarray(steps, np.int64)))

    return tuple((tuple(map(found, tracks)), subject) for tracks, subject in shown)


def fixed_parts(shown: Shown) -> tuple:
    """Return what a page cannot be sent later: if it changes, the page needs all of it anew."""
    return tuple(
        (subject, tuple(frozenset(track.series) for track in tracks)) for tracks, subject in shown
    )
