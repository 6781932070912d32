"""Buckets of all tests of this folder."""

import pytest

from tests.support.buckets import serving


@pytest.fixture(scope="session")
def server():
    """A server of buckets, which a process starts once; tests choose places of their own."""
    with serving() as server:
        yield server


@pytest.fixture
def s3(server, monkeypatch):
    """The server, to which the variables lead; after the test it answers at once again."""
    for key, value in server.environment.items():
        monkeypatch.setenv(key, value)
    yield server
    server.before = lambda *request: None
