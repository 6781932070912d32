"""Pages and snippets: the player's code and its data in one text, which needs no other file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html import escape
from importlib import resources

from anim.compose.words import as_comment
from anim.page.bundle import bundle
from anim.page.height import WIDTH, page_height

# What the player's modules call the text of player.css.
_STYLE = "PLAYER_STYLE"
# What a style sheet does not need: spaces around signs and after the colon of a declaration, and a
# zero before a point.
_NEEDLESS = re.compile(r"\s*([{};,>])\s*|\s+(?=!)|(?<=:)\s+|(?<![\d.])0(?=\.\d)")


@cache
def script() -> str:
    """Return the player's code, which defines the element ``calibration-player``, once."""
    folder = resources.files("anim.page") / "player"
    style = _NEEDLESS.sub(r"\1", (folder / "player.css").read_text("utf-8")).replace(";}", "}")
    style = json.dumps(style.strip(), ensure_ascii=False)
    code = bundle(folder, "main.mjs", reserved=frozenset({_STYLE}))
    return f'(()=>{{"use strict";const {_STYLE}={style};\n{code}\n}})();'


def script_hash() -> str:
    """Return the source that allows the player's code in a Content-Security-Policy."""
    digest = hashlib.sha256(script().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def snippet(
    data: dict,
    *,
    nonce: str | None = None,
    fallback: str = "",
    names_policy: bool = False,
    **attributes,
) -> str:
    """Return the player alone, to paste into a page.

    Args:
        data: from `anim.page.payload.page_data`.
        nonce: of the page's Content-Security-Policy.
        fallback: HTML for readers without scripts, of elements that a paragraph may contain; the
            alt text follows it.
        names_policy: whether to begin with a comment that says which policy allows the script, and
            put all into a ``<div>``: python-markdown takes elements that it does not know for text.
        attributes: of the element: ``theme``, ``paused``, ``heading_level``, ...; None leaves one
            out, and True gives it no value.
    """
    given = "".join(
        f" {name.replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in attributes.items()
        if value is not None
    )
    with_nonce = "" if nonce is None else f' nonce="{escape(nonce)}"'
    policy = f"<!-- Content-Security-Policy: {_policy(nonce)} -->\n<div>\n" if names_policy else ""
    # No <p>: it would end a paragraph around the snippet, and the element with it.
    return (
        f"{policy}<calibration-player{given}>\n"
        f"{fallback}<span>{escape(data['alt'])}</span>\n"
        f'<script type="application/json">{_json(data)}</script>\n'
        f"</calibration-player>\n"
        f"<script{with_nonce}>{script()}</script>\n" + ("</div>\n" if names_policy else "")
    )


def _policy(nonce: str | None) -> str:
    """Return the Content-Security-Policy that allows the player's script."""
    source = script_hash() if nonce is None else f"nonce-{escape(nonce)}"
    return f"script-src '{source}'"


def page(data: dict, *, nonce: str | None = None, **attributes) -> str:
    """Return a page with the player, which needs no other file; see `snippet`."""
    body = snippet(data, nonce=nonce, page=True, heading_level=1, **attributes)
    about = as_comment(
        title=data["title"],
        caption=data["caption"],
        alt=data["alt"],
        size=(WIDTH, page_height(data)),
        seconds=data["clock"]["seconds"] + data["clock"]["hold"],
    )
    head = (
        f'<meta name="description" content="{escape(data["alt"])}">\n'
        f'<meta name="anim" content="{escape(about)}">\n'
        f"<!-- Content-Security-Policy: default-src 'none'; {_policy(nonce)} -->\n"
    )
    return _document(data["title"] or data["alt"], head, body)


def live_page(title: str, address: str) -> str:
    """Return a page with the player, whose data come from a server.

    Args:
        title: of the page.
        address: of the server-sent events: ``whole`` and ``more`` with data of
            `anim.page.payload.page_data`, ``state`` with a ``text``.
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
    """Return JSON that ends no script and begins no comment, whatever texts it contains."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
