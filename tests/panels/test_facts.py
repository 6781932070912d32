"""What is known of a bin: the class it is for, how sure, how often right, and what chance makes."""

import numpy as np
import pytest

from anim.panels.facts import Bin, fact, fact_words, table_row
from anim.panels.words import words_of
from tests.support.panels import FOLDED, LABELS, a_subject


def words(*, is_plain=True, **view):
    subject = a_subject(**view)
    return fact_words(subject, words_of(subject, 100, 1000, is_plain=is_plain))


def a_bin(**more):
    band = {"band": (0.52, 0.62)}
    return Bin(
        **{"low": 0.42, "high": 0.44, "count": 461, "share": 0.3, "ideal": 0.57, **band, **more}
    )


def said(one, **more):
    return fact(words(**more), one).replace("\u00a0", " ")


def test_a_bin_below_one_half_says_how_sure_it_is_of_the_other_class():
    expected = "says no, 57 % sure; right 30 % of 461; 27 points over-confident, chance explains 5"
    assert said(a_bin(), **FOLDED) == expected
    other = a_bin(low=0.56, high=0.58, share=0.8)
    assert said(other, **FOLDED) == (
        "says yes, 57 % sure; right 80 % of 461; 23 points under-confident, chance explains 5"
    )


@pytest.mark.parametrize(
    ("more", "end"),
    [
        ({"share": 0.57}, "on the line"),
        ({"share": 0.55}, "2 points over-confident, chance may explain it"),
        ({"band": None}, "27 points over-confident"),
        ({"band": (np.nan, np.nan)}, "27 points over-confident"),
    ],
)
def test_a_gap_that_chance_may_make_is_said_to_be_one(more, end):
    assert said(a_bin(**more)).endswith(f"461; {end}")


def test_a_view_of_labels_speaks_of_the_class():
    assert said(a_bin(), **LABELS) == (
        "cat 57 % likely; 30 % of 461 are cat; 27 points too high, chance explains 5"
    )


def test_the_fields_terms_have_decimals():
    assert said(a_bin(), is_plain=False, **FOLDED) == (
        "says no, mean confidence 0.570; accuracy 0.300, n = 461; 0.270 over-confident, "
        "within chance: 0.050"
    )


def test_an_empty_bin_has_no_examples_and_medians_are_called_so():
    assert said(a_bin(count=0)) == "42 % to 44 %: no examples"
    assert said(a_bin(share=np.nan)) == "42 % to 44 %: no examples"
    text = fact(words(), a_bin(), is_median=True)
    assert text.startswith("medians: ")


def test_a_row_of_a_table_has_a_cell_for_each_head_and_a_signed_gap():
    found = words(**FOLDED)
    row = [cell.replace("\u00a0", " ") for cell in table_row(found, a_bin())]
    assert row == ["no, 56 % to 58 %", "57 %", "30 %", "461", "+27 points", "5 points"]
    assert len(row) == len(found.heads)
    under = table_row(found, a_bin(share=0.8, band=None))
    assert under[4].replace("\u00a0", " ") == "−23 points"
    assert under[5] == "–"
    assert table_row(found, a_bin(count=0))[1:] == ("–", "–", "0", "–", "–")
