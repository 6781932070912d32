"""Subjects, tracks and frames for tests of panels, without runs."""

from dataclasses import replace

import numpy as np

from anim.panels.subject import Subject
from anim.timeline import Frame, Reel
from tests.support.tracks import track

FOLDED = {"view": "score", "sides": ("no", "yes"), "is_folded": True}
LABELS = {"view": "class:cat", "class_name": "cat"}


def a_subject(**more):
    """Return a subject in the confidence view."""
    texts = {"title": "A headline", "caption": "100 points", "score_label": "confidence"}
    return Subject(**{"view": "confidence", **texts, **more})


def a_track(counts, hits, ideals=0.5, steps=None, **more):
    """Return a track with bars of these counts and hits [S, B], and ideals of that shape."""
    steps = np.arange(len(counts)) * 10 if steps is None else steps
    found = track(counts, hits, steps)
    ideals = np.where(found.counts > 0, ideals, np.nan)
    return replace(found, ideals=ideals, **more)


def a_reel(*tracks, **clock):
    """Return tracks on one clock."""
    return Reel.of(tracks, **{"fps": 10, "hold": 0, **clock})


def frame_of(one, before=0, after=None, fraction=0.0):
    """Return the frame of a track at a snapshot, or between two."""
    return Frame(one, before, before if after is None else after, fraction, 0.0)
