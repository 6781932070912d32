"""What a picture must say of raw predictions, by NumPy alone, and what its pixels say."""

import re
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgb

from anim.calibration import smooth_calibration_error
from anim.compose import compose_views, default_view
from anim.panels.dots import PITCH
from anim.panels.layout import unit_of
from anim.scene import Scene
from anim.settings.themes import THEMES
from tests.support.curves import kernel_distance


@dataclass
class Raw:
    """The numbers of one snapshot.

    Attributes:
        says, right, misses: of the sentence, shares.
        counts, gaps: of B bins.
        accuracy: share of right predictions.
    """

    says: float
    right: float
    misses: float
    counts: np.ndarray
    gaps: np.ndarray
    accuracy: float


def gaps_of(scores, said, hits, bins):
    """Return counts, and shares of hits minus means of what is said, of bins of equal width."""
    edges = np.linspace(0, 1, bins + 1, dtype=np.float32)
    at = np.minimum(np.searchsorted(edges, scores, side="right") - 1, bins - 1)
    counts = np.bincount(at, minlength=bins)
    sums = np.bincount(at, hits - said, bins)
    return counts, np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def raw(run, i, view, bins, *, is_smooth=False):
    """Return what snapshot i says in a view with a number of bins, or with a smooth curve."""
    probs, labels = np.asarray(run.probs(i)), np.asarray(run.labels)
    is_right = (probs.argmax(1) == labels).astype(float)
    confidence = probs.max(1)
    if view == "score":
        scores, said, hits = probs[:, 1], np.maximum(probs[:, 1], 1 - probs[:, 1]), is_right
    elif view == "confidence":
        scores, said, hits = confidence, confidence, is_right
    else:
        k = run.classes.index(view.partition(":")[2])
        scores, said, hits = probs[:, k], probs[:, k], (labels == k).astype(float)
    said = said.astype(float)
    counts, gaps = gaps_of(scores, said, hits, bins)
    misses = np.nansum(np.abs(gaps) * counts) / len(labels)
    if is_smooth:
        of_class = labels == 1 if view == "score" else hits
        bandwidth = float(smooth_calibration_error(scores, of_class > 0).bandwidth)
        misses = kernel_distance(scores, of_class, bandwidth)
    right = is_right.mean()
    return Raw(said.mean(), hits.mean(), misses, counts, gaps, right)


class Drawn:
    """A picture of one run, and how its pixels are read.

    Args:
        run: to draw.
        picture: how.
    """

    def __init__(self, run, picture):
        self.picture, self.view = picture, default_view([run], picture)
        ((self.reel, self.subject),) = compose_views([run], picture, [self.view])
        self.scene = Scene(self.subject, self.reel, picture)
        contents = self.scene.contents
        self.panel, ((_, self.strip), *_) = contents.cells[0].panel, contents.strips
        self.track, self.theme = self.reel.tracks[0], THEMES[picture.theme or "light"]
        axes = self.scene.figure.axes
        # Pixels of the file per pixel of the reference design.
        self.unit = picture.scale * unit_of(picture)
        self.bars, self.dots, self.line = axes[0], axes[1], axes[-1]
        self.pixels = np.zeros(0)

    def draw(self, shot):
        self.pixels = self.scene.draw(shot)[..., :3]

    def texts(self):
        """Return the texts that change: the clock, the numbers of the sentence, the verdict."""
        return [text.get_text() for text in self.scene.figure.texts if text.get_animated()]

    def box(self, axes):
        """Return the pixels [H, W, 3] of axes, from their bottom upwards."""
        height, box = len(self.pixels), axes.bbox
        rows = slice(round(height - box.y1), round(height - box.y0))
        return self.pixels[rows, round(box.x0) : round(box.x1)][::-1]

    def coverage(self, pixels, name):
        """Return how much of pixels [...] is in a gap's colour, "under" or "over", [...].

        Nothing but gaps is colourful: these pull blue and red apart, in opposite directions. A pale
        pixel counts as a full one.
        """
        others, sign = ("panel", "bar", "cap", "ideal", "grid"), 1 if name == "under" else -1
        of_others = max(sign * self._apart(one) for one in others)
        apart = sign * (pixels[..., 2].astype(float) - pixels[..., 0])
        return np.clip((apart - of_others) / (sign * self._apart(f"{name}_pale") - of_others), 0, 1)

    def _apart(self, name):
        """Return how far apart blue and red are in a colour of the theme."""
        red, _, blue = to_rgb(getattr(self.theme, name))
        return 255 * (blue - red)

    def is_colour(self, pixels, name):
        """Return which pixels [...] have a colour of the theme, up to rounding."""
        colour = np.array(to_rgb(getattr(self.theme, name))) * 255
        return (np.abs(pixels.astype(float) - colour) <= 1.5).all(-1)

    def grid(self):
        """Return what stands in the cells of the dots, -1 for nothing, 0 for a dot, 1 for wrong."""
        box, dots = self.box(self.dots), self.panel.dots
        tall, wide = box.shape[:2]
        columns = ((np.arange(dots.columns) + 0.5) / dots.columns * wide).astype(int)
        rows = tall - 1 - ((np.arange(dots.rows) + 0.5) * PITCH * self.unit).astype(int)
        cells = box[rows][:, columns]
        is_dot, is_wrong = (self.is_colour(cells, name) for name in ("dot", "wrong"))
        assert (is_dot | is_wrong | self.is_colour(cells, "panel")).all()
        return is_dot + 2 * is_wrong.astype(int) - 1


# A number of a sentence: with a unit, or a fraction with a point.
NUMBER = r"\d+(?:\.\d+)?\xa0(?:%|points?)|\d\.\d+"


def is_rounded(text, value):
    """Return whether a text is a value, rounded; other sums may differ in the sixth digit."""
    digits = re.match(r"[\d.]+", text)[0]
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    scale = 1 if text == digits else 100
    return abs(float(digits) - scale * value) <= half + 2e-6 * scale
