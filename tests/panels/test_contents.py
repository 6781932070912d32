"""All that a picture shows: what stands above, the cells, the strips, and the key."""

from dataclasses import replace

import numpy as np
import pytest

from anim.panels.contents import contents_of, key_of, words_for
from anim.panels.counts import CountsPanel
from anim.panels.reliability import ReliabilityPanel
from anim.settings import Picture
from tests.support.panels import FOLDED, LABELS, a_reel, a_subject, a_track, frame_of


def a_run(**more):
    counts = [[40, 60], [50, 50], [30, 70]]
    series = {
        "accuracy": np.array([0.4, 0.5, 0.8]),
        "confidence": np.array([0.7, 0.7, 0.9]),
        "ece": np.full(3, 0.1),
    }
    one = a_track(counts, [[20, 20], [25, 25], [20, 60]], **{"series": series, **more})
    return replace(
        one,
        dots=np.tile(np.linspace(0, 1, 100), (3, 1)),
        wrong=np.zeros((3, 100), bool),
        says=one.right + 0.1,
        p_values=np.array([np.nan, np.nan, 0.001]),
    )


def contents(*tracks, subject=None, **picture):
    tracks = tracks or (a_run(),)
    reel = a_reel(*tracks)
    subject = subject or a_subject(names=tuple("abcdef"[: len(tracks)]))
    return contents_of(reel, subject, Picture(**picture)), reel


def key(*tracks, subject=None, **picture):
    reel, subject, picture = (
        a_reel(*(tracks or (a_run(),))),
        subject or a_subject(),
        Picture(**picture),
    )
    return [entry.mark for entry in key_of(reel, words_for(reel, subject, picture), picture)]


def test_each_panel_is_what_its_name_says_at_its_place():
    found, _ = contents(panels=("reliability", "counts", "accuracy", "ece"), size=(768, 900))
    assert [type(cell.panel) for cell in found.cells] == [ReliabilityPanel, CountsPanel]
    assert [place.kind.name for place, _ in found.strips] == ["accuracy", "ece"]
    diagram, columns = found.cells
    assert diagram.dots is not None
    assert columns.dots is None
    assert diagram.axes.bottom > diagram.dots.bottom + diagram.dots.height


def test_each_run_has_a_cell_and_all_share_strips_and_the_axis_of_counts():
    small = a_track([[4, 6]] * 3, [[2, 2]] * 3, series=a_run().series)
    found, _ = contents(a_run(), small, panels=("counts", "accuracy"))
    assert [cell.place.rank for cell in found.cells] == [0, 1]
    assert found.cells[0].panel.y == found.cells[1].panel.y
    assert [line.rank for line in found.strips[0][1].lines] == [0, 1]


def test_a_small_picture_has_a_diagram_without_dots_and_no_key():
    found, _ = contents(size=(400, 300))
    (cell,) = found.cells
    assert cell.dots is None
    assert cell.panel.dots is None
    assert found.strips == ()
    assert key(size=(400, 300)) == []
    assert key(size=(328, 300), theme="paper")


def test_the_key_explains_what_is_drawn():
    gaps = ["under", "over", "ideal"]
    band, ends = np.tile([[0.4], [0.6]], (3, 1, 2)), np.tile([[0.3], [0.7]], (3, 1, 2))
    assert key() == gaps
    assert key(a_run(band=band)) == [*gaps, "pale"]
    assert key(a_run(intervals=ends), panels=("reliability", "counts")) == [
        *gaps, "interval", "hit", "miss",
    ]  # fmt: skip
    assert key(panels=("accuracy", "ece")) == []


@pytest.mark.parametrize(
    ("last", "text"), [(9999, "9999"), (10**9, "1\u2009000\u2009000\u2009000")]
)
def test_large_steps_of_the_clock_are_grouped(last, text):
    one = a_track([[10, 10]] * 2, [[5, 5]] * 2, steps=np.array([0, last]))
    reel, subject = a_reel(one), a_subject()
    header = contents_of(reel, subject, Picture()).header
    assert header.clock_at(1) == text


def test_the_clock_and_the_numbers_are_those_of_a_snapshot_while_shapes_move():
    found, reel = contents(subject=a_subject(unit_name="epoch", steps_per_unit=10))
    texts = {(found.header.clock(shot), found.header.numbers(shot.frames[0])) for shot in reel}
    track = reel.tracks[0]
    known = found.header.all_numbers(track)
    assert texts <= {(str(row), known[row]) for row in range(3)}
    assert found.header.numbers(frame_of(track, 0, 2, 0.9)) == known[0]


def test_the_verdict_stands_at_the_end_of_the_only_run():
    found, reel = contents()
    track = reel.tracks[0]
    assert found.header.verdict(frame_of(track, 1)) is None
    assert found.header.verdict(frame_of(track, 2)).mark == "over"
    assert found.header.ending.mark == "over"
    several, _ = contents(a_run(), a_run())
    assert several.header.ending is None


@pytest.mark.parametrize("view", [{}, FOLDED, LABELS, {"floor": 0.1}])
@pytest.mark.parametrize("words", ["plain", "field"])
def test_axes_begin_at_the_lowest_score_and_go_up_to_1(view, words):
    found, _ = contents(subject=a_subject(**view), words=words, panels=("reliability",))
    panel = found.cells[0].panel
    assert (panel.x.low, panel.x.high) == (view.get("floor", 0), 1)
    assert (panel.y.low, panel.y.high) == (0, 1)
    assert panel.x.ticks[0][0] == 0
    # The ideal line runs from corner to corner of what there can be.
    assert panel.line[0, 0] == 0
    assert panel.line[:, -1].tolist() == [1, 1]
