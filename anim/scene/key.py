"""Paints keys: marks, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anim.panels.layout import LEFT, RIGHT
from anim.panels.words import (
    DASHED,
    HIT,
    IDEAL,
    INTERVAL,
    MISS,
    OTHERS,
    OVER,
    SOLID,
    UNDER,
    KeyEntry,
)
from anim.scene.stage import Stage, dashes
from anim.settings.themes import Theme

# From a mark of a key to its text, and between two entries.
BESIDE, APART = 6, 16
# Marks of columns.
_COLUMNS = (HIT, MISS, OTHERS)


class KeyRow:
    """Entries of a key in the order of reading; the last one may stand at the right edge."""

    def __init__(self, stage: Stage, entries: Sequence[KeyEntry]):
        self._stage, self.entries = stage, entries

    def width(self) -> float:
        """Return the width in pixels of the reference design."""
        return sum(map(self._width_of, self.entries)) + APART * (len(self.entries) - 1)

    def paint(self, left: float, y: float) -> None:
        """Paint the entries, with their baseline ``y`` pixels below the upper edge."""
        for entry in self.entries:
            self._paint_mark(entry, left, y)
            size, colour = self._stage.measures.small, text_colour(self._stage.theme, entry.mark)
            self._stage.text(left + self._mark_width(entry), y, entry.text, size, colour)
            left += self._width_of(entry) + APART

    def _width_of(self, entry: KeyEntry) -> float:
        width = width_of(self._stage, entry.text, self._stage.measures.small)
        return self._mark_width(entry) + width

    def _mark_width(self, entry: KeyEntry) -> float:
        size = self._stage.measures.small
        wide = {UNDER: 1.9, OVER: 1.9, IDEAL: 1.2, SOLID: 1.6, DASHED: 1.6, INTERVAL: 0.5}
        wide |= dict.fromkeys(_COLUMNS, 0.9)
        return wide[entry.mark] * size + BESIDE if entry.mark in wide else 0

    def _paint_mark(self, entry: KeyEntry, left: float, y: float) -> None:
        stage, theme, size = self._stage, self._stage.theme, self._stage.measures.small
        top, tall = y - 0.82 * size, 0.95 * size
        pairs = {UNDER: (theme.under_pale, theme.under), OVER: (theme.over_pale, theme.over)}
        if entry.mark in pairs:
            for at, colour in enumerate(pairs[entry.mark]):
                stage.square(left + at * 0.95 * size, top, 0.95 * size, tall, colour)
        if entry.mark in _COLUMNS:
            stage.square(left, top, 0.9 * size, tall, column_colour(theme, entry.mark))
        if entry.mark == IDEAL:
            stage.line(left, y - 0.33 * size, 1.2 * size, theme.ideal, linewidth=stage.stroke(2))
        if entry.mark in (SOLID, DASHED):
            look = {"linewidth": stage.stroke(2.2), "linestyle": "-"}
            if entry.mark == DASHED:
                look = {"linewidth": stage.stroke(1.4), "linestyle": dashes()}
            stage.line(left, y - 0.33 * size, 1.6 * size, theme.cap, **look)
        if entry.mark == INTERVAL:
            stage.square(left + 0.2 * size, top, 1.6, tall, theme.text)


def column_colour(theme: Theme, mark: str) -> str:
    """Return the colour of a part of columns."""
    return {HIT: theme.dot, MISS: theme.wrong, OTHERS: theme.ghost}[mark]


def text_colour(theme: Theme, mark: str) -> str:
    """Return the colour of words on a mark."""
    return {UNDER: theme.under_text, OVER: theme.over_text}.get(mark, theme.muted)


def width_of(stage: Stage, said: str, size: float, **style: Any) -> float:
    """Return the width of a text in pixels of the reference design."""
    text = stage.text(0, 0, said, size, "k", **style)
    width = stage.width_of(text)
    text.remove()
    return width


def rows_of(stage: Stage, entries: Sequence[KeyEntry]) -> list[KeyRow]:
    """Return the entries of a key in rows that fit into the width of the picture."""
    room = stage.size[0] - LEFT - RIGHT
    rows: list[KeyRow] = []
    for some in _kept_together(entries):
        longer = KeyRow(stage, [*rows[-1].entries, *some]) if rows else None
        if longer is not None and longer.width() <= room:
            rows[-1] = longer
        else:
            rows.append(KeyRow(stage, some))
    return rows


def _kept_together(entries: Sequence[KeyEntry]) -> list[list[KeyEntry]]:
    """Return entries of a key, those of both kinds of examples in one piece."""
    pair = [entry for entry in entries if entry.mark in _COLUMNS]
    return [[entry] for entry in entries if entry not in pair] + ([pair] if pair else [])
