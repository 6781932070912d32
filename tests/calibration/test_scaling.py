"""Temperature, vector scaling and isotonic regression, against SciPy and scikit-learn."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize
import scipy.special
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from anim import calibration
from anim.calibration import scaling
from tests.support import divided_arrays
from tests.support.amounts import slow
from tests.support.predictions import model, softmax
from tests.support.recalibration import likelihood

# Where the number of examples does not matter, it is that of other fits: a shape is compiled once.


def temperature(logits, labels) -> float:
    return float(calibration.fit_temperature(logits, labels).temperature)


@pytest.mark.parametrize("classes", [2, *slow(3), 10])
@pytest.mark.parametrize("known", [0.2, *slow(0.5, 1, 2), 5])
def test_a_known_temperature_is_recovered(known, classes):
    logits, labels = model(200_000, classes=classes, sharpness=known)
    assert temperature(logits.astype(np.float32), labels) == pytest.approx(known, rel=0.01)


@pytest.mark.parametrize(
    ("classes", "sharpness", "examples"),
    [
        *((2, 4, 60), (3, 0.3, 3000), (10, 30, 60)),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in ((2, 4, 3000), (3, 0.3, 60), (10, 1, 60), (10, 1, 3000), (10, 30, 3000))
        ),
    ],
)
def test_the_temperature_is_the_minimum_that_scipy_finds(classes, sharpness, examples):
    logits, labels = model(examples, classes, sharpness)
    least = scipy.optimize.minimize_scalar(
        lambda log_t: likelihood(logits / np.exp(log_t), labels),
        bounds=(np.log(1e-3), np.log(1e3)),
        method="bounded",
        options={"xatol": 1e-10},
    )
    with jax.enable_x64(True):
        found = calibration.fit_temperature(logits, labels)
    assert float(found.nll) == pytest.approx(least.fun, abs=1e-9)
    assert float(found.temperature) == pytest.approx(np.exp(least.x), rel=1e-5)
    found = calibration.fit_temperature(logits.astype(np.float32), labels)
    assert float(found.nll) == pytest.approx(least.fun, abs=1e-6)
    assert float(found.temperature) == pytest.approx(np.exp(least.x), rel=1e-4)


@pytest.mark.parametrize("factor", [1e-4, 1e-2, 1, 100, 1e4])
def test_the_temperature_grows_with_the_logits(factor):
    logits, labels = model(classes=3)
    one = temperature(logits, labels)
    assert temperature(logits * factor, labels) == pytest.approx(one * factor, rel=1e-4)


@pytest.mark.parametrize("offset", [-1e4, 1e4])
def test_an_offset_of_all_logits_does_not_matter(offset):
    logits, labels = model(classes=3)
    logits = np.round(logits * 1024) / 1024
    assert temperature(logits + offset, labels) == pytest.approx(temperature(logits, labels))


@pytest.mark.parametrize("never", [-1e4, -1e9, -3e38])
def test_a_class_that_is_ruled_out_does_not_matter(never):
    logits, labels = model(classes=3)
    never = np.concatenate([logits, np.full((len(logits), 1), never)], axis=1)
    assert temperature(never, labels) == pytest.approx(temperature(logits, labels), rel=1e-5)


def test_float16_logits_have_a_temperature():
    logits, labels = model(classes=4, sharpness=2)
    rounded = logits.astype(np.float16)
    expected = temperature(rounded.astype(np.float32), labels)
    assert temperature(rounded, labels) == pytest.approx(expected, rel=1e-6)
    assert expected == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_predicted_class_stays(classes):
    logits, labels = model(classes=classes, sharpness=7)
    logits = logits.astype(np.float32)
    scaled = logits / temperature(logits, labels)
    np.testing.assert_array_equal(scaled.argmax(1), logits.argmax(1))


LABELS = np.arange(63) % 3
RIGHT = np.eye(3)[LABELS]
NO_TEMPERATURE = {
    "classes that are separated": RIGHT + 0.4 * np.random.default_rng(0).random((63, 3)),
    "logits that are alike": np.full((63, 3), 2.0),
    # Each label occurs equally often with each of three rows.
    "logits that tell nothing": np.array([[0.0, 1, 2], [2, 0, 1], [1, 2, 0]])[np.arange(63) // 21],
    "logits that tell the opposite": -RIGHT,
    "one right example": np.array([[3.0, 1, 2]]),
    "one wrong example": np.array([[1.0, 3, 2]]),
}


@pytest.mark.parametrize("case", NO_TEMPERATURE)
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_there_is_no_temperature_if_the_loss_has_no_minimum(case, kind):
    logits = NO_TEMPERATURE[case].astype(kind)
    with jax.enable_x64(kind is np.float64):
        found = calibration.fit_temperature(logits, LABELS[: len(logits)])
    assert np.isnan(found.temperature)
    assert np.isnan(found.nll)


def test_labels_of_one_class_have_a_temperature_unless_all_are_right():
    """One is right by 2, one wrong by 1."""
    logits = np.array([[0.0, 2.0], [0.0, -1.0]])
    labels = np.array([1, 1])
    least = scipy.optimize.minimize_scalar(
        lambda b: np.logaddexp(0, -2 * b) + np.logaddexp(0, b), bounds=(1e-3, 10), method="bounded"
    )
    assert temperature(logits, labels) == pytest.approx(1 / least.x, rel=1e-3)
    assert np.isnan(temperature(np.abs(logits), labels))


def test_four_examples_have_a_temperature():
    """Three are right and one is wrong by the same margin: e^(m / T) = 3."""
    logits = np.array([[0.0, 2.0]] * 4)
    assert temperature(logits, np.array([1, 1, 1, 0])) == pytest.approx(2 / np.log(3), rel=1e-5)


@pytest.mark.parametrize("place", [np.asarray, jax.numpy.asarray], ids=["host", "device"])
def test_snapshots_are_fitted_together_as_alone(place):
    logits, labels = model(1000, classes=3)
    # The third has no temperature, and says nothing about the others.
    snapshots = (logits * np.array([0.3, 1, 0, 5])[:, None, None]).astype(np.float32)
    together = calibration.fit_temperature(place(snapshots), labels)
    alone = [calibration.fit_temperature(one, labels) for one in snapshots]
    np.testing.assert_allclose(np.transpose(together), np.array(alone), rtol=1e-5)
    assert np.isnan(together.temperature).tolist() == [False, False, True, False]


UNITS = [1e-4, 1 / 110, 1.0, 110.0, 1e4]


@pytest.mark.parametrize("unit", UNITS)
def test_the_probabilities_under_a_temperature_do_not_depend_on_the_unit_of_logits(unit):
    logits, labels = model(classes=3, sharpness=2)
    expected = softmax(logits / temperature(logits, labels))
    scaled = (unit * logits).astype(np.float32)
    found = softmax(scaled / temperature(scaled, labels))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def vector_by_bfgs(logits, labels):
    """Weights and biases that SciPy's BFGS finds, of logits divided by their largest one."""
    unit, classes = np.abs(logits).max(), logits.shape[1]

    def loss(packed):
        return likelihood(logits / unit * packed[:classes] + packed[classes:], labels)

    least = scipy.optimize.minimize(loss, np.repeat([1.0, 0], classes), options={"gtol": 1e-8})
    return least.x[:classes] / unit, least.x[classes:]


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_the_probabilities_of_vector_scaling_do_not_depend_on_the_unit_of_logits(unit):
    logits, labels = model(1000, classes=3, sharpness=1)
    weights, biases = vector_by_bfgs(logits, labels)
    scaled = (unit * logits).astype(np.float32)
    scale = calibration.fit_vector_scale(scaled, labels)
    found = calibration.probabilities(calibration.apply_vector_scale(scaled, scale))
    np.testing.assert_allclose(found, softmax(logits * weights + biases), atol=2e-4)
    np.testing.assert_allclose(scale.weights, weights / unit, rtol=2e-3)


@pytest.mark.parametrize(("unit", "is_found"), [(1e-30, True), (1e35, True), (1e-38, False)])
def test_very_large_and_small_logits_have_a_vector_scale_or_none(unit, is_found):
    """Their squares are no numbers of float32: no weight is 0 for that."""
    logits, labels = model(300, classes=3, sharpness=1)
    one = calibration.fit_vector_scale(logits, labels)
    scale = calibration.fit_vector_scale((logits * unit).astype(np.float32), labels)
    expected = np.asarray(one.weights) / unit if is_found else np.full(3, np.nan)
    np.testing.assert_allclose(scale.weights, expected, rtol=1e-5)


def test_vector_scaling_recovers_logits_like_those_of_clip():
    """Cosines around 0.25 that differ by a hundredth: the scales are above 100."""
    logits, labels = model(1000, classes=3)
    weights, _ = vector_by_bfgs(logits, labels)
    cosines = (0.25 + logits / 110).astype(np.float32)
    scale = calibration.fit_vector_scale(cosines, labels)
    np.testing.assert_allclose(scale.weights, 110 * weights, rtol=2e-3)
    assert float(scale.weights.min()) > 100


def test_logits_of_a_class_that_are_all_equal_have_the_weight_0():
    logits, labels = model(1000, classes=3)
    logits[:, 2] = 7.5
    scale = calibration.fit_vector_scale(logits.astype(np.float32), labels)
    assert float(scale.weights[2]) == 0
    weights, biases = vector_by_bfgs(logits, labels)
    scaled = calibration.apply_vector_scale(logits, scale)
    expected = likelihood(logits * weights + biases, labels)
    assert likelihood(scaled, labels) == pytest.approx(expected, abs=1e-5)


def test_scores_that_are_all_equal_become_the_shares_of_the_classes():
    labels = np.repeat([0, 1, 2], [5, 3, 2])
    probs = np.full((10, 3), 1 / 3)
    found = calibration.apply_isotonic(probs, calibration.fit_isotonic(probs, labels))
    np.testing.assert_allclose(found, np.tile([0.5, 0.3, 0.2], (10, 1)), rtol=1e-6)
    two = np.full((10, 2), 0.5)
    found = calibration.apply_isotonic(two, calibration.fit_isotonic(two, np.minimum(labels, 1)))
    np.testing.assert_allclose(found, np.tile([0.5, 0.5], (10, 1)), rtol=1e-6)


@pytest.mark.slow
def test_vector_scales_are_fitted_together_as_alone():
    logits, labels = model(1000, classes=3)
    snapshots = (logits * np.array([0.3, 5])[:, None, None]).astype(np.float32)
    together = calibration.fit_vector_scale(jax.numpy.asarray(snapshots), labels)
    alone = [calibration.fit_vector_scale(one, labels) for one in snapshots]
    for found, expected in zip(together, zip(*alone, strict=True), strict=True):
        np.testing.assert_allclose(found, np.stack(expected), rtol=1e-3, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 10])
def test_the_vector_scale_is_the_minimum_that_scipy_finds(classes):
    logits, labels = model(1000, classes=classes)
    rng = np.random.default_rng(0)
    logits = logits * rng.uniform(0.5, 3, classes) + rng.normal(size=classes)

    def loss(packed):
        return likelihood(logits * packed[:classes] + packed[classes:], labels)

    start = np.repeat([1.0, 0.0], classes)
    least = scipy.optimize.minimize(loss, start, method="L-BFGS-B", options={"gtol": 1e-9})
    for kind, tolerance in ((np.float32, 1e-5), (np.float64, 1e-6)):
        with jax.enable_x64(kind is np.float64):
            scale = calibration.fit_vector_scale(logits.astype(kind), labels)
            scaled = calibration.apply_vector_scale(logits.astype(kind), scale)
            assert float(scale.biases.sum()) == pytest.approx(0, abs=1e-5)
        assert likelihood(scaled, labels) == pytest.approx(least.fun, abs=tolerance)
        np.testing.assert_allclose(scale.weights, least.x[:classes], atol=0.01)
    assert least.fun < likelihood(logits, labels) - 0.01


def test_the_vector_scale_of_one_logit_is_logistic_regression():
    """Platt scaling: if one of two logits is 0, only a slope and a bias remain."""
    logits, labels = model(1000, classes=2, sharpness=3)
    logits[:, 0] = 0
    fitted = LogisticRegression(C=np.inf, tol=1e-8).fit(logits[:, 1:], labels)
    with jax.enable_x64(True):
        scale = calibration.fit_vector_scale(logits, labels)
    assert float(scale.weights[1]) == pytest.approx(fitted.coef_[0, 0], rel=1e-4)
    bias = float(scale.biases[1] - scale.biases[0])
    assert bias == pytest.approx(fitted.intercept_[0], abs=1e-4)


@pytest.mark.parametrize(
    "case", ["classes that are separated", "logits that are alike", "one right example"]
)
def test_there_is_no_vector_scale_if_the_loss_has_no_minimum(case):
    logits = NO_TEMPERATURE[case].astype(np.float32)
    scale = calibration.fit_vector_scale(logits, LABELS[: len(logits)])
    assert np.isnan(scale.weights).all()
    assert np.isnan(scale.biases).all()


def test_there_is_no_vector_scale_without_all_classes():
    logits, labels = model(1000, classes=3)
    scale = calibration.fit_vector_scale(logits.astype(np.float32), labels % 2)
    assert np.isnan(scale.weights).all()


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_isotonic_scaling_is_that_of_scikit_learn(classes):
    logits, labels = model(classes=classes, sharpness=3)
    fresh = softmax(model(500, classes=classes, sharpness=5, seed=1)[0])
    probs = softmax(logits)
    found = calibration.apply_isotonic(fresh, calibration.fit_isotonic(probs, labels))
    columns = [
        IsotonicRegression(out_of_bounds="clip").fit(probs[:, k], labels == k).predict(fresh[:, k])
        for k in range(classes)
    ]
    if classes == 2:
        columns[0] = 1 - columns[1]
    expected = np.stack(columns, axis=1)
    expected = expected / expected.sum(1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_recalibrations_give_probabilities(classes):
    logits, labels = model(1000, classes=classes, sharpness=3)
    logits = logits.astype(np.float32)
    probs = softmax(logits)
    vector = calibration.apply_vector_scale(logits, calibration.fit_vector_scale(logits, labels))
    for found in (
        calibration.apply_isotonic(probs, calibration.fit_isotonic(probs, labels)),
        calibration.probabilities(vector),
        calibration.probabilities(logits / temperature(logits, labels)),
    ):
        np.testing.assert_allclose(np.sum(found, axis=1), 1, atol=1e-6)
        assert np.min(found) >= 0
        # Each is nearer to the truth than the given probabilities.
        of_labels = np.asarray(found)[np.arange(len(labels)), labels]
        assert -np.log(of_labels + 1e-9).mean() < likelihood(logits, labels) - 0.1


def test_where_no_class_is_left_the_probabilities_stay():
    """Class 2 is never a label, and classes 0 and 1 never at a score of less than 0.4."""
    probs = np.array([[0.5, 0.4, 0.1], [0.4, 0.5, 0.1]])
    scale = calibration.fit_isotonic(np.tile(probs, (2, 1)), np.array([0, 1, 0, 1]))
    odd = np.array([[0.3, 0.3, 0.4]])
    np.testing.assert_allclose(calibration.apply_isotonic(odd, scale), odd, rtol=1e-6)


def test_vector_scales_are_not_looked_for_without_an_example_of_a_class():
    """L-BFGS would go on for hundreds of steps: it ends where it starts."""
    start = scaling.VectorScale(np.ones(3, np.float32), np.zeros(3, np.float32))
    for has_minimum in (True, False):
        found, slope = scaling._descend(
            lambda scale: ((scale.weights - 2) ** 2).sum() + (scale.biases**2).sum(),
            start,
            jnp.asarray(has_minimum),
        )
        expected = 2 if has_minimum else 1
        np.testing.assert_allclose(found.weights, expected, rtol=1e-4)
        assert bool(np.isfinite(slope)) == has_minimum
    logits, labels = model(len(LABELS), 3, 1)
    assert np.isnan(calibration.fit_vector_scale(logits, np.minimum(labels, 1)).weights).all()


FITS = (calibration.fit_temperature, calibration.fit_vector_scale, calibration.fit_isotonic)


def test_a_temperature_that_is_hardly_determined_keeps_its_digits():
    # By SciPy's brentq in float64.
    found = calibration.fit_temperature(divided_arrays.LOGITS[1], divided_arrays.LABELS)
    assert found.temperature == pytest.approx(25.010901, rel=1e-6)
