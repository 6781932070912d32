"""The post's Figure 1: how many examples there are at each score, right and wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter

from anim.scene.layout import Place
from anim.scene.marks import Bars, bar_sides
from anim.scene.panel import Handle, PanelKind
from anim.scene.ramps import ramp
from anim.scene.stage import Stage
from anim.timeline import Shot


class CountsPanel:
    """Examples in each bin, right ones stacked on wrong ones."""

    def __init__(self, stage: Stage, place: Place):
        self._rank = place.rank
        theme = stage.theme.of_run(place.rank)
        bins = stage.reel.tracks[place.rank].counts.shape[1]
        self._axes = stage.axes(place)
        largest = max(*(float(track.counts.max()) for track in stage.reel.tracks), 1.0)
        self._axes.set_ylim(0, np.sqrt(largest) * 1.02)
        ticks = _root_ticks(largest)
        self._axes.yaxis.set_major_locator(FixedLocator([float(np.sqrt(tick)) for tick in ticks]))
        self._axes.yaxis.set_major_formatter(FuncFormatter(lambda root, _: _short_number(root**2)))
        if place.is_left:
            stage.label(self._axes, y="points (square-root axis)")
        if place.is_bottom:
            stage.label(self._axes, x=stage.subject.score_label)
        self._bars = Bars(self._axes, 2 * bins)
        if stage.is_one_run:
            stage.legend(self._axes, _key(stage), place.rows)
        colours = [ramp(theme, theme.over)[-1], ramp(theme, theme.accuracy)[-1]]
        self._bars.colour(np.repeat(colours, bins, axis=0))
        self.artists = [self._bars]

    def update(self, shot: Shot) -> None:
        frame = shot.frames[self._rank]
        sides = bar_sides(self._axes, frame.edges)
        left, right = (np.concatenate([side, side]) for side in sides)
        split, top = np.sqrt(frame.counts - frame.hits), np.sqrt(frame.counts)
        self._bars.place(left, right, np.append(np.zeros_like(split), split), np.append(split, top))


def _key(stage: Stage) -> Sequence[Handle]:
    theme, words = stage.theme, stage.subject.words
    return [Patch(color=theme.accuracy, label=words.hit), Patch(color=theme.over, label=words.miss)]


KIND = PanelKind(build=CountsPanel, legend=_key, key=_key, weight=3.4, above=26.0, below=44.0)


def _root_ticks(largest: float) -> list[float]:
    """Return about four round numbers that stand apart on a square-root axis up to ``largest``."""
    if largest < 20:
        return [0.0, float(np.floor(largest))]
    power = 10.0 ** np.floor(np.log10(largest))
    top = next(power * lead for lead in (5, 2, 1) if power * lead <= largest)
    return [0.0, top / 20, top / 4, top]


def _short_number(value: float) -> str:
    value = round(value)
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"
