"""Many processes and a store with latencies, simulated event by event."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from anim.run.store.processes.requests import Notice, Read, Stamp, Wait, WriteIf


@dataclass(frozen=True)
class Latencies:
    """Seconds that requests take: the median, and how many times more one in forty takes.

    Attributes:
        read, write: of a small object.
        spread: the 97.5th percentile over the median of a log-normal distribution.
        parallel: reads that a process has under way at a time.
    """

    read: float = 0.015
    write: float = 0.03
    spread: float = 5.0
    parallel: int = 32


# About what object stores in the same region need, and a local disk.
BUCKET, DISK = Latencies(), Latencies(read=0.0001, write=0.001, parallel=1)


class World:
    """A clock, a store, and the processes that use it.

    Args:
        seed: of everything random.
        latencies: of the store.
    """

    def __init__(self, seed: int, latencies: Latencies = BUCKET):
        self.random = random.Random(seed)
        self.now = 0.0
        self.objects: dict[str, tuple[Any, int, float]] = {}
        self._latencies = latencies
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        heapq.heappush(self._events, (self.now + seconds, next(self._order), act))

    def run(self, until: float = float("inf")) -> None:
        """Let time go on until nothing happens any more."""
        while self._events and self._events[0][0] <= until:
            self.now, _, act = heapq.heappop(self._events)
            act()

    def latency(self, median: float) -> float:
        """Return how long a request takes, in seconds."""
        # 1.96 standard deviations to the 97.5th percentile.
        return median * self._latencies.spread ** (self.random.gauss(0, 1) / 1.96)

    def content(self, key: str) -> Any:
        """Return what a key holds now; None if it is missing."""
        return self.objects[key][0] if key in self.objects else None

    def time_of(self, key: str) -> float:
        """Return when a key was written."""
        return self.objects[key][2]

    def put(self, key: str, content: Any) -> int:
        """Write a key now, and return its stamp."""
        self.objects[key] = content, next(self._order), self.now
        return self.objects[key][1]

    def send(self, request, reply: Callable[[Any], None]) -> None:
        """Take a request: it has its effect somewhere on the way, whatever becomes of who sent it.

        ``median`` of a request, if it has one, is what it takes in place of a small object.
        """
        match request:
            case Wait(seconds):
                self.at(seconds, lambda: reply(self.now))
            case Notice():
                self.at(0, lambda: reply(None))
            case Read(keys):
                self._read(keys, reply)
            case _:
                is_read = isinstance(request, Stamp)
                median = self._latencies.read if is_read else self._latencies.write
                latency = self.latency(getattr(request, "median", median))
                on_way = latency * self.random.random()

                def arrive() -> None:
                    answer = self._effect(request)
                    self.at(latency - on_way, lambda: reply(answer))

                self.at(on_way, arrive)

    def _effect(self, request) -> Any:
        match request:
            case Stamp(key):
                return self.objects[key][1] if key in self.objects else None
            case WriteIf(key, content, stamp):
                is_as_known = (self.objects[key][1] if key in self.objects else None) == stamp
                return self.put(key, content) if is_as_known else None
            case _:
                self.put(request.key, request.content)
                return None

    def _read(self, keys: tuple[str, ...], reply: Callable[[Any], None]) -> None:
        found: list[Any] = [None] * len(keys)
        # When each of the parallel connections is free again.
        free = [0.0] * min(self._latencies.parallel, len(keys))

        def look(i: int) -> None:
            found[i] = self.content(keys[i])

        for i in range(len(keys)):
            begin = heapq.heappop(free)
            latency = self.latency(self._latencies.read)
            self.at(begin + latency * self.random.random(), lambda i=i: look(i))
            heapq.heappush(free, begin + latency)
        self.at(max(free, default=0.0), lambda: reply(found))


@dataclass(frozen=True)
class Rows:
    """The rows of a process: a write of many bytes, and the seconds that it takes at the median."""

    key: str
    content: Any
    median: float


def requests_of(request) -> Counter[str]:
    """Return how many requests to a store a request is: of ``read`` and of ``write``."""
    match request:
        case Wait() | Notice():
            return Counter()
        case Read(keys):
            return Counter(read=len(keys))
        case Stamp():
            return Counter(read=1)
        case _:
            return Counter(write=1)


class Process:
    """A process that carries out the requests of a generator until it is killed.

    Args:
        world: that it lives in.
        steps: its requests.
    """

    def __init__(self, world: World, steps: Generator):
        self._world, self._steps = world, steps
        self._paused_until = 0.0
        self.is_alive, self.result, self.error = True, None, None
        self.requests: Counter[str] = Counter()
        self.notices: list[tuple[float, Notice]] = []
        world.at(0, lambda: self._go_on(None))

    def kill(self) -> None:
        """End it; what it has sent arrives all the same."""
        self.is_alive = False

    def pause(self, seconds: float) -> None:
        """Stop it for a while, as a system or a network does: it does not know."""
        self._paused_until = self._world.now + seconds

    def _go_on(self, answer) -> None:
        if not self.is_alive:
            return
        if self._world.now < self._paused_until:
            self._world.at(self._paused_until - self._world.now, lambda: self._go_on(answer))
            return
        try:
            request = self._steps.send(answer)
        except StopIteration as end:
            self.is_alive, self.result = False, end.value
        except Exception as error:
            self.is_alive, self.error = False, error
        else:
            self.requests += requests_of(request)
            if isinstance(request, Notice):
                self.notices.append((self._world.now, request))
            self._world.send(request, self._go_on)
