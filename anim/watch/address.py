"""The address that the server listens at, and the host names that requests may use."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket

from anim.errors import SettingError

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Args:
        host: an address or a name of this machine.
        port: the port; 0 takes a free one.

    Raises:
        SettingError: ``host`` is not this machine, or ``port`` is not available.
    """
    try:
        # An empty name would mean all addresses.
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
            problem = f"expected an address of this machine, got {host!r}"
            raise SettingError("host", problem) from None
        is_taken = error.errno == errno.EADDRINUSE
        why = "is taken" if is_taken else f"is not available ({error.strerror})"
        raise SettingError("port", f"{port} {why}; expected another, or 0 for a free one") from None
    return listener


def is_loopback(listener: socket.socket) -> bool:
    """Return whether only this machine can connect."""
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def names(listener: socket.socket, host: str) -> frozenset[str] | None:
    """Return the host names that a request may use; None if it may use any.

    Another site can make a name of its own resolve to this machine (DNS rebinding), and read what
    is served here. Such a request has that name in its ``Host`` header.
    """
    if not is_loopback(listener):
        return None
    return frozenset((host.lower(), listener.getsockname()[0], *_LOOPBACK))


def name_of(header: str) -> str:
    """Return the name in a ``Host`` header without the port; "" if the header is malformed."""
    match = re.fullmatch(r"(?:\[([0-9a-f:.%]+)\]|([^\[\]:]+))(?::\d+)?", header.lower())
    return (match[1] or match[2]) if match else ""


def url(listener: socket.socket, host: str) -> str:
    """Return the address to open in a browser."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
