"""LightGBM's callback against the real booster."""

import gc

import numpy as np
import pytest

import anim
from tests.support.frameworks import X_VAL, Y_VAL, X, Y, softmax

lightgbm = pytest.importorskip("lightgbm", reason="LightGBM is not installed")
from anim.integrations.lightgbm import SnapshotCallback  # noqa: E402

# Third-party packages warn about each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")


def classifier(rounds=10, **options):
    return lightgbm.LGBMClassifier(
        n_estimators=rounds, num_leaves=4, n_jobs=1, verbose=-1, **options
    )


def trees(model):
    # Without the line of parameters, which hold nothing of us.
    return model.booster_.model_to_string().partition("parameters:")[0]


@pytest.mark.parametrize("classes", [2, 3])
def test_it_records_what_the_booster_predicts_and_evaluates(tmp_path, classes):
    y, y_val = Y % classes, Y_VAL % classes
    callback = SnapshotCallback(tmp_path / "run", X_VAL, y_val, every=4)
    model = classifier()
    model.fit(X, y, eval_set=[(X_VAL, y_val)], callbacks=[callback])
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [4, 8, 10]
    np.testing.assert_allclose(run.probs(2), model.predict_proba(X_VAL), atol=1e-5)
    half = model.predict_proba(X_VAL, num_iteration=4)
    np.testing.assert_allclose(run.probs(0), half, atol=1e-5)
    name = "valid_0/" + ("binary_logloss" if classes == 2 else "multi_logloss")
    np.testing.assert_allclose(run.metrics()[name][1], run.metrics()["nll"][1], atol=1e-5)
    # A second `fit` begins without trees: it is another model.
    with pytest.warns(UserWarning, match="begins at step 0, but 10 is recorded already"):
        model.fit(X, y, callbacks=[callback])
    assert anim.open(tmp_path / "run").steps[-1] == 10


@pytest.mark.parametrize("copied", [False, True])
def test_a_step_counts_the_trees_of_the_model_that_it_continues(tmp_path, copied):
    def fit(model, **named):
        callback = SnapshotCallback(tmp_path / "run", X_VAL, Y_VAL, every=10, **options)
        return model.fit(X, Y, callbacks=[callback], **named)

    options = {}
    first = fit(classifier(20))
    options = {"resume": True}
    second = fit(classifier(30), init_model=first)
    third = fit(classifier(10), init_model=second.booster_ if copied else second)
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [10, 20, 30, 40, 50, 60]
    np.testing.assert_allclose(run.probs(5), third.predict_proba(X_VAL), atol=1e-5)
    np.testing.assert_allclose(run.probs(4), second.predict_proba(X_VAL), atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"boosting_type": "dart", "drop_rate": 0.5, "drop_seed": 3},
        {"boosting_type": "rf", "subsample": 0.5, "subsample_freq": 1},
        {"subsample": 0.5, "subsample_freq": 1, "colsample_bytree": 0.5},
        {"class_weight": "balanced"},
    ],
    ids=str,
)
def test_the_trees_are_the_same_with_and_without_it(options):
    callback = SnapshotCallback(None, X_VAL, Y_VAL, on_error="raise")
    with_us = classifier(8, **options).fit(X, Y, callbacks=[callback])
    without = classifier(8, **options).fit(X, Y)
    assert trees(with_us) == trees(without)
    run = callback.run()
    np.testing.assert_allclose(run.probs(7), with_us.predict_proba(X_VAL), atol=1e-5)
    expected = (with_us.predict(X_VAL) == Y_VAL).mean()
    assert run.metrics()["accuracy"][-1] == pytest.approx(expected)


def test_scores_of_a_steeper_sigmoid_are_scaled_to_logits():
    y, y_val = Y % 2, Y_VAL % 2
    callback = SnapshotCallback(None, X_VAL, y_val, on_error="raise")
    model = classifier(5, sigmoid=2.5).fit(X, y, callbacks=[callback])
    np.testing.assert_allclose(callback.run().probs(4), model.predict_proba(X_VAL), atol=1e-5)


@pytest.mark.parametrize("objective", ["multiclassova", "regression", "poisson", "lambdarank"])
def test_scores_that_are_no_logits_are_refused(objective):
    callback = SnapshotCallback(None, X_VAL, Y_VAL)
    classes = {"num_class": 3} if objective == "multiclassova" else {}
    params = {"objective": objective, "verbose": -1, **classes}
    group = {"group": [200]} if objective == "lambdarank" else {}
    with pytest.warns(UserWarning, match=f"binary, .*, multiclass, got {objective}"):
        booster = lightgbm.train(params, lightgbm.Dataset(X, Y, **group), 3, callbacks=[callback])
    assert booster.num_trees() in (3, 9)


def test_scores_of_an_objective_of_ones_own_are_logits_if_that_is_said():
    def cross_entropy(y, scores):
        p = softmax(scores)
        hits = np.eye(3)[y.astype(int)]
        return p - hits, 1.5 * p * (1 - p)

    model = classifier(5, objective=cross_entropy)
    refused = SnapshotCallback(None, X_VAL, Y_VAL)
    accepted = SnapshotCallback(None, X_VAL, Y_VAL, outputs="logits", on_error="raise")
    with pytest.warns(UserWarning, match="objective: .* got one of your own"):
        model.fit(X, Y, callbacks=[refused, accepted])
    scores = model.predict(X_VAL, raw_score=True)
    np.testing.assert_allclose(accepted.run().probs(4), softmax(scores), atol=1e-5)


def test_early_stopping_leaves_all_committed_and_the_path_free(tmp_path):
    model = classifier(200, learning_rate=1).fit(
        X,
        Y,
        eval_set=[(X_VAL, Y_VAL)],
        callbacks=[
            SnapshotCallback(tmp_path / "run", X_VAL, Y_VAL),
            lightgbm.early_stopping(3, verbose=False),
        ],
    )
    gc.collect()
    run = anim.open(tmp_path / "run")
    assert run.steps[-1] == model.best_iteration_ + 3 < 200
    best = run.probs(model.best_iteration_ - 1)
    np.testing.assert_allclose(best, model.predict_proba(X_VAL), atol=1e-5)
    anim.Recorder(tmp_path / "run", labels=Y_VAL, overwrite=True).close()


def test_a_callback_in_a_variable_holds_its_path_until_it_is_closed(tmp_path):
    callback = SnapshotCallback(tmp_path / "run", X_VAL, Y_VAL)
    stop = lightgbm.early_stopping(3, verbose=False)
    model = classifier(200, learning_rate=1)
    model.fit(X, Y, eval_set=[(X_VAL, Y_VAL)], callbacks=[callback, stop])
    assert anim.open(tmp_path / "run").steps[-1] == model.best_iteration_ + 3
    callback.close()
    anim.Recorder(tmp_path / "run", labels=Y_VAL, overwrite=True).close()


@pytest.mark.parametrize("in_memory", [False, True])
def test_the_run_after_early_stopping_leaves_the_path_free(tmp_path, in_memory):
    path = None if in_memory else tmp_path / "run"
    callback = SnapshotCallback(path, X_VAL, Y_VAL)
    stop = lightgbm.early_stopping(3, verbose=False)
    model = classifier(200, learning_rate=1)
    model.fit(X, Y, eval_set=[(X_VAL, Y_VAL)], callbacks=[callback, stop])
    assert callback.run().steps[-1] == model.best_iteration_ + 3
    if not in_memory:
        with pytest.raises(anim.RecordingError, match="there is already a recording"):
            anim.Recorder(path, labels=Y_VAL)
    assert callback.run().steps[-1] == model.best_iteration_ + 3


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_run_that_is_read_while_it_trains_goes_on(tmp_path, in_memory):
    callback = SnapshotCallback(None if in_memory else tmp_path / "run", X_VAL, Y_VAL)
    seen = []

    def reader(env):
        seen.append(len(callback.run()))

    reader.order = 26
    classifier(5).fit(X, Y, callbacks=[callback, reader])
    assert seen == [1, 2, 3, 4, 5]
    assert callback.run().steps.tolist() == [1, 2, 3, 4, 5]


def test_it_can_be_cross_validated_and_searched(tmp_path):
    selection = pytest.importorskip("sklearn.model_selection")
    callback = SnapshotCallback(tmp_path / "run", X_VAL, Y_VAL)
    params = {"objective": "multiclass", "num_class": 3, "verbose": -1}
    with pytest.warns(UserWarning, match="expected one Booster"):
        lightgbm.cv(params, lightgbm.Dataset(X, Y), 3, callbacks=[callback])
    callback = SnapshotCallback(tmp_path / "run", X_VAL, Y_VAL, overwrite=True)
    search = selection.GridSearchCV(classifier(4), {"max_depth": [1, 2]}, cv=2)
    search.fit(X, Y, callbacks=[callback])
    # With `overwrite`, the last training is recorded, which is that of the model that is kept.
    run = anim.open(tmp_path / "run")
    np.testing.assert_allclose(run.probs(3), search.predict_proba(X_VAL), atol=1e-5)


def test_labels_that_are_names_need_the_order_of_the_model():
    names = np.array(["dog", "cat", "owl"])
    callback = SnapshotCallback(
        None, X_VAL, names[Y_VAL], classes=["cat", "dog", "owl"], on_error="raise"
    )
    model = classifier(4).fit(X, names[Y], callbacks=[callback])
    expected = (model.predict(X_VAL) == names[Y_VAL]).mean()
    assert callback.run().metrics()["accuracy"][-1] == pytest.approx(expected)
    with pytest.raises(ValueError, match="classes: expected sorted names"):
        SnapshotCallback(None, X_VAL, names[Y_VAL], classes=names.tolist())
