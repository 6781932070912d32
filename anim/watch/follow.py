"""Follows a recording: reads what is new once, and joins it with what was read before."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace

from anim.compose import compose_views, views_to_choose
from anim.errors import RecordingError, SettingError
from anim.run import Replicas, Run
from anim.run.store import schema
from anim.run.store.reader import opened_at
from anim.run.store.store import BIRTH, Store, store_of
from anim.settings import Picture
from anim.watch.state import Shown, State, fixed_parts, joined, until, with_lost

WAITING = "waiting for the first snapshot"
# The maximum number of snapshots to read before they are shown.
_AT_ONCE = 16
# A recording that is overwritten cannot be read for a moment; only a longer failure is reported.
_FAILURES = 5


class Follower:
    """Follows one recording.

    Args:
        path: of the recording, which may not exist yet.
        picture: how the recording is shown.
        check: called often while snapshots are read; an exception that it raises ends `look`.

    Attributes:
        store: where the recording is, or will be.
        state: the newest state.
    """

    def __init__(
        self,
        path: str | os.PathLike,
        picture: Picture,
        check: Callable[[], None] = lambda: None,
    ):
        self.store = store_of(path)
        self.picture = picture
        self.state = State()
        self._check = check
        self._birth: object = None
        # Step and stamp of each snapshot that was read or is damaged.
        self._known: list[tuple[int, object]] = []
        # Where the snapshots lie that are committed.
        self._slots: list[int] = []
        self._shown: Shown = ()
        self._generation = 0
        self._failures = 0
        self._reported = ""
        self._has_warned_of_recalibration = False

    def look(self) -> bool:
        """Read some of the new snapshots, and return whether there are more.

        Raises:
            SettingError: the picture does not fit the run.
        """
        try:
            # Ask first: after the writer has ended, the committed steps are final.
            is_written = self.store.is_held()
            steps = self._committed()
            self._read(steps)
            self._failures = 0
        except SettingError:
            raise
        except (RecordingError, OSError, ValueError) as error:
            self._fail(error)
            return False
        text = self._text(len(steps), is_written)
        self.state = State(text, self._shown, self._generation)
        return len(self._known) < len(steps)

    def _committed(self) -> list[int]:
        """Return the committed steps, and forget snapshots that no longer exist."""
        exists = schema.is_group(self.store)
        if not exists:
            check_place(self.store)
        # In a bucket the group is written again when scalars come.
        birth = self.store.stamp(BIRTH if self.store.names_arrays else "zarr.json")
        by_slot = schema.committed_slots(self.store) if exists else {}
        self._slots, steps = list(by_slot), list(by_slot.values())
        kept = 0 if birth != self._birth else self._unchanged(steps)
        self._birth = birth
        if kept < len(self._known):
            self._forget(kept)
        return steps

    def _unchanged(self, steps: Sequence[int]) -> int:
        """Return how many of the known snapshots are still the same.

        A recording that is resumed drops snapshots from its end, so if the last known one is the
        same, all are.
        """
        known = self._known
        if not known or (len(steps) >= len(known) and self._is_same(len(known) - 1, steps)):
            return len(known)
        count = min(len(steps), len(known))
        return next((i for i in range(count) if not self._is_same(i, steps)), count)

    def _is_same(self, i: int, steps: Sequence[int]) -> bool:
        return self._known[i] == (steps[i], self._stamp(i))

    def _stamp(self, i: int) -> object:
        kind = schema.kind_of(self.store)
        return kind and self.store.stamp(schema.first_chunk(kind, self._slots[i]))

    def _forget(self, kept: int) -> None:
        """Keep the first snapshots only."""
        self._generation += 1
        self._known = self._known[:kept]
        self._shown = until(self._shown, self._known[-1][0] if kept else -1)

    def _read(self, steps: Sequence[int]) -> None:
        """Read the next snapshots that are not known yet."""
        first = len(self._known)
        steps = steps[: first + _AT_ONCE]
        if first == len(steps):
            return
        # Taken before reading: a snapshot that is rewritten meanwhile has another stamp later.
        stamps = [self._stamp(i) for i in range(first, len(steps))]
        run = _open_one(self.store)
        if run.steps[: len(steps)].tolist() != list(steps):
            return
        views = views_to_choose([run], self.picture)
        try:
            new = self._composed(run.only(range(first, len(steps))), views)
        except RecordingError:
            # None of them can be read; a warning has named each.
            new, self._shown = (), with_lost(self._shown, steps[first:])
        self._known += zip(steps[first:], stamps, strict=True)
        if new:
            before, self._shown = self._shown, joined(self._shown, new)
            if fixed_parts(self._shown) != fixed_parts(before):
                self._generation += 1

    def _composed(self, part: Run, views: Sequence[str]) -> Shown:
        with warnings.catch_warnings():
            # Later snapshots are read one by one, and each of them could warn.
            if self._has_warned_of_recalibration:
                warnings.filterwarnings("ignore", ".* have no recalibration")
            shown = compose_views(
                [part], self.picture, views, lambda *_: self._check(), is_live=True
            )
        self._has_warned_of_recalibration |= any(
            track.is_recalibrated and not track.counts.any(1).all() for track in shown[0][0].tracks
        )
        return tuple((tuple(reel.tracks), subject) for reel, subject in shown)

    def _text(self, count: int, is_written: bool) -> str:
        read = len(self._known)
        if not count:
            return WAITING
        if read < count:
            return f"reading, {read} of {count} snapshots"
        doing = "recording" if is_written else "the run has ended"
        text = f"{doing}, {count} snapshot{'' if count == 1 else 's'}"
        shown = len(self._shown[0][0][0].steps) if self._shown else 0
        return text + (f", {read - shown} of them damaged" if shown < read else "")

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        if self._failures < _FAILURES:
            return
        if str(error) != self._reported:
            self._reported = str(error)
            warnings.warn(self._reported, stacklevel=3)
        self.state = replace(self.state, text="the recording cannot be read")


def check_place(store: Store) -> None:
    """Raise `RecordingError` unless a place holds one readable recording, or nothing yet."""
    if store.is_vacant():
        return
    if schema.is_group(store):
        schema.read_group(store)
        try:
            if not schema.committed_steps(store):
                return
        except ValueError as error:
            raise RecordingError(f"{store.name!r} cannot be read: {error}") from error
    _open_one(store)


def _open_one(store: Store) -> Run:
    run = opened_at(store)
    if isinstance(run, Replicas):
        raise RecordingError(
            f"{store.name!r} holds {len(run)} replicas, expected one recording; "
            f"there is {store.child('seed=0').name!r}"
        )
    return run
