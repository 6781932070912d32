"""A server that shows a run, in a process of its own, and a process that records one."""

import contextlib
import re
import signal
import socket
import subprocess
import sys
import urllib.request

from tests.support.watching import read_events

# Seconds to wait for an answer.
PATIENCE = 30

WRITER = """
import sys, time
import anim
from tests.support.watching import LABELS, logits

print("ready", flush=True)
for line in sys.stdin:
    first, last = map(int, line.split())
    with anim.Recorder(sys.argv[1], labels=LABELS, resume=True) as recorder:
        for step in range(first, last):
            recorder.snapshot(step, logits=logits(step), metrics={"loss": 1 / (step + 1)})
            time.sleep(0.2)
"""


class Server:
    """A server process, and what it says of itself."""

    def __init__(self, path, *options):
        command = [sys.executable, "-m", "anim.watch", path, "--port", "0", *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, **pipes)
        line = self.process.stdout.readline()
        self.url = line.split()[-1]
        self.host, self.port = re.fullmatch(r"http://(.+):(\d+)/", self.url).groups()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def end(self, number=signal.SIGTERM):
        """Its exit code and stderr."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self):
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said

    def ask(self, line, *headers):
        """The answer to a request as it is, up to where the server closes."""
        lines = [line, *(headers or [f"Host: {self.host}:{self.port}"]), "Connection: close"]
        with socket.create_connection((self.host, self.port), timeout=PATIENCE) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            parts = iter(lambda: connection.recv(65536), b"")
            return b"".join(parts).decode("utf-8")


@contextlib.contextmanager
def events_of(server):
    """The events of a server as they come: pairs of a name and data."""
    with urllib.request.urlopen(f"{server.url}events", timeout=PATIENCE) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read_events(answer)
