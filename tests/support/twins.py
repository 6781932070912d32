"""What a page shows at some moments, as `anim.panels` says it; tests/page/twin.mjs is its twin."""

import json
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from anim.page import page_data
from anim.panels.axes import Axis, spread_apart
from anim.panels.bars import Bars
from anim.panels.bins import edges_of
from anim.panels.contents import BELOW, Header, words_for
from anim.panels.counts import Counts, count_axis
from anim.panels.curve import Curve, pieces
from anim.panels.dots import PITCH, Dots
from anim.panels.facts import Bin, fact, fact_words, filled, table_row
from anim.panels.layout import Place, kind_of
from anim.panels.notes import note_of, notes_of
from anim.panels.overlay import OverlayLine, is_point, overlay_panel
from anim.panels.page_layout import DESIGN, OF_CLASSES, cell_size, overlay_size
from anim.panels.reliability import NUMBER_BESIDE, ideal_places, score_axis, share_axis_of
from anim.panels.strips import crossed, strip_panel, until
from anim.settings.panels import panel_of
from anim.timeline import Reel
from tests.support.packing import unpack

SHARES = [0.0, 0.13, 0.37, 0.5, 0.613, 0.8, 0.97, 1.0]
WIDTHS = [944, 700, 400, 320]
TWIN = Path(__file__).parents[1] / "page" / "twin.mjs"


def player_of(node, data):
    """What the player shows of the data of a page."""
    asked = json.dumps({"data": data, "shares": SHARES, "widths": WIDTHS})
    done = subprocess.run([node, TWIN], input=asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Twin:
    """The same from `anim.panels`, with arrays that are rounded as those of the page are."""

    def __init__(self, reel, subject, picture):
        self.subject, self.picture = subject, picture
        self.data = page_data([(reel, subject)], picture)
        self.arrays = unpack(self.data["packed"], self.data["arrays"])
        self.exact = reel
        self.words = words_for(reel, subject, picture)
        tracks = [self._rounded(rank, lane.track) for rank, lane in enumerate(reel.lanes)]
        lanes = [replace(lane, track=track) for lane, track in zip(reel.lanes, tracks, strict=True)]
        self.reel = Reel(reel.clock, lanes)
        self.header = Header(reel, subject, self.words)
        self.is_overlaid = picture.for_runs(len(lanes)).is_overlaid
        drawn = "line" if self.is_overlaid else "" if tracks[0].curve is None else "curve"
        self.facts = fact_words(subject, self.words, drawn=drawn)
        self.size = self._size(WIDTHS[0])
        axis = score_axis(subject, self.words, self.size.width)
        self.axis, grid = axis, (int(self.size.width / PITCH), self.size.rows)
        self.counts = count_axis(list(reel.tracks), 1)
        folded, wide, is_alone = subject.is_folded, self.size.width, not self.is_overlaid
        self.overlaid = [not is_alone and OverlayLine(track, axis, folded) for track in tracks]
        self.bars = [
            is_alone and track.curve is None and Bars(track, axis, folded, wide) for track in tracks
        ]
        self.curves = [
            is_alone and track.curve is not None and Curve(track, axis, folded) for track in tracks
        ]
        self.dots = [is_alone and Dots(track, axis, *grid) for track in tracks]
        self.panels = [panel(WIDTHS[0]) for panel in self._strips()]

    def _size(self, width):
        if self.is_overlaid:
            return overlay_size(width)
        by_class = bool(self.subject.classes)
        how = {"with_dots": not by_class, "design": OF_CLASSES if by_class else DESIGN}
        return cell_size(len(self.exact.lanes), self.data["together"], width, **how)

    def _entry(self, width):
        """The height of a run in the list of runs, in a picture whose axes are as large."""
        size = self._size(width)
        place = Place(kind_of("reliability"), 0, 0, size.width, size.axes)
        return overlay_panel(self.exact, self.subject, self.words, place, 1).entry

    def _rounded(self, rank, track):
        prefix = f"views/0/{rank}/"
        found = {
            name.removeprefix(prefix): values
            for name, values in self.arrays.items()
            if name.startswith(prefix)
        }
        means = found["confidences"]
        found.setdefault(
            "ideals", np.maximum(means, 1 - means) if self.subject.is_folded else means
        )
        if "shares" not in found:
            with np.errstate(invalid="ignore"):
                found["shares"] = found["hits"] / found["counts"]
        if "wrong" in found:
            found["wrong"] = found["wrong"] > 0
        if "filled" in found:
            found["filled"] = found["filled"] > 0
        edges = self.data["views"][0]["runs"][rank].get("edges")
        if edges is not None:
            found["edges"] = np.array(edges)
        return replace(track, **found)

    def _strips(self):
        strips = [panel_of(name).strip for name in self.picture.shown_panels]
        strips = [strip for strip in strips if strip] or [panel_of("accuracy").strip]
        height = DESIGN.strip if len(strips) <= 2 else DESIGN.low_strip

        def panel(strip):
            return lambda width: strip_panel(
                strip,
                self.exact,
                self.subject,
                self.words,
                numbers=max(int(height / DESIGN.value_beside), 1),
                times=max(int(width / BELOW), 1),
            )

        return [panel(strip) for strip in strips]

    def shown(self):
        """All that twin.mjs prints."""
        clock = self.reel.clock
        rests = [
            clock.steps[np.searchsorted(clock.times, share, side="right") - 1] for share in SHARES
        ]
        return {
            "played": [self._shot(self.reel.at_time(share)) for share in SHARES],
            "rested": [self._shot(self.reel.at(step)) for step in rests],
            "sizes": [asdict(self._size(width)) for width in WIDTHS],
            "entries": [self._entry(width) for width in WIDTHS] if self.is_overlaid else [],
            "ticks": [self._ticks(width) for width in WIDTHS],
            "line": ideal_places(self.subject),
            "names": [
                spread_apart([y[np.isfinite(y)][-1] for y in self._lines(number)], 0.2)
                for number in range(len(self.panels))
            ],
        }

    def _lines(self, number):
        count = len(self.panels[number].lines)
        return [self.arrays[f"strips/{number}/{at}/y"] for at in range(count)]

    def _ticks(self, width):
        counts = count_axis(list(self.exact.tracks), max(int(width / NUMBER_BESIDE), 1)).ticks
        return {
            "scores": score_axis(self.subject, self.words, width).ticks,
            "shares": share_axis_of(self.words, width).ticks,
            "counts": counts if "counts" in self.picture.shown_panels else (),
            "times": [panel(width).ticks for panel in self._strips()],
        }

    def _shot(self, shot):
        moment = asdict(shot.moment)
        del moment["ticks"]
        return {
            "moment": moment,
            "clock": self.header.whole_clock(shot.moment.index),
            "isEnding": self.header.verdict(shot.frames[0]) is not None,
            "cells": [self._cell(rank, frame) for rank, frame in enumerate(shot.frames)],
            "strips": [
                self._strip(number, panel, shot.frames) for number, panel in enumerate(self.panels)
            ],
        }

    def _cell(self, rank, frame):
        overlaid, bars, curve = self.overlaid[rank], self.bars[rank], self.curves[rank]
        exact = replace(frame, track=self.exact.tracks[rank])
        numbers = self.header.numbers(exact)
        bins = [self._bin(frame, one) for one in range(frame.track.counts.shape[1])]
        is_median = frame.track.is_median
        return {
            "frame": {
                "before": frame.before,
                "after": frame.after,
                "fraction": frame.fraction,
                "position": frame.position,
            },
            "marked": {
                "row": frame.before,
                "edges": edges_of(frame.track, frame.before, self.axis.low),
            },
            "overlaid": [_line(*one) for one in overlaid.at(frame)] if overlaid else None,
            "bars": _bars(bars.at(frame)) if bars else None,
            "whiskers": _whiskers(bars.at(frame)) if bars else None,
            "points": [bars.points(row) for row in (frame.before, frame.after)] if bars else None,
            "note": self._note(rank, frame),
            "curve": _curve(curve.at(frame)) if curve else None,
            "dots": self.dots[rank].at(frame).reshape(2, -1) if self.dots[rank] else None,
            **self._columns(frame),
            "numbers": numbers,
            "sentence": filled(self.words.sentence, *numbers),
            "short": filled(self.words.short, *numbers),
            "facts": [fact(self.facts, one, is_median=is_median) for one in bins],
            "table": [table_row(self.facts, one) for one in bins],
        }

    def _note(self, rank, frame):
        drawn = self.overlaid[rank] or self.curves[rank]
        is_curve = frame.track.curve is not None
        notes = notes_of(is_curve=is_curve, is_overlaid=self.is_overlaid)
        is_drawn = not drawn or drawn.is_drawn(frame.before)
        return note_of(notes, frame.track, frame.before, is_drawn=is_drawn)

    def _columns(self, frame):
        if "counts" not in self.picture.shown_panels:
            return {"columns": None, "cut": None}
        marks = Counts(frame.track, self.axis, Axis(0, self.counts.high)).at(frame)
        rows = zip(marks.left, marks.right, marks.wrong, marks.top, strict=True)
        names = ("left", "right", "wrong", "top")
        columns = [dict(zip(names, row, strict=True)) for row in rows]
        return {"columns": columns, "cut": marks.cut}

    def _bin(self, frame, one):
        track, row = frame.track, frame.before
        edges = track.edges if track.edges.ndim == 1 else track.edges[row]
        has_band = track.band is not None and track.curve is None
        return Bin(
            low=edges[one],
            high=edges[one + 1],
            count=track.examples[row, one],
            share=track.shares[row, one],
            ideal=track.ideals[row, one],
            band=tuple(track.band[row, :, one]) if has_band else None,
        )

    def _strip(self, number, panel, frames):
        come = []
        for at, line in enumerate(panel.lines):
            y = self.arrays[f"strips/{number}/{at}/y"]
            np.testing.assert_allclose(y, line.y, atol=1e-5)
            come.append(until(np.round(line.x, 9), y, np.round(frames[line.rank].position, 9)))
        area = None
        if panel.is_filled:
            (x, one), (_, other) = come
            area = dict(zip(("x", "one", "other"), crossed(x, one, other), strict=True))
        return {"come": [{"x": x, "y": y} for x, y in come], "area": area}


def _bars(marks):
    return [
        {
            "x": marks.x[one],
            "line": marks.line[one],
            "chance": marks.chance[one],
            "top": marks.top[one],
            "presence": marks.presence[one],
        }
        for one in range(len(marks.x))
    ]


def _whiskers(marks):
    return [] if marks.whiskers is None else marks.whiskers.T


def _line(x, y, strength):
    return {"x": x, "y": y, "strength": strength, "isPoint": is_point(x)}


def _curve(marks):
    ends = [[piece.start, piece.stop - 1] for piece in pieces(marks.presence)]
    return {
        "x": marks.x,
        "line": marks.line,
        "chance": marks.chance,
        "top": marks.top,
        "presence": marks.presence,
        "spread": marks.spread,
        "pieces": ends,
    }


def assert_same(found, expected, where="page"):
    """Compare what JSON holds: numbers to 1e-6, all else exactly; null is NaN."""
    if isinstance(expected, np.ndarray):
        expected = expected.tolist()
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), where
        for key, value in expected.items():
            assert_same(found[key], value, f"{where}.{key}")
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected), where
        for at, value in enumerate(expected):
            assert_same(found[at], value, f"{where}[{at}]")
    elif isinstance(expected, float | np.floating) and np.isnan(expected):
        assert found is None, where
    elif isinstance(expected, int | float | np.number) and not isinstance(expected, bool):
        assert found is not None, where
        assert abs(found - expected) < 1e-6, (where, found, expected)
    else:
        assert found == expected, (where, found, expected)
