"""The built-in trainer, and the command ``python -m anim.train``, which records runs of it.

Stretches of steps are compiled, see `anim.train.loop`, and a snapshot is taken after each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import numpy as np

from anim import data
from anim.data import Dataset
from anim.errors import DivergedError, SettingError
from anim.run import About, Recorder, Replicas, Run
from anim.settings import MAX_REPLICAS, VAL_PER_TRAIN_OF_REPLICAS, XOR_TRAIN_SIZE, Experiment, whole
from anim.settings.docs import takes
from anim.train.loop import Loop

Progress = Callable[[int, int], None]

_OF_DATA = ("data", "train_size", "val_size", "noise")


@takes(Experiment, *_OF_DATA)
def fit(
    dataset: Dataset,
    *,
    path: str | os.PathLike | None = None,
    progress: Progress | None = None,
    **options,
) -> Run:
    """Train an `anim.model.MLP` and record its validation predictions on the way.

    The first snapshot is step 0, before any update; then every ``every`` steps; the last step is
    always one.

    Args:
        dataset: what to train and validate on.
        {settings}
        path: a folder to record to; None keeps the predictions in memory.
        progress: called with (steps done, steps in all) after each snapshot.

    Returns:
        A `Run` whose metrics include ``train_loss``: the mean loss over the steps since the last
        snapshot (NaN at step 0).

    Raises:
        TypeError: an unknown keyword.
        SettingError: a setting out of its limits.
        DivergedError: the loss became NaN or infinite.
    """
    settings = Experiment.of(options)
    return _fit(dataset, settings, [settings.seed], [path], progress)[0]


@takes(Experiment, *_OF_DATA)
def fit_replicas(
    dataset: Dataset,
    *,
    replicas: int,
    path: str | os.PathLike | None = None,
    progress: Progress | None = None,
    **options,
) -> Replicas:
    """Train networks that differ only in their seed, in one vectorised program.

    Args:
        dataset: what to train and validate all of them on.
        {settings}
        replicas: R, the number of networks; their seeds are ``seed``, ``seed + 1``, ...
        path: a folder for a recording of each, ``seed=0``, ``seed=1``, ...; None keeps the
            predictions in memory.
        progress: called with (steps done, steps in all) after each snapshot.

    Returns:
        `Replicas`, each of them the run that `fit` makes of its seed. In memory they take
        4 R S N K bytes.

    Raises:
        TypeError: an unknown keyword.
        SettingError: a setting out of its limits.
        DivergedError: the loss of one of them became NaN or infinite.
    """
    whole("replicas", replicas, 2, MAX_REPLICAS)
    settings = Experiment.of(options)
    seeds = [settings.seed + i for i in range(replicas)]
    paths = [None if path is None else Path(path) / f"seed={seed}" for seed in seeds]
    return Replicas(_fit(dataset, settings, seeds, paths, progress))


def _fit(dataset: Dataset, settings: Experiment, seeds, paths, progress) -> list[Run]:
    """A run for each seed, recorded to its path."""
    steps_per_epoch = -(-len(dataset.y_train) // settings.batch_size)
    last = settings.epochs * steps_per_epoch
    every = steps_per_epoch if settings.every is None else settings.every
    if every > last:
        raise SettingError("every", f"expected at most the {last} steps of this run, got {every}")
    loop = Loop(dataset, settings, seeds, last, every)
    about = About(_caption(dataset, settings), steps_per_epoch)
    with ExitStack() as open_ones:
        recorders = [
            open_ones.enter_context(
                Recorder(path, labels=dataset.y_val, classes=dataset.classes, about=about)
            )
            for path in paths
        ]
        done, losses = 0, [np.full((len(seeds), 1), np.nan)]
        while True:
            pending = (done, loop.predict(), losses)
            # The next stretch is on its way before this snapshot is waited for.
            if done < last:
                count = min(every, last - done)
                losses = loop.advance(count)
                done += count
            _record(recorders, *pending, settings.learning_rate)
            if progress is not None:
                progress(pending[0], last)
            if pending[0] == last:
                return [recorder.run() for recorder in recorders]


def run_experiment(
    experiment: Experiment,
    path: str | os.PathLike | None = None,
    progress: Callable[[int, int], None] | None = None,
    replicas: int | None = None,
) -> Run | Replicas:
    """`fit`, or `fit_replicas` of so many, on the data that the settings name."""
    knobs = dict(vars(experiment))
    chosen = {name: knobs.pop(name) for name in _OF_DATA}
    name = chosen.pop("data")
    if replicas is not None and name == "xor" and chosen["val_size"] is None:
        chosen["val_size"] = VAL_PER_TRAIN_OF_REPLICAS * (chosen["train_size"] or XOR_TRAIN_SIZE)
    dataset = data.load(name, seed=experiment.seed, **chosen)
    if replicas is None:
        return fit(dataset, **knobs, path=path, progress=progress)
    return fit_replicas(dataset, replicas=replicas, **knobs, path=path, progress=progress)


def run_experiments(
    experiments: Mapping[str, Experiment],
    save: Path | None,
    replicas: int | None,
    progress: Callable[[str], AbstractContextManager[Progress]],
) -> dict[str, Run | Replicas]:
    """Runs of several experiments, one after another, by their names.

    Args:
        experiments: see `anim.train.sweep.experiments`.
        save: a folder to record to; those that have a name are folders in it.
        replicas: how many of each; None takes a plain run.
        progress: called with the name of each, gives a context with its progress callback.
    """
    runs = {}
    for name, experiment in experiments.items():
        path = None if save is None else save / name
        with progress(name) as report:
            runs[name] = run_experiment(experiment, path, report, replicas)
    return runs


def _record(recorders: Sequence[Recorder], step: int, logits, losses, rate: float) -> None:
    losses = np.concatenate([np.asarray(loss) for loss in losses], axis=1)
    bad = np.flatnonzero(~np.isfinite(losses).all(0)) if step else np.empty(0, int)
    if bad.size:
        raise DivergedError(step - losses.shape[1] + int(bad[0]) + 1, rate)
    logits = np.asarray(logits)
    if not np.isfinite(logits).all():
        raise DivergedError(step, rate)
    means = losses.mean(1, dtype=np.float64)
    for recorder, predictions, loss in zip(recorders, logits, means, strict=True):
        recorder.snapshot(step, logits=predictions, metrics={"train_loss": loss})


def _caption(dataset: Dataset, settings: Experiment) -> str:
    widths = "-".join(map(str, (dataset.x_train.shape[1], *settings.hidden, len(dataset.classes))))
    points = f"{len(dataset.y_val):,}".replace(",", "\u2009")
    return f"{dataset.name}, {widths} network, {points} validation points"
