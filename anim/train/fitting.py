"""`fit` and the like: experiments to runs.

`anim.train.loop` compiles stretches of steps; here a snapshot is recorded after each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from anim import data
from anim.calibration.placing import local_devices, without_mesh
from anim.data import Dataset
from anim.errors import DivergedError, SettingError
from anim.run import About, Recorder, Replicas, Run
from anim.run.passes import Progress
from anim.run.ranks import rank_of
from anim.run.store.store import joined
from anim.settings import DATASETS, MAX_REPLICAS, Experiment, whole
from anim.settings.docs import takes
from anim.settings.keywords import TrainingOptions
from anim.train.loop import Loop
from anim.train.side_by_side import side_by_side

# The headline of the post whose experiment this is.
_TITLE = "Prediction scores are not probabilities"
_OF_DATA = ("data", "train_size", "val_size", "noise")


@takes(Experiment, *_OF_DATA)
def fit(
    dataset: Dataset,
    *,
    path: str | os.PathLike | None = None,
    progress: Progress | None = None,
    **options: Unpack[TrainingOptions],
) -> Run:
    """Train an `anim.model.MLP` and record its validation predictions on the way.

    The first snapshot is step 0, before any update; then every ``every`` steps; the last step is
    always one.

    Args:
        dataset: what to train and validate on.
        {settings}
        path: a folder to record to; None keeps the predictions in memory. Under
            ``jax.distributed``, where every process trains the network, only the first one records.
        progress: called with (steps done, steps in total) after each snapshot.

    Returns:
        A `Run` whose metrics include ``train_loss``: the mean loss over the steps since the last
        snapshot (NaN at step 0).

    Raises:
        TypeError: an unknown keyword.
        SettingError: a setting out of its limits.
        DivergedError: the loss became NaN or infinite.
    """
    settings = Experiment.of(options)
    own = path if rank_of().index == 0 else None
    return _fit(dataset, settings, [settings.seed], [own], progress)[0]


@takes(Experiment, *_OF_DATA)
def fit_replicas(
    dataset: Dataset,
    *,
    replicas: int,
    path: str | os.PathLike | None = None,
    progress: Progress | None = None,
    **options: Unpack[TrainingOptions],
) -> Replicas:
    """Train networks that differ only in their seed, in one vectorised program.

    They are spread over the devices of this process, evenly but for the last one. Under
    ``jax.distributed``, each process trains, records and returns those whose place among the seeds,
    divided by the number of processes, leaves its own number.

    Args:
        dataset: what to train and validate all of them on.
        {settings}
        replicas: R, the number of networks; their seeds are ``seed``, ``seed + 1``, ... At least
            one for each process.
        path: a folder for a recording of each, ``seed=0``, ``seed=1``, ...; None keeps the
            predictions in memory.
        progress: called with (steps done, steps in total) after each snapshot.

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
    rank = rank_of()
    if replicas < rank.count:
        problem = f"expected one or more for each of {rank.count} processes, got {replicas}"
        raise SettingError("replicas", problem)
    seeds = [settings.seed + i for i in range(rank.index, replicas, rank.count)]
    paths = [None if path is None else joined(path, f"seed={seed}") for seed in seeds]
    return Replicas(_fit(dataset, settings, seeds, paths, progress))


def _fit(
    dataset: Dataset,
    settings: Experiment,
    seeds: Sequence[int],
    paths: Sequence[str | os.PathLike | None],
    progress: Progress | None,
) -> list[Run]:
    """Return a run for each seed, recorded to its path."""
    steps_per_epoch = -(-len(dataset.y_train) // settings.batch_size)
    last = settings.epochs * steps_per_epoch
    every = steps_per_epoch if settings.every is None else settings.every
    if every > last:
        raise SettingError("every", f"expected at most the {last} steps of this run, got {every}")
    about = About(_caption(dataset, settings), steps_per_epoch, _title(dataset))
    with without_mesh(), ExitStack() as stack:
        loop = Loop(dataset, settings, seeds, last, every)
        recorders = [
            stack.enter_context(
                Recorder(
                    path,
                    labels=dataset.y_val,
                    classes=dataset.classes,
                    about=about,
                    process_count=1,
                )
            )
            # Each process has all examples, and seeds of its own.
            for path in paths
        ]
        done, losses = 0, [np.full((len(seeds), 1), np.nan)]
        while True:
            pending = (done, loop.predict(), losses)
            # Start the next stretch before waiting for this snapshot.
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
    progress: Progress | None = None,
    replicas: int | None = None,
) -> Run | Replicas:
    """Return `fit`, or `fit_replicas`, of the dataset that the settings name.

    Args:
        experiment: the dataset and how to train on it.
        path: a folder to record to, one network by whichever process; None keeps the predictions in
            memory.
        progress: called with (steps done, steps in total) after each snapshot.
        replicas: the number of networks; None trains one.
    """
    options = dict(vars(experiment))
    of_data = {name: options.pop(name) for name in _OF_DATA}
    name = of_data.pop("data")
    if replicas is not None and of_data["val_size"] is None:
        source = DATASETS[name]
        train_size = of_data["train_size"] or source.train_size
        of_data["val_size"] = source.val_size(train_size, of_replicas=True)
    dataset = data.load(name, seed=experiment.seed, **of_data)
    if replicas is None:
        settings = Experiment.of(options)
        return _fit(dataset, settings, [settings.seed], [path], progress)[0]
    return fit_replicas(dataset, replicas=replicas, **options, path=path, progress=progress)


def run_experiments(
    experiments: Mapping[str, Experiment],
    save: str | os.PathLike | None,
    replicas: int | None,
    progress: Callable[[str], AbstractContextManager[Progress]],
) -> dict[str, Run | Replicas]:
    """Train several experiments, and return their runs by name.

    Those of one network are trained side by side, each on one of the devices of this process;
    networks that differ only in their seed are spread over the devices, one experiment after
    another. Several processes, under ``jax.distributed``, share experiments of one network, or the
    networks of each: every process records and returns its own.

    Args:
        experiments: see `anim.train.sweep.experiments`.
        save: a folder to record to, with a folder in it for each name that is not empty; None
            keeps the predictions in memory.
        replicas: the number of networks of each; None trains one.
        progress: called with a name; returns a context manager that gives the callback for it.
    """
    rank = rank_of()
    names = list(experiments) if replicas else [*experiments][rank.index :: rank.count]

    def train(name: str, report: Progress) -> Run | Replicas:
        path = None if save is None else joined(save, name)
        return run_experiment(experiments[name], path, report, replicas)

    known = local_devices()
    if replicas is None and min(len(names), len(known)) > 1:
        return side_by_side(names, train, progress, known)
    runs = {}
    for name in names:
        with progress(name) as report:
            runs[name] = train(name, report)
    return runs


def _record(
    recorders: Sequence[Recorder],
    step: int,
    logits: ArrayLike,
    losses: Sequence[ArrayLike],
    rate: float,
) -> None:
    """Record a snapshot of each network.

    Args:
        recorders: R of them.
        step: the number of steps taken.
        logits: [R, M, K], or [M, K] if R is 1; those of more than R are left out.
        losses: [R, ...], or [...], of consecutive stretches since the last snapshot; as the logits.
        rate: the learning rate, for the error.

    Raises:
        DivergedError: a loss or a logit is not finite.
    """
    count = len(recorders)
    loss = np.concatenate([np.asarray(part) for part in losses], axis=-1)
    loss = loss.reshape(-1, loss.shape[-1])[:count]
    diverged = np.flatnonzero(~np.isfinite(loss).all(0)) if step else np.empty(0, int)
    if diverged.size:
        raise DivergedError(step - loss.shape[1] + int(diverged[0]) + 1, rate)
    logits = np.asarray(logits)
    logits = logits.reshape(-1, *logits.shape[-2:])[:count]
    if not np.isfinite(logits).all():
        raise DivergedError(step, rate)
    means = loss.mean(1, dtype=np.float64)
    for recorder, predictions, mean in zip(recorders, logits, means, strict=True):
        recorder.snapshot(step, logits=predictions, metrics={"train_loss": mean})


def _title(dataset: Dataset) -> str:
    """Return the headline of the post for its own data, else what is learnt."""
    name = dataset.name
    return _TITLE if name == "XOR" else f"{name[:1].upper()}{name[1:]}"


def _caption(dataset: Dataset, settings: Experiment) -> str:
    widths = "-".join(map(str, (dataset.x_train.shape[1], *settings.hidden, len(dataset.classes))))
    points = f"{len(dataset.y_val):,}".replace(",", "\u2009")
    return f"{dataset.name}, {widths} network, {points} validation points"
