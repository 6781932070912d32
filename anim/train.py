"""The built-in trainer, and the command ``python -m anim.train``, which records a run of it.

Stretches of steps are compiled, and a snapshot is taken after each.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from anim import command, data
from anim.data import Dataset
from anim.model import MLP
from anim.run import About, Recorder, RecordingError, Run
from anim.settings import Experiment, SettingError

_DEFAULT = Experiment()
# Stretches longer than this are run in pieces, to bound the batches held on the device.
_LONGEST_STRETCH = 512
_NOISE_DECAY = 1.3


class DivergedError(RuntimeError):
    """The loss stopped being a finite number; ``step`` says where."""

    def __init__(self, step: int, learning_rate: float):
        super().__init__(
            f"training diverged: the loss is not a finite number at step {step} "
            f"(learning rate {learning_rate:g}); try a smaller learning rate"
        )
        self.step = step


def fit(
    dataset: Dataset,
    *,
    hidden: Sequence[int] = _DEFAULT.hidden,
    epochs: int = _DEFAULT.epochs,
    every: int | None = _DEFAULT.every,
    batch_size: int = _DEFAULT.batch_size,
    optimizer: str = _DEFAULT.optimizer,
    learning_rate: float = _DEFAULT.learning_rate,
    schedule: str = _DEFAULT.schedule,
    weight_decay: float = _DEFAULT.weight_decay,
    gradient_noise: float = _DEFAULT.gradient_noise,
    seed: int = _DEFAULT.seed,
    path: str | os.PathLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Trains an `anim.model.MLP` and records its validation predictions on the way.

    The first snapshot is step 0, before any update; then every ``every`` steps; the last step is
    always one.

    Args:
        dataset: what to train and validate on.
        hidden: width of each hidden layer.
        epochs: passes over the training data.
        every: steps between two snapshots; None takes one a pass over the training data.
        batch_size: examples a step; the last batch of an epoch holds what is left.
        optimizer: one of `anim.settings.OPTIMIZERS`.
        learning_rate: step size, or the largest one where the schedule varies it.
        schedule: ``cosine`` (linear rise for half of the run, then a cosine to 0), ``constant``.
        weight_decay: decoupled weight decay, per step and learning rate.
        gradient_noise: variance of the noise on the first gradient; it falls with the steps.
        seed: seeds the initial parameters and the order of the examples.
        path: a folder to record to; None keeps the predictions in memory.
        progress: called with (steps done, steps in all) after each snapshot.

    Returns:
        A `Run` whose metrics hold ``train_loss`` too: the mean loss over the steps since the last
        snapshot (NaN at step 0).

    Raises:
        SettingError: a setting out of its range.
        DivergedError: the loss became NaN or infinite.
    """
    settings = Experiment(
        hidden=tuple(hidden),
        epochs=epochs,
        every=every,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        schedule=schedule,
        weight_decay=weight_decay,
        gradient_noise=gradient_noise,
        seed=seed,
    )
    steps_per_epoch = -(-len(dataset.y_train) // batch_size)
    last = epochs * steps_per_epoch
    every = steps_per_epoch if every is None else every
    if every > last:
        raise SettingError("every", f"expected at most the {last} steps of this run, got {every}")

    graph, params = _initial(dataset, settings)
    update = make_optimizer(settings, last)
    opt_state = jax.jit(update.init)(params)
    stretch = _compile_stretch(graph, update)
    predict = _compile_predict(graph)
    x_train, y_train, x_val = map(jnp.asarray, (dataset.x_train, dataset.y_train, dataset.x_val))
    batches = _batches(len(dataset.y_train), batch_size, seed)

    about = About(_caption(dataset, settings), steps_per_epoch)
    with Recorder(path, labels=dataset.y_val, classes=dataset.classes, about=about) as recorder:
        done, losses = 0, [np.full(1, np.nan)]
        while True:
            logits = predict(params, x_val)
            logits.copy_to_host_async()
            pending = (done, logits, losses)
            # The next stretch is on its way before this snapshot is waited for.
            if done < last:
                count = min(every, last - done)
                params, opt_state, losses = _train(
                    stretch, params, opt_state, x_train, y_train, batches, count, every
                )
                done += count
            _record(recorder, *pending, learning_rate)
            if progress is not None:
                progress(pending[0], last)
            if pending[0] == last:
                return recorder.run()


def run_experiment(
    experiment: Experiment,
    path: str | os.PathLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """`fit` on the data that the settings name."""
    in_data = ("train_size", "val_size", "noise")
    knobs = dict(vars(experiment))
    chosen = {name: knobs.pop(name) for name in in_data}
    dataset = data.load(knobs.pop("data"), seed=experiment.seed, **chosen)
    return fit(dataset, **knobs, path=path, progress=progress)


def _train(stretch, params, opt_state, x, y, batches, count, every):
    """``count`` steps, compiled for one length so that the last, shorter stretch reuses it."""
    length = min(every, _LONGEST_STRETCH)
    losses = []
    while count:
        now = min(count, length)
        picked = [next(batches) for _ in range(now)]
        picked += [picked[-1]] * (length - now)
        index, weight = (np.stack(part) for part in zip(*picked, strict=True))
        params, opt_state, loss = stretch(params, opt_state, x, y, index, weight, now)
        losses.append(loss[:now] if now < length else loss)
        count -= now
    return params, opt_state, losses


def _record(recorder: Recorder, step: int, logits, losses, learning_rate: float) -> None:
    losses = np.concatenate([np.asarray(loss) for loss in losses])
    logits = np.asarray(logits)
    bad = np.flatnonzero(~np.isfinite(losses)) if step else np.empty(0, int)
    if bad.size:
        raise DivergedError(step - len(losses) + int(bad[0]) + 1, learning_rate)
    if not np.isfinite(logits).all():
        raise DivergedError(step, learning_rate)
    recorder.snapshot(step, logits=logits, metrics={"train_loss": losses.mean(dtype=np.float64)})


def make_optimizer(settings: Experiment, steps: int) -> optax.GradientTransformation:
    """The Optax optimizer that the settings describe, for a run of so many steps.

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
    if settings.schedule == "cosine":
        rise = (steps + 1) // 2
        rate = optax.warmup_cosine_decay_schedule(0.0, rate, rise, max(steps, rise + 1))
    return optax.chain(
        optax.add_noise(noise, _NOISE_DECAY, settings.seed) if noise else optax.identity(),
        makers[settings.optimizer](),
        optax.add_decayed_weights(decay) if decay else optax.identity(),
        optax.scale_by_learning_rate(rate),
    )


def _initial(dataset: Dataset, settings: Experiment):
    """Graph and initial parameters, made by one compiled program."""
    centre = jnp.asarray(dataset.x_train.mean(0))
    sizes = (dataset.x_train.shape[1], settings.hidden, len(dataset.classes))

    def make(key):
        return nnx.split(MLP(*sizes, centre=centre, rngs=nnx.Rngs(key)), nnx.Param)

    key = jax.random.key(settings.seed)
    graph = nnx.graphdef(nnx.eval_shape(lambda: MLP(*sizes, centre=centre, rngs=nnx.Rngs(key))))
    return graph, jax.jit(lambda key: make(key)[1])(key)


def _compile_stretch(graph, update: optax.GradientTransformation):
    def loss_of(params, x, y, weight):
        logits = nnx.merge(graph, params)(x)
        losses = optax.softmax_cross_entropy_with_integer_labels(logits, y)
        return jnp.sum(losses * weight) / jnp.sum(weight)

    @partial(jax.jit, donate_argnums=1)
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


def _compile_predict(graph):
    return jax.jit(lambda params, x: nnx.merge(graph, params)(x))


def _batches(size: int, batch_size: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Indices and weights [batch] of one batch after another, in a fresh order every epoch."""
    rng = np.random.default_rng(seed)
    padding = -size % batch_size
    weights = np.ones(size + padding, np.float32)
    weights[size:] = 0
    weights = weights.reshape(-1, batch_size)
    while True:
        order = np.pad(rng.permutation(size).astype(np.int32), (0, padding))
        yield from zip(order.reshape(-1, batch_size), weights, strict=True)


def _caption(dataset: Dataset, settings: Experiment) -> str:
    widths = "-".join(map(str, (dataset.x_train.shape[1], *settings.hidden, len(dataset.classes))))
    points = f"{len(dataset.y_val):,}".replace(",", "\u2009")
    return f"{dataset.name}, {widths} network, {points} validation points"


def _command(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    given = vars(arguments)
    experiment = command.pick(Experiment, given)
    if arguments.out.exists():
        raise SettingError("out", f"there is something at {str(arguments.out)!r} already")
    with_bar = sys.stderr.isatty() and not arguments.quiet
    with command.progress("training", check, with_bar=with_bar) as progress:
        try:
            run = run_experiment(experiment, arguments.out, progress)
        except RecordingError as error:
            raise SettingError("out", str(error)) from error
    if not arguments.quiet:
        print(f"{arguments.out}: {len(run)} snapshots of {len(run.labels)} predictions")


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = command.Parser(
        prog="anim.train",
        usage="python -m anim.train --out RUN [options]",
        description="Train the post's experiment, or a variant of it, and record it.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="RUN", help="a folder that is not there yet"
    )
    parser.add_argument("--quiet", action="store_true", default=False, help="print errors only")
    command.add_experiment(parser.add_argument_group("the experiment"))
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _command(arguments, check))


if __name__ == "__main__":
    sys.exit(main())
