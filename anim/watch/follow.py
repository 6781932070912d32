"""Follows a recording: what is new of it is read once, and joined with what there was."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from anim.compose import Subject, compose_views, views_to_choose
from anim.errors import RecordingError, SettingError
from anim.run import Replicas, open
from anim.run.store import schema
from anim.run.store.lock import is_being_recorded
from anim.settings import Picture
from anim.timeline import Track

WAITING = "waiting for the first snapshot"
# Snapshots that are read before what there is is shown.
_AT_ONCE = 16
# A recording that is begun anew cannot be read for a moment: that is no reason to say so.
_FAILURES = 5


@dataclass(frozen=True, eq=False)
class State:
    """What there is to show.

    Attributes:
        text: what the recording is doing.
        shown: the tracks and the subject in each view; nothing before the first snapshot.
        generation: another number where this is not what there was and more.
    """

    text: str = "opening the recording"
    shown: tuple[tuple[tuple[Track, ...], Subject], ...] = ()
    generation: int = 0

    @property
    def last_step(self) -> int | None:
        if not self.shown:
            return None
        tracks, _ = self.shown[0]
        return max(int(track.steps[-1]) for track in tracks if len(track.steps))

    def is_like(self, other: State) -> bool:
        """Whether who has seen one has seen the other."""
        return (self.text, self.generation, self.last_step) == (
            other.text,
            other.generation,
            other.last_step,
        )


class Follower:
    """Follows one recording.

    Args:
        path: its folder, which may not be there yet.
        picture: how it is shown.
        check: called often while snapshots are read; what it raises ends that.

    Attributes:
        state: the newest, which never changes itself: others replace it.
    """

    def __init__(self, path: Path, picture: Picture, check: Callable[[], None] = lambda: None):
        self.path = path
        self.picture = picture
        self.state = State()
        self._check = check
        self._birth = None
        # Step and stamp of each snapshot that was read, and of those that could not be.
        self._known: list[tuple[int, object]] = []
        self._shown: tuple[tuple[tuple[Track, ...], Subject], ...] = ()
        self._generation = 0
        self._failures = 0
        self._told = ""
        self._has_warned_of_recalibration = False

    def look(self) -> bool:
        """Looks for news, and reads some; returns whether there are more to read.

        Raises:
            SettingError: the picture asks for what the run does not have.
        """
        # Asked first: what is committed once nobody writes any more is all there will be.
        is_written = is_being_recorded(self.path)
        try:
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
        """The steps that are there; forgets what is not any more."""
        is_there = schema.is_group(self.path)
        if not is_there:
            check_folder(self.path)
        birth = schema.stamp(self.path / "zarr.json")
        steps = schema.committed_steps(self.path) if is_there else []
        kept = 0 if birth != self._birth else self._unchanged(steps)
        self._birth = birth
        if kept < len(self._known):
            self._forget(kept)
        return steps

    def _unchanged(self, steps: Sequence[int]) -> int:
        """How many of the known snapshots are still the same.

        A recording that is resumed drops its end, so that the last one tells of all.
        """
        known = self._known
        if not known or (len(steps) >= len(known) and self._is_same(len(known) - 1, steps)):
            return len(known)
        count = min(len(steps), len(known))
        return next((i for i in range(count) if not self._is_same(i, steps)), count)

    def _is_same(self, i: int, steps: Sequence[int]) -> bool:
        return self._known[i] == (steps[i], self._stamp(i))

    def _stamp(self, i: int):
        kind = schema.kind_of(self.path)
        return kind and schema.stamp_of_snapshot(self.path, kind, i)

    def _forget(self, kept: int) -> None:
        """All but the first snapshots."""
        self._generation += 1
        self._known = self._known[:kept]
        last = self._known[-1][0] if kept else -1
        shown = tuple(
            (tuple(track.picked(track.steps <= last) for track in tracks), subject)
            for tracks, subject in self._shown
        )
        is_any_left = shown and all(len(track.steps) for track in shown[0][0])
        self._shown = shown if is_any_left else ()

    def _read(self, steps: Sequence[int]) -> None:
        """The next few snapshots that are not known yet."""
        first = len(self._known)
        steps = steps[: first + _AT_ONCE]
        if first == len(steps):
            return
        # Before they are read: those that are written again meanwhile differ from these.
        stamps = [self._stamp(i) for i in range(first, len(steps))]
        run = _one(self.path)
        if run.steps[: len(steps)].tolist() != list(steps):
            return
        part = run.only(range(first, len(steps)))
        views = views_to_choose([run], self.picture)
        try:
            new = self._composed(part, views)
        except RecordingError:
            # None of them can be read, as a warning has said of each.
            new = ()
        self._known += zip(steps[first:], stamps, strict=True)
        if new:
            self._show(new)

    def _composed(self, part, views: Sequence[str]):
        shown = compose_views([part], self.picture, views, lambda *_: self._check())
        if self.picture.calibrate is not None and not self._has_warned_of_recalibration:
            tracks = shown[0][0].tracks
            if any(track.is_recalibrated and not track.counts.any(1).all() for track in tracks):
                # Once is enough: many more may follow, one by one.
                warnings.filterwarnings("ignore", ".* have no recalibration")
                self._has_warned_of_recalibration = True
        return tuple((reel.tracks, subject) for reel, subject in shown)

    def _show(self, new) -> None:
        before = self._shown
        if before:
            new = tuple(
                (tuple(one.joined(later) for one, later in zip(tracks, more, strict=True)), subject)
                for (tracks, _), (more, subject) in zip(before, new, strict=True)
            )
        if _form(new) != _form(before):
            self._generation += 1
        self._shown = new

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
        if str(error) != self._told:
            self._told = str(error)
            warnings.warn(self._told, stacklevel=3)
        self.state = replace(self.state, text="the recording cannot be read")


def check_folder(path: Path) -> None:
    """Raise `RecordingError` unless there is one recording that can be read, or nothing yet."""
    if not path.exists():
        return
    if path.is_dir() and not any(file.name != schema.PART for file in path.iterdir()):
        return
    if schema.is_group(path):
        schema.read_group(path)
        try:
            if not schema.committed_steps(path):
                return
        except ValueError as error:
            raise RecordingError(f"{str(path)!r} cannot be read: {error}") from error
    _one(path)


def _one(path: Path):
    run = open(path)
    if isinstance(run, Replicas):
        raise RecordingError(
            f"{str(path)!r} holds {len(run)} replicas, expected one recording; "
            f"there is {str(path / 'seed=0')!r}"
        )
    return run


def _form(shown) -> tuple:
    """What a page cannot be given later: if it differs, it needs all anew."""
    return tuple(
        (subject, tuple(frozenset(track.series) for track in tracks)) for tracks, subject in shown
    )
