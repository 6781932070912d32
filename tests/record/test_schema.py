"""Roles of columns: by name, by classes, as asked for; what can be read in two ways is refused."""

import numpy as np
import pytest

from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame, recorded, refused

PROB = [f"prob_{k}" for k in range(3)]
NAMES = np.array(["cat", "dog", "New York"])
SPELT = [
    ["P(cat)", "P(dog)", "P(New York)"],
    ["prob_cat", "prob_dog", "prob_New York"],
    ["p_cat", "p_dog", "p_New York"],
    ["cat_probability", "dog_probability", "New York_probability"],
    ["probability(cat)", "probability(dog)", "probability(New York)"],
    ["confidence(cat)", "confidence(dog)", "confidence(New York)"],
    [".pred_cat", ".pred_dog", ".pred_New York"],
    ["score_cat", "score_dog", "score_New York"],
    ["cat", "dog", "New York"],
    [f'Scored Probabilities for Class "{name}"' for name in ("cat", "dog", "New York")],
    ["prob.cat", "prob.dog", "prob.New York"],
    ["P (label=cat)", "P (label=dog)", "P (label=New York)"],
]


@pytest.mark.parametrize("columns", SPELT, ids=lambda columns: columns[0])
def test_columns_named_as_scores_of_classes_are_read(tmp_path, columns):
    run = recorded(tmp_path, frame(columns, NAMES[LABELS])[["label", *columns[::-1]]])
    assert sorted(run.classes) == sorted(NAMES)
    assert accuracy(run) == ACCURACY


@pytest.mark.parametrize("word", ["prob", "p", "class_", "proba_", "y_prob_", "output_", "Class "])
def test_columns_named_by_words_and_numbers_are_read(tmp_path, word):
    assert accuracy(recorded(tmp_path, frame([f"{word}{k}" for k in range(3)]))) == ACCURACY


@pytest.mark.parametrize(
    "name", ["y_true", "True Label", "trueLabel", "target", "ground-truth", "actual_class", "gold"]
)
def test_labels_are_found_by_many_names(tmp_path, name):
    assert accuracy(recorded(tmp_path, frame(PROB, label=name))) == ACCURACY


@pytest.mark.parametrize("name", ["", "index", "Unnamed: 0", "id", "__index_level_0__"])
def test_an_index_is_not_a_class(tmp_path, name):
    table = frame(["0", "1", "2"])
    table.insert(0, name, np.arange(60))
    assert accuracy(recorded(tmp_path, table)) == ACCURACY


def test_what_is_asked_for_wins_over_names(tmp_path, capsys):
    table = frame(["u", "v", "w"], label="answer", prob_0=0.5, prob_1=0.5, y=0)
    run = recorded(tmp_path, table, "--label", "answer", "--scores", "u,v,w")
    assert accuracy(run) == ACCURACY
    out = capsys.readouterr().out
    assert "label: 'answer' (asked for)" in out
    assert "scores: u, v, w (asked for)" in out
    assert "ignored: prob_0, prob_1, y" in out


@pytest.mark.parametrize("option", ["--label", "--pred", "--scores", "--confidence", "--step"])
def test_a_column_that_is_not_there_is_refused(tmp_path, option, capsys):
    problem = refused(tmp_path, capsys, frame(PROB), option, "x")
    assert f"argument {option}: " in problem
    assert "has no column 'x'; it has prob_0, prob_1, prob_2, label" in problem


AMBIGUOUS = {
    "two families": (frame([*PROB]).assign(proba_0=0.5, proba_1=0.5), "are named as scores"),
    "two predictions": (
        frame(PROB, pred=0, y_pred=0),
        "are all named as a prediction",
    ),
    "scores of no class": (
        frame(["u", "v", "w"]) * [1, 2, 1, 1],
        "expected columns named as scores",
    ),
    "no label": (frame(PROB).drop(columns="label"), "expected a column of labels"),
    "several models": (frame(PROB, model=["a", "b"] * 30), "one model, got those of 2 (a, b)"),
    "a float as a class": (frame(PROB, y_pred=PROBS[:, 1]), "--scores y_pred takes it so"),
    "labels that are lists": (frame(PROB, [[1, 0]] * 60), "expected"),
    "no column of a class": (frame(["a", "b", "c"], np.array(list("abd"))[LABELS]), "'d' has no"),
    "logits and a stranger": (
        frame("abc", np.array(list("abc"))[LABELS], quality=0.5).replace(PROBS[0, 0], 7.0),
        "quality: neither classes that occur",
    ),
    "one score of three classes": (frame(PROB)[["label", "prob_0"]], "needs two classes"),
    "scores of an unknown positive class": (
        frame(PROB, np.array(["ham", "spam", "ham"])[LABELS])[["label", "prob_0"]].rename(
            columns={"prob_0": "y_prob"}
        ),
        "--classes A,B names the classes, B the one that it is of",
    ),
    "a pipeline's output": (
        "text,label,score\na,POSITIVE,.9\nb,NEGATIVE,.8\n",
        "'label' may be what was predicted",
    ),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_can_be_read_in_several_ways_is_refused(tmp_path, name, capsys):
    table, problem = AMBIGUOUS[name]
    assert problem in refused(tmp_path, capsys, table)


def test_probabilities_are_taken_where_there_are_logits_too(tmp_path, capsys):
    logits = {f"logit_{k}": -np.log(PROBS[:, k] + 1e-9) for k in range(3)}
    run = recorded(tmp_path, frame(PROB, **logits))
    assert (run.kind, accuracy(run)) == ("probs", ACCURACY)
    assert "ignored: logit_0, logit_1, logit_2" in capsys.readouterr().out


def test_quiet_says_nothing(tmp_path, capsys):
    recorded(tmp_path, frame(PROB, y_pred=LABELS), "--quiet")
    assert capsys.readouterr().out == ""


def test_a_column_that_is_asked_for_is_not_also_what_its_name_says(tmp_path, capsys):
    table = frame(PROB, label="answer", y_true=LABELS[::-1])
    error = refused(tmp_path, capsys, table, "--pred", "y_true")
    assert "expected a column of labels" in error


def test_labels_that_are_objects_are_refused_with_the_name_of_the_file(tmp_path, capsys):
    error = refused(tmp_path, capsys, '{"label": {"a": 1}, "p_0": 0.5, "p_1": 0.5}', name="a.jsonl")
    assert "a.jsonl" in error
