"""What a picture shows, in words."""

import numpy as np
import pytest

import anim
from anim.compose import compose_views
from anim.compose.words import alternative, verdict
from anim.page import page_data
from anim.settings import Picture

EXAMPLES = 2000


def snapshot(accuracy, confidence):
    """Probabilities [N, 2] with labels of 0 of which so many are right, as sure as that."""
    confidence = np.broadcast_to(confidence, EXAMPLES)
    is_right = np.arange(EXAMPLES) % 100 < 100 * np.broadcast_to(accuracy, EXAMPLES)
    first = np.where(is_right, confidence, 1 - confidence)
    return np.stack([first, 1 - first], axis=1)


def run_of(*snapshots, apart=10, **options):
    probs = [snapshot(*one) for one in snapshots]
    steps = np.arange(len(probs)) * apart
    return anim.from_arrays(steps, np.zeros(EXAMPLES, int), probs=probs, **options)


def told(run, **options):
    picture = Picture(**options)
    runs = run if isinstance(run, list) else [run]
    ((reel, subject),) = compose_views(runs, picture, [options.get("view") or "confidence"])
    return alternative(reel, subject)


def test_it_tells_the_course_of_a_training_and_how_it_ends():
    assert told(run_of((0.5, 0.77), (0.8, 0.7), (0.95, 0.89), apart=50)) == (
        "Accuracy rises from 0.50 to 0.95 in 100 steps; calibration error falls from 0.27 to 0.06; "
        "the model ends under-confident."
    )


@pytest.mark.parametrize(
    ("accuracies", "says"),
    [
        ((0.5, 0.5, 0.5), "Accuracy stays at 0.50 over 20 steps; "),
        ((0.5,), "Accuracy is 0.50; "),
        ((0.9, 0.8), "Accuracy falls from 0.90 to 0.80 in 10 steps; "),
        ((0.5, 0.95, 0.7, 0.6, 0.5), "Accuracy rises to 0.95 and ends at 0.50 after 40 steps; "),
        ((0.5, 0.95, 0.7), "Accuracy rises from 0.50 to 0.95 and ends at 0.70 after 20 steps; "),
        ((0.9, 0.5, 0.8), "Accuracy falls from 0.90 to 0.50 and ends at 0.80 after 20 steps; "),
        ((0.5, 0.75, 0.7), "Accuracy rises from 0.50 to 0.70 in 20 steps; "),
    ],
)
def test_what_lies_between_the_ends_is_told_where_it_is_the_story(accuracies, says):
    run = run_of(*((accuracy, 0.7) for accuracy in accuracies))
    assert told(run).startswith(says)


@pytest.mark.parametrize(
    ("gap", "says"), [(0.2, "over-confident"), (-0.2, "under-confident"), (0, "about as sure as")]
)
def test_in_every_view_it_ends_as_its_confidence_does(gap, says):
    """In the view of class 1, which is never right, the mean score is above the share."""
    run = run_of((0.7, 0.7 + gap), (0.7, 0.7 + gap), classes=("a", "b"))
    views = [told(run, view=view) for view in ("score", "confidence", "class:a", "class:b")]
    assert len(set(views)) == 1
    assert f"the model ends {says}" in views[0]


def test_errors_that_cancel_out_are_told_from_none():
    confidence = np.where(np.arange(EXAMPLES) < EXAMPLES // 2, 0.65, 0.95)
    accuracy = np.where(np.arange(EXAMPLES) < EXAMPLES // 2, 0.8, 0.8)
    run = run_of((accuracy, confidence))
    says = "the model ends over-confident in some bins and under-confident in others."
    assert told(run).endswith(says)
    assert told(run, view="class:1").endswith(says)
    # Without the band it is not known what chance would do.
    assert told(run, band=False).endswith("the model ends about as sure as it is right.")


def test_chance_alone_is_not_called_an_error():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        scores = rng.uniform(0.5, 1, 300)
        run = anim.from_arrays([0], rng.random(300) < scores, probs=[scores])
        assert "in some bins" not in told(run)
    # One bin is on one side.
    assert verdict(0.5, 0.03, 1000, error=0.03, chance=0.0126) == "about as sure as it is right"


@pytest.mark.parametrize("accuracy", [0.5, np.nan])
def test_of_no_examples_nothing_is_said_but_what_would_be_of_any(accuracy):
    assert verdict(accuracy, 0.3, 0) == "about as sure as it is right"


def test_replicas_are_told_by_their_median():
    runs = [run_of((0.5, 0.6), (accuracy, 0.7)) for accuracy in (0.8, 0.9, 0.94)]
    assert told(anim.Replicas(runs)) == (
        "Median accuracy rises from 0.50 to 0.90 in 10 steps; "
        "median calibration error rises from 0.10 to 0.20; the model ends under-confident."
    )


def test_what_it_tells_from_is_on_no_page_and_takes_no_name():
    with anim.Recorder(labels=np.zeros(EXAMPLES, int)) as recorder:
        for step in (0, 10):
            recorder.snapshot(step, probs=snapshot(0.5, 0.9), metrics={"gap": 7.0})
    picture = Picture(panels=("reliability", "metric:gap"))
    shown = compose_views([recorder.run()], picture, ["confidence"])
    assert alternative(*shown[0]).endswith("ends over-confident.")
    series = page_data(shown, picture)["runs"][0]["series"]
    assert series.keys() == {"accuracy", "ece", "gap"}
    assert series["gap"] == [7, 7]
