"""Appends to a recording on disk; `anim.run.store.schema` documents its layout."""

from __future__ import annotations

import contextlib
import importlib.metadata
from collections.abc import Mapping, Sequence

import numpy as np

from anim.checks.labels import listed
from anim.errors import BucketError, OtherRowsError, RecordingError
from anim.run.about import NOTHING_KNOWN, About
from anim.run.examples import Examples
from anim.run.held import check_recorded
from anim.run.run import Run
from anim.run.sampling import said_of_draw, words_of
from anim.run.snapshots import Form, Given, numbered
from anim.run.store import described, schema
from anim.run.store.failures import system_error
from anim.run.store.growing import GrowingArrays
from anim.run.store.processes.ended import end_session
from anim.run.store.reader import open_recording
from anim.run.store.scratch import Scratch
from anim.run.store.store import BIRTH, Held, Store

# Whose versions a recording notes: the import name and the name of the distribution.
_DISTRIBUTIONS = {
    "anim": "calibanim",
    "numpy": "numpy",
    "tensorstore": "tensorstore",
    "jax": "jax",
}


class Writer:
    """A `SnapshotStore` in a `Store`; only one process at a time can write to it.

    Args:
        store: where to record; a folder is created if missing.
        examples: N; None takes those of the recording, or those that `define` sets.
        classes: K names; None takes those of the recording, if it has them.
        about: the caption of the run.
        resume: continue the existing recording: True after its last committed snapshot, a step
            after the snapshot of that step, dropping later ones.
        overwrite: replace the existing recording.
        drawn: how examples are drawn, as `Examples` has it.

    Raises:
        RecordingError: the folder holds something else, or another process writes to it.
    """

    def __init__(
        self,
        store: Store,
        examples: Examples | None,
        classes: tuple[str, ...] | None,
        about: About,
        *,
        resume: bool | int,
        overwrite: bool,
        drawn: tuple[float, int] | None = None,
    ):
        self._drawn = drawn
        self.examples: Examples | None = examples
        self.classes: tuple[str, ...] | None = classes
        self.store = store
        self._held: Held | None = None
        self._arrays = GrowingArrays(store)
        # A folder with something else in it is refused before anything is written there.
        check_place(store, resume, overwrite)
        try:
            self._held = store.hold()
            # Of a folder that stays the same when the working directory changes, from now on.
            self.scratch: Scratch | None = Scratch(store, takes_chunks=True)
            if not schema.has(store, "done"):
                store.fence(schema.series_metadata(np.int64))
            # Again: another recorder may have come and gone before the lock.
            if check_place(store, resume, overwrite):
                self._resume(resume, about)
            else:
                self._create(about)
        except ValueError as error:
            self.close()
            raise system_error(error, store) from error
        except BaseException:
            self.close()
            raise

    def _create(self, about: About) -> None:
        # Processes may outlive a session whose recording this one replaces.
        end_session(self.store)
        self.store.clear(schema.ALL)
        schema.write_group(self.store, {"anim": description(self.classes, about)})
        schema.name_arrays(self.store, (), ())
        if self.examples is not None:
            self.define(self.examples)
        self._arrays.begin()

    def define(self, examples: Examples) -> None:
        """Write the examples; before the first `append`.

        Raises:
            OSError: the system could not write them.
        """
        self._check_held()
        try:
            described.write(self.store, examples)
        except ValueError as error:
            raise system_error(error, self.store) from error
        self.examples = examples

    def _resume(self, last: bool | int, about: About) -> None:
        check_ranks(self.store, 1)
        try:
            run = open_recording(self.store)
        except RecordingError as error:
            raise RecordingError(f"{error}; overwrite=True replaces the recording") from error
        recorded = described.read(self.store, schema.read_group(self.store))
        if self.examples is not None:
            check_recorded(self.examples, recorded, self.store.name)
        end_session(self.store)
        self.examples = recorded
        self.classes = resume_description(self.store, run, self.classes, about, self._drawn)
        count = len(run) if last is True else int((run.steps <= last).sum())
        if count < len(run):
            # Other snapshots may come where these lay: a run that was opened before says so.
            self.store.renew(BIRTH)
        self._arrays = GrowingArrays.resumed(self.store, run.kind, run.steps[:count].tolist())
        if count < len(run):
            # It may have been opened just before the steps went.
            self.store.renew(BIRTH)

    @property
    def steps(self) -> list[int]:
        """The steps of the snapshots that are kept."""
        return self._arrays.steps

    @property
    def form(self) -> Form:
        """Shape and dtype of each array of a snapshot; empty before the first snapshot."""
        return self._arrays.form

    @property
    def scalars(self) -> frozenset[str]:
        """The names of the scalars that have a folder."""
        return self._arrays.scalars

    def count_classes(self, count: int) -> None:
        """Write K to a recording without names of classes."""
        self._check_held()
        schema.count_classes(self.store, count)
        self.classes = numbered(count)

    def append(self, step: int, snapshot: Given, metrics: Mapping[str, float]) -> None:
        """Write one snapshot; it is committed when this returns.

        Raises:
            OSError: the system could not write it, for example because the disk is full.
        """
        self._check_held()
        try:
            self._arrays.append(step, snapshot, metrics)
        except ValueError as error:
            raise system_error(error, self.store) from error

    def run(self) -> Run:
        """Open the recording, with the snapshots so far.

        Raises:
            RecordingError: there is no snapshot yet.
        """
        return open_recording(self.store)

    def late(self) -> None:
        """Return None: there is nobody to wait for."""

    def hasten(self) -> None:
        """Do nothing: there is nobody to wait for."""

    def close(self) -> None:
        """Resize all arrays to one length, as readers of Zarr expect, and release the store."""
        if self._held is None:
            return
        with contextlib.suppress(ValueError, RecordingError, BucketError):
            # Nothing is written to a place that somebody else took over.
            self._held.check()
            # A step may be written although its write failed.
            self._arrays.trim(len(schema.committed_steps(self.store)))
        self._held.release()

    def _check_held(self) -> None:
        if self._held is not None:
            self._held.check()


def check_place(store: Store, resume: bool | int, overwrite: bool) -> bool:
    """Return whether the recording in a store is to be continued.

    Args:
        store: where to record.
        resume: whether, or from which step, a recording may be continued.
        overwrite: whether it may be replaced.

    Raises:
        RecordingError: there is something else, or a recording that may not be touched.
    """
    if store.is_vacant():
        return False
    if not schema.is_group(store):
        raise RecordingError(f"{store.name!r} {store.obstacle()}")
    schema.read_group(store)
    if overwrite or not _has_snapshots(store):
        return False
    if resume is False:
        raise RecordingError(
            f"there is already a recording at {store.name!r}: resume=True continues it, "
            "overwrite=True replaces it"
        )
    return True


def resume_description(
    store: Store,
    run: Run,
    classes: tuple[str, ...] | None,
    about: About,
    drawn: tuple[float, int] | None = None,
) -> tuple[str, ...] | None:
    """Return the classes of a recording; write those and the caption that are new.

    Args:
        store: of the recording.
        run: what it holds.
        classes: K names; None takes those of the recording, if it has them.
        about: the caption, unless nothing is known.
        drawn: how examples are drawn, as `Examples` has it.

    Raises:
        RecordingError: it was recorded with other classes, or others were drawn.
    """
    found = schema.read_group(store)
    before = described.drawn_of(found)
    if before != drawn:
        problem = f"{store.name!r} was recorded with {said_of_draw(before)}"
        raise OtherRowsError(f"keep_fraction: {problem}, got {said_of_draw(drawn)}")
    recorded = schema.classes_of(found)
    is_named = isinstance(found["classes"], list)
    if classes is None:
        classes = recorded
    elif (
        recorded is not None and classes != recorded and (is_named or len(classes) != len(recorded))
    ):
        raise RecordingError(
            f"classes: {store.name!r} was recorded with {listed(recorded)}, got {listed(classes)}"
        )
    elif run.has_scores and len(classes) != len(run.classes):
        raise RecordingError(
            f"classes: {store.name!r} was recorded with {len(run.classes)} classes, "
            f"got {len(classes)} names"
        )
    known = {} if classes in (None, recorded) else {"classes": list(classes)}
    nothing = NOTHING_KNOWN if drawn is None else About(words_of(drawn[0], ""))
    if about not in (NOTHING_KNOWN, nothing):
        known |= _described(about)
    if {**found, **known} != found:
        schema.write_group(store, {"anim": {**found, **known}})
    return classes


def check_ranks(store: Store, count: int) -> None:
    """Raise RecordingError unless a recording was made by this number of processes."""
    found = schema.ranks_of(store)
    if found != count:
        raise RecordingError(
            f"{store.name!r} was recorded by {found} process{'es' * (found > 1)}, and is now by "
            f"{count}: resume it with {found}, or pass overwrite=True, which replaces it"
        )


def _has_snapshots(store: Store) -> bool:
    """Return whether snapshots were committed to a recording, which may have just begun.

    Raises:
        RecordingError: its steps were lost.
    """
    try:
        steps = schema.committed_steps(store)
        is_lost = schema.lacks_steps(store)
    except (ValueError, OSError) as error:
        problem = f"the steps of {store.name!r} cannot be read: {schema.brief(error)}"
        raise RecordingError(f"{problem}; overwrite=True replaces the recording") from error
    if is_lost:
        raise RecordingError(
            f"{store.name!r} holds predictions, but their steps are missing; "
            "overwrite=True replaces the recording"
        )
    return bool(steps)


def description(classes: Sequence[str] | None, about: About) -> dict:
    """Return the attributes of a new recording."""
    return {
        "schema": schema.SCHEMA,
        "classes": None if classes is None else list(classes),
        **_described(about),
        "versions": {name: _version(found) for name, found in _DISTRIBUTIONS.items()},
    }


def _described(about: About) -> dict:
    steps = None if about.steps_per_epoch is None else int(about.steps_per_epoch)
    title = {"title": about.title} if about.title else {}
    return {"caption": about.caption, "steps_per_epoch": steps, **title}


def _version(distribution: str) -> str | None:
    """Return the installed version; None for a package that is used without being installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
