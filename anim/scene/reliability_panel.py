"""The reliability diagram: accuracy against the ideal, with what chance does to a calibrated model.

The marks are in `anim.scene.columns`.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.container import Container
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from anim.scene.columns import (
    Columns,
    Ends,
    Histogram,
    Ideal,
    Mark,
    NoRecalibration,
    Veil,
    Whiskers,
)
from anim.scene.layout import Place
from anim.scene.panel import Handle, PanelKind
from anim.scene.ramps import veil_of
from anim.scene.stage import Stage
from anim.settings import CURVES
from anim.timeline import Shot, Track

# Shares of the height: the histogram's, and between it and the bars.
_HISTOGRAM, _BETWEEN = 0.13, 0.02
_WHISKER = 1.6


class ReliabilityPanel:
    """Accuracy in each bin, or along a curve, above a thin histogram of the examples."""

    def __init__(self, stage: Stage, place: Place):
        self._rank = place.rank
        lift = _HISTOGRAM + _BETWEEN
        axes = stage.axes(place, lift=lift, part=1 - lift)
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_locator(MaxNLocator(stage.numbers_beside(axes, 5)))
        axes.tick_params(labelbottom=False)
        points = stage.axes(place, part=_HISTOGRAM)
        points.set_ylim(1, 0)
        points.set_yticks([])
        subject = stage.subject
        if place.is_left:
            stage.label(axes, y=f"{subject.words.axis} {CURVES[stage.picture.curve].axis}")
            stage.label(points, y="√ points", short="√n")
        if place.is_bottom:
            stage.label(points, x=subject.score_label)
        if stage.is_one_run:
            stage.legend(axes, _legend(stage), place.rows)
        theme, track = stage.theme.of_run(place.rank), stage.reel.tracks[place.rank]
        has_band, has_intervals = track.band is not None, track.intervals is not None
        note = stage.points(theme.measures.label)
        self._marks: list[Mark] = [
            *([Veil(axes, theme, track)] if has_band else []),
            Columns(axes, theme, track, subject.is_folded),
            Histogram(points, theme, track, has_wrong=not subject.counts_labels),
            *([Ends(axes, theme, stage.stroke(1))] if has_band else []),
            Ideal(axes, theme, stage.stroke(2), subject.is_folded),
            *([Whiskers(axes, theme, track, stage.pixels(_WHISKER))] if has_intervals else []),
            *([NoRecalibration(axes, theme, note)] if track.is_recalibrated else []),
        ]
        # Matplotlib draws in this order too, when it draws the whole figure.
        self.artists = [mark.artist for mark in self._marks]
        for order, artist in enumerate(self.artists):
            artist.set_zorder(1 + order / 100)

    def update(self, shot: Shot) -> None:
        frame = shot.frames[self._rank]
        for mark in self._marks:
            mark.update(frame)


def _legend(stage: Stage) -> Sequence[Handle]:
    share = stage.subject.words.share
    share = f"median {share}" if stage.reel.tracks[0].is_median else share
    return [Patch(color=stage.theme.accuracy, label=share), *_key(stage)]


def _key(stage: Stage) -> Sequence[Handle]:
    theme, tracks = stage.theme, stage.reel.tracks
    band = next((track for track in tracks if track.band is not None), None)
    spread = next((track for track in tracks if track.intervals is not None), None)
    return [
        Patch(color=theme.under, label="under-confident"),
        Patch(color=theme.over, label="over-confident"),
        *_ideal_key(stage, band),
        *([] if spread is None else [_whisker_key(stage, spread.spread_name)]),
    ]


def _ideal_key(stage: Stage, band: Track | None) -> Sequence[Handle]:
    """Return what the ideal line is, and the band of a track that has one."""
    theme = stage.theme
    ideal = Line2D([], [], color=theme.ideal, linewidth=stage.stroke(2), label="ideal")
    if band is None:
        return [ideal]
    veil = Patch(facecolor=veil_of(theme), edgecolor=theme.ideal, linewidth=stage.stroke(1))
    if band.is_band_of_ideal:
        return [Container((veil, ideal), label=band.band_name)]
    veil.set_label(band.band_name)
    return [ideal, veil]


def _whisker_key(stage: Stage, name: str) -> Handle:
    return Line2D(
        [],
        [],
        linestyle="",
        marker="|",
        color=stage.theme.text,
        markersize=stage.points(11),
        markeredgewidth=stage.points(_WHISKER),
        label=name,
    )


KIND = PanelKind(
    build=ReliabilityPanel, legend=_legend, key=_key, weight=4.2, above=26.0, below=44.0
)
