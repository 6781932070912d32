"""What `anim.panels` says of a page, for JSON: words, limits, ticks, keys, lines of strips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from anim.errors import SettingError
from anim.page.pack import Packer
from anim.panels.axes import Tick
from anim.panels.contents import Header, key_of, words_for
from anim.panels.counts import count_axis
from anim.panels.facts import fact_words
from anim.panels.notes import notes_of
from anim.panels.page_layout import DESIGN
from anim.panels.reliability import ideal_places, share_axis_of
from anim.panels.scores import score_axis
from anim.panels.strips import StripLine, StripPanel, strip_panel
from anim.panels.subject import Subject
from anim.panels.verdict import ending_of
from anim.panels.words import KeyEntry, Words
from anim.settings import CURVES, Picture
from anim.settings.panels import panel_of
from anim.timeline import Reel, Track

# Units in 1, of lines of strips.
_DRAWN = 100_000
_DIGITS = 6
# Sizes at which numbers beside axes may change, up to that of a wide page.
_WIDEST = 1000


def view_data(reel: Reel, subject: Subject, picture: Picture) -> dict[str, Any]:
    """Return what depends on the view, without its snapshots."""
    words = words_for(reel, subject, picture)
    is_curve = not CURVES[picture.curve].is_bars
    is_overlaid = picture.for_runs(len(reel.lanes)).is_overlaid
    counts = count_axis(reel.tracks, 1) if "counts" in picture.shown_panels else None
    return {
        "view": subject.view,
        "name": subject.score_name,
        "isFolded": subject.is_folded,
        "low": subject.floor,
        "scoreTicks": by_room(
            lambda size: score_axis(subject, words, size).ticks, DESIGN.number_below
        ),
        "shareTicks": by_room(lambda size: share_axis_of(words, size).ticks, 1),
        "line": ideal_places(subject).tolist(),
        "most": None if counts is None else counts.high,
        "countTicks": []
        if counts is None
        else by_room(
            lambda size: count_axis(reel.tracks, max(int(size / DESIGN.number_beside), 1)).ticks,
            DESIGN.number_beside,
        ),
        # Counts have a key of their own above them.
        "key": [
            entry
            for entry in _key(key_of(reel, words, picture))
            if entry not in _key(words.columns)
        ],
        "countsKey": _key(words.columns),
        "words": {
            "sentence": words.sentence,
            "short": words.short,
            "share": words.share,
            "scores": [asdict(name) for name in words.scores],
            "dots": words.dots,
            "wrong": words.wrong,
            "notes": asdict(notes_of(is_curve=is_curve, is_overlaid=is_overlaid)),
        },
        "facts": _facts(subject, words, drawn_in(reel, picture)),
        "numbers": [_numbers(track, words) for track in reel.tracks],
        "verdict": _verdict(reel),
    }


def strips_data(
    packer: Packer, reel: Reel, subject: Subject, picture: Picture
) -> list[dict[str, Any]]:
    """Return the strips; their lines are packed.

    Readers seek a moment on the strips: a picture without one gets that of the accuracy, if there
    is more than one moment. A strip whose series no run has is left out.
    """
    words = words_for(reel, subject, picture)
    strips = [panel.strip for panel in map(panel_of, picture.shown_panels) if panel.strip]
    if not strips and len(reel.clock.steps) > 1:
        strips = [strip for strip in [panel_of("accuracy").strip] if strip]
    height = DESIGN.strip if len(strips) <= 2 else DESIGN.low_strip
    numbers = max(int(height / DESIGN.value_beside), 1)
    found = []
    for strip in strips:

        def panel(width: float, strip=strip) -> StripPanel:
            times = max(int(width / DESIGN.time_below), 1)
            return strip_panel(strip, reel, subject, words, numbers=numbers, times=times)

        try:
            shown = panel(_WIDEST)
        except SettingError:
            continue
        ticks = by_room(lambda width, panel=panel: panel(width).ticks, DESIGN.time_below)
        found.append(_strip(packer, f"strips/{len(found)}", shown, ticks))
    return found


def clock_texts(reel: Reel, subject: Subject, picture: Picture) -> list[str]:
    """Return what the clock says at each of its snapshots."""
    header = Header(reel, subject, words_for(reel, subject, picture))
    return [header.whole_clock(at) for at in range(len(reel.clock.steps))]


def by_room(ticks: Callable[[float], tuple[Tick, ...]], each: int) -> list[tuple[int, list]]:
    """Return the ticks of an axis, each after the size in pixels from which on it has these.

    Args:
        ticks: returns those of an axis of a size.
        each: they change at multiples of this many pixels.
    """
    found: list[tuple[int, list]] = []
    for size in range(0, _WIDEST + 1, each):
        some = [(round(place, _DIGITS), text) for place, text in ticks(size)]
        if not found or found[-1][1] != some:
            found.append((size, some))
    return found


def _strip(packer: Packer, name: str, shown: StripPanel, ticks: list) -> dict[str, Any]:
    return {
        "title": shown.title,
        "values": [(round(place, _DIGITS), text) for place, text in shown.axis.ticks],
        "ticks": ticks,
        "lines": [
            _line(packer, f"{name}/{number}", line) for number, line in enumerate(shown.lines)
        ],
        "isFilled": shown.is_filled,
        "hasMarks": shown.has_marks,
        "unity": shown.unity,
        "key": _key(shown.key),
    }


def _line(packer: Packer, name: str, line: StripLine) -> dict[str, Any]:
    packer.add(f"{name}/y", line.y, _DRAWN)
    if line.spread is not None:
        packer.add(f"{name}/spread", line.spread.T, _DRAWN)
    x = [round(float(place), 9) for place in line.x]
    return {"rank": line.rank, "mark": line.mark, "x": x}


def _key(entries: tuple[KeyEntry, ...]) -> list[dict[str, str]]:
    return [asdict(entry) for entry in entries]


def drawn_in(reel: Reel, picture: Picture) -> str:
    """Return what is drawn in the place of bars; "" if bars are."""
    if picture.for_runs(len(reel.lanes)).is_overlaid:
        return "line"
    return "" if CURVES[picture.curve].is_bars else "curve"


def _facts(subject: Subject, words: Words, drawn: str) -> dict[str, Any]:
    found = asdict(fact_words(subject, words, drawn=drawn))
    return {
        "byChance": found.pop("by_chance"),
        "isPlain": found.pop("is_plain"),
        "isFolded": found.pop("is_folded"),
        **found,
    }


def _numbers(track: Track, words: Words) -> dict[str, Any]:
    """Return the numbers of the sentence: each text once, and three of them for each snapshot."""
    rows = zip(track.says, track.right, track.misses, strict=True)
    texts: dict[str, int] = {}
    found = [
        [texts.setdefault(text, len(texts)) for text in words.numbers(*map(float, row))]
        for row in rows
    ]
    return {"texts": list(texts), "rows": found}


def _verdict(reel: Reel) -> dict[str, Any] | None:
    ending = ending_of(reel.tracks[0]) if len(reel.lanes) == 1 else None
    if ending is None:
        return None
    row, verdict = ending
    return {"row": row, "mark": verdict.mark, "forms": verdict.forms}
