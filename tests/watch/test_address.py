"""Addresses to listen at, and the host names that requests may use."""

import socket

import pytest

from anim.errors import SettingError
from anim.watch import address


def test_port_0_takes_a_free_port():
    with address.bound("127.0.0.1", 0) as listener:
        host, port = listener.getsockname()
        assert (host, port > 0) == ("127.0.0.1", True)
        with socket.create_connection((host, port), timeout=5):
            pass


def test_a_port_in_use_is_an_error_of_the_port():
    with address.bound("127.0.0.1", 0) as listener:
        with pytest.raises(SettingError, match="is taken") as caught:
            address.bound("127.0.0.1", listener.getsockname()[1])
        assert caught.value.name == "port"


@pytest.mark.parametrize("host", ["", "192.0.2.1", "no.such.host.invalid"])
def test_a_host_that_is_not_this_machine_is_an_error_of_the_host(host):
    with pytest.raises(SettingError, match="expected an address of this machine") as caught:
        address.bound(host, 0)
    assert caught.value.name == "host"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("LOCALHOST:8000", "localhost"),
        ("127.0.0.1:1", "127.0.0.1"),
        ("[::1]:8000", "::1"),
        ("[::1]", "::1"),
        ("", ""),
        ("::1", ""),
        ("localhost:", ""),
        ("[localhost]:8000", ""),
        ("localhost:8000:8000", ""),
    ],
)
def test_a_host_header_is_read_without_its_port(header, name):
    assert address.name_of(header) == name


def test_a_loopback_server_accepts_names_of_this_machine_only():
    with address.bound("127.0.0.1", 0) as listener:
        assert address.is_loopback(listener)
        names = address.names(listener, "Mine.Example")
    assert names == {"mine.example", "127.0.0.1", "localhost", "::1"}


def test_a_server_on_all_addresses_accepts_any_name():
    with address.bound("0.0.0.0", 0) as listener:
        assert not address.is_loopback(listener)
        assert address.names(listener, "0.0.0.0") is None


@pytest.mark.parametrize(("host", "shown"), [("localhost", "localhost"), ("::1", "[::1]")])
def test_the_url_has_the_host_and_the_port(host, shown):
    with address.bound("127.0.0.1", 0) as listener:
        assert address.url(listener, host) == f"http://{shown}:{listener.getsockname()[1]}/"
