"""Pages and snippets: the player's code and its data in one text, which needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html import escape
from importlib import resources

_SCRIPTS = tuple(
    f"{name}.js" for name in ("model", "draw", "charts", "strips", "numbers", "cells", "colours", "picture", "player")
)


@cache
def script() -> str:
    """The player's code: it defines the element ``calibration-player``, once."""
    folder = resources.files("anim.page")
    style = _without_comments((folder / "player.css").read_text("utf-8"))
    code = "\n".join((folder / name).read_text("utf-8") for name in _SCRIPTS)
    head = f'"use strict";const CSS_OF_PLAYER={json.dumps(style)};'
    return f"(()=>{{{head}\n{_without_comments(code)}\n}})();"


def _without_comments(code: str) -> str:
    """Code as a browser needs it: without block comments and indentation."""
    code = re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)
    return "\n".join(line.strip() for line in code.splitlines() if line.strip())


def script_hash() -> str:
    """What a Content-Security-Policy calls the player's code."""
    digest = hashlib.sha256(script().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def snippet(data: dict, *, nonce: str | None = None, fallback: str = "", **attributes) -> str:
    """The player alone, to paste into a page.

    Args:
        data: of `anim.page.data.page_data`.
        nonce: of the page's Content-Security-Policy.
        fallback: HTML for readers without scripts; the text of what is shown comes after it.
        attributes: of the element: ``theme``, ``paused``, ``heading_level``, ...; None leaves one
            out, and True gives it no value.
    """
    given = "".join(
        f" {name.replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in attributes.items()
        if value is not None
    )
    with_nonce = "" if nonce is None else f' nonce="{nonce}"'
    return (
        f"<calibration-player{given}>\n"
        f"{fallback}<p>{escape(data['alt'])}</p>\n"
        f'<script type="application/json">{_json(data)}</script>\n'
        f"</calibration-player>\n"
        f"<script{with_nonce}>{script()}</script>\n"
    )


def page(data: dict, *, nonce: str | None = None, **attributes) -> str:
    """A page with the player, which needs no other file; see `snippet`."""
    policy = f"'{script_hash()}'" if nonce is None else f"'nonce-{nonce}'"
    body = snippet(data, nonce=nonce, page=True, heading_level=1, **attributes)
    head = (
        f'<meta name="description" content="{escape(data["alt"])}">\n'
        f"<!-- Content-Security-Policy: default-src 'none'; script-src {policy} -->\n"
    )
    return _document(data["title"] or data["alt"], head, body)


def live_page(title: str, address: str) -> str:
    """A page with the player, whose data come from a server.

    Args:
        title: of the page.
        address: of the server-sent events: ``whole`` and ``more`` with data of
            `anim.page.data.page_data`, ``state`` with a ``text``.
    """
    # Without an icon of its own a browser would ask the server for one.
    head = '<link rel="icon" href="data:,">\n'
    body = (
        f'<calibration-player page heading-level="1" live="{escape(address)}">\n'
        "<noscript><p>This page needs scripts to be allowed.</p></noscript>\n"
        f"</calibration-player>\n<script>{script()}</script>\n"
    )
    return _document(title, head, body)


def _document(title: str, head: str, body: str) -> str:
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"{head}<title>{escape(title)}</title>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _json(data: dict) -> str:
    """JSON that ends no script and begins no comment, whatever its texts are."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
