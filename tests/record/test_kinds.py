"""Probabilities or logits: rows sum to 1, or do not; what is both or neither is refused."""

import numpy as np
import pandas as pd
import pytest

from anim.errors import SettingError
from anim.record import record
from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame, recorded, refused

LOGITS = np.log(PROBS + 1e-6)
OF_TWO = LABELS % 2
P = np.where(OF_TWO == 1, 0.8, 0.3)


def table(word, values):
    columns = {f"{word}_{k}": values[:, k] for k in range(3)}
    return frame("abc").drop(columns=["a", "b", "c"]).assign(**columns)


READ = {
    "logits by name": (table("logit", LOGITS), "logits"),
    "logits by value": (table("score", LOGITS), "logits"),
    "probabilities by value": (table("score", PROBS), "probs"),
    "rounded": (table("prob", np.round(PROBS, 3)), "probs"),
    "percentages": (table("prob", 100 * PROBS), "probs"),
}


@pytest.mark.parametrize("name", READ)
def test_scores_are_taken_for_what_they_are(tmp_path, name):
    content, kind = READ[name]
    values = content.filter(regex="_").to_numpy()
    run = recorded(tmp_path, content)
    assert (run.kind, accuracy(run)) == (kind, float((values.argmax(1) == LABELS).mean()))


MIXED = PROBS.copy()
MIXED[40] = [3, -2, 1]
WRONG = {
    "probabilities called logits": (table("logit", PROBS), "named as logits, but each row sums"),
    "logits called probabilities": (table("prob", LOGITS), "expected probabilities in [0, 1]"),
    "sigmoids": (table("score", PROBS**2), "expected rows that sum to 1, got "),
    "one row of logits": (table("score", MIXED), "1 of 60 rows, first at line 42"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_neither_or_both_is_refused(tmp_path, name, capsys):
    content, problem = WRONG[name]
    assert problem in refused(tmp_path, capsys, content)


def test_votes_that_are_named_as_logits_are_refused(tmp_path, capsys):
    assert "each row sums to 7; if these are votes" in refused(
        tmp_path, capsys, table("rawPrediction", 7 * PROBS)
    )


def test_outputs_overrules(tmp_path):
    run = recorded(tmp_path, table("score", PROBS * 0.7), "--outputs", "logits")
    assert (run.kind, accuracy(run)) == ("logits", ACCURACY)


ONE_SIGN = {
    "percentages": (100 * P, "divide percentages by 100"),
    "logarithms": (np.log(P), "exp makes probabilities"),
}


@pytest.mark.parametrize("name", ONE_SIGN)
@pytest.mark.parametrize("suffix", ["csv", "npz", "npy"])
def test_scores_of_one_class_and_one_sign_are_neither(tmp_path, name, suffix):
    values, hint = ONE_SIGN[name]
    path = tmp_path / f"preds.{suffix}"
    if suffix == "csv":
        pd.DataFrame({"y_true": OF_TWO, "score": values}).to_csv(path, index=False)
    elif suffix == "npz":
        np.savez(path, labels=OF_TWO, scores=values)
    else:
        np.save(path, values)
    labels = OF_TWO if suffix == "npy" else None
    with pytest.raises(SettingError, match=f"logits of both signs, got .*{hint}.*--outputs logits"):
        record([path], tmp_path / "run", labels=labels)
    run = record([path], tmp_path / "run", labels=labels, outputs="logits")
    np.testing.assert_allclose(run.logits(0)[:, 1], values, rtol=1e-6)


def test_logits_of_one_class_by_name_may_have_one_sign(tmp_path):
    path = tmp_path / "preds.csv"
    pd.DataFrame({"y_true": OF_TWO, "logit": 3 * P}).to_csv(path, index=False)
    assert record([path], tmp_path / "run").kind == "logits"


def test_outputs_overrules_the_name_of_an_array(tmp_path):
    path = tmp_path / "p.npz"
    np.savez(path, labels=LABELS, logits=PROBS)
    run = record([path], tmp_path / "run", outputs="probs")
    np.testing.assert_allclose(run.probs(0), PROBS, atol=1e-6)
