"""What a session asks of a store, and the loop that carries it out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

# A session of 1,000 processes is 30 kB.
_LONGEST = 1 << 24
# Reads at a time, as each mostly waits for the store, and how many are not worth threads.
_READERS, _FEW = 32, 4

# Seconds between two looks for something new, at first and later.
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 1.0

T = TypeVar("T")


class Objects(Protocol):
    """The part of a store that keeps small objects."""

    def read(self, key: str, limit: int) -> bytes | None: ...

    def write(self, key: str, content: bytes) -> None: ...

    def write_if(self, key: str, content: bytes, stamp: object) -> object | None: ...

    def stamp(self, key: str) -> object | None: ...


class Read(NamedTuple):
    """Read some keys; answered by a list of their contents, None for what is missing."""

    keys: tuple[str, ...]


class Write(NamedTuple):
    """Write a key, whole or not at all."""

    key: str
    content: bytes


class Stamp(NamedTuple):
    """Ask for what changes when a key is written; None if it is missing."""

    key: str


class WriteIf(NamedTuple):
    """Write a key if it has this stamp; answered by its new one, or None if it has another."""

    key: str
    content: bytes
    stamp: object


class Wait(NamedTuple):
    """Wait; answered by the time, in seconds from any beginning."""

    seconds: float


class Notice(NamedTuple):
    """Tell whoever waits that these processes are late."""

    ranks: tuple[int, ...]
    text: str


Request: TypeAlias = Read | Write | Stamp | WriteIf | Wait | Notice
# A part of a protocol, which returns a T.
Steps: TypeAlias = Generator[Request, Any, T]
# Called with the number of a key and what it holds; returns whether this is what was awaited.
Take: TypeAlias = Callable[[int, bytes], bool]


class Watched(NamedTuple):
    """One more key that is read in a wait, whose changes show that somebody is there.

    ``look`` is called with what it holds, None if it is missing; it may raise to end the wait.
    """

    key: str
    look: Callable[[bytes | None], Any]


class Late(NamedTuple):
    """What is done if a wait takes long: ``tell`` is called with the numbers that are left."""

    after: float
    tell: Callable[[list[int]], Steps[None]]


def taken(
    keys: Mapping[int, str],
    take: Take,
    limit: float,
    late: Late | None = None,
    watched: Watched | None = None,
) -> Steps[list[int]]:
    """Read keys again and again, until each was taken.

    Args:
        keys: by number.
        take: called with each number and content that there is.
        limit: seconds in which nothing that is read changes, after which it gives up.
        late: what is done after that many seconds, if some are left, and again if it goes on.
        watched: one more key.

    Returns:
        The numbers of those that were not taken, in order.
    """
    left, wait = dict(keys), _FIRST_WAIT
    begin = since = yield Wait(0)
    known: dict[str, bytes | None] = {}
    while left:
        asked = (*left.values(), *(() if watched is None else (watched.key,)))
        contents = dict(zip(asked, (yield Read(asked)), strict=True))
        is_news = any(known.get(key) != content for key, content in contents.items())
        known = contents
        for number, key in list(left.items()):
            content = contents[key]
            if content is not None and take(number, content):
                del left[number]
        if not left:
            break
        if watched is not None:
            watched.look(contents[watched.key])
        now = yield Wait(wait)
        if is_news:
            since, wait = now, _FIRST_WAIT
        elif now - since > limit:
            break
        else:
            wait = min(1.5 * wait, _LONGEST_WAIT, limit / 10)
        if late is not None and now - begin > late.after:
            yield from late.tell(sorted(left))
            late = late._replace(after=now - begin + limit)
    return sorted(left)


def parsed(content: bytes | None) -> dict[str, Any]:
    """Return the JSON of an object; nothing if it is missing or broken."""
    try:
        said = json.loads(content or b"")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def carry_out(
    steps: Steps[T],
    store: Objects,
    wait: Callable[[float], Any] = time.sleep,
    notify: Callable[[Notice], Any] = lambda _: None,
) -> T:
    """Carry out the requests of a generator, one after the other, and return what it returns.

    Args:
        steps: see `anim.run.store.processes.session`.
        store: to read from and write to.
        wait: called with seconds; may raise to give up.
        notify: called if others are late.
    """
    try:
        request = next(steps)
        while True:
            try:
                answer = _answer(request, store, wait, notify)
            except Exception as error:
                request = steps.throw(error)
            else:
                request = steps.send(answer)
    except StopIteration as end:
        return end.value


def _answer(
    request: Request,
    store: Objects,
    wait: Callable[[float], Any],
    notify: Callable[[Notice], Any],
) -> Any:
    match request:
        case Notice():
            return notify(request)
        case Read(keys):
            return _contents(keys, store)
        case Write(key, content):
            return store.write(key, content)
        case Stamp(key):
            return store.stamp(key)
        case WriteIf(key, content, stamp):
            return store.write_if(key, content, stamp)
        case Wait(seconds):
            if seconds:
                wait(seconds)
            return time.monotonic()


def _contents(keys: tuple[str, ...], store: Objects) -> list[bytes | None]:
    if len(keys) > _FEW:
        # A script that ended without closing its recorder has no new threads for what is left.
        try:
            with ThreadPoolExecutor(min(_READERS, len(keys)), "anim-marks") as pool:
                reads = [pool.submit(store.read, key, _LONGEST) for key in keys]
        except RuntimeError:
            pass
        else:
            return [read.result() for read in reads]
    return [store.read(key, _LONGEST) for key in keys]
