"""Tables in JSON, and the samples of lm-evaluation-harness."""

import json

import pytest

from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame, recorded, refused

PROB = [f"prob_{k}" for k in range(3)]
ROWS = [{"label": int(y), "probs": p.tolist()} for y, p in zip(LABELS, PROBS, strict=True)]
FORMS = {
    "lines.jsonl": "\n".join(map(json.dumps, ROWS)),
    "blank_lines.ndjson": "\n\n".join(map(json.dumps, ROWS)) + "\n\n",
    "one_list.json": json.dumps(ROWS),
    "indented.json": json.dumps(ROWS, indent=2),
    "lines.json": "\n".join(map(json.dumps, ROWS)),
    "columns.json": json.dumps({"label": LABELS.tolist(), "probs": PROBS.tolist()}, indent=1),
    "split.json": frame(PROB).to_json(orient="split", index=False),
    "records.json": frame(PROB).to_json(orient="records"),
    "pandas_lines.jsonl": frame(PROB).to_json(orient="records", lines=True),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_json_is_read(tmp_path, name):
    assert accuracy(recorded(tmp_path, FORMS[name], name=name)) == ACCURACY


NAMES = ("ant", "bee", "cat")


@pytest.mark.parametrize("is_named", [False, True])
@pytest.mark.parametrize("name", ["probs", "probabilities", "scores"])
def test_objects_of_classes_are_columns(tmp_path, name, is_named):
    rows = [
        {
            "label": NAMES[y] if is_named else int(y),
            name: dict(zip(NAMES, p, strict=True)),
        }
        for y, p in zip(LABELS, PROBS.tolist(), strict=True)
    ]
    options = () if is_named else ("--classes", ",".join(NAMES))
    run = recorded(tmp_path, json.dumps(rows), *options, name="rows.json")
    assert run.classes == NAMES
    assert accuracy(run) == ACCURACY


def test_objects_in_the_order_of_their_scores_are_refused(tmp_path, capsys):
    rows = []
    for label, probs in zip(LABELS.tolist(), PROBS.tolist(), strict=True):
        pairs = sorted(zip(probs, NAMES, strict=True), reverse=True)
        rows.append({"label": label, "probs": {name: value for value, name in pairs}})
    problem = refused(tmp_path, capsys, json.dumps(rows), name="rows.json")
    assert "expected columns named as scores" in problem


def test_an_object_without_the_score_of_a_class_is_refused_by_its_record(tmp_path, capsys):
    rows = [{"label": 0, "probs": {"a": 0.9, "b": 0.1}}, {"label": 1, "probs": {"a": 1, "b": None}}]
    problem = refused(tmp_path, capsys, json.dumps(rows), name="rows.json")
    assert "record 2, column 'probs.b'" in problem


GOOD = '{"label": 0, "probs": [0.9, 0.1]}\n'
WRONG = {
    "cut": (GOOD + '{"label": 1', "line 2, character 12: not JSON"),
    "no object": (GOOD + "[1]\n", "line 2: expected an object with names"),
    "twice": (GOOD + '{"label": 1, "label": 0}', "line 2: an object has the member 'label' twice"),
    "list too short": (
        GOOD + '{"label": 1, "probs": [1.0]}',
        "line 2, column 'probs': expected li",
    ),
    "no list": (GOOD + '{"label": 1, "probs": null}', "line 2, column 'probs': expected a list"),
    "no label": (GOOD + '\n{"probs": [0.9, 0.1]}', "line 3, column 'label': expected a class"),
    "NaN": (GOOD + '{"label": 1, "probs": [NaN, 1]}', "line 2, column 'probs': expected finite"),
    "deep list": ("[" * 100_000, "line 1: expected at most 64 levels of brackets"),
    "deep object": ('{"a":' * 100_000, "line 1: expected at most 64 levels of brackets"),
    "deep later": (GOOD + '{"a":' + "[" * 500 + "]" * 500 + "}", "line 2: expected at most 64"),
    "empty": ("", "a header and rows"),
    "a number": ("5", "expected an object with names, got 5"),
    "by index": (frame(PROB).to_json(), "expected one class per row, got struct"),
    "large integer": (GOOD + '{"label": ' + "9" * 5000 + "}", "line 2: "),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_its_line(tmp_path, name, capsys):
    content, problem = WRONG[name]
    assert problem in refused(tmp_path, capsys, content, name="table.jsonl")


@pytest.mark.parametrize("end", ["", "\\"])
def test_a_string_that_is_left_open_is_found_in_linear_time(tmp_path, capsys, end):
    # Each escaped quote was taken for the start of a string once: this took hours.
    text = "[" * 60 + "]" * 60 + "[" * 10 + '"' + '\\"' * 1_000_000 + end
    assert "not JSON" in refused(tmp_path, capsys, text, name="t.json")
