"""The page and the stream of events, over real HTTP."""

import socket
import urllib.request

import pytest

import anim
from anim.watch.follow import WAITING
from tests.support.serving import Server, events_of
from tests.support.watching import Browser, check_numbers

pytest.importorskip("starlette", reason="the extra watch is not installed")
pytest.importorskip("uvicorn", reason="the extra watch is not installed")


def test_events_follow_a_run_from_its_start_to_its_end_and_beyond(writer):
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


def test_the_page_has_a_strict_policy_and_no_data(server):
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
def test_other_paths_are_not_found(server, target):
    answer = server.ask(f"GET {target} HTTP/1.1")
    assert answer.startswith("HTTP/1.1 404 ")
    assert answer.endswith("\r\n\r\nNot Found")
    assert "content-security-policy: default-src 'none'" in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"])
def test_other_methods_are_refused(server, method):
    for target in ("/", "/events"):
        assert server.ask(f"{method} {target} HTTP/1.1").startswith("HTTP/1.1 405 ")


def test_head_requests_are_answered_without_a_body(server):
    for target in ("/", "/events"):
        answer = server.ask(f"HEAD {target} HTTP/1.1")
        assert answer.startswith("HTTP/1.1 200 ")
        assert answer.endswith("\r\n\r\n")


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test", "localhost@evil.test:80", ""])
def test_a_request_for_another_host_is_refused(server, host):
    for target in ("/", "/events"):
        answer = server.ask(f"GET {target} HTTP/1.1", f"Host: {host}")
        assert answer.startswith("HTTP/1.1 403 ")
        assert "calibration-player" not in answer


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000"])
def test_a_request_for_this_machine_is_answered(server, host):
    assert server.ask("GET / HTTP/1.1", f"Host: {host}").startswith("HTTP/1.1 200 ")


def test_the_server_listens_at_one_address(server):
    assert server.host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", server.port))
