"""CatBoost models, recorded after training."""

import numpy as np
import pytest

import anim
from tests.support.frameworks import X_VAL, Y_VAL, X, Y

catboost = pytest.importorskip("catboost", reason="CatBoost is not installed")
from anim.integrations.catboost import record_staged  # noqa: E402

NAMES = np.array(["dog", "cat", "owl"])


def classifier(kind=catboost.CatBoostClassifier, rounds=7, **options):
    return kind(
        iterations=rounds,
        depth=2,
        verbose=0,
        allow_writing_files=False,
        thread_count=1,
        **options,
    )


@pytest.mark.parametrize(
    ("y", "y_val", "names"),
    [
        (Y, Y_VAL, ["0", "1", "2"]),
        (Y + 5, Y_VAL + 5, ["5", "6", "7"]),
        (NAMES[Y], NAMES[Y_VAL], ["cat", "dog", "owl"]),
        (NAMES[Y % 2], NAMES[Y_VAL % 2], ["cat", "dog"]),
        (Y == 1, Y_VAL == 1, ["False", "True"]),
    ],
    ids=["from 0", "from 5", "names", "two names", "booleans"],
)
def test_each_number_of_trees_is_recorded_as_the_model_predicts_with_it(tmp_path, y, y_val, names):
    model = classifier().fit(X, y)
    run = record_staged(model, X_VAL, y_val, tmp_path / "run", every=3)
    assert run.steps.tolist() == [3, 6, 7]
    for place, trees in enumerate((3, 6, 7)):
        expected = model.predict_proba(X_VAL, ntree_end=trees)
        np.testing.assert_allclose(run.probs(place), expected, atol=1e-6)
        right = (model.predict(X_VAL, ntree_end=trees).ravel() == y_val).mean()
        assert run.metrics()["accuracy"][place] == pytest.approx(right)
    assert list(anim.open(tmp_path / "run").classes) == names


def test_the_best_model_ends_at_its_own_last_tree():
    model = classifier(rounds=300, learning_rate=0.9, early_stopping_rounds=5)
    model.fit(X, Y, eval_set=(X_VAL, Y_VAL))
    run = record_staged(model, X_VAL, Y_VAL, every=4)
    assert run.steps[-1] == model.best_iteration_ + 1 == model.tree_count_ < 300
    np.testing.assert_allclose(run.probs(-1), model.predict_proba(X_VAL), atol=1e-6)


def test_a_pool_is_taken_and_the_model_stays_as_it_is():
    model = classifier(loss_function="CrossEntropy").fit(X, Y % 2)
    before = model.predict_proba(X_VAL)
    run = record_staged(model, catboost.Pool(X_VAL), Y_VAL % 2)
    np.testing.assert_allclose(run.probs(-1), before, atol=1e-6)
    np.testing.assert_array_equal(model.predict_proba(X_VAL), before)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (classifier(catboost.CatBoostRegressor).fit(X, Y), "without classes_"),
        (classifier(), "without classes_"),
        (classifier(loss_function="MultiClassOneVsAll").fit(X, Y), "one sigmoid each"),
        (
            classifier(loss_function="MultiLogloss").fit(X, np.eye(3, dtype=int)[Y]),
            "one sigmoid each",
        ),
        (object(), "expected a CatBoostClassifier, got object"),
    ],
    ids=["regressor", "not fitted", "one sigmoid a class", "several labels", "no model"],
)
def test_a_model_that_is_no_classifier_of_one_label_is_refused(model, words):
    with pytest.raises(ValueError, match=words):
        record_staged(model, X_VAL, Y_VAL)
