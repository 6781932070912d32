"""Columns of scores called by words, and labels that are numbers: the order is said or proven."""

import json

import numpy as np
import pandas as pd
import pytest

import anim
from anim.errors import SettingError
from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame, recorded, refused

NAMES = ["positive", "neutral", "negative"]
FAKE = (LABELS == 1).astype(int)
ONE = PROBS[:, 1]
RIGHT = float(((ONE > 0.5) == FAKE).mean())


def two(first="prob_fake", second="prob_real", **more):
    """Scores of class 1, then those of class 0, in columns of these names."""
    return pd.DataFrame({first: ONE, second: 1 - ONE, "label": FAKE, **more})


def test_columns_called_by_words_are_refused_with_what_to_do(tmp_path, capsys):
    said = (
        "columns prob_fake, prob_real are named by words, but labels are the numbers 0, 1, and "
        "which is which is not said; --classes fake,real says that 0 is fake, 1 is real, "
        "--scores COL,COL names the columns in the order of the numbers"
    )
    assert said in refused(tmp_path, capsys, two())
    said = "--classes positive,neutral,negative says that 0 is positive, 1 is neutral, 2 is nega"
    assert said in refused(tmp_path, capsys, frame(NAMES))
    assert "are named by words" in refused(tmp_path, capsys, two("logit_lgb", "logit_xgb"))


@pytest.mark.parametrize(
    ("options", "classes"),
    [
        (("--classes", "real,fake"), ("real", "fake")),
        (("--scores", "prob_real,prob_fake"), ("real", "fake")),
        (("--scores", "prob_real,prob_fake", "--classes", "0,1"), ("0", "1")),
        (("--scores", "prob_fake"), ("0", "1")),
    ],
)
def test_an_order_that_is_said_is_taken(tmp_path, options, classes):
    run = recorded(tmp_path, two(), *options)
    assert (run.classes, accuracy(run)) == (classes, RIGHT)
    np.testing.assert_array_equal(run.labels, FAKE)


def test_false_and_true_are_numbers_too(tmp_path, capsys):
    table = two().assign(label=FAKE == 1)
    assert "labels are the numbers False, True" in refused(tmp_path, capsys, table)
    run = recorded(tmp_path, table, "--classes", "real,fake")
    assert (run.classes, accuracy(run)) == (("real", "fake"), RIGHT)


def test_the_other_order_is_taken_if_it_is_said(tmp_path):
    run = recorded(tmp_path, two(), "--classes", "fake,real")
    assert accuracy(run) == float(((ONE > 0.5) != FAKE).mean())
    np.testing.assert_array_equal(run.labels, FAKE)


@pytest.mark.parametrize("names", [("1", "0"), ("prob_1", "prob_0"), ("P(yes)", "P(no)")])
def test_columns_named_by_numbers_or_by_a_known_pair_need_no_order(tmp_path, names):
    assert accuracy(recorded(tmp_path, two(*names))) == RIGHT


def test_predictions_that_fit_one_order_say_it(tmp_path, capsys):
    run = recorded(tmp_path, two(pred=(ONE > 0.5).astype(int)))
    assert (run.classes, accuracy(run)) == (("real", "fake"), RIGHT)
    lines = capsys.readouterr().out
    assert "in the one order in which each prediction is the largest score" in lines
    assert "numbers are places: 0 = real, 1 = fake" in lines
    places = np.array([2, 0, 1])
    table = frame(NAMES, places[LABELS], pred=places[PROBS.argmax(1)])
    run = recorded(tmp_path, table)
    assert (run.classes, accuracy(run)) == (("neutral", "negative", "positive"), ACCURACY)


def test_predictions_that_fit_no_order_or_any_say_none(tmp_path, capsys):
    best = PROBS.argmax(1)
    wrong, first_two = best.copy(), best < 2
    wrong[7] = (wrong[7] + 1) % 3
    for table in (
        frame(NAMES, pred=wrong),
        frame(NAMES, pred=best)[first_two],
        frame(NAMES, pred=best)[:6],
        frame(NAMES, pred=np.array(NAMES)[best]),
    ):
        assert "labels are the numbers 0, 1" in refused(tmp_path, capsys, table)


def test_numbers_that_are_predicted_beside_names_need_an_order_too(tmp_path, capsys):
    names = np.array(NAMES)
    swapped = np.array([1, 0, 2])[PROBS.argmax(1)]
    run = recorded(tmp_path, frame(NAMES, names[LABELS], pred=swapped))
    assert accuracy(run) == ACCURACY
    assert "largest score in 60 of 60 rows" in capsys.readouterr().out
    swapped[3] = (swapped[3] + 1) % 3
    (tmp_path / "other").mkdir()
    problem = refused(tmp_path / "other", capsys, frame(NAMES, names[LABELS], pred=swapped))
    assert "predictions are the numbers 0, 1, 2" in problem


@pytest.mark.parametrize("name", ["table.json", "table.parquet"])
def test_other_kinds_of_tables_are_refused_alike(tmp_path, capsys, name):
    if name.endswith(".json"):
        rows = [
            {"label": y, "probs": {"fake": p, "real": 1 - p}}
            for y, p in zip(FAKE.tolist(), ONE.tolist(), strict=True)
        ]
        content = json.dumps(rows)
    else:
        content = two().to_parquet()
    problem = refused(tmp_path, capsys, content, name=name)
    assert "are named by words" in problem
    run = recorded(tmp_path, content, "--classes", "real,fake", name=name)
    assert accuracy(run) == RIGHT


def test_frames_are_refused_alike():
    with pytest.raises(SettingError, match="are named by words"):
        anim.from_table(two(), quiet=True)
    with pytest.raises(SettingError, match="are named by words"):
        anim.from_table(two().drop(columns="label"), labels=FAKE, quiet=True)
    run = anim.from_table(two(), classes=["real", "fake"], quiet=True)
    assert accuracy(run) == RIGHT
    run = anim.from_table(two(), scores=["prob_real", "prob_fake"], quiet=True)
    assert accuracy(run) == RIGHT
