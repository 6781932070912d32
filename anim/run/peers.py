"""Processes of `jax.distributed` that leave messages for each other, and notice who is gone.

Messages lie in the service of `jax.distributed`, which process 0 runs: nothing is a collective of
the devices. A process that waits for a message sees within a second that its sender has left, and
within half a minute that it was killed or stands still.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from typing import Any

from jax.errors import JaxRuntimeError

from anim.settings import one_line

# Seconds between two signs of life, and until a process that gives none is taken for gone.
_BEAT, SILENCE = 1.0, 30.0
# Seconds of one request: between two looks at whether a sender is still there.
_LOOK = 1.0
# Bytes of a message, of which the service takes a few million.
_MESSAGE = 1 << 20


class GoneError(RuntimeError):
    """Another process has left, stands still, or takes far too long."""


class Peers:
    """The processes that work together, from when this is made until `leave`.

    Args:
        client: of the service of `jax.distributed`.
        index, count: of the processes.
        name: that all of them have for this meeting.

    Attributes:
        turns: numbers what they do together, in the same order in each.
    """

    def __init__(self, client: Any, index: int, count: int, name: str):
        self.index, self.count, self.name = index, count, name
        self.turns = itertools.count()
        self._client = client
        self._has_left = threading.Event()
        self._gone: dict[int, str] = {}
        self._beats: dict[int, tuple[str | None, float]] = {}
        self._thread = threading.Thread(target=self._live, name="signs of life", daemon=True)
        self._thread.start()

    def send(self, key: str, content: bytes) -> None:
        """Leave a message for all others."""
        parts = [content[i : i + _MESSAGE] for i in range(0, len(content), _MESSAGE)]
        key = f"{self.name}/{key}/{self.index}"
        for number, part in enumerate(parts):
            self._client.key_value_set_bytes(f"{key}/{number}", part)
        self._client.key_value_set_bytes(key, str(len(parts)).encode())

    def receive(self, key: str, other: int, seconds: float) -> bytes:
        """Return the message that a process leaves, waiting for it as long as it is there.

        Raises:
            GoneError: it left without, gave no sign of life, or took longer than some seconds.
        """
        key, until = f"{self.name}/{key}/{other}", time.monotonic() + seconds
        while (count := self._looked(key)) is None:
            if (reason := self._reason(other)) is not None:
                # Its message may have come between two looks.
                if (count := self._looked(key)) is not None:
                    break
                self._gone[other] = reason
                raise GoneError(f"process {other} {reason}")
            if time.monotonic() > until:
                raise GoneError(f"process {other} took longer than {seconds:.0f} s")
        return b"".join(self._got(f"{key}/{number}") for number in range(int(count)))

    def leave(self) -> None:
        """Tell the others that this process sends nothing more."""
        self._has_left.set()
        self._set("left", "yes")

    def wait_for_others(self, seconds: float) -> None:
        """Wait until all others have left or are gone, at most some seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if all(self._reason(one) for one in range(self.count) if one != self.index):
                return
            time.sleep(0.05)

    def wait_for_ends(self, seconds: float) -> None:
        """Wait until no other process needs the service any more, at most some seconds."""

        def ask() -> None:
            # Answered once all that live ask, or have shut down.
            with contextlib.suppress(JaxRuntimeError):
                self._client.get_live_nodes([*range(self.count)])

        asking = threading.Thread(target=ask, name="ends of processes", daemon=True)
        asking.start()
        asking.join(seconds)

    def _looked(self, key: str) -> bytes | None:
        """Return a value of the service, waiting a moment for it; None if it is not there."""
        try:
            return self._client.blocking_key_value_get_bytes(key, int(1000 * _LOOK))
        except JaxRuntimeError as error:
            if "DEADLINE_EXCEEDED" not in str(error):
                raise GoneError(
                    f"the service of process 0 fails: {one_line(str(error))}"
                ) from error
            return None

    def _got(self, key: str) -> bytes:
        try:
            return self._client.blocking_key_value_get_bytes(key, int(1000 * SILENCE))
        except JaxRuntimeError as error:
            raise GoneError(f"the service of process 0 fails: {one_line(str(error))}") from error

    def _reason(self, other: int) -> str | None:
        """Return why no message of a process is to be expected; None if one may come."""
        if other in self._gone:
            return self._gone[other]
        if self._said("left", other) is not None:
            return "ended without its part"
        beat, now = self._said("beat", other), time.monotonic()
        before, since = self._beats.get(other, (None, now))
        if beat != before or other not in self._beats:
            self._beats[other] = beat, now
            return None
        return f"gave no sign of life for {SILENCE:.0f} s" if now - since > SILENCE else None

    def _said(self, what: str, other: int) -> str | None:
        try:
            said = dict(self._client.key_value_dir_get(f"{self.name}/{what}/"))
        except JaxRuntimeError as error:
            raise GoneError(f"the service of process 0 fails: {one_line(str(error))}") from error
        return said.get(f"{self.name}/{what}/{other}")

    def _set(self, what: str, value: str) -> None:
        try:
            key = f"{self.name}/{what}/{self.index}"
            self._client.key_value_set(key, value, allow_overwrite=True)
        except JaxRuntimeError:
            # The service has ended; who waits sees that.
            self._has_left.set()

    def _live(self) -> None:
        for number in itertools.count():
            self._set("beat", str(number))
            if self._has_left.wait(_BEAT):
                return
