"""How high a page is, for a frame that shows it before it has loaded."""

from __future__ import annotations

import math

from anim.panels.page_layout import DESIGN, OF_CLASSES, cell_size, overlay_size

# Pixels. Two charts fit beside each other, and the player is no wider.
WIDTH = 960
# Pixels of texts, as in player/player.css: of margins, lines and letters.
_MARGINS, _PADDING = 16, 12
_TITLE_LINE, _TITLE_LETTER, _NOW_ROOM, _TITLE_LINES = 23, 10, 120, 2
_LINE, _KEY, _SAYS, _FACTS, _CONTROLS, _CAPTION, _TABLE = 20, 22, 23, 28, 42, 22, 22
_LETTER = 7
# Fonts differ, and a frame that is too low gets a scroll bar, which makes its page narrower.
_SPARE = 8


def page_height(data: dict) -> int:
    """Return about how high a page is at a width of `WIDTH`, in pixels.

    Args:
        data: from `anim.page.payload.page_data`.
    """
    room = WIDTH - _MARGINS - DESIGN.left - DESIGN.right
    lines = math.ceil(len(data["title"]) * _TITLE_LETTER / (room - _NOW_ROOM))
    header = min(max(lines, 1), _TITLE_LINES) * _TITLE_LINE
    if len(data["runs"]) == 1:
        header += _SAYS + (_LINE if _sentence_length(data) * _LETTER > room else 0)
    view = data["views"][0]
    header += _SAYS if data["classes"] else 0
    header += _KEY if view["key"] else 0
    caption = math.ceil(len(data["caption"]) * _LETTER / room) * _LINE
    below = _CONTROLS + (caption + 2 if caption else 0) + _TABLE
    charts = sum(_charts_height(name, data) for name in data["charts"])
    facts = _FACTS if data["charts"] else 0
    known = header + charts + facts + _strips_height(data)
    return _MARGINS + _PADDING + known + below + _SPARE


def _sentence_length(data: dict) -> int:
    view = data["views"][0]
    parts = [part if isinstance(part, str) else "100 %" for part in view["words"]["sentence"]]
    verdict = view["verdict"]
    return sum(map(len, parts)) + (0 if verdict is None else len(verdict["forms"][0]) + 2)


def _charts_height(name: str, data: dict) -> int:
    if data["isOverlaid"]:
        tall = overlay_size(WIDTH - _MARGINS).axes
        return DESIGN.above + tall + DESIGN.labels + DESIGN.under
    runs = len(data["runs"])
    is_by_class = bool(data["classes"])
    with_dots, design = name == "reliability" and not is_by_class, (DESIGN, OF_CLASSES)[is_by_class]
    size = cell_size(runs, data["together"], WIDTH - _MARGINS, with_dots=with_dots, design=design)
    rows = math.ceil(runs / size.columns)
    each = DESIGN.above + size.axes + size.rows * DESIGN.pitch + DESIGN.under + DESIGN.labels
    each += DESIGN.head if runs > 1 else 0
    # Over another chart, in every column, none has its numbers below.
    bare = rows - 1 if runs % size.columns == 0 else max(rows - 2, 0)
    return rows * each - bare * (DESIGN.labels - DESIGN.bare) + (_KEY if name == "counts" else 0)


def _strips_height(data: dict) -> int:
    count = len(data["strips"])
    if not count:
        return 0
    each = DESIGN.strip if count <= 2 else DESIGN.low_strip
    return count * (DESIGN.strip_above + each + 4) + DESIGN.footer - 4
