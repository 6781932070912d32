"""Events of a recording that grows, and of one that is replaced."""

import shutil
import warnings

import numpy as np
import pytest

import anim
from anim.run.store.stored import StoredSnapshots
from anim.settings import Picture
from anim.watch.follow import WAITING, Follower
from anim.watch.messages import Messages, Seen
from tests.support.watching import (
    LABELS,
    Browser,
    check_numbers,
    lines_of,
    logits,
    read_events,
    record,
    steps_of,
)


def told(follower, seen=None):
    """Events for a browser until nothing is new, and what it has seen then."""
    while follower.look():
        pass
    events, seen = Messages(follower.picture).since(seen or Seen(), follower.state)
    return list(read_events(events.splitlines(keepends=True))), seen


def follow(path, steps=(), **options):
    if len(steps):
        record(path, steps)
    follower = Follower(path, Picture(**options))
    events, seen = told(follower)
    return follower, events, seen


def test_all_missed_snapshots_come_in_one_event(tmp_path):
    follower, _, seen = follow(tmp_path / "r", [0])
    for step in (1, 2, 3):
        record(tmp_path / "r", [step], resume=True)
        told(follower)
    (more, state), _ = told(follower, seen)
    assert (more[0], steps_of(more[1])) == ("more", [1, 2, 3])
    assert state == ("state", {"text": "the run has ended, 4 snapshots"})


def test_without_news_there_is_no_event(tmp_path):
    follower, _, seen = follow(tmp_path / "r", [0, 1])
    assert told(follower, seen) == ([], seen)


def test_the_alt_text_describes_the_whole_run(tmp_path):
    follower, _, seen = follow(tmp_path / "r", [0, 1])
    record(tmp_path / "r", [20], resume=True)
    ((_, more), _), _ = told(follower, seen)
    assert steps_of(more) == [20]
    accuracy = anim.open(tmp_path / "r").metrics()["accuracy"]
    first, last = (f"{100 * share:.0f}\u00a0%" for share in accuracy[[0, 2]])
    assert f"rises from {first} to {last} in 20 steps" in more["alt"]


OTHERS = {
    "resumed before its end": lambda path: record(path, [15], resume=10),
    "resumed to the same steps": lambda path: record(path, [20, 30], resume=10),
    "dropped to an earlier step": lambda path: record(path, [], resume=10),
    "overwritten": lambda path: record(path, [0, 10, 20, 30], overwrite=True),
    "deleted and begun anew": lambda path: (shutil.rmtree(path), record(path, [0, 10, 20, 30])),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_a_changed_recording_is_sent_as_a_whole(tmp_path, change):
    path = tmp_path / "r"
    follower, _, seen = follow(path, [0, 10, 20, 30])
    change(path)
    events, _ = told(follower, seen)
    browser = Browser()
    for event in events:
        browser.hear(*event)
    assert browser.heard[0][0] == "whole"
    check_numbers(browser, anim.open(path))


def test_snapshots_that_a_resumed_run_keeps_are_not_read_again(tmp_path, monkeypatch):
    path, read = tmp_path / "r", []
    follower, _, _ = follow(path, [0, 10, 20])
    record(path, [15, 25], resume=10)
    begin = StoredSnapshots.begin_read
    monkeypatch.setattr(
        StoredSnapshots, "begin_read", lambda of, i, row: read.append(i) or begin(of, i, row)
    )
    told(follower)
    assert sorted(set(read)) == [2, 3]


def test_the_page_waits_for_a_run_that_was_deleted(tmp_path):
    path = tmp_path / "r"
    follower, _, seen = follow(path, [0])
    shutil.rmtree(path)
    events, seen = told(follower, seen)
    assert events == [("state", {"text": WAITING})]
    record(path, [0])
    assert [name for name, _ in told(follower, seen)[0]] == ["whole", "state"]


def test_a_metric_that_appears_later_is_sent_with_the_whole(tmp_path):
    path = tmp_path / "r"
    follower, _, seen = follow(path, [0, 1], panels=("reliability", "metric:late"))
    with anim.Recorder(path, labels=LABELS, resume=True) as recorder:
        recorder.snapshot(2, logits=logits(2), metrics={"late": 5})
    ((name, data), _), _ = told(follower, seen)
    assert (name, steps_of(data)) == ("whole", [0, 1, 2])
    lines, _ = lines_of(data, "late")
    np.testing.assert_array_equal(np.isfinite(lines[0]), [False, False, True])


@pytest.mark.parametrize("options", [{"curve": "smooth"}, {"binning": "mass", "intervals": True}])
def test_parts_joined_equal_all_snapshots_read_at_once(tmp_path, options):
    path = tmp_path / "r"
    follower, _, _ = follow(path, [0, 5], **options)
    record(path, [6, 7, 9], resume=True)
    told(follower)
    ((name, grown), _), _ = told(follower)
    whole = follow(path, **options)[1][0][1]
    assert name == "whole"
    assert grown == whole


def test_each_new_snapshot_is_recalibrated_and_a_lack_is_reported_once(tmp_path):
    path = tmp_path / "r"
    noise = np.random.default_rng(0).normal(size=(2000, 2))
    with anim.Recorder(path, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=noise)
    with pytest.warns(UserWarning, match="have no recalibration") as warned:
        follower, _, seen = follow(path, calibrate="temperature")
        with anim.Recorder(path, labels=LABELS, resume=True) as recorder:
            recorder.snapshot(1, logits=noise[::-1])
            recorder.snapshot(9, logits=logits(9))
        ((name, more), _), _ = told(follower, seen)
    assert len(warned) == 1
    assert (name, steps_of(more)) == ("more", [1, 9])
    _, recalibrated = anim.calibrate(anim.open(path).only([2]), "temperature")
    lines, ((place, text), *_, (other, more_text)) = lines_of(more, "temperature")
    temperatures = lines[1]
    assert np.isnan(temperatures[:2]).all()
    powers = np.log2([float(text), float(more_text)])
    power = powers[0] + (temperatures[2] - place) / (other - place) * (powers[1] - powers[0])
    assert 2**power == pytest.approx(recalibrated.metrics()["temperature"][0], rel=1e-3)


def test_damaged_snapshots_are_left_out_and_reported_once(tmp_path):
    path = tmp_path / "r"
    record(path, [0, 10, 20])
    (path / "logits" / "c" / "1" / "0" / "0").write_bytes(b"")
    with pytest.warns(UserWarning, match=r"snapshot 1 \(step 10\)") as warned:
        follower, (whole, state), seen = follow(path)
    assert len(warned) == 1
    assert steps_of(whole[1]) == [0, 20]
    assert state[1]["text"] == "the run has ended, 3 snapshots, 1 of them damaged"
    record(path, [30], resume=True)
    (path / "logits" / "c" / "3" / "0" / "0").unlink()
    with pytest.warns(UserWarning, match=r"snapshot 3 \(step 30\)"):
        events, _ = told(follower, seen)
    assert events == [("state", {"text": "the run has ended, 4 snapshots, 2 of them damaged"})]


def test_filters_of_warnings_are_restored(tmp_path):
    noise = np.random.default_rng(0).normal(size=(2000, 2))
    with anim.Recorder(tmp_path / "r", labels=LABELS) as recorder:
        for step in range(2):
            recorder.snapshot(step, logits=noise)
    with pytest.warns(UserWarning, match="have no recalibration"):
        before = list(warnings.filters)
        follow(tmp_path / "r", calibrate="temperature")
        assert warnings.filters == before


def test_panels_of_classes_keep_their_places_while_more_snapshots_come(tmp_path):
    # As many as other panels of classes have.
    labels = np.arange(400) % 3
    names = ("a", "b", "c")

    def add(steps, **options):
        with anim.Recorder(tmp_path / "r", labels=labels, classes=names, **options) as recorder:
            for step in steps:
                values = np.random.default_rng(step).normal(size=(400, 3))
                recorder.snapshot(step, logits=values * (1 + step))

    add([0])
    follower, events, seen = follow(tmp_path / "r", view="classes", bins=8)
    browser = Browser()
    add([1, 2], resume=True)
    for event in [*events, *told(follower, seen)[0]]:
        browser.hear(*event)
    assert [name for name, _ in browser.heard] == ["whole", "state", "more", "state"]
    assert [one["name"] for one in browser.parts[-1]["runs"]] == list(names)
    assert browser.parts[-1]["classes"] == ["3 classes"]
    run = anim.open(tmp_path / "r")
    for rank, name in enumerate(names):
        expected = run.reliability(f"class:{name}", bins=8)
        np.testing.assert_array_equal(browser.joined("counts", rank=rank), expected.counts)
