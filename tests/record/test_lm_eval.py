"""Samples of lm-evaluation-harness: log-likelihoods of choices, and which choice is right."""

import json

import numpy as np
import pytest

from anim.record.lm_eval import without_contexts
from tests.support.lm_eval import LABELS, PROBS, as_before, as_lines, sample
from tests.support.tables import accuracy, recorded, refused, save

SAMPLES = [sample(row) for row in range(40)]
NAME = "samples_arc_easy_2024-05-01T12-00-00.331942.jsonl"


def with_answers(convert):
    """The samples with other answers."""
    return as_lines(
        {**one, "resps": [], "filtered_resps": convert(one["filtered_resps"])} for one in SAMPLES
    )


FORMS = {
    "lines": as_lines(SAMPLES),
    "a list with numbers": json.dumps([as_before(one) for one in SAMPLES], indent=2),
    "only resps": as_lines(
        {name: value for name, value in one.items() if name != "filtered_resps"} for one in SAMPLES
    ),
    "bare numbers": with_answers(lambda answers: [float(value) for value, _ in answers]),
    "bare texts": with_answers(lambda answers: [value for value, _ in answers]),
    "lists of one": with_answers(lambda answers: [[float(value)] for value, _ in answers]),
    "without acc, doc_id and requests": as_lines(
        {name: one[name] for name in ("target", "filtered_resps")} for one in SAMPLES
    ),
    "with those without the question": as_lines(
        {
            **one,
            "acc_mutual_info": 0.0,
            "arguments": [["", ""]] * 2 * count,
            "filtered_resps": [*one["filtered_resps"], *([["-1", "False"]] * count)],
        }
        for one, count in zip(SAMPLES, map(len, (one["resps"] for one in SAMPLES)), strict=True)
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_choices_of_any_number_are_classes_of_which_some_cannot_be(tmp_path, form, capsys):
    run = recorded(tmp_path, FORMS[form], name=NAME)
    assert (run.kind, run.classes) == ("logits", tuple("01234"))
    np.testing.assert_array_equal(run.labels, LABELS)
    np.testing.assert_allclose(run.probs(0), PROBS, atol=1e-6)
    assert np.isfinite(run.metrics()["nll"]).all()
    assert accuracy(run) == np.mean([one["acc"] for one in SAMPLES])
    output = capsys.readouterr().out
    assert "label: target, the number of a choice" in output
    assert "log-likelihoods of 2 to 5 choices as logits, as for acc, not divided by len" in output


def text_of(row):
    return f"answer {row} {LABELS[row]}"


TARGETS = {
    "text": lambda row: {"target": f" {text_of(row)}"},
    "letter": lambda row: {"target": " " + "ABCDE"[LABELS[row]]},
    "letter in brackets": lambda row: {"target": f"({'ABCDE'[LABELS[row]]})"},
    "list of one": lambda row: {"target": [int(LABELS[row])]},
    "text of a list of one": lambda row: {"target": f"[{LABELS[row]}]"},
}


@pytest.mark.parametrize("kind", TARGETS)
def test_a_target_is_a_number_a_text_or_a_letter(tmp_path, kind):
    run = recorded(
        tmp_path, as_lines(one | TARGETS[kind](one["doc_id"]) for one in SAMPLES), name=NAME
    )
    np.testing.assert_array_equal(run.labels, LABELS)


def of_two(row, target, texts, acc):
    answers = [[str(value), "False"] for value in (-1 - row % 2, -2 + row % 2)]
    requests = [["", text] for text in texts]
    return {"target": target, "filtered_resps": answers, "arguments": requests, "acc": acc}


def test_choices_that_are_the_same_for_all_name_the_classes(tmp_path):
    lines = as_lines(of_two(row, row % 2, [" no", " yes"], 1) for row in range(6))
    run = recorded(tmp_path, lines, name=NAME)
    assert run.classes == ("no", "yes")
    assert accuracy(run) == 1


@pytest.mark.parametrize("first", [0, 1])
def test_the_accuracy_tells_numbers_from_texts_that_are_numbers(tmp_path, first):
    """Choices "1" and "0": the target "0" may be the first one, or the second one."""
    texts = [["0", "1"], ["1", "0"]][first]
    lines = as_lines(of_two(row, "01"[row % 2], texts, 1 - first) for row in range(6))
    # In the second case the texts are right by number, and wrong by text.
    run = recorded(tmp_path, lines, name=NAME)
    assert accuracy(run) == 1 - first


def test_a_target_that_may_be_a_number_or_a_text_is_refused_without_the_accuracy(tmp_path, capsys):
    lines = as_lines(of_two(row, "01"[row % 2], ["1", "0"], None) for row in range(6))
    problem = "line 1: target: '0' is choice 1 the text of a choice, and choice 0 the number"
    assert problem in refused(tmp_path, capsys, lines, name=NAME)


def test_ends_of_sentences_that_two_choices_share_are_right_where_the_accuracy_says(tmp_path):
    """As Winogrande logs them: the choices are in the contexts."""
    hits = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    lines = as_lines(
        of_two(row, "was tall.", [" was tall."] * 2, hit) for row, hit in enumerate(hits)
    )
    run = recorded(tmp_path, lines, name=NAME)
    assert accuracy(run) == np.mean(hits)


def test_of_equal_choices_the_first_is_the_answer_as_in_the_harness(tmp_path):
    values = np.array([[-5.0, -5.0, -6.0]] * 4)
    lines = as_lines(sample(row, values, [0, 1, 2, 0]) for row in range(4))
    run = recorded(tmp_path, lines, name=NAME)
    assert accuracy(run) == 0.5
    np.testing.assert_allclose(run.probs(0)[:, 0], 1 / (2 + np.exp(-1)), rtol=1e-6)


def test_log_likelihoods_keep_their_digits(tmp_path):
    """Those of long texts differ by less than float32 has digits for."""
    values = np.array([[-70000.0001, -70000.0]] * 2)
    run = recorded(tmp_path, as_lines(sample(row, values, [1, 1]) for row in range(2)), name=NAME)
    assert accuracy(run) == 1
    np.testing.assert_allclose(np.diff(run.logits(0)), 1e-4, rtol=1e-3)


def test_a_choice_of_minus_infinity_cannot_be(tmp_path):
    values = np.array([[-1.0, -np.inf, -2.0], [-1.0, -2.0, -3.0]])
    first = answers("-1", "-inf", "-2")
    lines = as_lines(sample(row, values, [0, 1]) | (first if row == 0 else {}) for row in (0, 1))
    run = recorded(tmp_path, lines, name=NAME)
    assert run.probs(0)[0, 1] == 0


IN_ANSWERS = "line 2: expected log-likelihoods of choices in filtered_resps or resps, got "
IN_TARGET = "line 2: target: "
NUMBERS = "line 2: expected numbers as log-likelihoods, -inf of choices that cannot be, got "


def answers(*values):
    logged = [[value, "False"] for value in values]
    return {"filtered_resps": logged, "resps": [], "arguments": [["", "text"]] * len(values)}


WRONG = {
    "generated": ({"filtered_resps": ["blue"]}, f"{IN_ANSWERS}'blue'; only tasks of multiple"),
    "generated numbers": ({"filtered_resps": ["42", "17"]}, f"{IN_ANSWERS}'42'"),
    "settings of generation": (
        {"arguments": [["?", {"until": ["."]}]] * 2, "filtered_resps": ["-4", "-17"]},
        f"{IN_ANSWERS}'-4'; only",
    ),
    "perplexity": ({"filtered_resps": [-300.5]}, f"{IN_ANSWERS}one; only tasks"),
    "one log-likelihood": (answers("-30"), f"{IN_ANSWERS}one; only tasks"),
    "nothing": (answers(), f"{IN_ANSWERS}[]"),
    "null": ({"filtered_resps": None, "resps": None}, f"{IN_ANSWERS}None"),
    "NaN": (answers("nan", "-1"), f"{NUMBERS}nan"),
    "infinity": (answers("inf", "-1"), f"{NUMBERS}inf"),
    "no choice can be": (answers("-inf", "-inf"), f"{NUMBERS}-inf for all"),
    "the right choice cannot be": (
        answers(*["-1"] * LABELS[1], "-inf", "-1"),
        f"{IN_TARGET}choice {LABELS[1]} is right, but its log-likelihood is -inf",
    ),
    "a share as accuracy": ({"acc": 0.43}, "line 2: acc: expected 0 or 1, got 0.43: several"),
    "several targets": ({"target": [0, 1]}, f"{IN_TARGET}expected one right choice, got [0, 1]"),
    "several as a text": ({"target": "[0, 1]"}, f"{IN_TARGET}expected the number or text of"),
    "no choice": ({"target": "pink"}, f"{IN_TARGET}expected the number or text of a choice, got"),
    "no number of a choice": ({"target": "7"}, f"{IN_TARGET}expected the number or text of"),
    "acc says otherwise": ({"acc": 1.0 - SAMPLES[1]["acc"]}, f"{IN_TARGET}choice {LABELS[1]} is"),
    "a document twice": ({"doc_id": 0}, "line 2: doc_id 0 is that of line 1, too"),
    "a choice without an answer": (
        {"filtered_resps": [["-1", "False"]] * 2, "arguments": [["", "text"]] * 3},
        "line 2: expected a log-likelihood for each of 3 requests, got 2",
    ),
    "several filters": ({"filter": "strict"}, "expected the samples of one filter, got several"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_choice_is_refused_with_its_line(tmp_path, name, capsys):
    change, problem = WRONG[name]
    lines = as_lines([SAMPLES[0], SAMPLES[1] | change, *SAMPLES[2:4]])
    assert problem in refused(tmp_path, capsys, lines, name=NAME)


def test_a_line_that_breaks_off_is_named(tmp_path, capsys):
    text = as_lines(SAMPLES[:3])
    assert "line 3, character" in refused(tmp_path, capsys, text[:-200], name=NAME)


@pytest.mark.parametrize("option", ["--label", "--scores", "--step", "--labels"])
def test_options_of_columns_are_refused(tmp_path, capsys, option):
    value = "target" if option != "--labels" else str(save(tmp_path, "0\n" * 40, "labels.txt"))
    error = refused(tmp_path, capsys, FORMS["lines"], option, value, name=NAME)
    assert "holds samples of lm-evaluation-harness, whose members are known" in error


def test_the_most_of_a_log_is_not_kept_in_memory(tmp_path, monkeypatch, capsys):
    """Contexts of few-shot tasks are nearly all of a log, and are not read."""
    long = sample(0)
    for request in long["arguments"].values():
        request["arg_0"] *= 1000
    assert len(json.dumps(without_contexts(long))) < 2500
    # So it may be larger than other tables.
    monkeypatch.setattr("anim.record.json_tables._LIMIT", 1000)
    assert len(recorded(tmp_path, FORMS["lines"], name=NAME).labels) == 40
    other = tmp_path / "other"
    other.mkdir()
    assert "at most 1,000 bytes" in refused(other, capsys, FORMS["lines"], name="table.jsonl")
