"""Marks that move: the pixels of matplotlib's own, without its work for each frame."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from anim.scene.marks import Line, columns
from tests.support.scenes import scene_of_copies

RED, BLUE = (1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)
STYLES = {
    "solid": {"linewidth": 2.2, "solid_joinstyle": "round"},
    "dashed": {"linewidth": 1.4, "linestyle": (0, (2.6, 1.6))},
    "marked": {"linewidth": 2, "marker": "o", "markersize": 4},
    "head": {"marker": "o", "markersize": 7, "markeredgecolor": "w", "markeredgewidth": 1.2},
}
WAVE = np.linspace(0, 1, 40)
BROKEN = np.where(np.abs(WAVE - 0.5) < 0.1, np.nan, 0.5 + 0.4 * np.sin(9 * WAVE))
# The first of them is what the line is drawn with for the first time.
PLACES = [(WAVE[:1], BROKEN[:1]), (WAVE, BROKEN), (WAVE[:0], BROKEN[:0]), ([0.3, 0.3], [0, 1.2])]


def drawn(kind, style, *, is_clipped, changes=({}, {}, {}, {})):
    """Return the pixels of a line of a class at each of the places, with changes of its style."""
    figure = Figure(figsize=(2, 1.5))
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8), xlim=(0, 1), ylim=(0, 1))
    line = kind([], [], animated=True, **style) if kind is Line2D else kind(**style)
    axes.add_line(line)
    line.set_clip_on(is_clipped)
    canvas.draw()
    still = canvas.copy_from_bbox(figure.bbox)
    for (x, y), changed in zip(PLACES, changes, strict=True):
        canvas.restore_region(still)
        line.set_data(x, y)
        line.set(**changed)
        line.draw(canvas.get_renderer())
        yield np.asarray(canvas.buffer_rgba()).copy()


@pytest.mark.parametrize("is_clipped", [True, False])
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_line_has_the_pixels_of_matplotlibs(style, is_clipped):
    ours, theirs = (
        np.stack(list(drawn(kind, {"color": "k", **style}, is_clipped=is_clipped)))
        for kind in (Line, Line2D)
    )
    assert len(np.unique(theirs[1])) > 2
    assert (ours == theirs).all()


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_line_that_fades_has_the_pixels_of_matplotlibs(style):
    changes = [{"alpha": value} for value in (1, 0.3, 1, 0.8)]
    ours, theirs = (
        np.stack(list(drawn(kind, {"color": "k", **style}, is_clipped=False, changes=changes)))
        for kind in (Line, Line2D)
    )
    assert (ours == theirs).all()


@pytest.mark.parametrize("picture", [{}, {"curve": "smooth"}, {"intervals": True}, {"runs": 2}])
def test_a_frame_makes_no_new_pens(picture, monkeypatch):
    reel, scene = scene_of_copies(**picture)
    first, *others = reel
    scene.draw(first)
    made, new_gc = [], RendererAgg.new_gc
    texts = [changing.text for changing in scene._header.changing_texts()]
    said = [text.get_text() for text in texts]
    monkeypatch.setattr(RendererAgg, "new_gc", lambda self: made.append(self) or new_gc(self))
    for shot in others[:4]:
        scene.draw(shot)
    # Where the numbers of the sentence stay, nothing but marks is drawn.
    assert [text.get_text() for text in texts] == said
    assert not made


def test_columns_are_painted_in_the_order_of_their_colours():
    x = np.array([[0.0, 1, 2], [2, 3, 4], [4, 5, 6], [6, 7, 8]])
    low, high = np.zeros((4, 3)), np.full((4, 3), 0.5)
    high[1] = [0.5, 0.6, 0.7]
    high[2] = 0
    (one, under), (two, over) = columns(x, low, high, np.array([1, 0, 1, 1]), [RED, BLUE])
    assert (under, over) == (RED, BLUE)
    assert one.vertices.tolist() == [
        [2, 0], [3, 0], [4, 0], [4, 0.7], [3, 0.6], [2, 0.5], [2, 0]
    ]  # fmt: skip
    # The third has no height.
    assert len(two.vertices) == 14
    assert two.vertices[7:, 0].tolist() == [6, 7, 8, 8, 7, 6, 6]
    assert two.codes.tolist() == [1, 2, 2, 2, 2, 2, 79] * 2
    assert columns(x, low, low, np.zeros(4, int), [RED]) == []
