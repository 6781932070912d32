"""XGBoost's callback against the real booster."""

import copy
import pickle

import numpy as np
import pytest

import anim
from tests.support.frameworks import X_VAL, Y_VAL, X, Y

xgboost = pytest.importorskip("xgboost", reason="XGBoost is not installed")
from anim.integrations.xgboost import SnapshotCallback  # noqa: E402

# Third-party packages warn about each other; what matters here are values.
pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.filterwarnings("error::UserWarning:anim"),
]


def binary(y):
    """Labels of two classes of which one is rare: the base score is far from one half."""
    return (y == 0).astype(int)


def classifier(rounds, **options):
    return xgboost.XGBClassifier(n_estimators=rounds, n_jobs=1, **options)


def trees(model):
    return model.get_booster().save_raw("json")


@pytest.mark.parametrize("classes", [2, 3])
def test_it_records_what_the_booster_predicts_and_evaluates(tmp_path, classes):
    y, y_val = Y % classes, Y_VAL % classes
    callback = SnapshotCallback(tmp_path / "run", X_VAL, y_val, every=4)
    model = classifier(rounds=10, callbacks=[callback])
    model.fit(X, y, eval_set=[(X_VAL, y_val)], verbose=False)
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 4, 8, 10]
    np.testing.assert_allclose(run.probs(3), model.predict_proba(X_VAL), atol=1e-5)
    half = model.predict_proba(X_VAL, iteration_range=(0, 4))
    np.testing.assert_allclose(run.probs(1), half, atol=1e-5)
    name = "validation_0/" + ("logloss" if classes == 2 else "mlogloss")
    np.testing.assert_allclose(run.metrics()[name][2], run.metrics()["nll"][2], atol=1e-5)
    # A second `fit` begins without trees: it is another model.
    with pytest.warns(UserWarning, match="begins at step 0, but 10 is recorded already"):
        model.fit(X, y)
    assert anim.open(tmp_path / "run").steps[-1] == 10


@pytest.mark.parametrize("objective", ["binary:logistic", "multi:softprob"])
@pytest.mark.parametrize("given", [None, 0.2])
def test_step_0_has_the_base_score_of_the_model(objective, given):
    is_binary = objective == "binary:logistic"
    y, y_val = (binary(Y), binary(Y_VAL)) if is_binary else (Y, Y_VAL)
    callback = SnapshotCallback(None, X_VAL, y_val)
    model = classifier(rounds=3, objective=objective, base_score=given, callbacks=[callback])
    model.fit(X, y)
    shares = np.bincount(y) / len(y)
    if given is not None:
        shares = np.array([1 - given, given]) if is_binary else np.full(3, 1 / 3)
    # XGBoost estimates the intercepts by one step from zero, so these are near the shares.
    tolerance = 1e-5 if given is not None or is_binary else 0.05
    np.testing.assert_allclose(callback.run().probs(0)[0], shares, atol=tolerance)
    assert np.ptp(callback.run().probs(0), axis=0).max() < 1e-6
    assert callback.run().metrics()["accuracy"][0] == pytest.approx(
        (y_val == shares.argmax()).mean()
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"booster": "dart", "rate_drop": 0.5, "random_state": 3},
        {"subsample": 0.5, "colsample_bytree": 0.5, "random_state": 3},
        {"num_parallel_tree": 3, "subsample": 0.7},
        {"multi_strategy": "multi_output_tree", "tree_method": "hist"},
        {"booster": "gblinear", "updater": "coord_descent"},
    ],
    ids=str,
)
def test_the_trees_are_the_same_with_and_without_it(options):
    callback = SnapshotCallback(None, X_VAL, Y_VAL, on_error="raise")
    with_us = classifier(rounds=8, callbacks=[callback], **options).fit(X, Y)
    without = classifier(rounds=8, **options).fit(X, Y)
    assert trees(with_us) == trees(without)
    np.testing.assert_allclose(callback.run().probs(-1), with_us.predict_proba(X_VAL), atol=1e-5)
    accuracy = callback.run().metrics()["accuracy"][-1]
    assert accuracy == pytest.approx((with_us.predict(X_VAL) == Y_VAL).mean())


def test_a_training_that_continues_a_model_continues_its_steps(tmp_path):
    first = SnapshotCallback(tmp_path / "run", X_VAL, Y_VAL, every=5)
    model = classifier(rounds=10, callbacks=[first]).fit(X, Y)
    second = SnapshotCallback(tmp_path / "run", X_VAL, Y_VAL, every=5, resume=True)
    more = classifier(rounds=7, callbacks=[second])
    more.fit(X, Y, xgb_model=model.get_booster())
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 5, 10, 15, 17]
    np.testing.assert_allclose(run.probs(4), more.predict_proba(X_VAL), atol=1e-5)


def test_early_stopping_ends_the_recording_where_training_ends(tmp_path):
    callback = SnapshotCallback(tmp_path / "run", X_VAL, Y_VAL, every=1)
    model = classifier(rounds=200, early_stopping_rounds=3, learning_rate=1, callbacks=[callback])
    model.fit(X, Y, eval_set=[(X_VAL, Y_VAL)], verbose=False)
    run = anim.open(tmp_path / "run")
    assert run.steps[-1] == model.best_iteration + 4 < 200
    best = int(model.best_iteration) + 1
    np.testing.assert_allclose(run.probs(best), model.predict_proba(X_VAL), atol=1e-5)
    anim.Recorder(tmp_path / "run", labels=Y_VAL, overwrite=True).close()


@pytest.mark.parametrize("fitted", [False, True])
def test_a_model_with_it_can_be_pickled_and_copied(tmp_path, fitted):
    callback = SnapshotCallback(tmp_path / "run", xgboost.DMatrix(X_VAL), Y_VAL)
    model = classifier(rounds=3, callbacks=[callback])
    if fitted:
        model.fit(X, Y)
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        if fitted:
            np.testing.assert_array_equal(other.predict(X_VAL), model.predict(X_VAL))
        with pytest.warns(UserWarning, match="x_val: a DMatrix is not copied"):
            other.fit(X, Y)


def test_a_clone_records_where_the_path_is_free_and_trains_on_where_not(tmp_path):
    sklearn = pytest.importorskip("sklearn.base")
    callback = SnapshotCallback(tmp_path / "run", X_VAL, Y_VAL)
    model = classifier(rounds=3, callbacks=[callback])
    cloned = sklearn.clone(model).fit(X, Y)
    run = anim.open(tmp_path / "run")
    np.testing.assert_allclose(run.probs(-1), cloned.predict_proba(X_VAL), atol=1e-5)
    with pytest.warns(UserWarning, match="there is already a recording"):
        other = sklearn.clone(model).fit(X, Y)
    assert trees(other) == trees(cloned)


@pytest.mark.parametrize("path", ["run", None])
def test_a_model_with_it_can_be_cross_validated_and_searched(tmp_path, path):
    selection = pytest.importorskip("sklearn.model_selection")

    def model(callbacks):
        return classifier(rounds=3, callbacks=callbacks, random_state=0)

    callback = SnapshotCallback(path and tmp_path / path, X_VAL, Y_VAL)
    scores = selection.cross_val_score(model([callback]), X, Y, cv=3)
    np.testing.assert_array_equal(scores, selection.cross_val_score(model(None), X, Y, cv=3))
    grid = {"max_depth": [1, 2]}
    search = selection.GridSearchCV(model([callback]), grid, cv=2).fit(X, Y)
    if path is None:
        # Each training has a memory of its own, and so has the model that is kept.
        run = search.best_estimator_.callbacks[0].run()
        np.testing.assert_allclose(run.probs(-1), search.predict_proba(X_VAL), atol=1e-5)
    with pytest.warns(UserWarning, match="expected one Booster"):
        table = xgboost.cv({"max_depth": 2}, xgboost.DMatrix(X, Y), 3, callbacks=[callback])
    assert len(table) == 3


@pytest.mark.parametrize(
    ("objective", "labels"),
    [("binary:hinge", binary(Y)), ("reg:squarederror", Y), ("rank:pairwise", Y), ("own", Y)],
)
def test_scores_that_are_no_logits_are_refused(objective, labels):
    def squared(scores, data):
        return scores - data.get_label(), np.ones_like(scores)

    data = xgboost.DMatrix(X, labels)
    own = {"obj": squared} if objective == "own" else {}
    params = {} if own else {"objective": objective}
    callback = SnapshotCallback(None, X_VAL, binary(Y_VAL))
    with pytest.warns(UserWarning, match="objective: expected one of binary:logistic"):
        booster = xgboost.train(params, data, 3, callbacks=[callback], **own)
    assert booster.num_boosted_rounds() == 3


def test_scores_of_an_objective_of_ones_own_are_logits_if_that_is_said():
    def logistic(scores, data):
        p = 1 / (1 + np.exp(-scores))
        return p - data.get_label(), p * (1 - p)

    callback = SnapshotCallback(None, X_VAL, binary(Y_VAL), outputs="logits", on_error="raise")
    data = xgboost.DMatrix(X, binary(Y))
    booster = xgboost.train({"base_score": 0}, data, 5, obj=logistic, callbacks=[callback])
    scores = booster.predict(xgboost.DMatrix(X_VAL), output_margin=True)
    np.testing.assert_allclose(callback.run().probs(-1)[:, 1], 1 / (1 + np.exp(-scores)), atol=1e-5)


def test_several_labels_an_example_are_refused():
    callback = SnapshotCallback(None, X_VAL, Y_VAL)
    with pytest.warns(UserWarning, match="expected one label an example"):
        classifier(rounds=2, callbacks=[callback]).fit(X, np.eye(3)[Y])


def test_the_number_for_missing_values_is_that_of_the_model():
    x, x_val = X.copy(), X_VAL.copy()
    x[::3, 1] = x_val[::2, 1] = -999
    callback = SnapshotCallback(None, x_val, Y_VAL, missing=-999, on_error="raise")
    model = classifier(rounds=4, missing=-999, callbacks=[callback]).fit(x, Y)
    np.testing.assert_allclose(callback.run().probs(-1), model.predict_proba(x_val), atol=1e-5)


def test_frames_with_categories_are_read_as_the_model_reads_them():
    pandas = pytest.importorskip("pandas")

    def frame(x):
        kinds = pandas.Categorical(np.where(x[:, 0] > 0, "a", "b"), ["a", "b", "c"])
        return pandas.DataFrame({"kind": kinds, "size": x[:, 1]})

    callback = SnapshotCallback(None, frame(X_VAL), Y_VAL, on_error="raise")
    model = classifier(rounds=4, enable_categorical=True, callbacks=[callback])
    model.fit(frame(X), Y)
    expected = model.predict_proba(frame(X_VAL))
    np.testing.assert_allclose(callback.run().probs(-1), expected, atol=1e-5)
