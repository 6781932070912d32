"""Classifiers of scikit-learn: loops of `partial_fit`, and boosting stage by stage."""

import numpy as np
import pytest

import anim
from tests.support.frameworks import X_VAL, Y_VAL, X, Y

pytest.importorskip("sklearn", reason="scikit-learn is not installed")
from sklearn import (
    discriminant_analysis,
    ensemble,
    linear_model,
    model_selection,
    multiclass,
    naive_bayes,
    neural_network,
    svm,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from anim.integrations.sklearn import Snapshots, record_staged

NAMES = np.array(["dog", "cat", "owl"])


def loop(model, y, y_val, path=None, **options):
    """Train a model in ten parts, recorded; return the run and the accuracy after each part."""
    snapshots = Snapshots(path, model, X_VAL, y_val, **options)
    right = []
    for step in range(10):
        part = slice(step * 20, step * 20 + 20)
        model.partial_fit(X[part], y[part], classes=np.unique(y))
        snapshots(step)
        right.append((model.predict(X_VAL) == y_val).mean())
    snapshots.close()
    return snapshots.run(), right


@pytest.mark.parametrize(
    "model",
    [
        linear_model.SGDClassifier(
            loss="log_loss", learning_rate="constant", eta0=0.01, random_state=0
        ),
        naive_bayes.GaussianNB(),
        neural_network.MLPClassifier((8,), random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize(
    ("y", "y_val", "names"),
    [
        (Y, Y_VAL, None),
        (Y + 1, Y_VAL + 1, ["1", "2", "3"]),
        (2 - 2 * Y, 2 - 2 * Y_VAL, ["-2", "0", "2"]),
        (NAMES[Y], NAMES[Y_VAL], ["cat", "dog", "owl"]),
    ],
    ids=["from 0", "from 1", "negative", "names"],
)
def test_the_accuracy_is_that_of_the_model_however_its_labels_are_written(model, y, y_val, names):
    from sklearn.base import clone

    run, right = loop(clone(model), y, y_val, on_error="raise")
    np.testing.assert_allclose(run.metrics()["accuracy"], right, atol=1e-6)
    assert list(run.classes) == (names or ["0", "1", "2"])


def test_a_model_whose_predict_decides_by_something_else_is_said_once():
    # Probabilities of this loss are clipped to 0 and 1: the largest one is often shared.
    model = linear_model.SGDClassifier(loss="modified_huber", random_state=0)
    with pytest.warns(UserWarning, match="predict and predict_proba name different") as caught:
        run, right = loop(model, Y, Y_VAL, on_error="raise")
    assert len(caught) == 1
    assert run.metrics()["accuracy"][-1] < right[-1]
    expected = (model.predict_proba(X_VAL).argmax(1) == Y_VAL).mean()
    assert run.metrics()["accuracy"][-1] == pytest.approx(expected)


class Drifting(naive_bayes.GaussianNB):
    """Decides against its probabilities in `wrong` of the examples."""

    wrong = 0

    def predict(self, X):
        predicted = super().predict(X)
        predicted[: self.wrong] = (predicted[: self.wrong] + 1) % 3
        return predicted


def test_the_largest_count_of_examples_whose_predicted_class_differs_is_said_at_the_end():
    model = Drifting().fit(X, Y)
    snapshots = Snapshots(None, model, X_VAL, Y_VAL, on_error="raise")
    for step, wrong in enumerate((0, 3, 40, 7)):
        model.wrong = wrong
        snapshots(step)
    with pytest.warns(UserWarning, match="different classes in 40 of 100 examples at step 2"):
        snapshots.run()
    # Said once, unless it grows.
    snapshots.close()


def test_an_earlier_recording_is_refused_before_the_training(tmp_path):
    model = naive_bayes.GaussianNB().fit(X, Y)
    for _ in range(2):
        with Snapshots(tmp_path / "run", model, X_VAL, Y_VAL, overwrite=True) as snapshots:
            snapshots(0)
    with pytest.raises(anim.RecordingError, match=r"resume=True .* overwrite=True"):
        Snapshots(tmp_path / "run", model, X_VAL, Y_VAL)


def test_the_model_is_the_same_with_and_without():
    def coefficients(recorded):
        model = neural_network.MLPClassifier((8,), random_state=0)
        snapshots = Snapshots(None, model, X_VAL, Y_VAL, on_error="raise")
        for _ in range(5):
            model.partial_fit(X, Y, classes=[0, 1, 2])
            if recorded:
                snapshots()
        return model.coefs_

    for one, other in zip(coefficients(True), coefficients(False), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_warm_start_in_a_pipeline_is_recorded_every_few_steps(tmp_path):
    forest = ensemble.RandomForestClassifier(warm_start=True, random_state=0)
    model = make_pipeline(StandardScaler(), forest)
    right = []
    with Snapshots(tmp_path / "run", model, X_VAL, NAMES[Y_VAL], every=4) as snapshots:
        snapshots(0)
        for trees in range(1, 11):
            forest.set_params(n_estimators=trees)
            model.fit(X, NAMES[Y])
            snapshots(trees)
            right.append((model.predict(X_VAL) == NAMES[Y_VAL]).mean())
    run = anim.open(tmp_path / "run")
    # There are no predictions before the first fit.
    assert run.steps.tolist() == [1, 4, 8]
    np.testing.assert_allclose(run.metrics()["accuracy"], [right[i] for i in (0, 3, 7)], atol=1e-6)


@pytest.mark.parametrize(
    "model",
    [
        linear_model.SGDClassifier(loss="hinge"),
        linear_model.SGDClassifier(loss="squared_hinge"),
        linear_model.Perceptron(),
        svm.LinearSVC(),
        svm.SVC(),
        linear_model.RidgeClassifier(),
    ],
    ids=str,
)
def test_a_model_without_probabilities_is_refused_by_a_line_that_names_those_that_have_them(model):
    model.fit(X, Y)
    snapshots = Snapshots(None, model, X_VAL, Y_VAL)
    expected = f"{type(model).__name__} has no predict_proba.* LogisticRegression"
    with pytest.warns(UserWarning, match=expected) as caught:
        snapshots(0)
    assert "\n" not in str(caught[0].message)


def test_a_decision_function_is_recorded_as_logits_if_that_is_said():
    y, y_val = Y % 2, Y_VAL % 2
    model = linear_model.LogisticRegression().fit(X, y)
    snapshots = Snapshots(None, model, X_VAL, y_val, outputs="logits", on_error="raise")
    snapshots(0)
    assert snapshots.run().kind == "logits"
    np.testing.assert_allclose(snapshots.run().probs(0), model.predict_proba(X_VAL), atol=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "model",
    [
        linear_model.LogisticRegression(),
        make_pipeline(StandardScaler(), linear_model.LogisticRegression()),
        ensemble.GradientBoostingClassifier(n_estimators=3),
        ensemble.HistGradientBoostingClassifier(max_iter=3),
        discriminant_analysis.LinearDiscriminantAnalysis(),
        discriminant_analysis.QuadraticDiscriminantAnalysis(),
    ],
    ids=str,
)
def test_logits_are_those_whose_softmax_is_predict_proba(model, classes):
    model.fit(X, Y % classes)
    options = {"outputs": "logits", "on_error": "raise"}
    snapshots = Snapshots(None, model, X_VAL, Y_VAL % classes, **options)
    snapshots(0)
    np.testing.assert_allclose(snapshots.run().probs(0), model.predict_proba(X_VAL), atol=1e-5)


@pytest.mark.parametrize(
    ("problem", "models"),
    [
        (
            r"has no predict_proba.*CalibratedClassifierCV have it",
            [
                (linear_model.SGDClassifier(loss="hinge"), 2),
                (linear_model.Perceptron(), 3),
                (linear_model.RidgeClassifier(), 2),
                (svm.SVC(), 2),
                (svm.SVC(decision_function_shape="ovo"), 3),
                (svm.LinearSVC(), 2),
                (multiclass.OneVsOneClassifier(linear_model.LogisticRegression()), 3),
                (make_pipeline(StandardScaler(), svm.SVC()), 2),
                (model_selection.GridSearchCV(svm.SVC(), {"C": [1.0]}, cv=2), 2),
            ],
        ),
        (
            r"outputs: the decision_function of .* returns no logits",
            [
                (linear_model.SGDClassifier(loss="modified_huber"), 2),
                (linear_model.SGDClassifier(loss="log_loss"), 3),
                (multiclass.OneVsRestClassifier(linear_model.LogisticRegression()), 3),
                (ensemble.GradientBoostingClassifier(loss="exponential", n_estimators=3), 2),
                (ensemble.AdaBoostClassifier(n_estimators=3), 3),
            ],
        ),
    ],
    ids=["no probabilities", "other probabilities"],
)
def test_scores_that_are_no_logits_are_refused_as_logits(problem, models):
    for model, classes in models:
        model.fit(X, Y % classes)
        options = {"outputs": "logits", "on_error": "raise"}
        snapshots = Snapshots(None, model, X_VAL, Y_VAL % classes, **options)
        with pytest.raises(ValueError, match=problem):
            snapshots(0)


def test_logits_of_a_model_without_a_decision_function_are_refused():
    model = ensemble.RandomForestClassifier(3).fit(X, Y)
    snapshots = Snapshots(None, model, X_VAL, Y_VAL, outputs="logits", on_error="raise")
    with pytest.raises(ValueError, match="has no decision_function; leave outputs out"):
        snapshots(0)


@pytest.mark.parametrize(
    ("y_val", "words"),
    [
        (Y_VAL + 1, "y_val: expected one of the model's classes 0, 1, 2, got 3 at index"),
        (NAMES[Y_VAL], "y_val: expected one of the model's classes 0, 1, 2, got"),
        (np.eye(3)[Y_VAL], r"y_val: expected one label an example, got shape .100, 3."),
        (Y_VAL.astype(float) + 0.5, r"y_val: expected one of the model's classes 0, 1, 2"),
        (Y_VAL[:50], r"probs: expected shape \[50, K\]"),
    ],
)
def test_labels_that_the_model_does_not_know_are_refused(y_val, words):
    model = naive_bayes.GaussianNB().fit(X, Y)
    with pytest.warns(UserWarning, match=words):
        Snapshots(None, model, X_VAL, y_val)(0)
    with pytest.raises(ValueError, match=words):
        Snapshots(None, model, X_VAL, y_val, on_error="raise")(0)


def test_a_wrong_call_raises_at_once():
    with pytest.raises(TypeError, match="model: expected a classifier, got LinearRegression"):
        Snapshots(None, linear_model.LinearRegression(), X_VAL, Y_VAL)
    with pytest.raises(ValueError, match="expected one with staged_predict_proba, as"):
        record_staged(naive_bayes.GaussianNB().fit(X, Y), X_VAL, Y_VAL)
    model = ensemble.AdaBoostClassifier(n_estimators=2).fit(X, NAMES[Y])
    with pytest.raises(ValueError, match="classes: expected the order of the model: cat, dog, owl"):
        record_staged(model, X_VAL, NAMES[Y_VAL], classes=NAMES)
    with pytest.raises(ValueError, match="classes: expected 3 names, got 2"):
        record_staged(model, X_VAL, NAMES[Y_VAL], classes=["a", "b"])


def test_several_labels_an_example_are_refused():
    several = ensemble.RandomForestClassifier(3).fit(X, np.eye(3, dtype=int)[Y])
    with pytest.warns(UserWarning, match="model: expected one label an example"):
        Snapshots(None, several, X_VAL, np.eye(3, dtype=int)[Y_VAL])(0)


@pytest.mark.parametrize(
    "model",
    [
        ensemble.GradientBoostingClassifier(n_estimators=7, max_depth=2),
        ensemble.HistGradientBoostingClassifier(max_iter=7, max_depth=2),
        ensemble.AdaBoostClassifier(n_estimators=7),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("classes", [2, 3])
def test_stages_are_recorded_as_the_model_predicts_them(tmp_path, model, classes):
    y, y_val = NAMES[Y % classes], NAMES[Y_VAL % classes]
    model.fit(X, y)
    run = record_staged(model, X_VAL, y_val, tmp_path / "run", every=3)
    assert run.steps.tolist() == [3, 6, 7]
    np.testing.assert_allclose(run.probs(2), model.predict_proba(X_VAL), atol=1e-6)
    right = [(labels == y_val).mean() for labels in model.staged_predict(X_VAL)]
    np.testing.assert_allclose(run.metrics()["accuracy"], [right[i] for i in (2, 5, 6)], atol=1e-6)
    assert list(anim.open(tmp_path / "run").classes) == sorted(NAMES[:classes])
