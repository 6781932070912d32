"""Alt text: what a picture shows, in words."""

import numpy as np
import pytest

import anim
from anim.compose import compose_views
from anim.compose.words import alternative, verdict
from anim.page import page_data
from anim.settings import Picture

EXAMPLES = 2000


def snapshot(accuracy, confidence):
    """Return probs [N, 2] of examples with label 0, of this accuracy and confidence."""
    confidence = np.broadcast_to(confidence, EXAMPLES)
    is_right = np.arange(EXAMPLES) % 100 < 100 * np.broadcast_to(accuracy, EXAMPLES)
    first = np.where(is_right, confidence, 1 - confidence)
    return np.stack([first, 1 - first], axis=1)


def run_of(*snapshots, apart=10, **options):
    probs = [snapshot(*one) for one in snapshots]
    steps = np.arange(len(probs)) * apart
    return anim.from_arrays(steps, np.zeros(EXAMPLES, int), probs=probs, **options)


def alt_of(run, **options):
    picture = Picture(**options)
    runs = run if isinstance(run, list) else [run]
    ((reel, subject),) = compose_views(runs, picture, [options.get("view") or "confidence"])
    return alternative(reel, subject)


def test_alt_text_describes_the_training_and_its_end():
    assert alt_of(run_of((0.5, 0.77), (0.8, 0.7), (0.95, 0.89), apart=50)) == (
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
def test_a_peak_between_the_ends_is_mentioned(accuracies, says):
    run = run_of(*((accuracy, 0.7) for accuracy in accuracies))
    assert alt_of(run).startswith(says)


@pytest.mark.parametrize(
    ("gap", "says"),
    [(0.2, "over-confident"), (-0.15, "under-confident"), (0, "calibrated, as far as")],
)
def test_the_verdict_is_about_confidence_in_every_view(gap, says):
    """In the view of class 1, which is never a label, the mean score is above the share."""
    run = run_of((0.7, 0.7 + gap), (0.7, 0.7 + gap), classes=("a", "b"))
    views = [alt_of(run, view=view) for view in ("score", "confidence", "class:a", "class:b")]
    assert len(set(views)) == 1
    assert f"the model ends {says}" in views[0]


def test_errors_that_cancel_out_are_mentioned():
    confidence = np.where(np.arange(EXAMPLES) < EXAMPLES // 2, 0.65, 0.95)
    accuracy = np.where(np.arange(EXAMPLES) < EXAMPLES // 2, 0.8, 0.8)
    run = run_of((accuracy, confidence))
    says = "the model ends over-confident in some bins and under-confident in others."
    assert alt_of(run).endswith(says)
    assert alt_of(run, view="class:1").endswith(says)
    # A verdict does not depend on what is drawn.
    assert alt_of(run, band=False).endswith(says)
    assert alt_of(run, band="pointwise").endswith(says)


@pytest.mark.slow
def test_one_in_twenty_calibrated_models_is_called_miscalibrated():
    alarms = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        scores = rng.uniform(0.5, 1, 300)
        run = anim.from_arrays([0], rng.random(300) < scores, probs=[scores])
        alarms.append("ends calibrated, as far as 300 examples can show" not in alt_of(run))
    # Two standard deviations of 300 trials at 5 %.
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.025)


@pytest.mark.parametrize(
    ("gap", "error", "p_value", "says"),
    [
        (0.1, 0.1, 0.05, "over-confident"),
        (-0.06, 0.1, 0.01, "under-confident"),
        (0.04, 0.1, 0.01, "over-confident in some bins and under-confident in others"),
        (-0.04, 0.1, 0.01, "over-confident in some bins and under-confident in others"),
        # However large an error is: few examples do not show it.
        (0.3, 0.3, 0.06, "calibrated, as far as 1,200 examples can show"),
        (0.3, 0.3, np.nan, "calibrated, as far as 1,200 examples can show"),
    ],
)
def test_the_direction_of_an_error_is_mentioned_only_if_the_test_rejects(gap, error, p_value, says):
    assert verdict(gap, error, p_value, 1200) == says


def test_alt_text_of_replicas_is_about_their_median():
    runs = [run_of((0.5, 0.6), (accuracy, 0.7)) for accuracy in (0.8, 0.9, 0.94)]
    assert alt_of(anim.Replicas(runs)) == (
        "Median accuracy rises from 0.50 to 0.90 in 10 steps; "
        "median calibration error rises from 0.10 to 0.20; the model ends under-confident."
    )


def test_a_page_holds_the_gap_only_if_a_panel_draws_it():
    run = run_of((0.5, 0.9), (0.5, 0.9))
    for panels, names in (
        (("reliability",), {"accuracy", "ece"}),
        (("reliability", "metric:gap"), {"accuracy", "ece", "gap"}),
    ):
        picture = Picture(panels=panels)
        shown = compose_views([run], picture, ["confidence"])
        assert alternative(*shown[0]).endswith("ends over-confident.")
        series = page_data(shown, picture)["runs"][0]["series"]
        assert series.keys() == names
        assert series.get("gap", [0.4, 0.4]) == pytest.approx([0.4, 0.4], abs=1e-6)
