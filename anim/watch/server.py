"""The server: a page, and a stream of events for each browser that shows it."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from anim.errors import MissingExtraError

try:
    import uvicorn
    from starlette.concurrency import run_in_threadpool
    from starlette.datastructures import Headers, MutableHeaders
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
    from starlette.routing import Route, Router
    from starlette.types import ASGIApp, Message, Receive, Scope, Send
except ImportError as error:
    raise MissingExtraError(
        f"watching needs {error.name}, which is not installed: "
        'python -m pip install "calibanim[watch]"'
    ) from error

from anim.page import live_page, script_hash
from anim.watch import address
from anim.watch.follow import Follower
from anim.watch.messages import KEEP_ALIVE, RETRY, Messages, Seen
from anim.watch.state import State

# Seconds between two looks at the recording, between two signs of life, and to end connections.
_PAUSE, _KEEP_ALIVE, _GOODBYE = 0.2, 15, 1
_MAX_CLIENTS = 100
_EVENTS = "text/event-stream"


class Hub:
    """Holds the newest state, and wakes the streams of events when it changes.

    One thread publishes; the server's threads read.

    Args:
        messages: makes the events.
    """

    def __init__(self, messages: Messages):
        self._messages = messages
        self._state = State()
        self._is_closed = False
        self._lock = threading.Lock()
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def publish(self, state: State) -> None:
        """Replace the state, and wake all streams if it differs."""
        if not state.is_like(self._state):
            self._state = state
            self._wake()

    def close(self) -> None:
        """End all streams."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            for event, loop in self._waiting.items():
                loop.call_soon_threadsafe(event.set)

    async def events(self) -> AsyncIterator[bytes]:
        """Yield the events for one browser.

        Each is made after the browser has received the one before. A slow browser skips states
        and gets one event that leads to the newest; nothing is queued for it.
        """
        news, seen = asyncio.Event(), Seen()
        with self._lock:
            self._waiting[news] = asyncio.get_running_loop()
        try:
            yield RETRY
            while not self._is_closed:
                news.clear()
                events, seen = await run_in_threadpool(self._messages.since, seen, self._state)
                if events:
                    yield events
                try:
                    await asyncio.wait_for(news.wait(), _KEEP_ALIVE)
                except TimeoutError:
                    yield KEEP_ALIVE
        finally:
            with self._lock:
                del self._waiting[news]


class _Guard:
    """Refuses requests for another host, and adds headers to every answer.

    Args:
        app: answers the other requests.
        names: the host names that a request may use; None accepts any.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str] | None):
        self._app, self._names = app, names
        self._headers = {
            "Content-Security-Policy": "; ".join(
                (
                    "default-src 'none'",
                    f"script-src '{script_hash()}'",
                    "connect-src 'self'",
                    "img-src data:",
                    "base-uri 'none'",
                    "form-action 'none'",
                    "frame-ancestors 'none'",
                )
            ),
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        named = address.name_of(Headers(scope=scope).get("host", ""))
        app = self._app
        if self._names is not None and named not in self._names:
            app = PlainTextResponse("This server is localhost, and no other host.", 403)
        await app(scope, receive, answer)


def application(hub: Hub, title: str, names: frozenset[str] | None) -> _Guard:
    """Return what is served: the page at ``/``, its data at ``/events``, and nothing else.

    Args:
        hub: makes the events.
        title: the title of the page.
        names: the host names that a request may use; None accepts any.
    """
    text = live_page(title, "events")

    async def page(_: Request) -> Response:
        return HTMLResponse(text)

    async def events(request: Request) -> Response:
        if request.method == "HEAD":
            return Response(media_type=_EVENTS)
        return StreamingResponse(hub.events(), media_type=_EVENTS)

    routes = [Route("/", page), Route("/events", events)]
    return _Guard(Router(routes, redirect_slashes=False), names)


def serve(
    follower: Follower,
    listener: socket.socket,
    names: frozenset[str] | None,
    check: Callable[[], None],
) -> None:
    """Serve a recording and follow it, until ``check`` raises.

    Args:
        follower: follows the recording.
        listener: a socket that listens.
        names: the host names that a request may use; None accepts any.
        check: called often; an exception that it raises ends the server.
    """
    hub = Hub(Messages(follower.picture))
    config = uvicorn.Config(
        application(hub, follower.store.title, names),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        limit_concurrency=_MAX_CLIENTS,
        timeout_graceful_shutdown=_GOODBYE,
    )
    server = uvicorn.Server(config)
    # In another thread the server installs no signal handlers, and answers during a computation.
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            check()
            has_more = follower.look()
            hub.publish(follower.state)
            if not has_more:
                time.sleep(_PAUSE)
    finally:
        server.should_exit = True
        hub.close()
        with _silent(logging.getLogger("uvicorn.error")):
            thread.join(2 * _GOODBYE)
    raise RuntimeError("the server has stopped")


@contextmanager
def _silent(logger: logging.Logger) -> Iterator[None]:
    """Log nothing; uvicorn would log browsers that stay connected when it ends."""
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
