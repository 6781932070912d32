"""Appends to a recording that many processes write together, in a `Session`."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from anim.checks.labels import listed
from anim.errors import RecordingError, SettingError
from anim.run.about import About
from anim.run.caller import warn_caller
from anim.run.examples import Examples
from anim.run.held import check_recorded
from anim.run.own_rows import OwnRows
from anim.run.run import Run
from anim.run.snapshots import Form, Given, form_of, numbered
from anim.run.store import schema, writer
from anim.run.store.described import attributes_of
from anim.run.store.processes import session
from anim.run.store.processes.alike import check_same, offered
from anim.run.store.processes.ledger import Ledger
from anim.run.store.processes.requests import Notice, Steps, carry_out
from anim.run.store.processes.session import Session
from anim.run.store.processes.shares import Plan, offer_of, plan_of
from anim.run.store.processes.side_by_side import SideBySide, plan_on
from anim.run.store.reader import BIRTH, open_recording
from anim.run.store.scratch import Scratch
from anim.run.store.store import Held, Store

# Steps that a message lists.
_LISTED = 5

T = TypeVar("T")


class SharedWriter:
    """A `SnapshotStore` for the rows of one process among several that record together.

    Process 0 holds the store, and writes what there is once: the group, scalars and steps.

    Args:
        store: where all of them record.
        rows: of this process.
        examples: n, of its rows; None takes those of the recording, or that `define` sets.
        classes: K names; None takes those of the recording, if it has them.
        about: the caption of the run.
        settings: more that must be the same in all processes, as JSON.
        resume: as for `anim.run.store.writer.Writer`.
        overwrite: likewise.
        timeout: seconds without news before another process is given up.

    Raises:
        RecordingError: another process is missing, or records something else; or as for `Writer`.
    """

    def __init__(
        self,
        store: Store,
        rows: OwnRows,
        examples: Examples | None,
        classes: tuple[str, ...] | None,
        about: About,
        *,
        settings: Mapping,
        resume: bool | int,
        overwrite: bool,
        timeout: float,
    ):
        rank = rows.rank
        self.examples: Examples | None = examples
        self.classes: tuple[str, ...] | None = classes
        self._rows, self._rank = rows, rank
        self._about, self._resume, self._overwrite = about, resume, overwrite
        self._held: Held | None = None
        self._arrays: SideBySide | None = None
        self._form: Form = {}
        self._is_new = self._has_failed = False
        # What `append` waits for, and the processes of which somebody was told that they are late.
        self._notice: Notice | None = None
        self._told: set[int] = set()
        # Slots that arrays of predictions have; unknown until they are resized.
        self._size = 0
        self._is_open = True
        # When others are not waited for any more.
        self._until = math.inf
        # Every process looks: something else is refused before anything is written there.
        writer.check_place(store, resume, overwrite)
        self.store = store.fixed()
        self.scratch: Scratch | None = Scratch(self.store)
        self._session = Session(rank, store.name, limit=timeout)
        offer = {**settings, **offered(classes, resume, overwrite)}
        try:
            if rank.index == 0:
                self._held = self.store.hold()
            agreed = self._carry_out(self._session.join(offer, self._begin), self._warn)
            self.steps = list(agreed["steps"])
            self._slot = self._session.first
            if agreed["plan"] is not None:
                self._continue(Plan.from_json(agreed["plan"]))
            if rank.index and self.classes is None:
                self.classes = schema.classes_of(schema.read_group(self.store))
        except BaseException:
            self._release()
            raise

    def _begin(self, offers: Sequence[Mapping]) -> tuple[dict, int]:
        """Create or continue the recording, in process 0; return what others must know of it."""
        check_same(offers)
        if not writer.check_place(self.store, self._resume, self._overwrite):
            self.store.clear(schema.ALL)
            attributes = writer.description(self.classes, self._about)
            schema.write_group(self.store, {"anim": attributes})
            self._ledger = Ledger.begun(self.store, self._rank.count)
            return {"steps": [], "plan": None}, 0
        writer.check_ranks(self.store, self._rank.count)
        run = open_recording(self.store)
        drawn = self._rows.intake.drawn
        self.classes = writer.resume_description(self.store, run, self.classes, self._about, drawn)
        last = run.steps[-1] if self._resume is True else self._resume
        drops = run.steps[-1] > last
        if drops:
            # Other snapshots may come: a run that was opened before says so.
            self.store.renew(BIRTH)
        self._ledger = Ledger.resumed(self.store, run.kind, last)
        if drops:
            # It may have been opened just before the steps went.
            self.store.renew(BIRTH)
        plan = plan_on(self.store, run.kind, len(run.labels))
        return {"steps": self._ledger.steps, "plan": plan.as_json()}, self._ledger.used

    def _continue(self, plan: Plan) -> None:
        """Take the rows of this process from the recording, or compare them."""
        self._arrays = SideBySide(self.store, plan, self._rank.index)
        examples, index = self._arrays.described()
        self._form = {
            name: ((len(index), *row), np.dtype(dtype))
            for name, (row, dtype) in plan.arrays.items()
        }
        self._rows.settle(index, examples, self.store.name)
        if self.examples is not None:
            own = self._rows.arranged_examples(self.examples)
            check_recorded(own, examples, self.store.name)
        self.examples = examples

    def define(self, examples: Examples) -> None:
        """Set the examples of the rows of this process; before the first `append`."""
        self.examples = examples

    def count_classes(self, count: int) -> None:
        """Set K of a recording without names of classes; in process 0, write it."""
        if self._rank.index == 0:
            self._check_held()
            schema.count_classes(self.store, count)
        self.classes = numbered(count)

    @property
    def form(self) -> Form:
        """Shape and dtype of each array of this process's rows; empty before the first ones."""
        return self._form

    @property
    def scalars(self) -> frozenset[str]:
        """The names of the scalars, in process 0."""
        return self._ledger.scalars if self._rank.index == 0 else frozenset()

    def append(self, step: int, snapshot: Given, metrics: Mapping[str, float]) -> None:
        """Write the rows of this process; in process 0, wait for all others, and commit.

        Others are told of a failure at once, as nothing is appended after it.

        Raises:
            OSError: the system could not write them.
            RecordingError: another process is missing, or records something else.
        """
        self._has_failed = True
        try:
            self._append(step, snapshot, metrics)
            self._has_failed = False
        except Exception as error:
            failure = self._failure(error)
            with contextlib.suppress(ValueError, RecordingError, OSError):
                self._carry_out(self._session.leave(self._slot, str(failure)))
            if failure is error:
                raise
            raise failure from error
        finally:
            self._notice = None

    def _failure(self, error: Exception) -> Exception:
        """Return the error to raise for one of `append`, which names all steps that are lost."""
        if isinstance(error, ValueError) and not isinstance(error, SettingError):
            return writer.system_error(error, self.store)
        lost = self._lost() if isinstance(error, RecordingError) else []
        return RecordingError(f"{error}; not committed either: {_steps(lost)}") if lost else error

    def _lost(self) -> list[int]:
        """Return the steps of this process that process 0 has not committed."""
        steps = self._session.open_steps
        with contextlib.suppress(ValueError, RecordingError, OSError):
            committed = set(schema.committed_steps(self.store)) if steps else set()
            return [step for step in steps if step not in committed]
        return steps

    def _append(self, step: int, snapshot: Given, metrics: Mapping[str, float]) -> None:
        slot = self._slot
        if self._arrays is None:
            self._arrays = self._agreed_arrays(snapshot)
        self._carry_out(self._session.claim(slot))
        self._arrays.write(slot, snapshot or self._arrays.no_rows())
        if self._rank.index == 0:
            self._commit(slot, step, metrics)
        self._carry_out(self._session.mark(slot, step))
        self._slot += 1
        self.steps.append(step)

    def _commit(self, slot: int, step: int, metrics: Mapping[str, float]) -> None:
        assert self._arrays is not None
        self._carry_out(self._session.wait_for_all(slot, step))
        if self._is_new:
            self._arrays.drop_duplicates()
            self._is_new = False
        self._check_held()
        if slot >= self._size:
            self._size = self._session.slots
            self._arrays.resize(self._size)
        self._ledger.commit(slot, step, metrics)

    def _agreed_arrays(self, snapshot: Given) -> SideBySide:
        index, examples = self._rows.index, self.examples
        assert index is not None
        assert examples is not None
        made: list[SideBySide] = []

        def decide(offers: Sequence[Mapping]) -> tuple[dict, int]:
            plan = plan_of(offers, self.store.chunk_bytes)
            made.append(SideBySide(self.store, plan, 0))
            made[0].create(self._session.id)
            self._ledger.name_arrays(plan.arrays)
            self._is_new = True
            return plan.as_json(), 0

        self._form = form_of(snapshot)
        offer = offer_of(index, self._form, attributes_of(examples))
        agreed = self._carry_out(self._session.agree(offer, decide))
        plan = Plan.from_json(agreed)
        arrays = made[0] if made else SideBySide(self.store, plan, self._rank.index)
        arrays.describe(examples, index)
        return arrays

    def run(self) -> Run:
        """Open the recording, with the snapshots so far: of all processes.

        Raises:
            RecordingError: there is no snapshot yet.
        """
        return open_recording(self.store)

    def hasten(self) -> None:
        """Give up those who are not there `session.LEAVE_LIMIT` seconds from now."""
        self._until = time.monotonic() + session.LEAVE_LIMIT

    def late(self) -> str | None:
        """Return what `append` has long been waiting for, if that was not returned before."""
        notice = self._notice
        if notice is None or self._told.issuperset(notice.ranks):
            return None
        self._told.update(notice.ranks)
        return notice.text

    def _note(self, notice: Notice) -> None:
        self._notice = notice

    def _warn(self, notice: Notice) -> None:
        self._notice = notice
        if text := self.late():
            warn_caller(text)

    def close(self) -> str | None:
        """Take leave of the other processes; in process 0, end the session and release the store.

        Other processes wait until process 0 has committed what they recorded. A warning says what
        it may not have, or which process recorded more. That of failures is left to `append`.

        Returns:
            Which steps process 0 will not commit, as it stopped; None if there is none.
        """
        if not self._is_open:
            return None
        self._is_open = False
        why = None
        try:
            if not self._has_failed:
                self._carry_out(self._session.leave(self._slot), self._warn)
                why = self._carry_out(self._session.settle(), self._warn)
        except (RecordingError, OSError) as error:
            # An exception that ends a training is not to be replaced.
            lost = _steps(self._lost())
            if lost or not isinstance(error, _HurriedError):
                warn_caller(f"{self.store.name!r} may lack {lost or 'snapshots'}: {error}")
        finally:
            with contextlib.suppress(ValueError, RecordingError, OSError):
                # Readers of Zarr expect arrays of one length.
                if self._rank.index == 0 and self._arrays is not None:
                    self._check_held()
                    self._arrays.resize(self._ledger.used)
            self._release()
        lost = self._lost() if why else []
        return f"{self.store.name!r} lacks {_steps(lost)}: {why}" if lost else None

    def _release(self) -> None:
        if self._held is not None:
            self._held.release()

    def _check_held(self) -> None:
        if self._held is not None:
            self._held.check()

    def _carry_out(self, steps: Steps[T], notify: Callable[[Notice], None] | None = None) -> T:
        return carry_out(steps, self.store, self._wait, notify or self._note)

    def _wait(self, seconds: float) -> None:
        """Wait, but not for long once an error ends this process."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise _HurriedError("an error ended this process while it waited for others")
        time.sleep(min(seconds, left))


class _HurriedError(RecordingError):
    """Others were not waited for as long as usual, as an error ends this process."""


def _steps(steps: Sequence[int]) -> str:
    """Return steps for a message; an empty text if there are none."""
    if len(steps) > _LISTED:
        return f"steps {steps[0]} to {steps[-1]}, {len(steps)} in all"
    return f"step{'s' * (len(steps) > 1)} {listed(steps)}" if steps else ""
