"""The recipes for loops in JAX: Equinox, Flax with dropout and batch norm, and donated buffers."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

import anim
from tests.support.frameworks import X_VAL, Y_VAL, X, Y

STEPS = 12


def cross_entropy(logits, labels):
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def batches():
    rng = np.random.default_rng(0)
    for _ in range(STEPS):
        batch = rng.integers(0, len(X), 50)
        yield X[batch], Y[batch]


def same_bits(one, other):
    leaves = jax.tree.leaves(one), jax.tree.leaves(other)
    assert len(leaves[0]) == len(leaves[1]) > 0
    for a, b in zip(*leaves, strict=True):
        if jnp.issubdtype(a.dtype, jax.dtypes.prng_key):
            a, b = jax.random.key_data(a), jax.random.key_data(b)
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def equinox_loop(recorder=None):
    """Train; return the weights, and the accuracy after each step in inference mode."""
    eqx = pytest.importorskip("equinox", reason="Equinox is not installed")
    keys = jax.random.split(jax.random.key(0), 3)
    layers = [
        eqx.nn.Linear(5, 16, key=keys[0]),
        eqx.nn.Dropout(0.5),
        eqx.nn.Linear(16, 3, key=keys[1]),
    ]
    model = eqx.nn.Sequential(layers)
    optimizer = optax.adam(0.02)
    state = optimizer.init(eqx.filter(model, eqx.is_array))

    @eqx.filter_jit(donate="all-except-first")
    def train_step(batch, model, state, key):
        def loss(model):
            keys = jax.random.split(key, len(batch[0]))
            return cross_entropy(jax.vmap(lambda x, k: model(x, key=k))(batch[0], keys), batch[1])

        updates, state = optimizer.update(eqx.filter_grad(loss)(model), state)
        return eqx.apply_updates(model, updates), state

    @eqx.filter_jit
    def predict(model, x):
        return jax.vmap(eqx.nn.inference_mode(model))(x)

    right = []
    for step, batch in enumerate(batches()):
        model, state = train_step(batch, model, state, jax.random.fold_in(keys[2], step))
        if recorder is not None:
            recorder.snapshot(step, logits=predict(model, X_VAL))
        evaluated = jax.vmap(eqx.nn.inference_mode(model))(X_VAL)
        right.append((np.asarray(evaluated).argmax(1) == Y_VAL).mean())
    return eqx.filter(model, eqx.is_array), right


class Network(nnx.Module):
    def __init__(self, rngs):
        self.first = nnx.Linear(5, 16, rngs=rngs)
        self.norm = nnx.BatchNorm(16, rngs=rngs)
        self.dropout = nnx.Dropout(0.5, rngs=rngs)
        self.last = nnx.Linear(16, 3, rngs=rngs)

    def __call__(self, x):
        return self.last(self.dropout(nnx.relu(self.norm(self.first(x)))))


def flax_loop(recorder=None):
    """Train; return the state, and the accuracy after each step in evaluation mode."""
    model = Network(nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(0.02), wrt=nnx.Param)

    @nnx.jit
    def train_step(model, optimizer, x, y):
        loss = nnx.grad(lambda model: cross_entropy(model(x), y))
        optimizer.update(model, loss(model))

    predict = nnx.jit(lambda model, x: model(x))
    right = []
    for step, (x, y) in enumerate(batches()):
        model.train()
        train_step(model, optimizer, x, y)
        if recorder is not None:
            model.eval()
            recorder.snapshot(step, logits=predict(model, X_VAL))
        model.eval()
        right.append((np.asarray(model(X_VAL)).argmax(1) == Y_VAL).mean())
    return nnx.state(model), right


def optax_loop(recorder=None):
    """Train with donated buffers; return the parameters, and the accuracy after each step."""
    rng = np.random.default_rng(1)
    params = {"w": jnp.asarray(rng.normal(size=(5, 3)), jnp.float32), "b": jnp.zeros(3)}
    optimizer = optax.sgd(0.5, momentum=0.9)
    state = optimizer.init(params)

    def apply(params, x):
        # Logarithms of probabilities are logits, too.
        return jax.nn.log_softmax(x @ params["w"] + params["b"])

    @partial(jax.jit, donate_argnums=(0, 1))
    def train_step(params, state, x, y):
        grads = jax.grad(lambda params: cross_entropy(apply(params, x), y))(params)
        updates, state = optimizer.update(grads, state)
        return optax.apply_updates(params, updates), state

    predict = jax.jit(apply)
    right = []
    for step, (x, y) in enumerate(batches()):
        params, state = train_step(params, state, x, y)
        if recorder is not None:
            recorder.snapshot(step, logits=predict(params, X_VAL))
        right.append((X_VAL @ np.asarray(params["w"]) + np.asarray(params["b"])).argmax(1) == Y_VAL)
    return params, [hits.mean() for hits in right]


SLOW = [pytest.param(loop, marks=pytest.mark.slow) for loop in (equinox_loop, flax_loop)]


@pytest.mark.parametrize("loop", [optax_loop, *SLOW])
def test_two_lines_record_what_the_loop_evaluates_and_change_nothing(tmp_path, loop):
    with anim.Recorder(tmp_path / "run", labels=Y_VAL) as recorder:
        with_us, right = loop(recorder)
    without, _ = loop()
    same_bits(with_us, without)
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == list(range(STEPS))
    np.testing.assert_allclose(run.metrics()["accuracy"], right, atol=1e-6)
    assert right[-1] > right[0]
