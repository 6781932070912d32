"""Keras' callback against the real `fit`, on each backend."""

import pytest

from tests.support.subprocesses import run_python

KERAS = """
import sys
import numpy as np, keras
from anim.integrations.keras import SnapshotCallback
import anim
from tests.support.frameworks import X, Y, X_VAL, Y_VAL, check_first_and_last

keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.layers.Input((5,)), keras.layers.Dense(16), keras.layers.BatchNormalization(),
    keras.layers.Dropout(0.3), keras.layers.Dense(3, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
callback = SnapshotCallback(sys.argv[1], X_VAL, Y_VAL, every=3)
first = model.predict(X_VAL, verbose=0)
model.fit(X, Y, batch_size=50, epochs=5, verbose=0, callbacks=[callback])
run = anim.open(sys.argv[1])
assert run.steps.tolist() == [0, 3, 6, 9, 12, 15, 18, 20], run.steps
check_first_and_last(run, first, model.predict(X_VAL, verbose=0))
assert {"loss", "train_accuracy"} <= run.metrics().keys(), run.metrics().keys()
middle = run.probs(3)
assert np.abs(middle - first).max() > 1e-3
model.fit(X, Y, batch_size=50, epochs=1, verbose=0, callbacks=[callback])
assert anim.open(sys.argv[1]).steps[-1] == 24

binary = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(1, "sigmoid")])
at_once = 1 if keras.backend.backend() == "torch" else 2
binary.compile("adam", "binary_crossentropy", steps_per_execution=at_once)
callback = SnapshotCallback(None, X_VAL, (Y_VAL == 1).astype(int), every=5)
binary.fit(X, (Y == 1).astype(int), epochs=2, verbose=0, callbacks=[callback])
expected = binary.predict(X_VAL, verbose=0)[:, 0]
run = callback.run()
expected_steps = [0, 5, 10, 14] if at_once == 1 else [0, 6, 11, 14]
assert run.steps.tolist() == expected_steps, run.steps
np.testing.assert_allclose(run.probs(3)[:, 1], expected, atol=1e-5)

rng = np.random.default_rng(0)
images, classes = rng.normal(size=(12, 5, 7, 2)).astype("float32"), rng.integers(0, 3, (12, 5, 7))
pixels = keras.Sequential([keras.layers.Input((5, 7, 2)), keras.layers.Conv2D(3, 1)])
pixels.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
callback = SnapshotCallback(None, images, classes, batch_size=5, outputs="logits")
pixels.fit(images, classes, epochs=1, verbose=0, callbacks=[callback])
run, expected = callback.run(), pixels.predict(images, verbose=0)
np.testing.assert_array_equal(run.labels, classes.ravel())
np.testing.assert_allclose(run.snapshots[-1]["logits"], expected.reshape(-1, 3), atol=1e-5)
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "tensorflow", "torch"])
def test_keras_records_what_the_model_predicts_and_logs(tmp_path, backend):
    pytest.importorskip("keras", reason="Keras is not installed")
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    env = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    run_python(KERAS, tmp_path / "run", env=env)


DECLARED = """
import numpy as np, keras
from keras.layers import Activation, Dense, Flatten
from anim.integrations.keras import SnapshotCallback
from tests.support.frameworks import X_VAL, Y_VAL

inputs = keras.Input((5,))
logit, sigmoid = Dense(1)(inputs), Dense(1, activation="sigmoid")(inputs)

class Own(keras.Model):
    # The last layer that it has is not what its output comes from.
    def __init__(self, ends):
        super().__init__()
        self.head, self.gate, self.ends = Dense(1), Dense(5, activation="sigmoid"), ends
    def call(self, x):
        return self.ends(self.head(x * self.gate(x)))

class Scaled(Dense):
    def call(self, x):
        return 3 * super().call(x) - 1

def recorded(model, **options):
    model.compile("sgd", "mse")
    y = (Y_VAL == 1).astype(np.float32)
    callback = SnapshotCallback(None, X_VAL, y.astype(int), on_error="raise", **options)
    model.fit(X_VAL, y, verbose=0, callbacks=[callback])
    return callback.run().probs(1)[:, 1], model.predict(X_VAL, verbose=0).ravel().astype(float)

for model in [
    keras.Model(inputs, sigmoid),
    keras.Sequential([keras.Input((5,)), keras.Model(inputs, sigmoid)]),
    keras.Model(inputs, Activation("sigmoid")(logit)),
]:
    found, output = recorded(model)
    np.testing.assert_allclose(found, output, atol=1e-5)
for model in [
    keras.Model(inputs, logit), keras.Model(inputs, 3 * sigmoid - 1), Own(lambda x: x),
    keras.Sequential([keras.Input((5,)), Scaled(1, activation="sigmoid")]),
]:
    found, output = recorded(model)
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-output)), atol=1e-5)
for build in [
    lambda: keras.Model(inputs, keras.ops.sigmoid(logit)), lambda: Own(keras.ops.sigmoid),
    lambda: keras.Model(inputs, 0.9 * sigmoid), lambda: keras.Model(inputs, Flatten()(sigmoid)),
]:
    found, output = recorded(build(), outputs="probs")
    np.testing.assert_allclose(found, output, atol=1e-5)
    try:
        recorded(build())
    except ValueError as error:
        assert "outputs: expected 'logits' or 'probs' for a model with one" in str(error), error
    else:
        raise AssertionError(build)
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_one_output_of_keras_is_declared_by_the_layer_that_returns_it(tmp_path, backend):
    pytest.importorskip("keras", reason="Keras is not installed")
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    run_python(DECLARED, tmp_path, env={"KERAS_BACKEND": backend})
