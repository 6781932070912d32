"""A server of buckets on this machine, which counts, delays, fails or breaks off requests.

moto checks the conditions of a write (If-Match, If-None-Match), but not in one step with it: the
server does one write at a time, as S3 does for an object. The public emulator of Google's storage,
fake-gcs-server, ignores conditions, and is no Python package: a few lines of our own stand for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

BUCKET = "bucket-of-tests"
_ERROR = "<Error><Code>{}</Code><Message>No</Message></Error>"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}


class Server:
    """S3 on a port of this machine.

    Attributes:
        requests: method and path of each request so far.
        before: called with method, path and the server's name in the request before it is carried
            out; may sleep, or return the status of an answer, such as ``503 SlowDown``, or
            ``closed``, which closes the connection. A status that begins with ``lost`` is answered
            after the request was carried out.
    """

    def __init__(self):
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.requests: list[tuple[str, str]] = []
        self.before: Callable[[str, str, str], str | None] = lambda *request: None
        self._one_write = threading.Lock()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.make(BUCKET)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead to it."""
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.url, "AWS_REGION": "us-east-1"}

    def url_by(self, name: str) -> str:
        """Return its URL by another name of this machine, which tells clients apart."""
        return self.url.replace("127.0.0.1", name)

    def make(self, bucket: str) -> None:
        """Make a bucket."""
        import urllib.request

        request = urllib.request.Request(f"{self.url}/{bucket}", method="PUT")
        request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3")
        with urllib.request.urlopen(request):
            pass

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environment, start):
        method, path = environment["REQUEST_METHOD"], environment["PATH_INFO"]
        self.requests.append((method, path))
        failure = self.before(method, path, environment["HTTP_HOST"].partition(":")[0])
        body = environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
        environment["wsgi.input"] = _Body(body)
        if failure is None:
            return self._carried_out(environment, start)
        if failure.startswith("lost"):
            list(self._carried_out(environment, lambda *_: None))
            failure = failure.removeprefix("lost ")
        if failure == "closed":
            with suppress(OSError):
                environment["werkzeug.socket"].shutdown(2)
            return []
        code = failure.partition(" ")[2]
        body = b"" if method == "HEAD" else _ERROR.format(code).encode()
        start(failure, [("Content-Length", str(len(body))), ("Content-Type", "application/xml")])
        return [body]

    def _carried_out(self, environment, start):
        if environment["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self._moto(environment, start)
        with self._one_write:
            return list(self._moto(environment, start))


class _Body:
    """The body of a request that was read already."""

    def __init__(self, content: bytes):
        import io

        self._content = io.BytesIO(content)

    def read(self, *size: int) -> bytes:
        return self._content.read(*size)

    def readline(self, *size: int) -> bytes:
        return self._content.readline(*size)


@contextmanager
def serving() -> Iterator[Server]:
    """Serve an empty bucket, `BUCKET`."""
    server = Server()
    try:
        yield server
    finally:
        server.stop()
