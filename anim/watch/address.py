"""Where the server listens, and the names that it answers to there."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket

from anim.errors import SettingError

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: an address or a name of this machine.
        port: 0 takes a free one.

    Raises:
        SettingError: a host that this machine is not, or a port that cannot be had.
    """
    try:
        # An empty name would be every address there is.
        found = socket.getaddrinfo(host or "?", port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SettingError("host", f"expected an address of this machine, got {host!r}") from None
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise SettingError("host", f"{host!r} is no address of this machine") from None
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
        raise SettingError("port", f"{port} {why}; expected another, or 0 for a free one") from None
    return listener


def is_loopback(listener: socket.socket) -> bool:
    """Whether nobody but this machine reaches it."""
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def names(listener: socket.socket, host: str) -> frozenset[str] | None:
    """The hosts that a request may name; None where it may name any.

    A page of others can point a name of its own at this machine, and then read what is served
    here. Such a request bears that name.
    """
    if not is_loopback(listener):
        return None
    return frozenset((host.lower(), listener.getsockname()[0], *_LOOPBACK))


def name_of(header: str) -> str:
    """The name in a ``Host`` header, which may have a port; empty where it is none."""
    match = re.fullmatch(r"(?:\[([0-9a-f:.%]+)\]|([^\[\]:]+))(?::\d+)?", header.lower())
    return (match[1] or match[2]) if match else ""


def url(listener: socket.socket, host: str) -> str:
    """What to open in a browser."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
