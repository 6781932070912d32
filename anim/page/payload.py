"""The data of a page: the snapshots of its runs, and all that `anim.panels` says of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from anim.compose.words import alternative
from anim.page.pack import Packer
from anim.page.shown import clock_texts, strips_data, view_data
from anim.panels.layout import has_title
from anim.panels.page_layout import DESIGN, OF_CLASSES
from anim.panels.subject import Subject
from anim.scene.contrast import luminance
from anim.scene.theme import theme_of
from anim.settings import CURVES, Picture
from anim.settings.panels import panel_of
from anim.settings.themes import DEFAULT_THEME, THEMES, Theme, run_colours
from anim.timeline import Reel, Track
from anim.timeline.clock import MOVE, REST

# Units in 1. Shares and scores that are printed are accurate to 1e-7, what is only drawn to less
# than a pixel.
_EXACT, _DRAWN, _MEAN, _DOT = 10_000_000, 20_000, 1000, 1000
_DIGITS = 9
# One of this many places of a curve is kept: they are two pixels apart on a page.
_PLACES_APART = 2
# Fields of a theme that are no colour of one role.
_NO_ROLES = ("runs", "sweep", "fonts", "measures", "is_transparent")


def page_data(
    shown: Sequence[tuple[Reel, Subject]], picture: Picture, *, since: int | None = None
) -> dict[str, Any]:
    """Return everything that the player needs, for `json.dumps`.

    Args:
        shown: reel and subject in each view to choose from; the first one is shown first.
        picture: the settings.
        since: a step. The bins of snapshots up to it are left out: the player has them.
    """
    packer, (reel, _) = Packer(), shown[0]
    picture = picture.for_runs(len(reel.lanes), len(reel.clock.steps))
    data = {
        "version": 3,
        **_picture(packer, *shown[0], picture),
        "views": [
            view_data(*one, picture)
            | {"runs": _runs_of_view(packer, f"views/{number}", *one, picture, since)}
            for number, one in enumerate(shown)
        ],
    }
    return data | {"arrays": packer.arrays, "packed": packer.text()}


def _picture(packer: Packer, reel: Reel, subject: Subject, picture: Picture) -> dict[str, Any]:
    """Return what does not depend on the view."""
    light, dark = _themes(picture)
    design = OF_CLASSES if subject.classes else DESIGN
    panels = [panel_of(name) for name in picture.shown_panels]
    return {
        "title": subject.title if has_title(picture) else "",
        "caption": subject.caption,
        "alt": alternative(reel, subject, picture),
        "design": {_camel(name): value for name, value in asdict(design).items()},
        "clock": _clock(reel, subject, picture),
        "charts": [panel.name for panel in panels if not panel.shows_time],
        "strips": strips_data(packer, reel, subject, picture),
        "isOverlaid": picture.is_overlaid,
        "classes": subject.classes,
        "together": 1 if picture.calibrate is None else 2,
        "font": _font(picture),
        "themes": {
            name: _colours(theme, subject, picture.transparent)
            for name, theme in (("light", light), ("dark", dark))
        },
        "runs": [
            {
                "name": name,
                **({"heading": subject.headings[rank]} if subject.headings else {}),
                "steps": lane.track.steps.tolist(),
                "lost": lane.track.lost.tolist(),
                "shown": np.asarray(lane.shown).tolist(),
                "places": rounded(lane.places),
                "isMedian": lane.track.is_median,
                "isRecalibrated": lane.track.is_recalibrated,
            }
            for rank, (lane, name) in enumerate(zip(reel.lanes, subject.names, strict=True))
        ],
    }


def _clock(reel: Reel, subject: Subject, picture: Picture) -> dict[str, Any]:
    """Return which snapshot is shown when, and what the clock says then."""
    clock = reel.clock
    return {
        "texts": clock_texts(reel, subject, picture),
        "steps": clock.steps.tolist(),
        "places": rounded(clock.place(clock.steps)),
        "times": rounded(clock.times),
        "keys": np.asarray(clock.keys).tolist(),
        "beats": rounded(clock.beats),
        "rest": REST,
        "move": MOVE,
        "seconds": clock.seconds,
        "hold": clock.hold,
        "tween": clock.tween,
    }


def _themes(picture: Picture) -> tuple[Theme, Theme]:
    """Return the themes for readers who prefer light and dark pages."""
    if picture.theme is None and picture.style is None:
        return THEMES["light"], THEMES["dark"]
    theme = theme_of(picture)
    return theme, theme


def _font(picture: Picture) -> str | None:
    """Return the font families of a theme, in CSS; None for the reader's own."""
    fonts = theme_of(picture).fonts
    if picture.style is None and fonts == THEMES[DEFAULT_THEME].fonts:
        return None
    return ", ".join(json.dumps(name) if " " in name else name for name in fonts)


def _colours(theme: Theme, subject: Subject, is_transparent: bool) -> dict[str, Any]:
    """Return the colours of all roles, by name; those of the runs under ``runs``."""
    plain = {
        field.name: getattr(theme, field.name)
        for field in fields(theme)
        if field.name not in _NO_ROLES
    }
    return plain | {
        "page": "transparent" if is_transparent else theme.background,
        "panel": "transparent" if is_transparent else theme.panel,
        "scheme": "dark" if luminance(theme.background) < luminance(theme.text) else "light",
        "runs": run_colours(
            theme, len(subject.names), is_sweep=subject.is_sweep, is_one=bool(subject.classes)
        ),
    }


def _runs_of_view(
    packer: Packer,
    prefix: str,
    reel: Reel,
    subject: Subject,
    picture: Picture,
    since: int | None,
) -> list[dict[str, Any]]:
    """Pack the tracks of a view, and return what is not packed."""
    found = []
    for rank, track in enumerate(reel.tracks):
        later = track if since is None else track.picked(track.steps > since)
        found.append(_bins(packer, f"{prefix}/{rank}/", later, subject.is_folded, picture.curve))
    return found


def _bins(packer: Packer, prefix: str, track: Track, is_folded: bool, curve: str) -> dict[str, Any]:
    """Pack the bins of a track, and return what is not packed."""
    is_whole = track.filled is None and track.effective is None
    per = 1 if is_whole else _MEAN
    packer.add(f"{prefix}counts", track.counts, per)
    packer.add(f"{prefix}hits", track.hits, per)
    packer.add(f"{prefix}confidences", track.confidences, _EXACT)
    if track.effective is not None:
        packer.add(f"{prefix}effective", track.effective, _MEAN)
    if track.filled is not None or track.effective is not None:
        packer.add(f"{prefix}filled", track.counts > 0 if track.filled is None else track.filled)
        packer.add(f"{prefix}shares", track.shares, _EXACT)
    if not np.allclose(track.ideals, _plain_ideals(track, is_folded), atol=1e-6, equal_nan=True):
        packer.add(f"{prefix}ideals", track.ideals, _EXACT)
    packer.add(f"{prefix}dots", track.dots, _DOT)
    if track.wrong is not None:
        packer.add(f"{prefix}wrong", track.wrong)
    places = slice(None, None, 1 if CURVES[curve].is_bars else _PLACES_APART)
    if track.band is not None:
        packer.add(f"{prefix}band", track.band[:, :, places], _DRAWN)
    if track.intervals is not None:
        packer.add(f"{prefix}intervals", track.intervals, _DRAWN)
    if track.curve is not None:
        packer.add(f"{prefix}curve", track.curve[:, places], _DRAWN)
    if track.spread is not None:
        packer.add(f"{prefix}spread", track.spread[:, :, places], _DRAWN)
    if track.edges.ndim == 2:
        packer.add(f"{prefix}edges", track.edges, _EXACT)
        return {}
    return {"edges": rounded(track.edges)}


def _plain_ideals(track: Track, is_folded: bool) -> np.ndarray:
    """Return the ideal shares as the player derives them from the mean scores."""
    means = track.confidences
    return np.maximum(means, 1 - means) if is_folded else means


def rounded(values: np.ndarray) -> list[float]:
    """Return numbers for JSON, with no more digits than are of use."""
    return [round(float(value), _DIGITS) for value in values]


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
