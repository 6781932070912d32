"""Columns whose names say something else than the score of a class, or a class by another word."""

import numpy as np
import pandas as pd
import pytest

import anim
from anim.errors import SettingError
from tests.support.saved_predictions import LABELS, PROBS

THREE = PROBS[0]
TOP = THREE.max(1)
TWO = np.array([THREE[:, 0] + THREE[:, 2], THREE[:, 1]]).T
OF_TWO = LABELS % 2
RANKED = np.sort(THREE, axis=1)[:, ::-1]


def _run(**columns):
    return anim.from_table(pd.DataFrame(columns), quiet=True)


def _accuracy(run):
    return float((run.probs(0).argmax(1) == run.labels).mean())


@pytest.mark.parametrize("other", ["margin", "score", "prob"])
def test_named_confidences_count_more_than_another_number_of_each_row(other):
    predicted = THREE.argmax(1)
    run = _run(y_true=LABELS, y_pred=predicted, confidence=TOP, **{other: TOP**2})
    np.testing.assert_allclose(run.snapshots[0]["confidence"], TOP, atol=1e-6)
    np.testing.assert_array_equal(run.snapshots[0]["correct"], predicted == LABELS)


@pytest.mark.parametrize("other", ["margin", "score"])
def test_named_confidences_of_two_classes_count_more_than_a_margin(other):
    confidence, predicted = TWO.max(1), TWO.argmax(1)
    more = {other: 2 * confidence - 1}
    run = _run(y_true=OF_TWO, y_pred=predicted, confidence=confidence, **more)
    np.testing.assert_allclose(run.snapshots[0]["confidence"], confidence, atol=1e-6)
    np.testing.assert_array_equal(run.snapshots[0]["correct"], predicted == OF_TWO)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("margin", "'margin': expected probabilities in .* or logits of both signs"),
        ("logit", "'logit' is never negative, though class 0 is predicted"),
    ],
)
def test_a_margin_that_is_never_negative_is_no_logit(name, problem):
    with pytest.raises(SettingError, match=problem):
        _run(y_true=OF_TWO, y_pred=TWO.argmax(1), **{name: 2 * TWO.max(1) - 1})


@pytest.mark.parametrize("name", ["top_{}_prob", "top{}_prob", "prob_top{}", "prob_rank{}"])
def test_scores_by_rank_are_no_scores_of_classes(name):
    columns = {name.format(i + 1): RANKED[:, i] for i in range(3)}
    with pytest.raises(SettingError, match="are scores by rank"):
        _run(y_true=LABELS, **columns)


@pytest.mark.parametrize("names", [("info", "warning", "error"), ("loss", "true", "id")])
def test_a_class_may_be_called_as_a_summary_often_is(names):
    columns = {f"prob_{name}": THREE[:, i] for i, name in enumerate(names)}
    run = _run(label=np.array(names)[LABELS], **columns)
    assert run.classes == names
    assert _accuracy(run) == (THREE.argmax(1) == LABELS).mean()


@pytest.mark.parametrize(("name", "place"), [("pos", 1), ("neg", 0), ("positive", 1), ("no", 0)])
@pytest.mark.parametrize("labels", [OF_TWO, OF_TWO == 1, np.array(["n", "y"])[OF_TWO]])
def test_a_score_of_the_positive_or_negative_class_is_found(name, place, labels):
    run = _run(y_true=labels, **{f"prob_{name}": TWO[:, place]})
    np.testing.assert_allclose(run.probs(0), TWO, atol=1e-6)
    np.testing.assert_array_equal(run.labels, OF_TWO)


@pytest.mark.parametrize("labels", [OF_TWO, np.array(["no", "yes"])[OF_TWO]])
@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_columns_of_a_pair_may_be_in_any_order(labels, order):
    columns = {f"prob_{['neg', 'pos'][i]}": TWO[:, i] for i in order}
    assert _accuracy(_run(y_true=labels, **columns)) == (TWO.argmax(1) == OF_TWO).mean()


def test_names_of_a_pair_that_are_asked_for_are_in_the_order_of_numbers():
    frame = pd.DataFrame({"y_true": OF_TWO, "prob_pos": TWO[:, 0], "prob_neg": TWO[:, 1]})
    run = anim.from_table(frame, classes=["pos", "neg"], quiet=True)
    assert _accuracy(run) == (TWO.argmax(1) == OF_TWO).mean()
