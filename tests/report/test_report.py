"""The report: errors at a few steps, in numbers, in JSON and in words."""

import json
import re

import numpy as np
import pytest
import scipy.optimize
import scipy.special

import anim
from anim.errors import SettingError
from anim.report import meanings, report, table, verdict
from anim.report.__main__ import main
from anim.settings import RECALIBRATIONS
from tests.support.predictions import binary, softmax, textbook_bins
from tests.support.reported import EXAMPLES, STEPS, a_run, expected_of, logits_and_labels, record


@pytest.mark.parametrize("classes", [2, 3])
def test_numbers_are_those_of_the_definitions(classes):
    logits, labels = logits_and_labels(classes)
    rows = report(a_run(classes))
    assert [row["step"] for row in rows] == STEPS
    for row, values in zip(rows, logits, strict=True):
        for name, expected in expected_of(values, labels).items():
            assert row[name] == pytest.approx(expected, rel=1e-4, abs=1e-6), name
        assert row["ece_low"] <= row["ece_high"]
        assert (row["ece_low"] == 0) == (row["ece_p"] > 0.05)
        assert type(row["ece"]) is float


def test_chance_is_the_error_of_simulated_calibrated_models():
    logits, _ = logits_and_labels()
    row = report(a_run(), at=[30])[0]
    scores = softmax(logits[1].astype(float)).max(1)
    counts, _, means = textbook_bins(scores, scores > 0, np.linspace(0, 1, 16))
    hits = np.random.default_rng(0).binomial(counts, means, (20_000, len(counts)))
    errors = np.abs(hits - counts * means).sum(1) / EXAMPLES
    assert row["ece_if_calibrated"] == pytest.approx(errors.mean(), rel=0.02)


def best_temperature(logits, labels) -> float:
    def loss(inverse):
        log_probs = scipy.special.log_softmax(logits.astype(float) * inverse, axis=1)
        return -log_probs[np.arange(len(labels)), labels].mean()

    options = {"xatol": 1e-12}
    found = scipy.optimize.minimize_scalar(
        loss, bounds=(1e-3, 100), method="bounded", options=options
    )
    return 1 / found.x


def test_with_a_temperature_all_numbers_are_of_the_examples_it_was_not_fitted_on():
    logits, labels = logits_and_labels()
    order = np.random.default_rng(0).permutation(EXAMPLES)
    seen, shown = order[: EXAMPLES // 2], order[EXAMPLES // 2 :]
    for row, values in zip(report(a_run(), None, "temperature"), logits, strict=True):
        best = best_temperature(values[seen], labels[seen])
        assert row["recalibrated_temperature"] == pytest.approx(best, rel=2e-4)
        before = expected_of(values[shown], labels[shown])
        after = expected_of(values[shown] / best, labels[shown])
        for name in ("accuracy", "ece", "nll", "brier"):
            assert row[name] == pytest.approx(before[name], rel=1e-4, abs=1e-5)
            assert row[f"recalibrated_{name}"] == pytest.approx(after[name], rel=3e-3, abs=1e-4)


@pytest.mark.parametrize("method", [None, "vector", "isotonic"])
def test_a_recorded_temperature_is_not_taken_for_a_fitted_one(tmp_path, method):
    run = record(tmp_path / "r", temperature=7.0)
    rows = report(run, [100], method)
    assert "T" not in table(rows).splitlines()[0].split()
    assert "temperature of" not in verdict(rows[0], EXAMPLES // 2)


@pytest.mark.parametrize("method", RECALIBRATIONS)
def test_a_recorded_scalar_with_the_name_of_a_method_is_not_one_of_the_recalibration(
    tmp_path, method
):
    run = record(tmp_path / "r", **dict.fromkeys(RECALIBRATIONS, 7.0))
    (row,) = report(run, [100], method)
    of_methods = {name for name in RECALIBRATIONS if f"recalibrated_{name}" in row}
    assert of_methods == {"temperature"} & {method}
    assert 7.0 not in [row[f"recalibrated_{name}"] for name in of_methods]


def test_about_six_steps_are_chosen_evenly():
    labels, probs = [0, 1], np.full((101, 2), 0.5)
    run = anim.from_arrays(range(0, 1010, 10), labels, probs=probs)
    assert [row["step"] for row in report(run)] == [0, 200, 400, 600, 800, 1000]
    assert [row["step"] for row in report(run.only(range(3)))] == [0, 10, 20]
    assert [row["step"] for row in report(run.only([7]))] == [70]


@pytest.mark.parametrize(
    ("at", "steps"), [([0], [0]), ([39, 40, 41], [30, 40]), ([100, 5], [0, 100])]
)
def test_a_step_takes_the_snapshot_at_it_or_before(at, steps):
    assert [row["step"] for row in report(a_run(), at)] == steps


@pytest.mark.parametrize("step", [-1, 101])
def test_a_step_outside_the_run_is_an_error(step):
    with pytest.raises(SettingError, match=rf"^at: expected steps from 0 to 100, got {step}"):
        report(a_run(), [step])


def constructed(gap, examples=20_000, score=0.7):
    """Right as often as its scores say, less a gap; half of them above and half below."""
    scores = np.repeat([score - 0.1, score + 0.1], examples // 2)
    share = scores - gap
    hits = np.arange(examples) // 2 % 1000 < 1000 * share
    run = anim.from_arrays([5], hits.astype(int), probs=[scores])
    return report(run)[0], examples


@pytest.mark.parametrize(
    ("gap", "right", "direction", "size"),
    [
        (
            0.15,
            "is right in 55.0 % of the cases",
            "it is over-confident.",
            "is larger than",
        ),
        (
            -0.1,
            "is right in 80.0 % of the cases",
            "it is under-confident.",
            "is larger than",
        ),
        (
            0.0,
            "is right in 70.0 %",
            "it is calibrated, as far as 20,000 examples can show.",
            "is no larger than",
        ),
    ],
)
def test_a_verdict_names_the_direction_of_an_error_and_whether_it_is_chance(
    gap, right, direction, size
):
    text = verdict(*constructed(gap))
    assert text.startswith(f"At step 5 the model says 70.0 % on average and {right}")
    assert f": {direction}" in text
    assert f"Its ECE of {abs(gap):.3f} " in text
    assert size in text


def test_few_examples_show_no_error():
    scores = np.random.default_rng(0).uniform(0.5, 1, 40)
    probs, labels = binary(scores, seed=3)
    run = anim.from_arrays([5], labels, probs=[probs])
    row = report(run)[0]
    assert row["ece"] > 0.05
    assert "it is calibrated, as far as 40 examples can show." in verdict(row, 40)
    assert "no larger than chance" in verdict(row, 40)


@pytest.mark.parametrize("p_value", [0.001, 0.05, 0.051, 1.0])
@pytest.mark.parametrize("gap", [-0.2, 0.0, 0.2])
def test_both_sentences_of_a_verdict_follow_from_one_test(p_value, gap):
    row, examples = constructed(gap)
    text = verdict(row | {"ece_p": p_value}, examples)
    is_calibrated = "it is calibrated, as far as" in text
    assert is_calibrated == (p_value > 0.05)
    assert ("is no larger than chance" in text) == is_calibrated
    assert ("is larger than chance" in text) != is_calibrated
    assert ("-confident" in text) != is_calibrated
    assert f"p = {p_value:.3f}" in text


def test_a_verdict_says_what_recalibration_changes():
    row = report(a_run(), [100], "temperature")[0]
    temperature, ece = row["recalibrated_temperature"], row["recalibrated_ece"]
    text = f"A temperature of {temperature:.2f} reduces the ECE to {ece:.3f}."
    assert text in verdict(row, EXAMPLES // 2)
    row = report(a_run(), [100], "isotonic")[0]
    assert f"Recalibration reduces the ECE to {row['recalibrated_ece']:.3f}." in verdict(
        row, EXAMPLES // 2
    )
    assert "reduces" not in verdict(report(a_run(), [100])[0], EXAMPLES)


def columns_of(lines):
    """Texts of each column, found by the right ends of its cells."""
    ends = [match.end() for match in re.finditer(r"\S+(?: \S+)*", lines[0])]
    starts = [0, *ends[:-1]]
    return [[line[a:b].strip() for line in lines] for a, b in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((0.01, 0.04), "reduces the ECE to 0.030"),
        ((0.01, 0.2), "makes the ECE 0.030, a change that chance may explain"),
        ((0.2, 0.3), "increases the ECE to 0.030"),
    ],
)
def test_a_recalibration_reduces_the_error_only_if_that_is_significant(interval, words):
    row = report(a_run(), [100])[0] | {"ece_low": 0.05, "ece_high": 0.15, "recalibrated_ece": 0.03}
    row |= {"recalibrated_ece_low": interval[0], "recalibrated_ece_high": interval[1]}
    assert words in verdict(row, EXAMPLES)


def test_more_may_be_shown_than_is_fitted_on(tmp_path, capsys):
    record(tmp_path / "r")
    call = [str(tmp_path / "r"), "--calibrate", "temperature", "--json"]
    found = []
    for share in ("0.5", "0.2"):
        assert main([*call, "--held-out", share]) == 0
        found.append(json.loads(capsys.readouterr().out)[str(tmp_path / "r")][-1])
    assert found[0]["recalibrated_temperature"] != found[1]["recalibrated_temperature"]


def test_the_heading_counts_the_points_that_the_numbers_are_of(tmp_path, capsys):
    record(tmp_path / "r")
    call = [str(tmp_path / "r"), "--calibrate", "temperature", "--held-out", "0.2"]
    assert main(call) == 0
    fitted = round(0.2 * EXAMPLES)
    first = capsys.readouterr().out.splitlines()[0]
    assert f"{EXAMPLES - fitted} points, the recalibration is fitted on {fitted} others" in first


@pytest.mark.parametrize("method", [None, *RECALIBRATIONS])
def test_a_table_is_aligned_and_explains_its_columns(method):
    rows = report(a_run(), None, method)
    lines = table(rows).splitlines()
    assert len({len(line) for line in lines}) == 1
    found = {column[0]: column[1:] for column in columns_of(lines)}
    assert found["step"] == ["0", "30", "40", "100"]
    for title, name in (("accuracy", "accuracy"), ("gap", "gap"), ("ECE", "ece"), ("NLL", "nll")):
        assert found[title] == [f"{row[name]:.3f}" for row in rows]
    interval = [f"{row['ece_low']:.3f} to {row['ece_high']:.3f}" for row in rows]
    assert found["95 % interval"] == interval
    assert ("T" in found) == (method == "temperature")
    for title in found.keys() - {"step"}:
        for word in re.findall(r"[A-Za-z]\w*", title):
            assert re.search(rf"\b{word}\b", meanings(rows)), title


def test_a_missing_value_is_a_dash():
    logits, labels = logits_and_labels(2)
    logits[0] = 0
    with pytest.warns(UserWarning, match="step 0"):
        rows = report(anim.from_arrays(STEPS, labels, logits=logits), None, "temperature")
    assert np.isnan(rows[0]["recalibrated_temperature"])
    first = table(rows).splitlines()[1].split()
    assert first[-3:] == ["-", "-", "-"]
    assert "reduces" not in verdict(rows[0], EXAMPLES // 2)


def test_errors_of_scores_that_cancel_in_the_ece_are_reported():
    """Class 1 is 0.2 rarer than each score says: 80 % and 40 % are right of those 60 % sure."""
    scores = np.tile([0.4, 0.6], 1000)
    labels = np.linspace(0, 1, 1000).repeat(2) < scores - 0.2
    row = report(anim.from_arrays([0], labels.astype(int), probs=[scores]))[0]
    assert row["ece_p"] > 0.5
    assert row["score_p"] == pytest.approx(0.001)
    assert "errors of scores below and above 0.5 cancel in the ECE" in verdict(row, 2000)
    calibrated = report(anim.from_arrays([0], scores.round(), probs=[scores.round()]))[0]
    assert "cancel" not in verdict(calibrated, 2000)


def test_scores_of_more_than_two_classes_have_no_test_of_their_own():
    row = report(anim.from_arrays([0], [0, 1, 2], probs=[np.eye(3)]))[0]
    assert "score_p" not in row
