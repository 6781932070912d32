"""Tracks for tests of time, and hypothesis strategies for tracks and timelines."""

from dataclasses import fields

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from anim.settings import PACES
from anim.timeline import Timeline, Track
from anim.timeline.pace import Looks

# The same examples in each run, without a limit on time: CI is slow now and then.
QUICK = settings(max_examples=60, deadline=None, derandomize=True)

steps = st.lists(st.integers(0, 10**6), min_size=1, max_size=6, unique=True).map(sorted)
# Of timelines, where more snapshots than are shown may be in a slot.
many_steps = st.lists(st.integers(0, 10**6), min_size=1, max_size=60, unique=True).map(sorted)


def track(counts, hits, steps):
    """Return a track with bars of these counts and hits [S, B], and the accuracy over time."""
    counts, hits = np.array(counts), np.array(hits)
    shares = np.where(counts > 0, hits / np.maximum(counts, 1), np.nan)
    return Track(
        steps=np.asarray(steps),
        edges=np.linspace(0, 1, counts.shape[1] + 1),
        counts=counts,
        hits=hits,
        shares=shares,
        ideals=np.where(counts > 0, 0.5, np.nan),
        confidences=np.where(counts > 0, 0.5, np.nan),
        series={"accuracy": hits.sum(1) / np.maximum(counts.sum(1), 1)},
        **of_dots(hits.sum(1) / np.maximum(counts.sum(1), 1)),
    )


def of_dots(right, dots=4):
    """Return the dots and the means of a track with these shares of hits [S]."""
    spread = np.linspace(0.5, 1, dots)
    return {
        "dots": np.tile(spread, (len(right), 1)),
        "wrong": np.arange(dots) < np.round(dots * (1 - right[:, None])),
        "says": np.full(len(right), spread.mean()),
        "right": right,
        "misses": np.abs(right - spread.mean()),
        "p_values": np.full(len(right), np.nan),
        "stands_out": np.ones((len(right), 2), bool),
    }


@st.composite
def tracks(draw, steps=steps):
    """Draw a track of any shape; some of its bins are empty, some scalars NaN."""
    known = np.array(draw(steps))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, bins = len(known), draw(st.integers(1, 4))

    def values(*shape):
        found = rng.random(shape)
        return np.where(rng.random(shape) < 0.2, np.nan, found)

    def maybe(*shape):
        return values(*shape) if draw(st.booleans()) else None

    counts = rng.integers(0, 5, (count, bins))
    return Track(
        steps=known,
        edges=values(count, bins + 1) if draw(st.booleans()) else np.linspace(0, 1, bins + 1),
        counts=counts,
        hits=rng.integers(0, counts + 1),
        shares=values(count, bins),
        ideals=values(count, bins),
        confidences=values(count, bins),
        series={name: values(count) for name in draw(st.sets(st.sampled_from("abc")))},
        dots=np.sort(values(count, 5)),
        wrong=rng.random((count, 5)) < 0.3 if draw(st.booleans()) else None,
        says=values(count),
        right=values(count),
        misses=values(count),
        p_values=values(count),
        stands_out=rng.random((count, 2)) < 0.5,
        filled=counts > 1 if draw(st.booleans()) else None,
        band=maybe(count, 2, bins),
        intervals=maybe(count, 2, bins),
        curve=maybe(count, 7),
        spread=maybe(count, 2, 7),
        spreads={"ece": values(count, 2)} if draw(st.booleans()) else {},
        is_median=draw(st.booleans()),
    )


@st.composite
def looks(draw, count):
    """Draw what is seen of some snapshots; now and then nothing changes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0, 1e-3, 1]))
    return Looks(*(scale * rng.normal(size=(count, width)).cumsum(0) for width in (3, 4)))


@st.composite
def timelines(draw, steps=many_steps):
    """Draw a timeline."""
    known = np.array(draw(steps))
    seconds = draw(st.none() | st.floats(0.1, 15))
    return Timeline(
        known,
        fps=draw(st.floats(2 / (seconds or 6), 40)),
        seconds=seconds,
        hold=draw(st.floats(0, 3)),
        tween=draw(st.booleans()),
        pace=draw(st.sampled_from(PACES)),
        looks=draw(st.none() | looks(len(known))),
    )


def assert_same_track(found, expected):
    """Compare every field; NaN equals NaN."""
    for one in fields(Track):
        mine, theirs = getattr(found, one.name), getattr(expected, one.name)
        if isinstance(theirs, dict):
            assert mine.keys() == theirs.keys(), one.name
            for key, values in theirs.items():
                np.testing.assert_array_equal(mine[key], values, err_msg=key)
        else:
            np.testing.assert_array_equal(mine, theirs, err_msg=one.name)
