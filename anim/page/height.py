"""How high a page is, for a frame that shows it before it has loaded."""

from __future__ import annotations

import math

# Pixels. Two charts fit beside each other, and the player is no wider.
WIDTH = 960
# What lies left and right of charts, and above and below all of them: as in player/axes.mjs,
# chart.mjs, strip.mjs and player.css.
_SIDES, _BETWEEN, _MARGINS = 54 + 14, 16 + 14, 16
_LINE, _LEGEND, _HEAD, _CONTROLS = 20, 24, 49, 42 + 18 + 18
_TITLE_LINE, _TITLE_LETTER, _TITLE_ROOM, _NOW_ROOM = 25, 10, WIDTH - _MARGINS - _SIDES, 120
# Fonts differ, and a frame that is too low gets a scroll bar, which makes its page narrower.
_SPARE = 8


def page_height(data: dict) -> int:
    """Return about how high a page is at a width of `WIDTH`, in pixels.

    Args:
        data: from `anim.page.payload.page_data`.
    """
    title = len(data["title"]) * _TITLE_LETTER
    lines = math.ceil(title / _TITLE_ROOM) + (title > _TITLE_ROOM - _NOW_ROOM)
    has_legend = len(data["runs"]) > 1 or bool(data["charts"])
    header = max(lines, 1) * _TITLE_LINE + _LINE + (_LEGEND if has_legend else 0)
    known = header + _charts_height(data) + _strips_height(data)
    return _MARGINS + known + _CONTROLS + _SPARE


def _charts_height(data: dict) -> int:
    runs, together = len(data["runs"]), data["together"]
    width = WIDTH - _MARGINS
    columns = min(runs, max(1, width // 300 // together) * together)
    first = (width - _SIDES - _BETWEEN * (columns - 1)) // columns + _SIDES
    height = min(max(round(0.55 * first), 240), 400) + (_HEAD if runs > 1 else 0)
    rows = math.ceil(runs / columns)
    # Over another chart, in every column, none has its numbers below.
    bare = rows - 1 if runs % columns == 0 else rows - 2
    return len(data["charts"]) * (rows * height - max(bare, 0) * 34)


def _strips_height(data: dict) -> int:
    runs, strips = data["runs"], data["strips"]
    each, total = 56 if len(strips) > 2 else 72, 0
    for strip in strips:
        able = [run for run in runs if run["isRecalibrated"] or not strip["needsRecalibration"]]
        lines = [key for run in able for key, _ in strip["series"] if key in run["series"]]
        total += (each + 10 if lines else 0) + (_LEGEND if len(runs) == 1 < len(lines) else 0)
    return total + 38 - 10
