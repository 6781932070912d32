"""What a page shows, cut at a step and put together again."""

import numpy as np
import pytest

import anim
import anim.run.store.stored
from anim.compose.tracks import track_of
from anim.errors import RecordingError
from anim.settings import Picture
from anim.watch.follow import Follower
from anim.watch.state import after, joined, until, with_lost
from tests.support.runs import a_run
from tests.support.tracks import assert_same_track, track

SUBJECT = "a subject"


def shown_of(*tracks):
    return ((tracks, SUBJECT),)


def tracks_of(shown):
    ((tracks, _),) = shown
    return tracks


@pytest.mark.parametrize("step", [0, 3, 5, 7, 9])
def test_what_is_cut_at_a_step_is_the_same_when_it_is_joined(step):
    whole = with_lost(shown_of(track([[1], [2], [3]], [[1], [1], [1]], [0, 5, 10])), [3, 7])
    first, second = until(whole, step), after(whole, step)
    (found,), (expected,) = tracks_of(joined(first, second)), tracks_of(whole)
    assert_same_track(found, expected)
    (one,), (other,) = tracks_of(first), tracks_of(second)
    assert all(one.lost <= step)
    assert all(other.lost > step)


def test_lost_steps_are_named_once_and_in_order():
    shown = with_lost(with_lost(shown_of(track([[1]], [[1]], [0])), [7]), [3, 7])
    assert tracks_of(shown)[0].lost.tolist() == [3, 7]
    assert with_lost((), [3]) == ()


def test_a_snapshot_that_is_damaged_alone_is_lost_to_those_who_watch(tmp_path, monkeypatch):
    run, path = a_run(), tmp_path / "r"
    follower = Follower(path, Picture())
    read = anim.run.store.stored.StoredSnapshots.blocks

    def damaged(self, i):
        if i == 1:
            raise RecordingError("snapshot 1 is damaged")
        return read(self, i)

    monkeypatch.setattr(anim.run.store.stored.StoredSnapshots, "blocks", damaged)
    for i, step in enumerate((0, 40, 100)):
        with anim.Recorder(path, labels=run.labels, resume=i > 0) as recorder:
            recorder.snapshot(step, logits=run.logits(i))
        if i == 1:
            with pytest.warns(UserWarning, match="snapshot 1 is damaged"):
                follower.look()
        else:
            follower.look()
    (tracks, _), *_ = follower.state.shown
    assert tracks[0].steps.tolist() == [0, 100]
    assert tracks[0].lost.tolist() == [40]
    assert tracks[0].is_broken(0, 1)
    alone = track_of(run.only([0, 2]), "score", Picture())
    np.testing.assert_array_equal(tracks[0].dots, alone.dots)
