"""Views, looked up by name, against NumPy."""

import numpy as np
import pytest

from anim import calibration
from anim.errors import SettingError

CLASSES = ("cat", "dog", "a:b")
RNG = np.random.default_rng(0)
PROBS = RNG.dirichlet(np.ones(3), 200).astype(np.float32)
LABELS = RNG.integers(0, 3, 200)


def test_confidence_is_the_largest_score_and_hits_are_right_predictions():
    view = calibration.view_of("confidence", CLASSES)
    scores, hits = calibration.scores_and_hits(PROBS, LABELS, view)
    np.testing.assert_array_equal(scores, PROBS.max(1))
    np.testing.assert_array_equal(hits, PROBS.argmax(1) == LABELS)
    assert not view.counts_labels


@pytest.mark.parametrize(("k", "name"), list(enumerate(CLASSES)))
def test_a_class_view_is_one_class_against_the_rest(k, name):
    view = calibration.view_of(f"class:{name}", CLASSES)
    scores, hits = calibration.scores_and_hits(PROBS, LABELS, view)
    np.testing.assert_array_equal(scores, PROBS[:, k])
    np.testing.assert_array_equal(hits, np.equal(LABELS, k))
    assert view.counts_labels
    assert view.name == f"class:{name}"
    assert view.label([CLASSES]) == f"predicted score of {name}"


def test_the_score_view_shows_class_1_and_is_folded():
    probs = np.stack([1 - PROBS[:, 0], PROBS[:, 0]], axis=1)
    view = calibration.view_of("score", ("no", "yes"))
    scores, hits = calibration.scores_and_hits(probs, LABELS % 2, view)
    np.testing.assert_array_equal(scores, probs[:, 1])
    np.testing.assert_array_equal(hits, probs.argmax(1) == LABELS % 2)
    assert view.is_folded
    assert view.label([("no", "yes")]) == "predicted score of yes"
    assert view.label([("no", "yes"), ("0", "1")]) == "predicted score of class 1"


@pytest.mark.parametrize(
    ("classes", "has_scores", "expected"),
    [
        (CLASSES, True, "confidence"),
        (CLASSES[:2], True, "score"),
        (CLASSES[:2], False, "confidence"),
    ],
)
def test_the_default_view_is_the_score_of_two_classes(classes, has_scores, expected):
    assert calibration.default_view(classes, has_scores) == expected


@pytest.mark.parametrize(
    ("name", "classes", "has_scores", "problem"),
    [
        (
            "scores",
            CLASSES,
            True,
            "top:k, class:NAME, pooled, label:NAME, got 'scores'",
        ),
        (
            "score:x",
            CLASSES,
            True,
            "top:k, class:NAME, pooled, label:NAME, got 'score:x'",
        ),
        (
            "class",
            CLASSES,
            True,
            "top:k, class:NAME, pooled, label:NAME, got 'class'",
        ),
        ("class:cow", CLASSES, True, "expected one of cat, dog, a:b, got 'cow'"),
        ("score", CLASSES, True, "the score view is for two classes, this run has 3"),
        ("class:cat", CLASSES, False, "it has the confidence view only, got 'class:cat'"),
    ],
)
def test_a_view_that_a_run_cannot_have_is_an_error(name, classes, has_scores, problem):
    with pytest.raises(SettingError) as error:
        calibration.view_of(name, classes, has_scores)
    assert str(error.value).startswith("view: ")
    assert problem in str(error.value)


def test_an_unknown_class_of_many_is_a_short_error_that_names_the_nearest():
    classes = [f"token {k}" for k in range(32_000)]
    with pytest.raises(SettingError, match=r"\(32,000 in all\).*mean 'token 777'\?$") as error:
        calibration.view_of("class:tokne 777", classes)
    assert len(str(error.value)) < 2000


def test_class_views_are_offered_of_the_classes_that_all_runs_have():
    known = calibration.views_offered([("c", "a", "b"), ("b", "c")])
    assert known == ["confidence", "class:c", "class:b"]
    many = tuple(map(str, range(20_000)))
    assert calibration.views_offered([many, many[::-1]]) == ["confidence"]


@pytest.mark.parametrize(
    ("examples", "most", "of_score", "of_others"),
    [
        (1, None, 6, 5),
        (199, None, 6, 7),
        (200, None, 8, 8),
        (285, None, 10, 11),
        (999, None, 38, 20),
        (10**6, None, 40, 20),
        (10**6, 33, 32, 20),
        (10**6, 9, 8, 9),
        (10**6, 3, 6, 5),
        (199, 33, 6, 7),
    ],
)
def test_there_is_a_bin_for_each_25_examples_within_limits(examples, most, of_score, of_others):
    assert calibration.SCORE.bins_for(examples, most) == of_score
    assert calibration.CONFIDENCE.bins_for(examples, most) == of_others
    assert calibration.ClassView(1).bins_for(examples, most) == of_others
