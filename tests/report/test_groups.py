"""The report on groups: a row for each, the worst one, and what many tests make of chance."""

import json
import math
import re

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.report import group_table, group_verdict, report_groups
from anim.report.__main__ import main
from anim.report.groups import _corrected
from anim.run.examples import Groups
from tests.support.grouped import grouped

RUN = grouped()


@pytest.fixture(scope="module")
def rows():
    return report_groups(RUN, "site")


def test_a_row_for_each_group_has_its_errors_at_the_last_step(rows):
    assert [(row["group"], row["points"], row["step"]) for row in rows] == [
        ("north", 300, 20),
        ("east", 150, 20),
        ("south", 150, 20),
    ]
    for row in rows:
        # That of its examples.
        alone = RUN.by_group("site")[row["group"]]
        for name, values in alone.metrics().items():
            assert row[name] == pytest.approx(values[-1], rel=1e-5, abs=1e-6)
        assert row["gap"] == pytest.approx(alone.gap()[-1], abs=1e-6)
        assert row["ece_low"] == pytest.approx(alone.error_interval().low[-1], abs=1e-3)
    assert report_groups(RUN, "site", at=[0, 12])[0]["step"] == 10


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.4, 0.001], [0.8, 0.8, 0.003]),
        ([0.04, math.nan, 0.03], [0.06, math.nan, 0.06]),
        ([0.02], [0.02]),
        ([math.nan], [math.nan]),
    ],
)
def test_the_smallest_p_value_counts_all_groups_and_none_falls_below_a_smaller_one(given, expected):
    np.testing.assert_allclose(_corrected(given), expected)


def test_the_worst_group_is_named_and_how_many_chance_would_alarm(rows):
    said = group_verdict(rows)
    north = rows[0]
    assert said.startswith(
        f"The worst group is north, over-confident by {north['gap']:.3f} on average "
        f"(ECE {north['ece']:.3f}, at least {north['ece_low']:.3f} without chance, p = 0.003 "
        "with Holm's correction). In 1 of 3 groups p is 0.05 or less; by chance it is in 0.15 of 3 "
        "that are calibrated, on average. With Holm's correction it is in 1."
    )


def test_a_small_group_with_a_large_error_is_not_the_worst():
    """Its error is that of chance."""
    codes = np.ones(600, np.int32)
    codes[:12] = 0
    run = RUN.where(RUN.groups["site"].codes != 0)
    run = run.replaced(groups={"some": Groups(("few", "many"), codes[:300])})
    many, few = report_groups(run)
    assert few["ece"] > 2 * many["ece"]
    assert math.isnan(few["ece_p_holm"])
    assert math.isfinite(few["ece_p"])
    assert many["ece_p_holm"] == many["ece_p"] > 0.05
    said = group_verdict([many, few])
    assert said.startswith(
        "None of the groups large enough to say is off by more than chance allows: the largest "
        "error, compared to chance, is that of many (ECE "
    )
    assert "correction). 1 group is" in said
    assert said.endswith("1 group is too small to say anything (*, fewer than 100 points).")
    lines = group_table([many, few]).splitlines()
    assert lines[0].split()[:2] == ["group", "points"]
    assert lines[2].split()[:2] == ["few", "12*"]
    assert lines[2].split()[-1] == "-"
    titles, small = (re.split(r"  +", line.strip()) for line in (lines[0], lines[2]))
    dashes = [title for title, cell in zip(titles, small, strict=True) if cell == "-"]
    assert dashes == ["95 % interval", "p", "p (Holm)"]


def test_a_group_of_few_effective_points_is_small():
    heavy = (np.arange(600) % 6 == 0) & (RUN.groups["sex"].codes == 0)
    weights = np.where(heavy, 1000.0, 1.0)
    rows = report_groups(RUN.replaced(weights=weights), "sex")
    for row in rows:
        assert row["points"] == 300
        assert math.isnan(row["ece_p_holm"]) == (row["group"] == "f")
        assert (row["effective_points"] < 100) == (row["group"] == "f")
    said = "1 group is too small to say anything (*, an effective number of points below 100)."
    assert group_verdict(rows).endswith(said)


def test_many_groups_have_no_p_value_small_enough():
    some = {"ece": 0.3, "ece_low": 0.2, "ece_if_calibrated": 0.1, "ece_p": 0.001, "gap": 0.1}
    found = [{"group": str(i), "points": 200, "ece_p_holm": 0.06, **some} for i in range(60)]
    assert "none of more than 50 groups can be: choose fewer" in group_verdict(found)


def test_calibrated_groups_alarm_together_in_5_percent_of_runs():
    """Of p-values that are uniform, the smallest one corrected is, too."""
    rng = np.random.default_rng(0)
    alarms = [min(_corrected(rng.random(10))) <= 0.05 for _ in range(2000)]
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.015)


def test_a_recalibration_is_fitted_to_all_groups():
    rows = report_groups(RUN, "sex", calibrate="temperature")
    assert len({row["recalibrated_temperature"] for row in rows}) == 1
    assert sum(row["points"] for row in rows) == 300


def test_a_snapshot_that_cannot_be_read_is_said():
    row = {"group": "a", "points": 200, "step": 3}
    row |= dict.fromkeys(("ece", "ece_p", "ece_p_holm"), math.nan)
    assert group_verdict([row, row]) == "The snapshot at step 3 cannot be read."


def test_what_is_not_there_is_refused():
    with pytest.raises(TypeError, match=r"^run: expected an anim\.Run"):
        report_groups(anim.Replicas([RUN]), "site")
    with pytest.raises(SettingError, match=r"^by: expected one of site, sex, or several"):
        report_groups(RUN)
    with pytest.raises(SettingError, match=r"^at: expected steps from 0 to 20, got 30"):
        report_groups(RUN, "site", at=[30])


@pytest.fixture
def opened(monkeypatch):
    monkeypatch.setattr("anim.run.open", lambda path: RUN)


def test_json_has_the_rows_of_all_groupings_or_of_one(opened, capsys, rows):
    assert main(["runs/mine", "--json", "--at", "20"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [*found] == ["runs/mine", "runs/mine by site", "runs/mine by sex"]
    assert found["runs/mine by site"] == rows
    assert sum(row["points"] for row in found["runs/mine by sex"]) == 600
    assert main(["runs/mine", "--json", "--at", "20", "--by", "site"]) == 0
    assert [*json.loads(capsys.readouterr().out)] == ["runs/mine", "runs/mine by site"]


def test_the_command_prints_groups_and_what_their_columns_mean(opened, capsys, rows):
    assert main(["runs/mine", "--at", "20", "--by", "site"]) == 0
    printed = capsys.readouterr().out
    words = f"runs/mine by site, at step 20\n\n{group_table(rows)}\n\n{group_verdict(rows)}\n"
    assert words in printed
    assert "\np (Holm)       p of a group, made larger" in printed
    with pytest.raises(SystemExit):
        main(["runs/mine", "--by", "sight"])
    assert "argument --by: expected one of site, sex, got 'sight'" in capsys.readouterr().err
