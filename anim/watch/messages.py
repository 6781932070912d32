"""The messages to a browser, as server-sent events."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from typing import NamedTuple

from anim.compose import reel_of
from anim.page import page_data
from anim.settings import Picture
from anim.watch.state import State, after

# Milliseconds after which a browser that lost the server asks again.
RETRY = b"retry: 1000\n\n"
KEEP_ALIVE = b":\n\n"
# The number of messages kept for other browsers.
_KEPT = 4


class Seen(NamedTuple):
    """What a browser has received.

    Attributes:
        generation: of the last state; None before the first.
        last_step: the step of the last snapshot.
        text: the last text.
    """

    generation: int | None = None
    last_step: int | None = None
    text: str | None = None


class Messages:
    """Makes the events that bring a browser up to date; several browsers share them.

    Args:
        picture: how the run is shown.
    """

    def __init__(self, picture: Picture):
        self._picture = picture
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple, bytes] = OrderedDict()

    def since(self, seen: Seen, state: State) -> tuple[bytes, Seen]:
        """Return the events that lead to a state, and what a browser has received after them.

        All new snapshots are sent in one event.
        """
        events = b""
        generation, last_step = seen.generation, seen.last_step
        if state.shown and (state.generation, state.last_step) != (generation, last_step):
            since = last_step if generation == state.generation else None
            events += self._data(state, since)
            generation, last_step = state.generation, state.last_step
        if state.text != seen.text:
            events += _event("state", {"text": state.text})
        return events, Seen(generation, last_step, state.text)

    def _data(self, state: State, since: int | None) -> bytes:
        key = (state.generation, since, state.last_step)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(state, since)
                if len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            return self._made[key]

    def _make(self, state: State, since: int | None) -> bytes:
        """Return the event ``whole``, or ``more`` without the bins up to a step."""
        reels = [(reel_of(tracks, self._picture), subject) for tracks, subject in state.shown]
        is_later = since is not None and bool(after(state.shown, since))
        if not is_later:
            return _event("whole", page_data(reels, self._picture))
        return _event("more", page_data(reels, self._picture, since=since))


def _event(name: str, data: dict) -> bytes:
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return f"event: {name}\ndata: {text}\n\n".encode()
