"""Weights and groups in columns of tables: used if they are asked for, the same at every step."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import anim
from anim.errors import SettingError
from anim.record.__main__ import main
from anim.record.aligning import check_same_examples, in_order_of
from anim.record.beside import groups_in, weights_in
from anim.record.readers import read
from anim.record.saved import Saved
from anim.record.schema import Wanted
from anim.record.tables import table_of
from tests.support.tables import LABELS, PROBS, frame, recorded, refused, save

PROB = [f"prob_{k}" for k in range(3)]
WEIGHTS = np.round(np.random.default_rng(2).random(60), 3)
SITES = np.array(["north", "south"])[LABELS % 2]


def snapshots(folder, table, **wanted):
    """The snapshots that are read from a file of a table."""
    return list(read(save(folder, table), None, Wanted(**wanted)))


def test_a_column_that_is_only_named_so_is_not_used_which_is_said(tmp_path, capsys):
    run = recorded(tmp_path, frame(PROB, sample_weight=WEIGHTS, group=SITES))
    assert run.weights is None and not run.groups
    out = capsys.readouterr().out
    said = "weight: 'sample_weight', not used: each example counts the same; --weight sample_weight"
    assert f"{said} takes it" in out
    assert "group: 'group', not used: examples are of no group; --group group takes it" in out


def test_weights_and_groups_that_are_asked_for_are_read(tmp_path):
    table = frame(PROB, w=WEIGHTS, site=SITES, age=LABELS * 10, weight=1.0)
    (found,) = snapshots(tmp_path, table, weight="w", group=("site", "age"))
    np.testing.assert_array_equal(found.weights, WEIGHTS)
    assert [*found.groups] == ["site", "age"]
    assert found.groups["site"].tolist() == SITES.tolist()
    assert found.groups["age"].tolist() == [str(10 * one) for one in LABELS]
    assert "weight: 'w' (asked for)" in found.notes
    assert "group: 'site', 'age' (asked for)" in found.notes


@pytest.mark.parametrize("suffix", ["csv", "npz", "frame"])
def test_they_are_those_of_the_run(tmp_path, suffix):
    weights, sites = np.where(LABELS == 2, 0, WEIGHTS), SITES.astype(object)
    sites[:2] = ""
    table = frame(PROB, w=weights, site=sites)
    if suffix == "frame":
        run = anim.from_table(table, weight="w", group="site", quiet=True)
    elif suffix == "csv":
        run = recorded(tmp_path, table, "--weight", "w", "--group", "site")
    else:
        arrays = {"probs": PROBS, "labels": LABELS, "w": weights, "site": sites.astype(str)}
        np.savez(tmp_path / "table.npz", **arrays)
        path = str(tmp_path / "table.npz")
        options = ["--weight", "w", "--group", "site"]
        assert main(["--out", str(tmp_path / "run"), path, *options]) == 0
        run = anim.open(tmp_path / "run")
    # Of weight 0 an example counts nowhere.
    counts = weights > 0
    np.testing.assert_array_equal(run.labels, LABELS[counts])
    np.testing.assert_array_equal(run.weights, weights[counts])
    groups = run.groups["site"]
    named = [one or "(none)" for one in sites[counts]]
    assert [groups.names[code] for code in groups.codes] == named


def test_the_last_line_says_the_weighted_accuracy_and_the_groups(tmp_path, capsys):
    table = frame(PROB, w=WEIGHTS, site=SITES)
    run = recorded(tmp_path, table, "--weight", "w", "--group", "site")
    expected = np.average(PROBS.argmax(1) == LABELS, weights=WEIGHTS)
    np.testing.assert_allclose(run.metrics()["accuracy"], expected, atol=1e-6)
    said = f"; weighted accuracy {expected:.4g}; groups 'site' (2); step 0"
    assert said in capsys.readouterr().out


def test_other_weights_in_another_file_are_refused(tmp_path, capsys):
    save(tmp_path, frame(PROB, w=WEIGHTS[::-1]), "step_1.csv")
    more = [str(tmp_path / "step_1.csv"), "--weight", "w"]
    problem = refused(tmp_path, capsys, frame(PROB, w=WEIGHTS), *more, name="step_0.csv")
    assert "step_1.csv': expected the weights of the first file, got different ones" in problem


def test_rows_that_are_left_out_have_no_weight_and_no_group(tmp_path):
    labels, weights = LABELS.copy(), pd.Series(WEIGHTS.copy())
    labels[4], weights[4] = -100, None
    table = frame(PROB, labels, w=weights, site=pd.Series(SITES).mask(labels < 0, ""))
    (found,) = snapshots(tmp_path, table, weight="w", group=("site",), ignore=("-100",))
    np.testing.assert_array_equal(found.weights, np.delete(WEIGHTS, 4))
    assert found.groups["site"].tolist() == np.delete(SITES, 4).tolist()


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("-0.5", "line 5, column 'w': expected a weight, a number from 0, got '-0.5'"),
        ("nan", "line 5, column 'w': expected a number, got 'nan'"),
        ("", "line 5, column 'w': expected a number, got an empty cell"),
        ("inf", "line 5, column 'w': expected a number, got 'inf'"),
        ("much", "line 5, column 'w': expected a number, got 'much'"),
    ],
)
def test_a_row_without_a_weight_is_refused_with_its_line(tmp_path, capsys, cell, problem):
    weights = pd.Series(WEIGHTS).astype(object)
    weights[3] = cell
    assert problem in refused(tmp_path, capsys, frame(PROB, w=weights), "--weight", "w")


def test_weights_that_are_all_0_are_refused(tmp_path, capsys):
    problem = refused(tmp_path, capsys, frame(PROB, w=0), "--weight", "w")
    assert "column 'w': expected weights above 0, got none" in problem


def table(**columns):
    return table_of("frame", pa.table(columns), lambda row: f"row {row}")


def test_names_of_groups_are_texts_without_spaces_and_numbers_without_zeros():
    one = table(
        a=[" x", "y ", "None"], b=[1.0, 2.0, 1.0], c=[True, False, True], d=["01", "1", "2"]
    )
    assert groups_in(one, "a").tolist() == ["x", "y", "None"]
    assert groups_in(one, "b").tolist() == ["1", "2", "1"]
    assert groups_in(one, "c").tolist() == ["true", "false", "true"]
    assert groups_in(one, "d").tolist() == ["1", "1", "2"]
    assert groups_in(table(a=["x", None, " "]), "a").tolist() == ["x", "(none)", "(none)"]
    assert weights_in(one, "b").tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            [1.5, 2.0],
            "column 'g': expected names of groups, or integers, got numbers with decimals",
        ),
        ([["a"], ["b"]], "column 'g': expected names of groups, got list"),
    ],
)
def test_what_is_no_name_of_a_group_is_refused(values, problem):
    with pytest.raises(SettingError, match=re.escape(problem)):
        groups_in(table(g=values), "g")


def test_columns_are_asked_for_once_and_exist(tmp_path, capsys):
    problem = refused(tmp_path, capsys, frame(PROB, w=1), "--weight", "v")
    assert "argument --weight: " in problem and "has no column 'v'" in problem
    problem = refused(tmp_path, capsys, frame(PROB, w=1), "--group", "w,v")
    assert "argument --group: " in problem and "has no column 'v'" in problem
    problem = refused(tmp_path, capsys, frame(PROB, w=1), "--group", "w", "--weight", "w")
    assert "argument --group: column 'w' is asked for as weight, too" in problem


def of(source, ids=None, weights=WEIGHTS[:4], groups=SITES[:4], **more):
    more = {"weights": weights, "groups": {"site": groups}, **more}
    return Saved(Path(source), 0, LABELS[:4], {"probs": np.zeros((4, 3))}, ids=ids, **more)


def test_rows_are_put_in_one_order_by_ids_with_their_weights_and_groups():
    order = np.array([2, 0, 3, 1])
    first = of("a", ("p", "q", "r", "s"), positions=np.arange(4))
    moved = of("b", ("r", "p", "s", "q"), WEIGHTS[:4][order], SITES[:4][order], positions=order)
    moved = in_order_of(first, moved)
    np.testing.assert_array_equal(moved.weights, first.weights)
    np.testing.assert_array_equal(moved.groups["site"], first.groups["site"])
    np.testing.assert_array_equal(moved.positions, first.positions)
    check_same_examples(first, moved)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"weights": WEIGHTS[1:5]}, "expected the weights of the first file, got .*"),
        ({"groups": np.array(["x"] * 4)}, "expected the groups 'site' of the first file, got dif"),
        ({"positions": np.arange(4)}, "expected the rows that are left out of the first file, got"),
    ],
)
def test_weights_groups_and_rows_are_the_same_in_every_file(change, problem):
    with pytest.raises(ValueError, match=problem):
        check_same_examples(of("a"), of("b", **change))
    # A file may leave them to the first one.
    check_same_examples(of("a"), Saved(Path("b"), 1, LABELS[:4], {"probs": np.zeros((4, 3))}))


def test_a_later_file_has_no_weights_of_its_own():
    first = Saved(Path("a"), 0, LABELS[:4], {"probs": np.zeros((4, 3))})
    with pytest.raises(ValueError, match="expected no weights, as the first file has none"):
        check_same_examples(first, of("b"))


def test_other_weights_at_another_step_of_a_table_are_refused(tmp_path):
    both = pd.concat([frame(PROB, step=i, w=WEIGHTS + i) for i in range(2)])
    first, second = snapshots(tmp_path, both, weight="w")
    with pytest.raises(ValueError, match=rf"{WEIGHTS[0] + 1} at index 0, the first step has"):
        check_same_examples(first, second)
