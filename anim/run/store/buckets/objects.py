"""The objects of a bucket: read and written whole, on a condition, in bounded time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import tensorstore as ts

from anim.errors import BucketError
from anim.run.store.buckets.problems import bucket_error
from anim.run.store.forked import check_process

_Value = TypeVar("_Value")
# The stamp of an object that is not there, and one that stands for any.
MISSING, ANY = b"\x02", None
# Seconds until a request is given up, with all that TensorStore tries again.
PATIENCE = 60.0
# Seconds between two attempts of ours, after TensorStore has given up.
_PAUSE = 1.0
# What TensorStore says of a failure that may pass.
_PASSING = ("ABORTED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED")


def patience_for(content: bytes) -> float:
    """Return the seconds until a write is given up, at 100 kB/s and more."""
    return PATIENCE + len(content) / 1e5


class Found(NamedTuple):
    """An object.

    Attributes:
        content: of it; None if it is missing, or as it was known to be.
        stamp: changes with its content.
    """

    content: bytes | None
    stamp: bytes


class Objects:
    """The objects below a path in a bucket.

    Args:
        name: of the path, for messages.
        spec: the key-value store of TensorStore.
        context: its context.
    """

    def __init__(self, name: str, spec: dict[str, Any], context: ts.Context):
        self.name = name
        self._spec, self._context = spec, context
        self._store: ts.KvStore | None = None

    def _kv(self) -> ts.KvStore:
        check_process()
        if self._store is None:
            self._store = ts.KvStore.open(self._spec, context=self._context).result(PATIENCE)
        return self._store

    def find(self, key: str) -> Found:
        """Return an object, or that it is missing."""
        return self._found(lambda: self._kv().read(key))

    def stamp(self, key: str) -> bytes:
        """Return the stamp of an object, without reading it; `MISSING` if it is not there."""
        try:
            return self._found(lambda: self._kv().read(key, byte_range=slice(0, 0))).stamp
        except TypeError:
            # Earlier versions of TensorStore read all of it.
            return self.find(key).stamp
        except BucketError as error:
            if re.search("http_response_code='[34]", str(error.__cause__)) is None:
                raise
            # Only of one that is read, the server says what is wrong.
            return self.find(key).stamp

    def _found(self, read: Callable[[], ts.Future]) -> Found:
        result = self._done(read)
        return Found(result.value if result.state == "value" else None, result.stamp.generation)

    def begin(self, key: str, content: bytes, stamp: bytes | None) -> ts.Future:
        """Begin to write an object, if it has this stamp."""
        return self._kv().write(key, content, if_equal=stamp)

    def write(self, key: str, content: bytes, stamp: bytes | None = ANY) -> bytes | None:
        """Write an object if it has this stamp; return its new one, or None if it has another.

        A request whose answer got lost is sent again: what is refused may be there already.
        """
        written = self._done(lambda: self.begin(key, content, stamp), patience_for(content))
        return written.generation or None

    def names(self, prefix: str) -> list[str]:
        """Return the names directly below a prefix, in order; all keys below it are listed."""
        # The next prefix: "/" is followed by "0".
        last = f"{prefix[:-1]}0" if prefix else ""
        found = self._done(lambda: self._kv().list(ts.KvStore.KeyRange(prefix, last)))
        return sorted({key[len(prefix) :].decode().partition("/")[0] for key in found})

    def diagnose(self, key: str) -> None:
        """Raise BucketError if a key may be missing because the bucket is, or refuses."""
        self._done(lambda: self._kv().list(ts.KvStore.KeyRange(key, f"{key}\0")))

    def _done(self, begin: Callable[[], ts.Future[_Value]], patience: float = 0) -> _Value:
        """Return the result of a request, sent again for a while if its failure may pass.

        TensorStore itself sends again what a server answers with 409, 429 or 5xx, or breaks off:
        a few times, in some seconds. An error of the caller, such as 403, is final.
        """
        patience = patience or PATIENCE
        until = time.monotonic() + patience
        while True:
            try:
                return begin().result(max(until - time.monotonic(), 1))
            except TimeoutError as error:
                problem = f"no answer for {patience:.0f} s"
                raise BucketError(f"{self.name}: {problem}; check the network") from error
            except ValueError as error:
                if time.monotonic() + _PAUSE > until or not str(error).startswith(_PASSING):
                    raise bucket_error(self.name, error) from error
                if "CURL error Could not" in str(error):
                    # Of a server that is not there, TensorStore's own attempts are enough.
                    raise bucket_error(self.name, error) from error
                time.sleep(_PAUSE)
