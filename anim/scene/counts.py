"""The post's Figure 1: how many examples there are of each score, right and wrong."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter

from anim.scene.layout import Place
from anim.scene.marks import Bars, bar_sides
from anim.scene.stage import Stage
from anim.timeline import Shot


class CountsPanel:
    """Examples in each bin, right ones stacked on wrong ones."""

    weight = 3.4
    above = 26.0
    below = 44.0
    shows_time = False

    def __init__(self, stage: Stage, place: Place):
        self._rank = place.rank
        theme = stage.theme.of_run(place.rank)
        bins = stage.reel.tracks[place.rank].counts.shape[1]
        self._axes = stage.axes(place)
        most = max(*(float(track.counts.max()) for track in stage.reel.tracks), 1.0)
        self._axes.set_ylim(0, np.sqrt(most) * 1.02)
        ticks = _root_ticks(most)
        self._axes.yaxis.set_major_locator(FixedLocator(np.sqrt(ticks)))
        self._axes.yaxis.set_major_formatter(FuncFormatter(lambda root, _: _short_number(root**2)))
        if place.is_left:
            stage.label(self._axes, y="points (square-root axis)")
        if place.is_bottom:
            stage.label(self._axes, x=stage.score_label)
        self._bars = self._axes.add_collection(Bars(2 * bins), autolim=False)
        if stage.is_one_run:
            stage.legend(self._axes, self.legend(stage), place.rows)
        colours = [theme.ramp(theme.over)[-1], theme.ramp(theme.accuracy)[-1]]
        self._bars.set_facecolor(np.repeat(colours, bins, axis=0))
        self.artists = [self._bars]

    @classmethod
    def legend(cls, stage: Stage) -> list:
        """What the colours mean, in the picture of one run."""
        return cls.key(stage)

    @staticmethod
    def key(stage: Stage) -> list:
        """What they mean in the picture of any run."""
        has_wrong = not stage.view.startswith("class:")
        other, hit = ("wrong", "correct") if has_wrong else ("other classes", "this class")
        theme = stage.theme
        return [Patch(color=theme.accuracy, label=hit), Patch(color=theme.over, label=other)]

    def update(self, shot: Shot) -> None:
        frame = shot.frames[self._rank]
        sides = bar_sides(self._axes, frame.edges)
        left, right = (np.concatenate([side, side]) for side in sides)
        split, top = np.sqrt(frame.counts - frame.hits), np.sqrt(frame.counts)
        self._bars.place(left, right, np.append(np.zeros_like(split), split), np.append(split, top))


def _root_ticks(most: float) -> np.ndarray:
    """About four round numbers that stand apart on a square-root axis up to ``most``."""
    power = 10.0 ** np.floor(np.log10(most))
    top = next(power * lead for lead in (5, 2, 1) if power * lead <= most)
    return (
        np.array([0.0, top / 20, top / 4, top]) if most >= 20 else np.array([0.0, np.floor(most)])
    )


def _short_number(value: float) -> str:
    value = round(value)
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"
