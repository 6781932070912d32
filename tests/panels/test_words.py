"""The words of a picture: plain ones and the field's, of each view."""

import numpy as np
import pytest

from anim.panels.verdict import verdict_of
from anim.panels.words import percent, points, words_of
from tests.support.panels import FOLDED, LABELS, a_subject

TOP = {"view": "top:3", "answers": 3, "score_label": "sum of the 3 largest scores", "floor": 0.3}
VIEWS = {"confidence": {}, "score": FOLDED, "top": TOP, "class": LABELS}


def words(*, is_plain=True, dots=100, examples=1000, is_curve=False, is_median=False, **view):
    how = {"is_plain": is_plain, "is_curve": is_curve, "is_median": is_median}
    return words_of(a_subject(**view), dots, examples, **how)


def sentence_of(found, *numbers):
    """Return a sentence with its numbers, and plain spaces."""
    numbers = found.numbers(*numbers)
    parts = (part if isinstance(part, str) else numbers[part] for part in found.sentence)
    return "".join(parts).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "On average it says 92 % and is right 91 %  ·  bars miss the line by 7 points"),
        (
            {"is_curve": True},
            "On average it says 92 % and is right 91 %  ·  curve misses the line by 7 points",
        ),
        (
            {"is_plain": False},
            "Mean confidence 0.92, accuracy 0.91, ECE of these bins 0.069",
        ),
        (
            LABELS,
            "On average it gives “cat” 92 %, and 91 % are  ·  bars miss the line by 7 points",
        ),
        (
            TOP,
            "On average it is 92 % sure of its best 3, and one is right 91 %  ·  bars miss "
            "the line by 7 points",
        ),
        (
            {"is_plain": False, **TOP},
            "Mean top-3 confidence 0.92, top-3 accuracy 0.91, ECE of these bins 0.069",
        ),
        ({"is_plain": False, **LABELS}, "Mean score 0.92, share 0.91, ECE of these bins 0.069"),
    ],
)
def test_a_sentence_says_how_sure_how_often_right_and_how_far_off(more, expected):
    assert sentence_of(words(**more), 0.92, 0.91, 0.069) == expected


@pytest.mark.parametrize("is_plain", [True, False])
def test_numbers_that_are_unknown_are_dashes(is_plain):
    assert words(is_plain=is_plain).numbers(np.nan, np.nan, np.nan) == ("–", "–", "–")


@pytest.mark.parametrize(
    ("gap", "text"),
    [(0.069, "7 points"), (0.01, "1 point"), (0.0096, "1 point"), (0.0094, "0.9 points"),
     (0.004, "0.4 points"), (0, "0 points"), (0.0004, "0 points"), (1, "100 points"),
     (np.nan, "–")],
)  # fmt: skip
def test_distances_are_whole_points_or_tenths_below_one(gap, text):
    assert points(gap).replace("\u00a0", " ") == text


def test_shares_are_whole_percents():
    assert [percent(one) for one in (0.914, 1, np.nan)] == ["91\u00a0%", "100\u00a0%", "–"]


def test_both_halves_of_the_scores_are_named_after_their_classes():
    found = words(**FOLDED)
    places = {name.text: name.place for name in found.scores}
    assert places == {"←  says “no”": 0.25, "its score": 0.5, "says “yes”  →": 0.75}
    ends = [(name.place, name.align, name.text) for name in found.narrow_scores]
    assert ends == [(0, "left", "←  “no”"), (1, "right", "“yes”  →")]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("is_plain", [True, False])
def test_every_view_has_a_word_for_every_mark(view, is_plain):
    found = words(is_plain=is_plain, **VIEWS[view])
    texts = (found.share, found.under, found.over, found.ideal, found.pale, found.hit, found.miss)
    assert all(texts)
    assert len({found.under, found.over, found.ideal, found.pale}) == 4
    assert all(name.text for name in (*found.scores, *found.narrow_scores))
    # Of labels that are counted none are wrong.
    assert (found.wrong == "") == (view == "class")
    assert all(any(isinstance(part, int) for part in one) for one in (found.medium, found.short))


@pytest.mark.parametrize(
    ("dots", "examples", "text"),
    [
        (100, 10_000, ("100", "of 10k")),
        (57, 57, ("all 57",)),
        (100, 100, ("all 100",)),
        (100, 9999, ("100", "of 9\u2009999")),
        (100, None, ("100", "of them")),
        (100, 25_000_000, ("100", "of 25M")),
    ],
)
def test_dots_say_of_how_many_they_are(dots, examples, text):
    assert words(dots=dots, examples=examples).dots == text


@pytest.mark.parametrize("is_plain", [True, False])
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_every_sentence_on_replicas_says_that_its_numbers_are_medians(view, is_plain):
    found = words(is_plain=is_plain, is_median=True, **view)
    otherwise = words(is_plain=is_plain, **view)
    for form in ("sentence", "medium", "short"):
        parts, others = getattr(found, form), getattr(otherwise, form)
        assert parts[0].startswith(("Medians of the replicas: ", "medians: "))
        assert parts[1:] == others[1:]
    assert found.dots == otherwise.dots


def test_the_sentence_on_replicas():
    text = (
        "Medians of the replicas: it says 92 % and is right 91 %  ·  bars miss the line by 7 points"
    )
    assert sentence_of(words(is_median=True), 0.92, 0.91, 0.069) == text


def test_nothing_is_left_to_chance_where_there_is_no_gap():
    assert verdict_of(0, 0.0, 1, 300).forms == ("no gap to speak of", "no gap")
    assert "may be chance" in verdict_of(0, 0.02, 0.5, 300).forms
    assert verdict_of(0, 0.02, 0.5, 1).text.endswith("as 1 example can show")
