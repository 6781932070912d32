"""Several runs on one clock: time, names, captions and views."""

from dataclasses import replace

import numpy as np
import pytest

import anim
from anim.compose import compose_views, default_view
from anim.errors import SettingError
from anim.settings import MAX_RUNS, Picture


def a_run(steps, classes=2, examples=400):
    rng = np.random.default_rng(len(steps))
    labels = rng.integers(0, classes, examples)
    logits = rng.normal(size=(len(steps), examples, classes))
    logits[:, np.arange(examples), labels] += np.linspace(0, 3, len(steps))[:, None]
    return anim.from_arrays(steps, labels, logits=logits)


SHORT, LONG, LATE = a_run([0, 50, 100]), a_run(range(0, 401, 20)), a_run([200, 300])


QUICK = {"seconds": 2, "fps": 10, "hold": 0}


def composed(runs, **picture):
    """Return the reel and the subject in the default view."""
    picture = Picture(**{**QUICK, **picture})
    ((reel, subject),) = compose_views(runs, picture, [default_view(runs, picture)])
    return reel, subject


def steps_of(shot):
    """Return the steps of the snapshots whose numbers a shot shows, one per run."""
    return [frame.track.steps[frame.before] for frame in shot.frames]


def test_by_step_each_run_shows_its_last_snapshot_up_to_the_step():
    runs = [SHORT, LONG, LATE]
    reel, _ = composed(runs)
    assert reel.clock.steps[[0, -1]].tolist() == [0, 400]
    for shot in reel:
        now = reel.clock.steps[shot.moment.index]
        reached = [run.steps[run.steps <= now] for run in runs]
        expected = [
            (before if len(before) else run.steps)[-1 if len(before) else 0]
            for run, before in zip(runs, reached, strict=True)
        ]
        assert steps_of(shot) == expected


def test_by_fraction_all_runs_begin_and_end_together():
    reel, _ = composed([SHORT, LONG, LATE], align="fraction")
    shots = list(reel)
    assert steps_of(shots[0]) == [0, 0, 200]
    assert steps_of(shots[-1]) == [100, 400, 300]
    assert steps_of(reel.at(50)) == [50, 200, 200]


@pytest.mark.parametrize("align", ["step", "fraction"])
def test_without_tween_nothing_lies_between_snapshots(align):
    reel, _ = composed([SHORT, LONG], align=align, tween=False)
    shots = list(reel)
    assert all(frame.before == frame.after for shot in shots for frame in shot.frames)
    assert steps_of(shots[-1]) == [100, 400]


def test_a_run_has_the_same_bins_alone_and_beside_others():
    (alone, _), (beside, _) = composed([LONG]), composed([LONG, SHORT])
    np.testing.assert_array_equal(alone.tracks[0].counts, beside.tracks[0].counts)


def test_runs_of_different_numbers_of_classes_share_the_confidence_view():
    runs = [SHORT, a_run([0, 10], classes=5)]
    reel, subject = composed(runs)
    assert subject.view == subject.score_label == "confidence"
    # N / 25.
    assert reel.tracks[0].counts.shape[1] == 16
    with pytest.raises(SettingError, match="two classes"):
        composed(runs, view="score")


def test_names_come_from_label_or_the_recording_or_a_number(tmp_path):
    with anim.Recorder(tmp_path / "wide", labels=[0, 1]) as recorder:
        recorder.snapshot(0, probs=[0.2, 0.7])
    runs = [anim.open(tmp_path / "wide"), SHORT]
    assert composed(runs)[1].names == ("wide", "run 2")
    assert composed(runs, label=("a", "b"))[1].names == ("a", "b")
    with pytest.raises(SettingError, match="2 names, one per run, got 1"):
        composed(runs, label=("a",))


def test_the_caption_is_what_the_runs_have_in_common():
    def captioned(caption):
        recorder = anim.Recorder(labels=SHORT.labels, about=anim.run.About(caption))
        recorder.snapshot(0, logits=SHORT.logits(0))
        return recorder.run()

    for captions, expected in (
        (["XOR, wide, 400 points", "XOR, deep, 400 points"], "XOR, 400 points"),
        (["XOR, wide"], "XOR, wide"),
        (["one", "another"], "400 validation points"),
        (["", ""], "400 validation points"),
        ([""], "400 validation points"),
    ):
        _, subject = composed([captioned(caption) for caption in captions])
        assert subject.caption.replace("\u2009", " ") == expected


def named(name, title=""):
    return anim.run.Run(
        SHORT.steps,
        SHORT.labels,
        SHORT.snapshots,
        kind=SHORT.kind,
        classes=SHORT.classes,
        about=anim.run.About(title=title),
        name=name,
    )


@pytest.mark.parametrize(
    ("names", "options", "title"),
    [
        (["mine"], {}, "mine"),
        (["step-000123"], {}, "step-000123"),
        ([""], {}, "How sure it is, and how often it is right"),
        ([""], {"words": "field"}, "Confidence and accuracy"),
        ([""], {"label": ("given",)}, "given"),
        (["mine"], {"title": ""}, ""),
        (["mine"], {"calibrate": "isotonic"}, "mine"),
        (["a", "b"], {}, "a and b"),
        (["a", "b"], {"calibrate": "isotonic"}, "a and b"),
        (["a", "b", "c"], {}, "3 runs"),
    ],
)
def test_the_headline_is_the_name_of_ones_own_run(names, options, title):
    assert composed([named(name) for name in names], **options)[1].title == title


def test_a_headline_that_runs_share_is_theirs():
    runs = [named("a", "The post"), named("b", "The post")]
    assert composed(runs)[1].title == "The post"
    assert composed([runs[0], named("b", "Another")])[1].title == "a and b"


def test_the_headline_of_the_post_is_that_of_its_own_data():
    xor = anim.data.xor(train_size=40, val_size=60)
    own = replace(xor, name="two moons")
    titles = [anim.fit(data, epochs=1, hidden=()).about.title for data in (xor, own)]
    assert titles == ["Prediction scores are not probabilities", "Two moons"]


def test_too_many_runs_are_an_error():
    with pytest.raises(SettingError, match=f"1 to {MAX_RUNS}"):
        composed([SHORT] * (MAX_RUNS + 1))


@pytest.mark.parametrize(("method", "passes"), [(None, 1), ("isotonic", 3)])
def test_progress_counts_the_snapshots_of_all_passes(method, passes):
    seen = []
    picture = Picture(calibrate=method)
    compose_views([SHORT, LATE], picture, ["confidence"], lambda *counts: seen.append(counts))
    done, totals = zip(*seen, strict=True)
    assert set(totals) == {5 * passes}
    assert list(done) == sorted(done)
    assert done[-1] == 5 * passes


@pytest.mark.parametrize(("lowest", "floor"), [(0.2, 0.0), (0.5, 0.5)])
def test_the_axis_begins_at_the_lowest_confidence_that_can_be_or_below(lowest, floor):
    """Confidences that were stated are of no classes: two are assumed."""
    recorder = anim.Recorder(labels=np.zeros(50, int))
    recorder.snapshot(0, confidence=np.linspace(lowest, 1, 50), correct=np.arange(50) % 3 > 0)
    assert composed([recorder.run()])[1].floor == floor
