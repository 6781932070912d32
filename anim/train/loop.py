"""The compiled training loop, for one network or for many that differ only in their seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from anim.data import Dataset
from anim.model import MLP
from anim.settings import Experiment
from anim.train.devices import Spread

# Longer stretches are run in pieces, to bound the batches held on the device.
_LONGEST_STRETCH = 512
_NOISE_DECAY = 1.3


class Loop:
    """Trains R networks on one dataset, in one program.

    Each has its own initial parameters, gradient noise and order of the examples, and ends as it
    would alone. They are spread over the devices of this process.

    Args:
        dataset: what to train and validate on.
        settings: the optimizer and the networks.
        seeds: R seeds, one for each network.
        steps: the length of the run.
        every: steps between two snapshots, which is the length that is compiled.
    """

    def __init__(
        self, dataset: Dataset, settings: Experiment, seeds: Sequence[int], steps: int, every: int
    ):
        self._length = min(every, _LONGEST_STRETCH)
        self._spread = Spread(len(seeds))
        self._x, self._y, self._x_val = map(
            self._spread.shared, (dataset.x_train, dataset.y_train, dataset.x_val)
        )
        size, batch_size = len(dataset.y_train), settings.batch_size
        self._batches = [_Batches(size, batch_size, seed) for seed in seeds]
        keys = self._spread.divided([jax.random.key(seed) for seed in seeds])
        lifted = self._spread.lifted
        make, graph = _maker(dataset, settings)
        self._params = jax.jit(self._spread.made(make))(keys)
        update = make_optimizer(settings, steps)

        def begin(key, params):
            return make_optimizer(settings, steps, key).init(params)

        self._state = jax.jit(lifted(begin, 0))(keys, self._params)
        stretch = lifted(_stretch(graph, update), (0, 0, None, None, 0, None, None))
        self._stretch = jax.jit(stretch, donate_argnums=1)
        self._predict = jax.jit(lifted(lambda params, x: nnx.merge(graph, params)(x), (0, None)))

    def predict(self) -> jax.Array:
        """Return validation logits, and start copying them to the host.

        They are [R, M, K], or [M, K] for one network: adding the axis is left to the host, because
        each operation on the device is a program to compile. So is leaving out the networks after
        the first R, which make up for devices that have fewer.
        """
        logits = self._predict(self._params, self._x_val)
        logits.copy_to_host_async()
        return logits

    def advance(self, count: int) -> list[jax.Array]:
        """Take ``count`` steps; return losses [R, ...], or [...], of consecutive stretches.

        They are of more networks than R where predictions are. A stretch that is shorter than the
        compiled length is padded, to reuse the program.
        """
        losses = []
        while count:
            now = min(count, self._length)
            taken, (weight, *_) = zip(*(one.take(now) for one in self._batches), strict=True)
            missing = ((0, self._length - now), (0, 0))
            index = self._spread.divided([np.pad(one, missing) for one in taken])
            weight = np.pad(weight, missing)
            self._params, self._state, loss = self._stretch(
                self._params, self._state, self._x, self._y, index, weight, now
            )
            losses.append(loss[..., :now] if now < self._length else loss)
            count -= now
        return losses


def make_optimizer(
    settings: Experiment, steps: int, key: jax.Array | None = None
) -> optax.GradientTransformation:
    """Return the Optax optimizer that the settings describe.

    Args:
        settings: the experiment.
        steps: the length of the run, for the schedule.
        key: seeds the gradient noise; None takes the seed of the settings.

    References:
        Neelakantan et al. 2015, Adding gradient noise improves learning for very deep networks
        (arXiv 1511.06807), with a faster decay.
    """
    makers = {
        "adam": optax.scale_by_adam,
        "sgd": optax.identity,
        "momentum": partial(optax.trace, decay=0.9),
        "nesterov": partial(optax.trace, decay=0.9, nesterov=True),
        "rmsprop": optax.scale_by_rms,
        "lion": optax.scale_by_lion,
    }
    rate, decay, noise = settings.learning_rate, settings.weight_decay, settings.gradient_noise
    seed = settings.seed if key is None else key
    if settings.schedule == "cosine":
        rise = (steps + 1) // 2
        rate = optax.warmup_cosine_decay_schedule(0.0, rate, rise, max(steps, rise + 1))
    return optax.chain(
        optax.add_noise(noise, _NOISE_DECAY, seed) if noise else optax.identity(),
        makers[settings.optimizer](),
        optax.add_decayed_weights(decay) if decay else optax.identity(),
        optax.scale_by_learning_rate(rate),
    )


def _maker(dataset: Dataset, settings: Experiment) -> tuple[Callable[[jax.Array], Any], Any]:
    """Return a function from a key to initial parameters, and the graph they belong to."""
    centre = jnp.asarray(dataset.x_train.mean(0))
    sizes = (dataset.x_train.shape[1], settings.hidden, len(dataset.classes))

    def network(key) -> MLP:
        return MLP(*sizes, centre=centre, rngs=nnx.Rngs(key))

    graph = nnx.graphdef(nnx.eval_shape(lambda: network(jax.random.key(0))))
    return lambda key: nnx.split(network(key), nnx.Param)[1], graph


def _stretch(graph: Any, update: optax.GradientTransformation) -> Callable:
    """Return a function that takes at most as many steps as there are batches.

    It maps parameters, the state of the optimizer, inputs [N, D], labels [N], indices and weights
    [steps, batch] and the number of steps to new parameters, a new state and losses [steps].
    """

    def loss_of(params, x, y, weight):
        logits = nnx.merge(graph, params)(x)
        losses = optax.softmax_cross_entropy_with_integer_labels(logits, y)
        return jnp.sum(losses * weight) / jnp.sum(weight)

    def stretch(params, opt_state, x, y, index, weight, count):
        x, y = x[index], y[index]

        def step(i, carry):
            params, opt_state, losses = carry
            loss, grads = jax.value_and_grad(loss_of)(params, x[i], y[i], weight[i])
            updates, opt_state = update.update(grads, opt_state, params)
            return optax.apply_updates(params, updates), opt_state, losses.at[i].set(loss)

        losses = jnp.zeros(index.shape[0])
        return jax.lax.fori_loop(0, count, step, (params, opt_state, losses))

    return stretch


class _Batches:
    """Yields indices of one batch after another, in a new order every epoch.

    Args:
        size: the number of examples.
        batch_size: examples in a batch; the last batch of an epoch has the remaining ones.
        seed: seeds the orders.
    """

    def __init__(self, size: int, batch_size: int, seed: int):
        self._rng = np.random.default_rng(seed)
        self._size, self._batch_size = size, batch_size
        self._indices = np.arange(size, dtype=np.int32)
        weights = np.ones(size + -size % batch_size, np.float32)
        weights[size:] = 0
        self._weights = weights.reshape(-1, batch_size)
        self._order = np.empty((0, batch_size), np.int32)
        self._done = 0

    def take(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return indices and weights [count, batch]; padding has weight 0."""
        epoch = len(self._weights)
        fresh = np.zeros(
            (-(-max(count - len(self._order), 0) // epoch), self._weights.size), np.int32
        )
        for order in fresh:
            order[: self._size] = self._rng.permutation(self._indices)
        order = np.concatenate([self._order, fresh.reshape(-1, self._batch_size)])
        taken, self._order = order[:count], order[count:]
        weights = self._weights[np.arange(self._done, self._done + count) % epoch]
        self._done += count
        return taken, weights
