"""Paints what stands above the panels: headline, clock, sentence and key, and the names of runs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from matplotlib.text import Text

from anim.panels.contents import Cell, Contents, Header
from anim.panels.layout import LEFT, LINE, RIGHT, ROW, Place
from anim.panels.overlay import OverlayPanel
from anim.panels.strips import StripPanel
from anim.scene.key import APART, BESIDE, KeyRow, text_colour, width_of
from anim.scene.stage import Stage
from anim.scene.texts import ChangingText, shorten, wrapped
from anim.timeline import Reel, Shot

# Names and sentences above a cell: from its upper edge to their baselines.
_NAME_AT, _SENTENCE_AT = 26, 9
# From the upper edge of a strip to the baseline of its key.
_STRIP_AT = 8
# At the right edge of a picture.
_AT_EDGE = 4
# Between the headline and the clock.
_GAP = 24


def title_of(stage: Stage, title: str, clock: str) -> tuple[Text, int]:
    """Write the headline in one line or two, and return how many it has.

    Args:
        stage: the figure.
        title: the text.
        clock: the longest text beside it.
    """
    measures = stage.measures
    style = {"fontweight": "bold", "linespacing": LINE}
    beside = stage.text(0, 0, clock, measures.title, "k", fontweight="bold")
    taken = 0 if measures.is_plain else stage.width_of(beside) + _GAP
    room = stage.size[0] - LEFT - RIGHT - taken
    beside.remove()
    text = stage.text(LEFT, measures.title_at, title, measures.title, stage.theme.text, **style)
    lines = wrapped(text, room * stage.pixels(1), stage.points(measures.small))
    if lines > 1:
        # Its first line stands where a single one would.
        text.set_verticalalignment("top")
        text.set_y(1 - (measures.title_at - 0.78 * measures.title) / stage.size[1])
    return text, lines


class HeaderChart:
    """The texts above the panels.

    Args:
        stage: the figure.
        contents: what is shown.
        reel: the runs.
        rows: of the key.
        lines: of the headline, 0 without one.
        names: of the diagrams of several runs; empty if there is one.
    """

    def __init__(
        self,
        stage: Stage,
        contents: Contents,
        reel: Reel,
        rows: Sequence[KeyRow],
        lines: int,
        names: Sequence[str],
    ):
        self._stage, self._header = stage, contents.header
        self._clock: ChangingText
        self._sentences: list[_Sentence] = []
        self._verdict: _Verdict | None = None
        measures = stage.measures
        line = measures.title * LINE if lines else measures.caption_at - measures.title_at
        down = (lines - 1) * line
        self._write_clock(reel, down)
        y = measures.caption_at + down
        if not names:
            self._write_sentence(reel, y, beside_clock=not lines)
        elif contents.header.classes:
            self._write_classes(contents.header.classes, y, beside_clock=not lines)
        elif lines and not measures.is_plain:
            y -= measures.caption_at - measures.title_at
        for at, row in enumerate(rows):
            row.paint(LEFT, y + measures.small * (ROW * (at + 1) + 0.75))
        for cell in _first_cells(contents) if names else ():
            if isinstance(cell.panel, OverlayPanel):
                for rank, name in enumerate(names):
                    self._list_run(cell.place, cell.panel, reel, rank, name)
            else:
                self._name_cell(cell.place, reel, names[cell.place.rank])
        for place, panel in contents.strips:
            self._name_strip(place, panel)

    def changing_texts(self) -> Iterator[ChangingText]:
        """Return the clock, the numbers and the verdict."""
        yield self._clock
        for sentence in self._sentences:
            yield from sentence.numbers
        if self._verdict is not None:
            yield from self._verdict.texts

    def update(self, shot: Shot) -> None:
        """Set the texts to those of a shot."""
        self._clock.text.set_text(self._header.clock(shot))
        for sentence in self._sentences:
            sentence.update(self._header.numbers(shot.frames[sentence.rank]))
        if self._verdict is not None:
            self._verdict.update(self._header, shot)

    def _write_clock(self, reel: Reel, down: float) -> None:
        stage, measures = self._stage, self._stage.measures
        # The numbers of a long title's first line stand beside it, those of a plain one below it.
        longest = max((self._header.clock_at(i) for i in range(len(reel.clock.steps))), key=len)
        longest = "".join("0" if mark.isdigit() else mark for mark in longest)
        if measures.is_plain:
            y, size, style = measures.caption_at + down, measures.caption, {}
            label = stage.text(LEFT, y, self._header.unit_name, size, stage.theme.text)
            start = LEFT + stage.width_of(label) + size * 0.35
            self._clock = ChangingText(stage.text(start, y, longest, size, stage.theme.text))
            self._start = start + stage.width_of(self._clock.text) + 1.2 * size
            self._end = stage.size[0] - RIGHT
            return
        y, size, style = measures.title_at, measures.title, {"fontweight": "bold", "ha": "right"}
        right = stage.size[0] - RIGHT
        number = stage.text(right, y, longest, size, stage.theme.text, **style)
        self._clock = ChangingText(number)
        left = right - stage.width_of(number) - size * 0.35
        unit = stage.text(left, y, self._header.unit_name, size, stage.theme.text, **style)
        self._start, self._end = LEFT, left - stage.width_of(unit) - _GAP

    def _write_sentence(self, reel: Reel, y: float, *, beside_clock: bool) -> None:
        """Write the longest form of the sentence that has room, and the verdict after it.

        A form that leaves room for the verdict comes before a longer one that does not.
        """
        stage, words, size = self._stage, self._header.words, self._stage.measures.caption
        right = self._end if beside_clock else stage.size[0] - RIGHT
        widest = _widest(self._header, reel, 0)
        forms = (words.sentence, words.medium, words.short)
        rooms = [right]
        if self._header.ending is not None and not stage.measures.is_plain:
            form = self._header.ending.forms[-1]
            rooms.insert(0, right - APART - width_of(stage, form, size, fontweight="bold"))
        for room, parts in itertools.product(rooms, forms):
            sentence = _Sentence(stage, 0, parts, widest, self._start, y, size)
            if sentence.right <= room:
                break
            sentence.remove()
        else:
            sentence = _Sentence(stage, 0, words.short, widest, self._start, y, size)
        self._sentences = [sentence]
        if not stage.measures.is_plain:
            left = sentence.right + APART
            self._verdict = _Verdict(stage, self._header, reel, left, right, y)

    def _write_classes(self, forms: Sequence[str], y: float, *, beside_clock: bool) -> None:
        """Write which classes there are a panel of, in the longest form that has room."""
        stage, size = self._stage, self._stage.measures.caption
        room = (self._end if beside_clock else stage.size[0] - RIGHT) - self._start
        for form in forms:
            text = stage.text(self._start, y, form, size, stage.theme.muted)
            if stage.width_of(text) <= room or form == forms[-1]:
                shorten(text, room * stage.pixels(1))
                return
            text.remove()

    def _name_cell(self, place: Place, reel: Reel, name: str) -> None:
        """Write the name of a run and its two numbers above its cell."""
        stage, measures = self._stage, self._stage.measures
        top = stage.size[1] - (place.bottom + place.height) / stage.unit
        left, wide = place.left / stage.unit, place.width / stage.unit
        colour = stage.runs[place.rank]
        style = {"fontweight": "bold"}
        text = stage.text(left, top - _NAME_AT, name, measures.name, colour, **style)
        shorten(text, wide * stage.pixels(1))
        widest = _widest(self._header, reel, place.rank)
        parts, y = self._header.words.short, top - _SENTENCE_AT
        sentence = _Sentence(stage, place.rank, parts, widest, left, y, measures.small)
        self._sentences.append(sentence)

    def _list_run(
        self, place: Place, panel: OverlayPanel, reel: Reel, rank: int, name: str
    ) -> None:
        """Write the name of a run and its two numbers at the right of the diagram of all runs."""
        stage, measures = self._stage, self._stage.measures
        left = (place.left + place.width) / stage.unit + APART
        top = stage.size[1] - (place.bottom + place.height) / stage.unit
        y, colour = top + panel.entry * rank + measures.small, stage.runs[rank]
        dash = 1.2 * measures.small
        stage.line(left, y - 0.33 * measures.small, dash, colour, linewidth=stage.stroke(2.2))
        left += dash + BESIDE
        style = {"fontweight": "bold"}
        text = stage.text(left, y, name, measures.small, colour, **style)
        shorten(text, (stage.size[0] - left - _AT_EDGE) * stage.pixels(1))
        if panel.has_numbers:
            widest, parts = _widest(self._header, reel, rank), self._header.words.short
            y += measures.small * 1.25
            sentence = _Sentence(stage, rank, parts, widest, left, y, measures.small * 0.95)
            self._sentences.append(sentence)

    def _name_strip(self, place: Place, panel: StripPanel) -> None:
        """Write what a strip shows, and what its lines mean, above it."""
        stage, size = self._stage, self._stage.measures.small
        left = place.left / stage.unit
        y = stage.size[1] - (place.bottom + place.height) / stage.unit - _STRIP_AT
        if panel.title:
            left += stage.width_of(stage.text(left, y, panel.title, size, stage.theme.muted))
            left += APART
        KeyRow(stage, panel.key).paint(left, y)


class _Sentence:
    """A sentence with numbers that change; each has the room of the widest one to come.

    A number stands at the right of its room, beside the word that follows it.
    """

    def __init__(
        self,
        stage: Stage,
        rank: int,
        parts: Sequence[str | int],
        widest: Sequence[str],
        left: float,
        y: float,
        size: float,
    ):
        self.rank = rank
        self._texts: list[Text] = []
        self.numbers: list[ChangingText] = []
        self._which: list[int] = []
        space = size * 0.32
        for part in parts:
            if isinstance(part, int):
                style = {"fontweight": "bold"}
                text = stage.text(left, y, widest[part], size, stage.theme.text, **style)
                left += stage.width_of(text)
                if part != parts[-1]:
                    text.set(x=left / stage.size[0], horizontalalignment="right")
                self.numbers.append(ChangingText(text))
                self._which.append(part)
            else:
                # Spaces at the ends have no width of their own.
                left += space * (len(part) - len(part.lstrip()))
                text = stage.text(left, y, part.strip(), size, stage.theme.muted)
                left += stage.width_of(text) + space * (len(part) - len(part.rstrip()))
            self._texts.append(text)
        self.right = left

    def update(self, numbers: Sequence[str]) -> None:
        for text, which in zip(self.numbers, self._which, strict=True):
            text.text.set_text(numbers[which])

    def remove(self) -> None:
        for text in self._texts:
            text.remove()


class _Verdict:
    """What is said of the only run at its end: one text, in one of three colours."""

    def __init__(
        self, stage: Stage, header: Header, reel: Reel, left: float, right: float, y: float
    ):
        size, theme = stage.measures.caption, stage.theme
        self.texts: list[ChangingText] = []
        verdict = header.ending
        if verdict is None:
            return
        for form in verdict.forms:
            style = {"ha": "right", "fontweight": "bold"}
            text = stage.text(right, y, form, size, text_colour(theme, verdict.mark), **style)
            if right - stage.width_of(text) >= left:
                self._said = form
                self.texts = [ChangingText(text)]
                return
            text.remove()

    def update(self, header: Header, shot: Shot) -> None:
        for text in self.texts:
            is_said = header.verdict(shot.frames[0]) is not None
            text.text.set_text(self._said if is_said else "")


def _widest(header: Header, reel: Reel, rank: int) -> tuple[str, ...]:
    """Return the longest of all texts of each number of a run, with the widest digits."""
    found = header.all_numbers(reel.tracks[rank])
    longest = (max(texts, key=len) for texts in zip(*found, strict=True))
    return tuple("".join("0" if mark.isdigit() else mark for mark in one) for one in longest)


def _first_cells(contents: Contents) -> Iterable[Cell]:
    """Return the uppermost cell of each run."""
    found: dict[int, Cell] = {}
    for cell in contents.cells:
        found.setdefault(cell.place.rank, cell)
    return found.values()
