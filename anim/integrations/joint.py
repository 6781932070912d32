"""Recording a model that several processes have parts of: all of them predict, or none does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping

from anim.errors import OtherRowsError
from anim.integrations.base import CallbackRecorder
from anim.integrations.streaming import Stream


class JointRecorder(CallbackRecorder):
    """A `CallbackRecorder` that goes on to predict where its recording stopped.

    Each forward pass of a model that FSDP or tensor parallelism divides needs all processes. One
    whose recording stopped, as its disk is full, predicts at the steps at which the others record,
    and records nothing; else they would wait for it for ever.

    A process whose recording never began does not: the others have not begun either.

    """

    # Whether all processes began to record; the last step at which this one predicted for others.
    _has_joined, _reached = False, -1

    def _forget(self) -> None:
        super()._forget()
        self._has_joined, self._reached = False, -1

    @property
    def _is_mute(self) -> bool:
        return self.is_joint and self.has_stopped and self._on_error == "warn"

    @property
    def last_step(self) -> int:
        """The step of the last snapshot, of this process or of others; -1 before the first one."""
        return max(super().last_step, self._reached) if self._is_mute else super().last_step

    def attempt(self, act: Callable[[], None]) -> None:
        """Call a function; an exception ends the recording, but not the predictions for others.

        The function is called again where it raised: it does nothing twice.
        """
        if not self._is_mute:
            super().attempt(act)
        if self._is_mute and self._has_joined:
            with contextlib.suppress(Exception):
                act()

    def begin(self, step: int | None = None, *, counts_on: bool = False, index=None) -> None:
        """Open the recording; as of `CallbackRecorder`."""
        if self._is_mute:
            self._offset = 0 if counts_on or step is not None else max(self.last_step, 0)
            return
        self._has_joined = False
        try:
            super().begin(step, counts_on=counts_on, index=index)
            self._has_joined = True
        except OtherRowsError:
            # The others may go on, as only this process has other rows.
            self._has_joined = True
            raise

    def end(self) -> None:
        """Commit all snapshots; as of `CallbackRecorder`."""
        if not self._is_mute:
            super().end()

    def collect(self, step: int, stream: Stream, metrics: Mapping | None = None) -> bool:
        """Record predictions batch by batch; predict to the end whatever happens.

        The arguments are those of `CallbackRecorder.collect`.
        """
        if not self.is_joint:
            return super().collect(step, stream, metrics)
        at, has_run = self.at(step), False
        if at <= self.last_step:
            return False

        def run() -> Generator[tuple]:
            nonlocal has_run
            has_run = True
            yield from stream()

        if self._is_mute:
            self._reached = at
            _exhaust(stream)
            return True
        try:
            return super().collect(step, run, metrics)
        except Exception:
            self._reached = at
            if not has_run:
                with contextlib.suppress(Exception):
                    _exhaust(stream)
            raise


def _exhaust(stream: Stream) -> None:
    for _ in stream():
        pass
