"""Reports and captions on several labels an example: a row for each, and what is counted."""

import json

import numpy as np
import pytest

import anim
from anim.compose.reels import compose_views, views_to_choose
from anim.errors import SettingError
from anim.report import group_table, group_verdict, report_groups
from anim.report.__main__ import main
from anim.run.points import points_of
from anim.settings import Picture
from tests.run.test_multilabel import LABELS, LOGITS, NAMES, N, recorded


@pytest.fixture(scope="module")
def rows():
    wide = np.repeat(LOGITS, 2, axis=1)
    return report_groups(recorded(logits=wide, labels=np.repeat(LABELS, 2, axis=0)))


def test_a_row_for_each_label_has_the_error_of_its_scores(rows):
    errors = recorded().label_errors()
    assert sorted(row["group"] for row in rows) == sorted(NAMES)
    for row in rows:
        assert row["points"] == 2 * N
        assert row["label_ece"] == pytest.approx(errors[row["group"]][1], abs=1e-6)
    table = group_table(rows)
    assert table.startswith("label")
    assert "ECE of scores" in table
    said = group_verdict(rows)
    assert " of 4 labels p is 0.05 or less" in said
    assert "group" not in said


def test_the_report_says_how_many_points_have_how_many_labels(tmp_path, capsys):
    run = recorded(tmp_path / "r")
    assert main([str(tmp_path / "r")]) == 0
    out = capsys.readouterr().out
    assert f"{N} validation points with 4 labels each" in out
    assert "macro ECE" in out
    assert main([str(tmp_path / "r"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    whole, by_label = found.values()
    macro = np.mean([values[1] for values in run.label_errors().values()])
    assert whole[-1]["macro_ece"] == pytest.approx(macro)
    assert len(by_label) == 4


def test_captions_count_points_labels_or_those_of_one_label():
    run = recorded()
    assert points_of(run.examples) == f"{N} validation points with 4 labels each"
    assert points_of(run.of_view("label:dog").examples) == f"{N} validation points"
    assert points_of(run.where(np.arange(7)).examples) == "7 validation labels"
    assert run.where(np.arange(7)).about.caption == f"7 of {4 * N} validation labels"
    assert run.of_view("label:dog").about == run.about
    plain = anim.from_arrays([0], [0, 1, 1], logits=np.zeros((1, 3, 2)))
    assert points_of(plain.examples) == "3 validation points"
    with pytest.warns(UserWarning, match="label cat: .* too few"):
        _, scaled = anim.calibrate(run.only([1]))
    assert scaled.about.caption.endswith(
        "each, half of the labels to fit a temperature for each label"
    )


def test_pictures_say_how_often_a_label_applies(tmp_path):
    anim.animate(recorded(), tmp_path / "all.svg")
    text = (tmp_path / "all.svg").read_text()
    assert "how often a label applies" in text
    assert f"{N} validation points with 4 labels each" in text
    assert "of the labels apply at the end" in text


def test_a_page_offers_the_view_of_all_labels_first():
    assert views_to_choose([recorded()], Picture())[0] == "pooled"


def test_panels_of_classes_are_refused_for_those_of_labels():
    with pytest.raises(SettingError, match=r"^view: .* of several; --by label \(by='label'"):
        compose_views([recorded()], Picture(view="classes"), ["pooled"])
