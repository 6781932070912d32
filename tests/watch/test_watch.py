"""A run in a browser while it is recorded: real processes, over real HTTP."""

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

import anim
from anim.watch.__main__ import main
from tests.support.watching import LABELS, Browser, check_numbers, logits, read_events, record

pytest.importorskip("starlette", reason="the extra watch is not installed")
pytest.importorskip("uvicorn", reason="the extra watch is not installed")

WAITING = "waiting for the first snapshot"
PATIENCE = 30

WRITER = """
import sys, time
sys.path.insert(0, "tests")
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


@pytest.fixture
def writer(tmp_path):
    """A path, and a process that records some steps to it for each line it is sent."""
    path = tmp_path / "mine"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", WRITER, path], **pipes) as process:
        yield path, process
        process.stdin.close()


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


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of a run that has ended, and has a link to a secret beside it."""
    folder = tmp_path_factory.mktemp("runs")
    record(folder / "mine", [0, 1])
    (folder / "secret").write_text("hunter2")
    (folder / "mine" / "linked").symlink_to(folder / "secret")
    with Server(folder / "mine") as server:
        yield server
        code, said = server.end()
    assert (code, said) == (143, "anim.watch: terminated\n")


@contextlib.contextmanager
def events_of(server):
    """The events of a server as they come: pairs of a name and data."""
    with urllib.request.urlopen(f"{server.url}events", timeout=PATIENCE) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read_events(answer)


def test_a_run_is_seen_to_begin_to_grow_to_end_and_to_go_on(writer):
    path, process = writer
    with Server(path) as server:
        browser = Browser()
        with events_of(server) as events:

            def hear_until(*last):
                while not browser.heard or browser.heard[-1] != last:
                    browser.hear(*next(events))

            hear_until("state", WAITING)
            assert process.stdout.readline() == "ready\n"
            print(0, 6, file=process.stdin, flush=True)
            hear_until("state", "the run has ended, 6 snapshots")
            data = [name for name, _ in browser.heard if name != "state"]
            assert data == ["whole", *["more"] * (len(data) - 1)]
            assert len(data) > 1
            texts = [text for name, text in browser.heard if name == "state"]
            assert any(text.startswith("recording, ") for text in texts)
            check_numbers(browser, anim.open(path))
            print(6, 8, file=process.stdin, flush=True)
            hear_until("state", "the run has ended, 8 snapshots")
            assert [name for name, _ in browser.heard].count("whole") == 1
            check_numbers(browser, anim.open(path))
        late = Browser()
        with events_of(server) as events:
            late.hear(*next(events))
            late.hear(*next(events))
        assert late.heard[0] == ("whole", list(range(8)))
        assert late.heard[1] == ("state", "the run has ended, 8 snapshots")
        check_numbers(late, anim.open(path))


def test_the_page_comes_with_a_strict_policy_and_without_data(server):
    from anim.page import script_hash

    with urllib.request.urlopen(server.url) as answer:
        text, headers = answer.read().decode(), answer.headers
    assert '<calibration-player page heading-level="1" live="events">' in text
    assert "<script type" not in text
    assert headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": f"'{script_hash()}'",
        "connect-src": "'self'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["server"] is None


@pytest.mark.parametrize(
    "target",
    [
        *("/zarr.json", "/steps/zarr.json", "/secret", "/linked", "/events/", "//events", "/page"),
        *("/../secret", "/../../../../etc/passwd", "/..%2fsecret", "/%2e%2e/secret"),
        *("/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/events/../zarr.json", "/./zarr.json", "/..\\secret"),
        *("/%00", "/metrics/loss", "http://127.0.0.1/zarr.json", "/favicon.ico"),
    ],
)
def test_nothing_else_is_there(server, target):
    answer = server.ask(f"GET {target} HTTP/1.1")
    assert answer.startswith("HTTP/1.1 404 ")
    assert answer.endswith("\r\n\r\nNot Found")
    assert "content-security-policy: default-src 'none'" in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"])
def test_other_methods_are_refused(server, method):
    for target in ("/", "/events"):
        assert server.ask(f"{method} {target} HTTP/1.1").startswith("HTTP/1.1 405 ")


def test_the_head_of_each_is_answered_without_a_body(server):
    for target in ("/", "/events"):
        answer = server.ask(f"HEAD {target} HTTP/1.1")
        assert answer.startswith("HTTP/1.1 200 ")
        assert answer.endswith("\r\n\r\n")


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test", "localhost@evil.test:80", ""])
def test_a_request_that_names_another_host_is_refused(server, host):
    for target in ("/", "/events"):
        answer = server.ask(f"GET {target} HTTP/1.1", f"Host: {host}")
        assert answer.startswith("HTTP/1.1 403 ")
        assert "calibration-player" not in answer


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000"])
def test_a_request_may_name_this_machine(server, host):
    assert server.ask("GET / HTTP/1.1", f"Host: {host}").startswith("HTTP/1.1 200 ")


def test_it_listens_at_one_address_of_this_machine_alone(server):
    assert server.host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", server.port))


def fails(capsys, *arguments, code=2):
    """The line that the command ends with."""
    try:
        found = main(list(map(str, arguments)))
    except SystemExit as ended:
        found = ended.code
    assert found == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_a_port_that_is_taken_is_named(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = fails(capsys, tmp_path / "r", "--port", port)
    assert said == (
        f"anim.watch: error: argument --port: {port} is taken; expected another, "
        "or 0 for a free one\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "70000"], "--port: expected a whole number from 0 to 65535, got 70000"),
        (["--host", ""], "--host: expected an address of this machine, got ''"),
        (["--host", "192.0.2.1"], "--host: '192.0.2.1' is no address of this machine"),
        (["--fps", "10"], "--fps: does not apply to a watched page"),
        (["--size", "800x600"], "--size: does not apply to a watched page"),
        (["--max-bytes", "2MB"], "--max-bytes: does not apply to a watched page"),
        (["--bins", "0"], "--bins: expected a whole number"),
        (["--held-out", "0.2"], "--held-out: requires calibrate"),
        (["--style", "no-such-style"], "--style: "),
        (["more"], "unrecognized arguments: more"),
    ],
)
def test_wrong_calls_are_told_in_a_line(tmp_path, capsys, arguments, said):
    assert said in fails(capsys, tmp_path / "r", "--port", "0", *arguments)


def test_what_is_no_recording_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.tex").write_text("years")
    for seed in range(2):
        record(tmp_path / "replicas" / f"seed={seed}", [0])
    for name, problem in (
        ("file", "is not a recording"),
        ("papers", "is not a recording"),
        ("replicas", "holds 2 replicas, expected one recording"),
    ):
        said = fails(capsys, tmp_path / name, "--port", "0")
        assert f"argument RUN: '{tmp_path / name}'" in said
        assert problem in said


def test_a_view_that_the_run_does_not_have_is_told(tmp_path, capsys):
    record(tmp_path / "r", [0])
    assert "--view" in fails(capsys, tmp_path / "r", "--port", "0", "--view", "class:owl")


def test_the_missing_extra_is_named(tmp_path):
    code = (
        "import sys; sys.modules['starlette'] = sys.modules['starlette.concurrency'] = None\n"
        "from anim.watch.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, tmp_path / "r", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith('not installed: python -m pip install "calibanim[watch]"\n')


def test_help_is_light():
    code = (
        "import sys; from anim.watch.__main__ import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in ('jax', 'matplotlib', 'starlette', 'uvicorn', 'numpy')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--port" in done.stdout
    assert "--fps" not in done.stdout
    assert done.stdout.endswith("[]\n")


def test_ctrl_c_ends_it_at_once_while_browsers_listen(tmp_path):
    record(tmp_path / "r", [0, 1])
    with Server(tmp_path / "r", "--host", "0.0.0.0") as server, events_of(server) as events:
        assert server.ask("GET / HTTP/1.1", "Host: any.name.at.all").startswith("HTTP/1.1 200 ")
        while next(events)[0] != "state":
            pass
        begun = time.monotonic()
        server.process.send_signal(signal.SIGINT)
        assert list(events) == []
        assert time.monotonic() - begun < 2
        code, said = server.ended()
    assert code == 130
    assert said.splitlines() == [
        "anim.watch: warning: whoever reaches 0.0.0.0 can see the run; 127.0.0.1 keeps it here",
        "anim.watch: interrupted",
    ]


@pytest.fixture
def page(browser):
    """A page; what it complains of is in ``complaints``."""
    context = browser.new_context()
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    yield page
    context.close()


def test_a_page_grows_in_a_browser_and_says_when_the_run_has_ended(page, tmp_path):
    path, player = tmp_path / "r", "document.querySelector('calibration-player')"
    with Server(path) as server:
        page.goto(server.url)
        page.get_by_text(WAITING).wait_for()
        assert not page.get_by_role("button").is_visible()
        with anim.Recorder(path, labels=LABELS) as recorder:
            for step, text in enumerate(("recording, 1 snapshot", "recording, 2 snapshots")):
                recorder.snapshot(step, logits=logits(step))
                page.get_by_text(text, exact=True).wait_for()
                assert page.evaluate(f"{player}.step") == step
            field = page.locator(".bins").first
            field.focus()
            recorder.snapshot(2, logits=logits(2))
            page.get_by_text("recording, 3 snapshots").wait_for()
            assert field.evaluate("field => field.matches(':focus')")
        page.get_by_text("the run has ended, 3 snapshots").wait_for()
        counts = page.evaluate(f"{player}.bins[0].map(bin => bin.count)")
        assert counts == anim.open(path).reliability().counts[-1].tolist()
        assert page.title() == "r"
        assert page.complaints == []
        server.end()
        page.get_by_text("The server does not answer.").wait_for()
