"""Alt text: what a picture shows, in words."""

import numpy as np
import pytest

import anim
from anim.compose import compose_views
from anim.compose.words import alternative
from anim.panels.axes import NO_BREAK_SPACE
from anim.panels.contents import Header, words_for
from anim.panels.verdict import ending_of, verdict_of
from anim.settings import Picture
from tests.support.predictions import model

# That of runs of other tests: a shape is compiled once.
EXAMPLES = 1000


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


def shown_of(run, **options):
    picture = Picture(**options)
    runs = run if isinstance(run, list) else [run]
    ((reel, subject),) = compose_views(runs, picture, [options.get("view") or "confidence"])
    return reel, subject, picture


def alt_of(run, **options):
    return alternative(*shown_of(run, **options)).replace(NO_BREAK_SPACE, " ")


STORY = run_of((0.5, 0.77), (0.8, 0.7), (0.95, 0.89), apart=50, classes=("cat", "dog"))


def test_alt_text_describes_the_training_and_its_end():
    assert alt_of(STORY) == (
        "How often it is right rises from 50 % to 95 % in 100 steps; on average it says 89 % at "
        "the end, and bars miss the line by 6 points; the model ends under-confident."
    )


def test_alt_text_in_terms_of_the_field():
    expected = (
        "Accuracy rises from 0.50 to 0.95 in 100 steps; mean confidence ends at 0.89; ECE of these "
        "bins falls from 0.270 to 0.060; the model ends under-confident."
    )
    assert alt_of(STORY, words="field") == alt_of(STORY, theme="paper") == expected


def test_alt_text_of_a_class_is_about_its_score():
    assert alt_of(STORY, view="class:cat", bins=10) == (
        "On average its score for “cat” rises from 50 % to 85 % in 100 steps; 100 % are “cat” at "
        "the end, and bars miss the line by 15 points."
    )
    assert alt_of(STORY, view="class:dog", bins=10, words="field") == (
        "Mean score of dog falls from 0.50 to 0.15 in 100 steps; its share is 0.00; "
        "ECE of these bins falls from 0.500 to 0.149."
    )


def test_alt_text_of_the_likeliest_classes_says_how_many():
    logits, labels = model(300, classes=3)
    run = anim.from_arrays([0, 1], labels, logits=np.stack([logits, 2 * logits]))
    assert ", bars" not in alt_of(run, view="top:1")
    assert alt_of(run, view="top:2").startswith("How often one of its best 2 is right ")
    assert " of its best 2 together at the end" in alt_of(run, view="top:2")
    found = alt_of(run, view="top:2", words="field")
    assert found.startswith("Top-2 accuracy ")
    assert "; mean top-2 confidence ends at " in found


def test_alt_text_of_a_curve_says_so():
    assert "at the end, and the curve misses the line by 6 points" in alt_of(STORY, curve="smooth")
    found = alt_of(STORY, curve="isotonic", words="field")
    assert "; calibration error of the curve falls from 0.270 to 0.060; " in found


@pytest.mark.parametrize("words", ["plain", "field"])
@pytest.mark.parametrize("view", ["confidence", "class:dog"])
def test_numbers_of_alt_text_are_those_of_the_header(view, words):
    reel, subject, picture = shown_of(STORY, view=view, words=words)
    header = Header(reel, subject, words_for(reel, subject, picture))
    text = alternative(reel, subject, picture)
    says, right, misses = header.all_numbers(reel.tracks[0])[-1]
    assert says in text
    assert right in text
    assert misses in text


def test_snapshots_without_examples_are_no_part_of_the_story():
    reel, subject, picture = shown_of(STORY)
    (track,) = reel.tracks
    for values in (track.says, track.right, track.misses):
        values[-1] = np.nan
    assert alternative(reel, subject, picture).startswith("How often it is right rises ")
    for values in (track.says, track.right, track.misses):
        values[:] = np.nan
    assert alternative(reel, subject, picture) == "No snapshot has examples."


@pytest.mark.parametrize(
    ("accuracies", "says"),
    [
        ((0.5, 0.5, 0.5), "stays at 50 % over 20 steps; "),
        ((0.5,), "is 50 %; on average it says 70 %, and bars miss "),
        ((0.9, 0.8), "falls from 90 % to 80 % in 10 steps; "),
        ((0.5, 0.95, 0.7, 0.6, 0.5), "rises to 95 % and ends at 50 % after 40 steps; "),
        ((0.5, 0.95, 0.7), "rises from 50 % to 95 % and ends at 70 % after 20 steps; "),
        ((0.9, 0.5, 0.8), "falls from 90 % to 50 % and ends at 80 % after 20 steps; "),
        ((0.5, 0.75, 0.7), "rises from 50 % to 70 % in 20 steps; "),
    ],
)
def test_a_peak_between_the_ends_is_mentioned(accuracies, says):
    run = run_of(*((accuracy, 0.7) for accuracy in accuracies))
    assert alt_of(run).startswith(f"How often it is right {says}")


@pytest.mark.parametrize(
    ("gap", "says"),
    [(0.2, "over-confident"), (-0.15, "under-confident"), (0, "calibrated, as far as")],
)
def test_the_verdict_is_on_predictions_in_every_view_of_them(gap, says):
    """Where it is as often right of one class as of the other; else see below."""
    labels = np.arange(EXAMPLES) % 2
    is_right = np.arange(EXAMPLES) < 0.7 * EXAMPLES
    scores = np.where(is_right == labels, 0.7 + gap, 0.3 - gap)
    run = anim.from_arrays([0], labels, probs=[scores], classes=("a", "b"))
    for view in ("score", "confidence"):
        assert f"the model ends {says}" in alt_of(run, view=view)


def test_a_view_of_a_class_has_no_verdict():
    """Class 1 is never a label: its mean score is above its share, whatever the confidence is."""
    run = run_of((0.7, 0.55), (0.7, 0.55), classes=("a", "b"))
    reel, _, _ = shown_of(run, view="class:b")
    assert ending_of(reel.tracks[0]) is None
    assert "-confident" not in alt_of(run, view="class:b")


def test_errors_that_cancel_out_are_mentioned():
    confidence = np.where(np.arange(EXAMPLES) < EXAMPLES // 2, 0.65, 0.95)
    run = run_of((0.8, confidence))
    says = "the model ends over-confident in some bins and under-confident in others."
    assert alt_of(run).endswith(says)
    # A verdict does not depend on what is drawn.
    assert alt_of(run, band=False).endswith(says)
    assert alt_of(run, band="pointwise").endswith(says)


def test_errors_of_scores_that_cancel_out_in_confidence_are_no_chance():
    """Class 1 is 0.2 rarer than each score says: 80 % and 40 % are right of those 60 % sure."""
    scores = np.tile([0.4, 0.6], EXAMPLES // 2)
    labels = np.linspace(0, 1, EXAMPLES // 2).repeat(2) < scores - 0.2
    run = anim.from_arrays([0], labels.astype(int), probs=[scores], classes=("a", "b"))
    assert "ends calibrated, as far as" in alt_of(run, view="confidence")
    says = "the model ends over-confident in some bins and under-confident in others."
    assert alt_of(run, view="score").endswith(says)


def test_a_single_bin_that_stands_out_of_many_is_mentioned():
    """Its gap is drawn in full colour, whatever the test on all bins says."""
    rng = np.random.default_rng(2)
    scores = rng.uniform(0.5, 1, 3000)
    is_bad = (scores > 0.7) & (scores < 0.725)
    hits = rng.random(3000) < np.where(is_bad, 0.5, scores)
    probs = np.where(hits, scores, 1 - scores)
    run = anim.from_arrays([0], np.ones(3000, int), probs=[probs], classes=("a", "b"))
    reel, _, _ = shown_of(run, bins=40)
    row, verdict = ending_of(reel.tracks[0])
    assert reel.tracks[0].stands_out[row].any()
    assert verdict.forms[-1] == "most may be chance"
    assert verdict.text.endswith("but for single bins")


def test_a_small_gap_of_many_bins_is_one_as_a_whole():
    """No bar is drawn in full colour, while all together are no chance."""
    rng = np.random.default_rng(3)
    scores = rng.uniform(0.5, 1, 3000)
    hits = rng.random(3000) < scores - 0.02
    probs = np.where(hits, scores, 1 - scores)
    run = anim.from_arrays([0], np.ones(3000, int), probs=[probs], classes=("a", "b"))
    reel, _, _ = shown_of(run)
    row, verdict = ending_of(reel.tracks[0])
    assert reel.tracks[0].p_values[row] <= 0.05
    assert not reel.tracks[0].stands_out[row].any()
    assert verdict.forms[0] == "over-confident as a whole"


@pytest.mark.parametrize("curve", ["bars", "smooth"])
def test_no_verdict_calls_all_chance_what_is_drawn_in_full_colour(curve):
    for seed in range(12):
        rng = np.random.default_rng(seed)
        scores = rng.uniform(0.5, 1, EXAMPLES)
        hits = rng.random(EXAMPLES) < scores
        probs = np.where(hits, scores, 1 - scores)
        run = anim.from_arrays([0], np.ones(EXAMPLES, int), probs=[probs], classes=("a", "b"))
        reel, _, _ = shown_of(run, curve=curve, band="pointwise")
        (track,) = reel.tracks
        low, high = track.band[-1]
        shown = track.shares[-1] if curve == "bars" else track.curve[-1]
        is_seen = track.counts[-1] >= 5 if curve == "bars" else np.isfinite(shown)
        is_full = bool((((shown < low) | (shown > high)) & is_seen).any())
        _, verdict = ending_of(track)
        assert not (is_full and verdict.forms[-1] == "may be chance")


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
        (0.04, 0.1, 0.01, "mostly over-confident, and under-confident in some bins"),
        (-0.04, 0.1, 0.01, "mostly under-confident, and over-confident in some bins"),
        (0.03, 0.1, 0.01, "over-confident in some bins and under-confident in others"),
        (-0.03, 0.1, 0.01, "over-confident in some bins and under-confident in others"),
        # However large an error is: few examples do not show it.
        (0.3, 0.3, 0.06, "calibrated, as far as 1,200 examples can show"),
        (0.3, 0.3, np.nan, "calibrated, as far as 1,200 examples can show"),
    ],
)
def test_the_direction_of_an_error_is_mentioned_only_if_the_test_rejects(gap, error, p_value, says):
    assert verdict_of(gap, error, p_value, 1200).text == says


def test_a_verdict_says_whether_it_may_be_chance():
    """In each of its forms, or it has the colour of a side, which chance has not."""
    by_chance = verdict_of(0.1, 0.1, 0.06, 1200)
    assert by_chance.mark == ""
    assert all("may be chance" in form for form in by_chance.forms)
    for gap, mark in ((0.1, "over"), (-0.1, "under")):
        certain = verdict_of(gap, 0.1, 0.05, 1200)
        assert certain.mark == mark
        assert certain.forms == (f"{mark}-confident, not by chance", f"{mark}-confident")
    mostly = verdict_of(0.04, 0.1, 0.05, 1200)
    assert mostly.mark == "over"
    assert mostly.forms[1:] == ("mostly over-confident", "mostly over")
    one_side = verdict_of(0.04, 0.1, 0.05, 1200, (False, True))
    assert (one_side.mark, one_side.text) == ("over", "mostly over-confident")
    partly = verdict_of(0.01, 0.1, 0.05, 1200, (True, False))
    assert (partly.mark, partly.text) == ("under", "under-confident in some bins")
    whole = verdict_of(0.1, 0.1, 0.05, 1200, (False, False))
    assert whole.mark == "over"
    assert whole.text == "over-confident as a whole, though each bin alone may be chance"
    assert "over-confident overall" in whole.forms
    balanced = verdict_of(0.0, 0.1, 0.05, 1200, (False, False))
    assert balanced.mark == ""
    assert balanced.forms[0] == "off by more than chance as a whole"
    both = verdict_of(0.0, 0.1, 0.05, 1200)
    assert both.mark == ""
    assert all("may be" not in form for form in both.forms)
    assert both.forms[-1] == "both over and under"


def test_replicas_that_err_in_both_directions_have_no_verdict():
    over, under = run_of((0.7, 0.9)), run_of((0.7, 0.55))
    assert "the model ends" not in alt_of(anim.Replicas([over, under]))
    assert "ends over-confident" in alt_of(anim.Replicas([over, over, over]))


def test_alt_text_of_replicas_is_about_their_median():
    runs = [run_of((0.5, 0.6), (accuracy, 0.7)) for accuracy in (0.8, 0.9, 0.94)]
    assert alt_of(anim.Replicas(runs)) == (
        "In the median of the replicas, how often it is right rises from 50 % to 90 % in 10 steps; "
        "on average it says 70 % at the end, and bars miss the line by 20 points; "
        "the model ends under-confident."
    )
