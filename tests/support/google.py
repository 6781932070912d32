"""The part of Google Cloud Storage's protocol that recordings need, with its conditions.

The public emulator, fake-gcs-server, ignores the conditions of writes, and is no Python package.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote

BUCKET = "bucket-of-tests"


class Objects:
    """Objects of one bucket, by name: their generation and content."""

    def __init__(self):
        self.found: dict[str, tuple[int, bytes]] = {}
        self._generation = 1000
        self._turn = threading.Lock()

    def answer(self, environment, start):
        """Answer a request."""
        query = {name: values[0] for name, values in parse_qs(environment["QUERY_STRING"]).items()}
        path = unquote(environment["PATH_INFO"])
        content = environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
        with self._turn:
            if f"/b/{BUCKET}/o" not in path:
                status, headers, body = "404 Not Found", {}, b'{"error": {"code": 404}}'
            elif environment["REQUEST_METHOD"] == "POST":
                status, headers, body = self._put(query, content)
            elif path.endswith("/o"):
                status, headers, body = self._list(query)
            else:
                status, headers, body = self._get(path.partition(f"/b/{BUCKET}/o/")[2], query)
        start(status, [("Content-Length", str(len(body))), *headers.items()])
        return [body]

    def _put(self, query, content):
        name = query["name"]
        generation, _ = self.found.get(name, (0, b""))
        if query.get("ifGenerationMatch", str(generation)) != str(generation):
            return "412 Precondition Failed", {}, b""
        self._generation += 1
        self.found[name] = self._generation, content
        return self._described(name)

    def _described(self, name):
        generation, content = self.found[name]
        said = {"name": name, "generation": str(generation), "size": str(len(content))}
        return "200 OK", {"Content-Type": "application/json"}, json.dumps(said).encode()

    def _list(self, query):
        first, last = query.get("startOffset", ""), query.get("endOffset", "\U0010ffff")
        names = [{"name": name} for name in sorted(self.found) if first <= name < last]
        return "200 OK", {"Content-Type": "application/json"}, json.dumps({"items": names}).encode()

    def _get(self, name, query):
        if name not in self.found:
            return "404 Not Found", {}, b""
        generation, content = self.found[name]
        if query.get("ifGenerationNotMatch") == str(generation):
            return "304 Not Modified", {}, b""
        if query.get("alt") != "media":
            return self._described(name)
        headers = {"x-goog-generation": str(generation), "x-goog-metageneration": "1"}
        return "200 OK", headers, content


@contextmanager
def serving() -> Iterator[tuple[str, Objects]]:
    """Serve an empty bucket, `BUCKET`; yields the address, and the objects."""
    from werkzeug.serving import make_server

    objects = Objects()
    server = make_server("127.0.0.1", 0, objects.answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", objects
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
