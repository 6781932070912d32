"""What a browser is told, as server-sent events."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from typing import NamedTuple

from anim.compose import reel_of
from anim.compose.words import alternative
from anim.page import page_data
from anim.settings import Picture
from anim.watch.follow import State

# A browser that lost the server asks again after so many milliseconds.
RETRY = b"retry: 1000\n\n"
KEEP_ALIVE = b":\n\n"
# Those that are kept for the next who asks for the same.
_KEPT = 4


class Seen(NamedTuple):
    """What a browser knows.

    Attributes:
        generation: of the state that it was told of last; None before.
        last_step: up to which it has the snapshots.
        text: that it shows.
    """

    generation: int | None = None
    last_step: int | None = None
    text: str | None = None


class Messages:
    """Makes the events that bring a browser up to date; those of many are made once.

    Args:
        picture: how the run is shown.
    """

    def __init__(self, picture: Picture):
        self._picture = picture
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple, bytes] = OrderedDict()

    def since(self, seen: Seen, state: State) -> tuple[bytes, Seen]:
        """The events from what was seen to a state, and what is seen with them.

        However much has happened meanwhile, it is one event of data at most.
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
        """``whole``, or ``more`` with the snapshots after a step."""
        shown = [(reel_of(tracks, self._picture), subject) for tracks, subject in state.shown]
        later = [
            ([track.picked(track.steps > since) for track in tracks], subject)
            for tracks, subject in (() if since is None else state.shown)
        ]
        if not later or not all(len(track.steps) for track in later[0][0]):
            return _event("whole", page_data(shown, self._picture))
        data = page_data(
            [(reel_of(tracks, self._picture), subject) for tracks, subject in later],
            self._picture,
        )
        # What is said of the run is said of all of it.
        return _event("more", data | {"alt": alternative(*shown[0])})


def _event(name: str, data: dict) -> bytes:
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return f"event: {name}\ndata: {text}\n\n".encode()
