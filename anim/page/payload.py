"""The data of a page: the snapshots of its runs, and how they are shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from anim.compose.words import alternative
from anim.page.pack import Packer
from anim.panels.subject import Subject
from anim.scene.arrangement import has_title
from anim.scene.contrast import luminance
from anim.scene.theme import theme_of
from anim.settings import CURVES, TEMPERATURE, Picture
from anim.settings.panels import Strip, panel_of, series_of
from anim.settings.themes import DEFAULT_THEME, THEMES, Theme, run_colours
from anim.timeline import Reel, Track

# Units in 1. Numbers that are printed are accurate to 1e-7, numbers that are only drawn to less
# than a pixel.
_EXACT, _DRAWN, _MEAN = 10_000_000, 20_000, 1000
_DIGITS = 9
# One of this many places of a curve is kept: they are two pixels apart on a page.
_PLACES_APART = 2
# Fields of a theme that are no colour of one role.
_NO_ROLES = ("runs", "sweep", "fonts", "measures", "is_transparent")


def page_data(shown: Sequence[tuple[Reel, Subject]], picture: Picture) -> dict[str, Any]:
    """Return everything that the player needs, for `json.dumps`.

    Args:
        shown: reel and subject in each view to choose from; the first one is shown first.
        picture: the settings.
    """
    packer = Packer()
    data = {
        "version": 2,
        **_picture(*shown[0], picture),
        "views": [_view(packer, number, *one, picture) for number, one in enumerate(shown)],
    }
    return data | {"arrays": packer.arrays, "packed": packer.text()}


def _picture(reel: Reel, subject: Subject, picture: Picture) -> dict[str, Any]:
    """Return what does not depend on the view."""
    light, dark = _themes(picture)
    return {
        "title": subject.title if has_title(picture) else "",
        "caption": subject.caption,
        "alt": alternative(reel, subject),
        "unit": {"name": subject.unit_name, "steps": subject.steps_per_unit},
        "axis": reel.clock.axis,
        "seconds": reel.clock.seconds,
        "hold": picture.hold,
        "tween": picture.tween,
        "pace": picture.pace,
        **_panels(picture.shown_panels),
        "shareKind": CURVES[picture.curve].axis,
        "together": 1 if picture.calibrate is None else 2,
        "font": _font(picture),
        "themes": {
            name: _colours(theme, len(reel.lanes), picture.transparent)
            for name, theme in (("light", light), ("dark", dark))
        },
        "runs": [
            _run(track, timeline.axis, name, picture)
            for (timeline, track), name in zip(reel.lanes, subject.names, strict=True)
        ],
    }


def _view(
    packer: Packer, number: int, reel: Reel, subject: Subject, picture: Picture
) -> dict[str, Any]:
    """Return what depends on the view."""
    return {
        "view": subject.view,
        "name": subject.score_name,
        "label": subject.score_label,
        "isFolded": subject.is_folded,
        "countsLabels": subject.counts_labels,
        "words": subject.words._asdict(),
        "runs": [
            _bins(packer, f"{number}/{rank}/", track, subject.is_folded, picture.curve)
            for rank, track in enumerate(reel.tracks)
        ],
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


def _colours(theme: Theme, runs: int, is_transparent: bool) -> dict[str, Any]:
    """Return the colours of all roles, by name; those of ``runs`` runs under ``runs``."""
    plain = {
        field.name: getattr(theme, field.name)
        for field in fields(theme)
        if field.name not in _NO_ROLES
    }
    return plain | {
        "page": "transparent" if is_transparent else theme.background,
        "scheme": "dark" if luminance(theme.background) < luminance(theme.text) else "light",
        "runs": run_colours(theme, runs),
    }


def _panels(names: Sequence[str]) -> dict[str, Any]:
    """Return the panels that show a moment, by name, and the strips.

    Readers seek a moment on the strips: a picture without one gets that of the accuracy.
    """
    panels = [panel_of(name) for name in names]
    if not any(panel.shows_time for panel in panels):
        panels.append(panel_of("accuracy"))
    return {
        "charts": [panel.name for panel in panels if not panel.shows_time],
        "strips": [_strip(panel.strip) for panel in panels if panel.strip is not None],
    }


def _strip(strip: Strip) -> dict[str, Any]:
    return {
        "title": strip.title,
        "series": list(strip.series.items()),
        "scale": strip.scale,
        "needsRecalibration": strip.needs_recalibration,
    }


def _run(track: Track, axis: tuple[int, int], name: str, picture: Picture) -> dict[str, Any]:
    """Return the steps and scalars of a run."""
    wanted = {"accuracy", "ece", TEMPERATURE, *series_of(picture.shown_panels)}
    return {
        "name": name,
        "steps": track.steps.tolist(),
        "axis": axis,
        "isMedian": track.is_median,
        "isRecalibrated": track.is_recalibrated,
        "bandName": track.band_name,
        "isBandOfIdeal": track.is_band_of_ideal,
        "spreadName": track.spread_name,
        "series": {key: _plain(track.series[key]) for key in sorted(wanted & track.series.keys())},
        "spreads": {
            key: _plain(track.spreads[key]) for key in sorted(wanted & track.spreads.keys())
        },
    }


def _plain(values: np.ndarray) -> list[float | None]:
    """Return numbers for JSON: None for NaN, and no more digits than are shown."""
    flat = np.asarray(values, float).ravel()
    return [float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None for value in flat]


def _bins(packer: Packer, prefix: str, track: Track, is_folded: bool, curve: str) -> dict[str, Any]:
    """Pack the bins of a track, and return what is not packed."""
    per = 1 if track.filled is None else _MEAN
    packer.add(f"{prefix}counts", track.counts, per)
    packer.add(f"{prefix}hits", track.hits, per)
    packer.add(f"{prefix}confidences", track.confidences, _EXACT)
    if track.filled is not None:
        packer.add(f"{prefix}filled", track.filled)
        packer.add(f"{prefix}shares", track.shares, _EXACT)
    if not np.allclose(track.ideals, _plain_ideals(track, is_folded), atol=1e-6, equal_nan=True):
        packer.add(f"{prefix}ideals", track.ideals, _EXACT)
    places = slice(None, None, 1 if CURVES[curve].is_bars else _PLACES_APART)
    if track.band is not None:
        packer.add(f"{prefix}band", track.band[:, :, places], _DRAWN)
    if track.intervals is not None:
        packer.add(f"{prefix}intervals", track.intervals, _DRAWN)
    if track.curve is not None:
        packer.add(f"{prefix}curve", track.curve[:, places], _DRAWN)
    if track.edges.ndim == 2:
        packer.add(f"{prefix}edges", track.edges, _EXACT)
        return {}
    return {"edges": [round(float(edge), _DIGITS) for edge in track.edges]}


def _plain_ideals(track: Track, is_folded: bool) -> np.ndarray:
    """Return the ideal shares as the player derives them from the mean scores."""
    means = track.confidences
    return np.maximum(means, 1 - means) if is_folded else means
