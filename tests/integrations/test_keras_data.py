"""Keras' callback with every kind of validation data, and what it leaves behind."""

import pytest

from tests.support.subprocesses import run_python

BACKENDS = ["jax", "tensorflow", "torch"]

START = """
import warnings
import numpy as np, keras
from anim.integrations.keras import SnapshotCallback
from tests.support.frameworks import X, Y, X_VAL, Y_VAL

def network(*, outputs=1):
    keras.utils.set_random_seed(0)
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    x = keras.layers.Concatenate()([a, b])
    x = keras.layers.BatchNormalization()(keras.layers.Dense(16, activation="relu")(x))
    x = keras.layers.Dropout(0.3)(x)
    heads = [keras.layers.Dense(3, name=f"head{i}")(x) for i in range(outputs)]
    named = dict(zip(("h0", "h1"), heads))
    model = keras.Model({"a": a, "b": b}, heads[0] if outputs == 1 else named)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss if outputs == 1 else dict(h0=loss, h1=loss))
    return model

def halves(x):
    return {"a": x[:, :2], "b": x[:, 2:]}

def fitted(model, *callbacks, y=Y):
    model.fit(halves(X), y, batch_size=50, epochs=2, verbose=0, callbacks=list(callbacks))
    return model

def accuracy(model, **named):
    predictions = model.predict(halves(X_VAL), verbose=0)
    predictions = predictions["h1"] if isinstance(predictions, dict) else predictions
    return (predictions.argmax(1) == Y_VAL).mean()

def same_bits(one, other):
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)

class Batches(keras.utils.PyDataset):
    def __init__(self, *, size=32, weights=False):
        super().__init__()
        self.size, self.weights = size, weights
    def __len__(self):
        return -(-len(X_VAL) // self.size)
    def __getitem__(self, i):
        part = slice(i * self.size, (i + 1) * self.size)
        batch = halves(X_VAL[part]), Y_VAL[part]
        return (*batch, np.ones(len(batch[1]))) if self.weights else batch

plain = fitted(network())
"""

KINDS = """
def datasets():
    yield "arrays", halves(X_VAL), Y_VAL
    yield "one-hot", halves(X_VAL), np.eye(3)[Y_VAL]
    yield "PyDataset", Batches(), None
    try:
        import tensorflow as tf
    except ImportError:
        pass
    else:
        yield "Dataset", tf.data.Dataset.from_tensor_slices((halves(X_VAL), Y_VAL)).batch(40), None
    import torch
    pairs = [(halves(X_VAL[i:i + 1]), Y_VAL[i]) for i in range(100)]
    pairs = [({k: v[0] for k, v in x.items()}, y) for x, y in pairs]
    yield "DataLoader", torch.utils.data.DataLoader(pairs, batch_size=30), None

for kind, x_val, y_val in datasets():
    for every in (None, 3):
        callback = SnapshotCallback(None, x_val, y_val, every=every, on_error="raise")
        model = fitted(network(), callback)
        run = callback.run()
        assert run.steps.tolist() == ([0, 4, 8] if every is None else [0, 3, 6, 8]), kind
        assert run.labels.tolist() == Y_VAL.tolist(), kind
        np.testing.assert_allclose(run.metrics()["accuracy"][-1], accuracy(model), atol=1e-6)
        same_bits(model, plain)
"""

REFUSED = """
from anim.errors import SettingError

def refused(words, *args, **kwargs):
    try:
        SnapshotCallback(None, *args, **kwargs)
    except SettingError as error:
        assert words in str(error), error
    else:
        raise AssertionError(words)

class Endless(Batches):
    @property
    def num_batches(self):
        return None

refused("Keras does not show those of fit")
refused("expected the labels of x_val, got None", X_VAL)
refused("got a generator, which yields its batches once", (batch for batch in Batches()))
refused("expected None: the loader yields labels", Batches(), Y_VAL)
refused("expected None: the loader yields batches", Batches(), batch_size=8)
refused("without an end", Endless())
refused("expected arrays, got int", [1, 2], [0, 1])
refused("expected arrays or a loader, got function", lambda: 0)

def warned(words, callback, model=None, **fit):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = fitted(network() if model is None else model, callback, **fit)
    found = [str(one.message) for one in caught]
    found = [text for text in found if "recording" in text or "weights" in text]
    assert len(found) == 1 and words in found[0], (words, found)
    return model

# A forward that fails leaves the model as it was: the training goes on to the same weights.
same_bits(warned("stopped at step 0", SnapshotCallback(None, X_VAL, Y_VAL)), plain)
wide = {"a": X_VAL[:, :2], "b": X_VAL}
same_bits(warned("stopped at step 0", SnapshotCallback(None, wide, Y_VAL)), plain)
few = SnapshotCallback(None, halves(X_VAL), Y_VAL[:50])
same_bits(warned("collecting: expected 50 examples", few), plain)

class Moving(Batches):
    passes = 0
    def __getitem__(self, i):
        self.passes += i == 0
        x, y = super().__getitem__(i)
        order = np.random.default_rng(self.passes).permutation(len(y))
        return {k: v[order] for k, v in x.items()}, y[order]

callback = SnapshotCallback(None, Moving(size=100))
same_bits(warned("use shuffle=False", callback), plain)
assert callback.run().steps.tolist() == [0]

callback = SnapshotCallback(None, Batches(weights=True))
same_bits(warned("sample weights that it yields are not used", callback), plain)
assert callback.run().steps.tolist() == [0, 4, 8]

two = dict(h0=Y, h1=Y)
callback = SnapshotCallback(None, halves(X_VAL), Y_VAL)
warned("output: expected one of 'h0', 'h1', got None", callback, network(outputs=2), y=two)
callback = SnapshotCallback(None, halves(X_VAL), Y_VAL, output="h1", on_error="raise")
model = fitted(network(outputs=2), callback, y=two)
np.testing.assert_allclose(callback.run().metrics()["accuracy"][-1], accuracy(model), atol=1e-6)

# The same callback in the training of another model.
callback = SnapshotCallback(None, halves(X_VAL), Y_VAL)
fitted(network(), callback)
same_bits(warned("another one is recorded already", callback), plain)
"""

STATE = """
class Noise(keras.layers.Layer):
    # Random in evaluation, too.
    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(7)
    def call(self, x):
        return x + 0.01 * keras.random.normal(keras.ops.shape(x), seed=self.seeds)

def noisy():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([
        keras.Input((5,)), Noise(), keras.layers.Dense(8), keras.layers.Dropout(0.5),
        keras.layers.Dense(3, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model

def trained(model, *callbacks):
    model.fit(X, Y, batch_size=50, epochs=3, verbose=0, callbacks=list(callbacks))
    return model, np.random.rand(3), keras.random.uniform((3,))

with_us, *draws = trained(noisy(), SnapshotCallback(None, X_VAL, Y_VAL, every=1, on_error="raise"))
without, *expected = trained(noisy())
same_bits(with_us, without)
for one, other in zip(draws, expected, strict=True):
    one, other = keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other)
    np.testing.assert_array_equal(one, other)

# The last snapshot is of the last step, not of the weights that early stopping restores.
class Last(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.predicted = self.model.predict(X_VAL, verbose=0)

for ours_first in (True, False):
    stop = keras.callbacks.EarlyStopping(
        "loss", patience=1, min_delta=10, restore_best_weights=True
    )
    ours = SnapshotCallback(None, X_VAL, Y_VAL, every=3, on_error="raise")
    last = Last()
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(X, Y, batch_size=50, epochs=9, verbose=0,
              callbacks=[ours, stop, last] if ours_first else [stop, ours, last])
    run = ours.run()
    assert run.steps.tolist() == [0, 3, 6, 8], run.steps
    np.testing.assert_allclose(run.probs(3), last.predicted, atol=1e-6)
"""

MODELS = """
class Own(keras.Model):
    # Without layers before it is called, and without an argument for the mode.
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)
    def call(self, x):
        return self.dense(x)

def stateful():
    inputs = keras.Input(batch_shape=(50, 5))
    x = keras.layers.Reshape((5, 1))(inputs)
    x = keras.layers.SimpleRNN(4, stateful=True)(x)
    return keras.Model(inputs, keras.layers.Dense(3)(x))

def coarse():
    # Rows of probabilities in bfloat16 sum to 1 within 0.005 only.
    layers = [keras.Input((5,)), keras.layers.Dense(3, activation="softmax", dtype="bfloat16")]
    return keras.Sequential(layers)

def sigmoids():
    return keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, activation="sigmoid")])

def trained(build, *callbacks, eagerly=False):
    keras.utils.set_random_seed(0)
    model = build()
    is_probs = build in (coarse, sigmoids)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=not is_probs)
    model.compile("adam", loss, run_eagerly=eagerly)
    model.fit(X, Y, batch_size=50, epochs=2, verbose=0, callbacks=list(callbacks))
    return model

for build in (Own, stateful, coarse):
    for eagerly in (False, True):
        ours = SnapshotCallback(None, X_VAL, Y_VAL, batch_size=50, every=3, on_error="raise")
        model = trained(build, ours, eagerly=eagerly)
        same_bits(model, trained(build, eagerly=eagerly))
        run = ours.run()
        assert run.steps.tolist() == [0, 3, 6, 8], build
        assert run.kind == ("probs" if build is coarse else "logits"), build
        if build is not stateful:
            right = np.asarray(model.predict(X_VAL, verbose=0)).astype(float).argmax(1) == Y_VAL
            assert abs(run.metrics()["accuracy"][-1] - right.mean()) < 1e-6, build

ours = SnapshotCallback(None, X_VAL, Y_VAL)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    same_bits(trained(sigmoids, ours), trained(sigmoids))
(found,) = [str(one.message) for one in caught if "recording" in str(one.message)]
assert "rows that sum to 1" in found, found
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "script", [KINDS, REFUSED, STATE, MODELS], ids=["kinds", "refused", "state", "models"]
)
def test_keras_records_what_it_can_and_leaves_no_trace(backend, script):
    pytest.importorskip("keras", reason="Keras is not installed")
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    run_python(START + script, env={"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"})
