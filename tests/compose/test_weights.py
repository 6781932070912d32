"""Pictures of runs with weights: what is drawn of examples follows from these, what chance does
from the effective number of examples."""

import numpy as np
import pytest

import anim
from anim.compose.reels import compose_views
from anim.compose.tracks import track_of
from anim.panels.bars import Bars
from anim.panels.contents import contents_of
from anim.report.__main__ import _heading
from anim.settings import Picture

N = 200
RNG = np.random.default_rng(3)
MARGINS = 2 * RNG.normal(size=N)
LABELS = (RNG.random(N) < 1 / (1 + np.exp(-MARGINS))).astype(int)
WEIGHTS = np.exp(RNG.normal(size=N))
LOGITS = np.stack([np.zeros(N), 1.5 * MARGINS], 1).astype(np.float32)


def a_run(weights):
    snapshots = [{"logits": LOGITS}]
    return anim.Run([0], LABELS, snapshots, kind="logits", classes=["a", "b"], weights=weights)


@pytest.fixture(scope="module")
def track():
    return track_of(a_run(WEIGHTS), "score", Picture(bins=10, intervals=True))


def test_counts_add_up_to_the_examples_and_chance_knows_the_effective_number(track):
    assert track.counts.sum() == pytest.approx(N)
    effective = WEIGHTS.sum() ** 2 / (WEIGHTS**2).sum()
    assert track.examples_at(0) == pytest.approx(effective)
    plain = track_of(a_run(None), "score", Picture(bins=10, intervals=True))
    assert plain.examples is plain.counts
    assert plain.examples_at(0) == N
    widths = [one.intervals[0, 1] - one.intervals[0, 0] for one in (track, plain)]
    assert np.mean(widths[0]) > np.mean(widths[1])
    # The unit of the weights is nowhere.
    other = track_of(a_run(1e-6 * WEIGHTS), "score", Picture(bins=10, intervals=True))
    for name in ("counts", "effective", "intervals", "shares", "dots"):
        np.testing.assert_allclose(getattr(other, name), getattr(track, name), atol=1e-9)


def test_a_bin_of_one_heavy_example_has_a_dot_in_place_of_a_bar():
    weights = np.ones(N)
    first = np.flatnonzero(LOGITS[:, 1] > 3)
    weights[first[0]] = 1000
    # All others of its bin weigh nothing beside it.
    track = track_of(a_run(weights), "score", Picture(bins=10))
    assert track.counts[0, -1] > 100
    assert track.effective[0, -1] < 2
    bars = Bars(track, None, True, 500)
    assert bars.presence[0, -1] == 0
    assert bars.presence[0, 0] == 1


def test_pictures_and_pages_and_reports_say_that_there_are_weights():
    run = a_run(WEIGHTS)
    picture = Picture(panels=("reliability", "counts"))
    [(reel, subject)] = compose_views([run], picture, ["score"])
    number = f"{run.effective_examples:.0f}"
    assert subject.caption.endswith(f"weighted: an effective number of {number}")
    contents = contents_of(reel, subject, picture)
    assert contents.header.words.dots == ("100 by", "weight")
    assert contents.cells[1].panel.name == "weighted examples"
    assert f"effective number of points {number} of {N}" in _heading(run, 0)
