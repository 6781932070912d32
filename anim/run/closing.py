"""How a recorder waits for what it records, and how it ends."""

from __future__ import annotations

import os
from typing import Self

from anim.errors import RecordingError
from anim.run import opened
from anim.run.handover import Handover
from anim.run.run import Run
from anim.run.store.interface import SnapshotStore
from anim.run.store.store import Store


class Closing:
    """The methods of `anim.Recorder` that wait, and end it."""

    _process: int
    _is_open: bool
    _handover: Handover
    _store: SnapshotStore
    _place: Store | None

    def flush(self) -> None:
        """Wait until earlier snapshots are committed; in processes other than 0, only written.

        Raises:
            RuntimeError: the recorder belongs to another process.
            OSError: a snapshot could not be written.
        """
        self._check_process("flush")
        if self._is_open:
            self._handover.wait()

    def close(self) -> None:
        """Flush, and release the path for other recorders.

        Processes other than 0 wait until it has committed theirs; a script that ends does not.

        Raises:
            RuntimeError, OSError: as for `flush`; process 0 stopped before it committed them.
        """
        self._check_process("close")
        # An interrupt leaves a recorder that can be closed again; its path is released last.
        self._is_open = False
        self._handover.stop()
        lost = self._store.close()
        if self._place is not None:
            opened.forget(self._place, self)
        self._handover.check()
        if lost:
            raise RecordingError(lost)

    def run(self) -> Run:
        """Return the snapshots so far; in several processes, those that process 0 has committed.

        Raises:
            RuntimeError, OSError: as for `flush`.
        """
        self.flush()
        return self._store.run()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_) -> None:
        if kind is None:
            self.close()
        else:
            self._handover.end_in_error(self.close)

    def __reduce__(self):
        raise TypeError(
            "a Recorder cannot be pickled or copied, as it is the only one that writes to its "
            "path; create it in the process that records"
        )

    def _check_process(self, name: str) -> None:
        if self._process != os.getpid():
            raise RecordingError(
                f"{name}: expected process {self._process}, which created this recorder, got "
                f"process {os.getpid()}, forked from it; a process records with a recorder and a "
                "path of its own"
            )

    def _check_open(self, name: str, step: int) -> None:
        if not self._is_open:
            raise RuntimeError(f"{name}: the recorder was closed before step {step}")
