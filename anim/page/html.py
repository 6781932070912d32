"""Pages and snippets: the player's code and its data in one text, which needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from functools import cache
from html import escape
from importlib import resources

from anim.compose.words import as_comment
from anim.settings import TEMPERATURE

_SCRIPTS = tuple(
    f"{name}.js"
    for name in (
        "model",
        "draw",
        "charts",
        "strips",
        "numbers",
        "cells",
        "colours",
        "picture",
        "player",
    )
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


def snippet(
    data: dict,
    *,
    nonce: str | None = None,
    fallback: str = "",
    names_policy: bool = False,
    **attributes,
) -> str:
    """The player alone, to paste into a page.

    Args:
        data: of `anim.page.data.page_data`.
        nonce: of the page's Content-Security-Policy.
        fallback: HTML for readers without scripts, of what may stand in a paragraph; the text of
            what is shown comes after it.
        names_policy: whether a comment before it says which policy lets its script run.
        attributes: of the element: ``theme``, ``paused``, ``heading_level``, ...; None leaves one
            out, and True gives it no value.
    """
    given = "".join(
        f" {name.replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in attributes.items()
        if value is not None
    )
    with_nonce = "" if nonce is None else f' nonce="{escape(nonce)}"'
    policy = f"<!-- Content-Security-Policy: {_policy(nonce)} -->\n" if names_policy else ""
    # No <p>, which would end the paragraph that it is pasted into, and tear the element apart.
    return (
        f"{policy}<calibration-player{given}>\n"
        f"{fallback}<span>{escape(data['alt'])}</span>\n"
        f'<script type="application/json">{_json(data)}</script>\n'
        f"</calibration-player>\n"
        f"<script{with_nonce}>{script()}</script>\n"
    )


def _policy(nonce: str | None) -> str:
    """What a Content-Security-Policy needs to have, for the player's script to run."""
    source = script_hash() if nonce is None else f"nonce-{escape(nonce)}"
    return f"script-src '{source}'"


def page(data: dict, *, nonce: str | None = None, **attributes) -> str:
    """A page with the player, which needs no other file; see `snippet`."""
    body = snippet(data, nonce=nonce, page=True, heading_level=1, **attributes)
    about = as_comment(
        title=data["title"],
        caption=data["caption"],
        alt=data["alt"],
        size=(_WIDTH, _height(data)),
        seconds=data["seconds"] + data["hold"],
    )
    head = (
        f'<meta name="description" content="{escape(data["alt"])}">\n'
        f'<meta name="anim" content="{escape(about)}">\n'
        f"<!-- Content-Security-Policy: default-src 'none'; {_policy(nonce)} -->\n"
    )
    return _document(data["title"] or data["alt"], head, body)


# In which a page has room for two charts, and more than which it does not take.
_WIDTH = 960
# Pixels, of picture.js, cells.js, strips.js and player.css: what lies left and right of charts, and
# what lies above and below all of them.
_SIDES, _BETWEEN, _MARGINS = 54 + 14, 16 + 14, 16
_LINE, _LEGEND, _HEAD, _CONTROLS = 20, 24, 49, 42 + 18 + 18
_TITLE_LINE, _TITLE_LETTER, _TITLE_ROOM, _NOW_ROOM = 25, 10, _WIDTH - _MARGINS - _SIDES, 120
# Fonts differ, and a frame that is too low has a bar to scroll, which makes it narrower.
_SPARE = 8


def _height(data: dict) -> int:
    """About how high the page is at a width of `_WIDTH`, for the frame that shows it."""
    title = len(data["title"]) * _TITLE_LETTER
    lines = math.ceil(title / _TITLE_ROOM) + (title > _TITLE_ROOM - _NOW_ROOM)
    named = [entry["panel"] for entry in data["panels"]]
    has_legend = len(data["runs"]) > 1 or not {"reliability", "counts"}.isdisjoint(named)
    header = max(lines, 1) * _TITLE_LINE + _LINE + (_LEGEND if has_legend else 0)
    known = header + _charts_height(data) + _strips_height(data)
    return _MARGINS + known + _CONTROLS + _SPARE


def _charts_height(data: dict) -> int:
    charts = sum("series" not in entry for entry in data["panels"])
    runs, together = len(data["runs"]), data["together"]
    width = _WIDTH - _MARGINS
    columns = min(runs, max(1, width // 300 // together) * together)
    first = (width - _SIDES - _BETWEEN * (columns - 1)) // columns + _SIDES
    height = min(max(round(0.55 * first), 240), 400) + (_HEAD if runs > 1 else 0)
    rows = math.ceil(runs / columns)
    # Over another chart, in every column, none has its numbers below.
    bare = rows - 1 if runs % columns == 0 else rows - 2
    return charts * (rows * height - max(bare, 0) * 34)


def _strips_height(data: dict) -> int:
    runs = data["runs"]
    strips = [entry for entry in data["panels"] if "series" in entry]
    strips = strips or [{"panel": "accuracy", "series": [("accuracy", "accuracy")]}]
    each, total = 56 if len(strips) > 2 else 72, 0
    for strip in strips:
        is_of_recalibration = strip["panel"] == TEMPERATURE
        able = [run for run in runs if run["isCured"] or not is_of_recalibration]
        lines = [key for run in able for key, _ in strip["series"] if key in run["series"]]
        total += (each + 10 if lines else 0) + (_LEGEND if len(runs) == 1 < len(lines) else 0)
    return total + 38 - 10


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
