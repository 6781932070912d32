"""Panels of the classes of one run: which ones, in which order, and what is said of them."""

import warnings
from functools import cache

import numpy as np
import pytest

import anim
from anim.compose import alternative, compose_views, views_to_choose
from anim.errors import RecordingError, SettingError
from anim.panels.contents import words_for
from anim.settings import Picture
from anim.settings.views import MOST_CLASSES
from tests.support.amounts import slow
from tests.support.predictions import drawn, softmax

MANY = 20


class Counted:
    """Snapshots that count how often each is read, some of them damaged."""

    def __init__(self, snapshots, damaged=()):
        self.snapshots, self.damaged, self.reads = snapshots, damaged, [0] * len(snapshots)

    def __len__(self):
        return len(self.snapshots)

    def __getitem__(self, i):
        self.reads[i] += 1
        if i in self.damaged:
            raise RecordingError(f"snapshot {i} is damaged")
        return self.snapshots[i]


@cache
def predictions(classes, seed=0):
    """Logits [3, N, K] and labels, of which the classes in the middle are the furthest off."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(400, classes))
    labels = drawn(softmax(logits), np.random.default_rng(1))
    wrong = 3 * np.sin(np.linspace(0, np.pi, classes)) * (np.arange(classes) % 2 * 2 - 1)
    return np.stack([logits / 3, logits, logits + wrong]).astype(np.float32), labels


def a_run(classes, damaged=(), seed=0):
    logits, labels = predictions(classes, seed)
    snapshots = Counted([{"logits": one} for one in logits], damaged)
    names = tuple(f"kind {k}" for k in range(classes))
    return anim.Run([0, 5, 10], labels, snapshots, kind="logits", classes=names)


def composed(run, **options):
    # Of so many bins all is compiled once.
    picture = Picture(view="classes", **{"bins": 8, **options})
    views = views_to_choose([run], picture)
    ((reel, subject),) = compose_views([run], picture, views)
    return reel, subject, picture


def worst(run, snapshot=-1):
    """The classes by their errors against the rest, from the definition."""
    probs, labels = run.probs(snapshot).astype(float), run.labels
    errors = []
    for k, of_class in enumerate(probs.T):
        index = np.minimum((of_class * 15).astype(int), 14)
        gaps = of_class - (labels == k)
        errors.append(np.abs(np.bincount(index, gaps, 15)).sum() / len(labels))
    return np.argsort(-np.array(errors), kind="stable")


@pytest.mark.parametrize("classes", [3, MANY, *slow(5, MOST_CLASSES)])
def test_the_worst_classes_come_first(classes):
    run = a_run(classes)
    reel, subject, _ = composed(run)
    shown = worst(a_run(classes))[:MOST_CLASSES]
    assert subject.names == tuple(f"kind {k}" for k in shown)
    assert len(reel.lanes) == len(shown)
    for track, k in zip(reel.tracks, shown, strict=True):
        bins = run.reliability(f"class:kind {k}", track.counts.shape[1])
        np.testing.assert_array_equal(track.counts, bins.counts)
        np.testing.assert_array_equal(track.hits, bins.hits)


def test_what_is_said_names_the_number_of_classes_and_the_error():
    few, many = (composed(a_run(classes)) for classes in (3, MANY))
    first = "the worst first, by the ECE of each in the last snapshot"
    assert few[1].classes[0] == f"3 classes, {first}"
    assert many[1].classes == (f"12 of 20 classes, {first}", "12 of 20 classes, the worst first")
    assert many[1].caption == f"400 validation points, 12 of 20 classes, {first}"
    text = alternative(*many).replace("\u00a0", " ")
    assert text.startswith(f"12 of 20 classes, {first}. On average its score for “kind ")
    assert text.count("are “kind ") == 3
    assert ". Of the others, bars miss the line by " in text
    assert ". Of the others, ECE of these bins ends at 0." in alternative(
        *composed(a_run(MANY), words="field")
    )
    assert "others" not in alternative(*few)


def test_each_snapshot_is_read_once_but_the_last_that_tells_which_of_many_are_the_worst():
    for classes, last in ((3, 1), (MANY, 2)):
        run = a_run(classes)
        composed(run)
        assert run.snapshots.reads == [1, 1, last]


@pytest.mark.parametrize("classes", [3, *slow(MANY)])
def test_a_damaged_snapshot_tells_nothing_of_the_order(classes):
    run = a_run(classes, damaged=[2])
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        reel, subject, _ = composed(run)
    assert [str(one.message) for one in seen] == ["snapshot 2 is damaged; it is left out"]
    shown = worst(a_run(classes), 1)[:MOST_CLASSES]
    assert subject.names == tuple(f"kind {k}" for k in shown)
    assert all(track.lost.tolist() == [10] for track in reel.tracks)


def test_one_panel_of_two_classes_says_all():
    run = a_run(2)
    reel, subject, _ = composed(run)
    assert (len(reel.lanes), subject.view, subject.classes) == (1, "class:kind 1", ())
    assert composed(a_run(3))[1].view == "classes"


def test_replicas_are_ordered_by_the_median_of_their_errors():
    runs = [a_run(3, seed=seed) for seed in (0, 1, 2)]
    replicas = anim.Replicas([anim.Run([0, 5, 10], runs[0].labels, one.snapshots, kind="logits",
                                       classes=one.classes) for one in runs])  # fmt: skip
    reel, subject, picture = composed(replicas)
    errors = np.median([one.class_errors()[-1] for one in replicas], axis=0)
    assert subject.names == tuple(f"kind {k}" for k in np.argsort(-errors))
    assert all(track.is_median for track in reel.tracks)
    # That is said once, above the panels, which have no room for it.
    some = "3 classes, medians of 3 replicas"
    assert subject.classes[1:] == (f"{some}, the worst first", some)
    assert words_for(reel, subject, picture).short == ("says ", 0, ", is ", 1)


def test_panels_of_a_run_that_goes_on_keep_their_places():
    """Later snapshots are joined with those that are shown."""
    few, many = a_run(3), a_run(MANY)
    for run, said in ((few, "3 classes"), (many, "12 of 20 classes, those with the most examples")):
        picture = Picture(view="classes", bins=8)
        parts = [
            compose_views([run.only(part)], picture, ["classes"], is_live=True)[0][1]
            for part in ([0], [1, 2])
        ]
        assert parts[0] == parts[1]
        assert parts[0].classes[0] == said
    most = np.argsort(-np.bincount(many.labels, minlength=MANY), kind="stable")[:MOST_CLASSES]
    assert parts[0].names == tuple(f"kind {k}" for k in sorted(most))


def test_a_number_is_called_a_class():
    logits, labels = predictions(3)
    run = anim.from_arrays([0, 1, 2], labels, logits=logits)
    assert set(composed(run)[1].names) == {"class 0", "class 1", "class 2"}


def test_percents_are_no_clock_of_one_run():
    reel, subject, _ = composed(a_run(3), align="fraction")
    assert (subject.unit_name, reel.clock.steps[-1]) == ("step", 10)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_run_without_the_scores_of_all_classes_has_none(classes):
    logits, labels = predictions(classes)
    recorder = anim.Recorder(labels=labels, keep="top")
    recorder.snapshot(0, logits=logits[0])
    with pytest.raises(SettingError, match=r"^view: .* the confidence view only, got 'classes'$"):
        composed(recorder.run())


def test_what_makes_no_sense_with_them_is_refused():
    for other in ({"calibrate": "temperature"}, {"by": "site"}):
        (name,) = other
        with pytest.raises(SettingError, match=rf"^{name}: .*; the view class:NAME shows one of"):
            Picture(view="classes", **other)
    with pytest.raises(SettingError, match=r"^overlay: cannot be used with the view classes"):
        Picture(view="classes", overlay=True)
    both = [a_run(3), a_run(3)]
    with pytest.raises(SettingError, match=r"^view: classes shows one run, got 2; class:NAME "):
        compose_views(both, Picture(view="classes"), ["classes"])
