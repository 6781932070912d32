"""PyTorch: two lines for your own training loop.

    snapshots = Snapshots("runs/mine", model, val_loader)
    ...
    snapshots(step)

`predictions_of` returns the predictions for a whole loader, to record them in another way.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Generator, Iterable, Mapping

import numpy as np

from anim.checks.arrays import as_array, widened
from anim.errors import SettingError
from anim.integrations.base import guarded, require
from anim.integrations.batches import unpack as unpack_batch
from anim.integrations.evaluation import gathered, streamed, unwrapped
from anim.integrations.joint import JointRecorder
from anim.integrations.loaders import InOrder, is_in_order, own_workers, shuffles
from anim.integrations.randomness import kept_random_state
from anim.integrations.sharing import Sharing, sharing_of, world_size
from anim.run import Run
from anim.run.caller import warn_caller
from anim.settings import one_line, whole

torch = require("torch", "torch")


class Snapshots:
    """Records a model's predictions for a validation loader, whenever it is called.

        with Snapshots("runs/mine", model, val_loader, every=50) as snapshots:
            for step, (x, y) in enumerate(train_loader):
                snapshots(step)
                ...

    One pass over the loader gives labels and predictions together, in evaluation mode and without
    gradients. The training goes the same way as without: modes, buffers and the state of every
    random generator are restored. Loaders that shuffle are read in the order of their dataset.

    An exception does not end the training: it is reported, and the recording stops (``on_error``).
    The recording is closed at the end of a ``with`` block, by `close`, or when Python exits; a call
    after that continues it.

    If `torch.distributed` has more than one process, each of them makes `Snapshots` with a path
    that all share, and calls them at the same steps: it predicts the examples of its
    ``DistributedSampler``, or else a part of all. Processes that have parts of the same layers, by
    tensor parallelism, predict the same examples together. With ``process_count=1`` a process that
    is alone in making them predicts and records all examples, of a model that is not divided.
    Where the recording stops in one of them, it goes on to predict at these steps, as the others
    could not use a model that FSDP divides without it. For such a model ``outputs`` is needed if
    the first predictions do not show what they are.

    Args:
        path: a folder for the recording; None keeps it in memory, see `run`.
        model: a ``torch.nn.Module``. The model in ``DataParallel``, ``DistributedDataParallel`` or
            ``torch.compile`` is used without these.
        loader: yields batches of the validation data: (inputs, labels), or mappings or named tuples
            with ``labels``, ``label``, ``targets`` or ``target``. The labels are [n] integers in
            [0, K), or one-hot [n, K]; of tokens [n, T] or pixels [n, H, W], each is an example;
            with ``multilabel=True`` [n, L] of 0 and 1.
        every: record only if a multiple of this number of steps was reached since the last
            snapshot; None records at each call.
        outputs: what the model returns: ``logits`` or ``probs``; None decides by the values.
        forward: called with (model, inputs) for the predictions [n, K], [n, T, K] or [n, K, H, W];
            None calls the model, with the items of a mapping by name, and takes its output, or the
            ``logits`` of it.
        unpack: called with a batch, returns (inputs, labels).
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.
        options: more arguments of `anim.Recorder`, such as ``classes``, ``keep``, ``overwrite`` or
            ``resume``; and ``class_axis``, that of the predictions, if shapes leave it open.

    Raises:
        TypeError: a model that is not a module, or an unknown option.
        ValueError: a wrong value of an argument, such as a loader that can be read only once.
        RecordingError: there is already a recording at ``path``, or something else.
    """

    def __init__(
        self,
        path: str | os.PathLike | None,
        model,
        loader: Iterable,
        *,
        every: int | None = None,
        outputs: str | None = None,
        forward: Callable | None = None,
        unpack: Callable | None = None,
        on_error: str = "warn",
        **options,
    ):
        if not isinstance(model, torch.nn.Module):
            raise TypeError(f"model: expected a torch.nn.Module, got {type(model).__name__}")
        self._recorder = JointRecorder(
            path, None, every=every, outputs=outputs, options=options, on_error=on_error
        )
        self._rank = self._recorder.rank()
        self._is_told = options.get("process_count") is not None
        self._sharing = sharing_of(model, self._rank) if self._records else Sharing(self._rank)
        with kept_random_state(loader):
            self._batches = InOrder(loader, self._sharing.examples, self._rank.count > 1)
        # A model that is divided otherwise may need all processes, too.
        is_whole = isinstance(model, torch.nn.parallel.DistributedDataParallel)
        self._recorder.is_joint = self._rank.count > 1 and not is_whole
        self._model, self._forward, self._unpack = model, forward, unpack or unpack_batch
        self._may_be_there = options.get("resume", False) is not False
        self._step, self._has_warned = -1, False
        self._close = weakref.finalize(self, self._recorder.finish)

    def __call__(self, step: int | None = None, *, metrics: Mapping | None = None) -> None:
        """Record the predictions of the model as it is now.

        Args:
            step: of the training, greater than the last one; None counts the calls from 0, or on
                from the last step given. A recording that is resumed is counted on.
            metrics: scalars to record with it, such as ``{"loss": loss}``.
        """
        self._record(step, metrics, self._step)

    @property
    def _records(self) -> bool:
        """Whether this process records, or the recording has no path that all share."""
        return self._rank.count > 1 or self._is_told or world_size() == 1

    @guarded
    def _record(self, step: int | None, metrics: Mapping | None, before: int) -> None:
        if not self._records:
            self._warn_of_ranks()
            return
        is_counted = step is None
        step = self._next(step, before)
        if self._step < 0:
            self._check_sharing()
            index = self._sharing.index_of(self._batches.index)
            self._recorder.begin(counts_on=not is_counted, index=index)
        else:
            self._recorder.proceed()
        self._step = step
        is_first = self._recorder.last_step < 0 or not self._recorder.has_interval
        if not (is_first or self._recorder.is_due(step)):
            return
        with kept_random_state():
            is_new = self._recorder.collect(step, self._predict, metrics)
        # The first of a recording that is resumed may be its last one.
        if not is_new and not self._may_be_there:
            raise SettingError(
                "step", f"expected a step after {self._recorder.last_step}, got {step}"
            )
        self._may_be_there = False

    def _check_sharing(self) -> None:
        """Raise SettingError for a model that was divided after these were made."""
        if sharing_of(self._model, self._rank) != self._sharing:
            problem = (
                "expected the model as it was when Snapshots was made, got one that is divided"
            )
            raise SettingError("model", f"{problem}; make Snapshots after that")

    def _next(self, step: int | None, before: int) -> int:
        if step is None:
            return before + 1
        whole("step", step, 0)
        if step < before:
            raise SettingError("step", f"expected a step after {before}, got {step}")
        return int(step)

    def _predict(self) -> Generator[tuple]:
        options = {"forward": self._forward, "unpack": self._unpack}
        options["is_multilabel"] = self._recorder.is_multilabel
        found = streamed(unwrapped(self._model), self._batches, **options)
        yield from self._sharing.recorded(found)

    def _warn_of_ranks(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            problem = "make Snapshots after init_process_group, and with a path that all share"
            if self._recorder.is_in_memory:
                problem = "several processes need a path that all of them share"
            warn_caller(f"nothing is recorded: {problem}")

    def run(self) -> Run:
        """Return the snapshots so far, the last one with them.

        Nothing has to be closed before: ``anim.animate(snapshots.run(), "mine.gif")``.
        """
        return self._recorder.run()

    def close(self) -> None:
        """Commit all snapshots, and release the path for other recorders."""
        self._recorder.finish()

    def __enter__(self) -> Snapshots:
        return self

    def __exit__(self, *_) -> None:
        self.close()


def snapshots_or_warning(
    path: str | os.PathLike | None, model, find_loader: Callable[[], Iterable], **options
) -> Snapshots | None:
    """Return the `Snapshots` of a callback that makes them as a training begins.

    Args:
        path: as for `Snapshots`.
        model: as for `Snapshots`.
        find_loader: returns its loader.
        options: more arguments of `Snapshots`. Unless ``on_error`` is ``raise``, an exception is
            reported, and None is returned.
    """
    try:
        return Snapshots(path, model, find_loader(), **options)
    except Exception as error:
        if options.get("on_error", "warn") != "warn":
            raise
        warn_caller(
            f"nothing is recorded: {type(error).__name__}: {one_line(str(error))}; the training "
            "goes on without it (on_error='raise' shows where it was raised)"
        )
        return None


def predictions_of(
    model, loader: Iterable, *, forward: Callable | None = None, unpack: Callable | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the output of a model for all examples of a loader, and their labels, in one pass.

    Args:
        model: as for `Snapshots`.
        loader: as for `Snapshots`; one that shuffles is read in the order of its dataset.
        forward: called with (model, inputs) of a batch; None calls the model.
        unpack: called with a batch, returns (inputs, labels).

    Returns:
        (float32 [N, K], integers [N]): the output, and the labels.

    Raises:
        ValueError: batches or outputs that are not understood.
    """
    with kept_random_state(loader):
        batches = InOrder(loader)
    options = {"forward": forward, "unpack": unpack or unpack_batch}
    scores, labels = gathered(unwrapped(model), batches, **options)
    return widened(as_array("logits", scores)), as_array("labels", labels)


def logits_of(
    model, loader: Iterable, *, forward: Callable | None = None, unpack: Callable | None = None
) -> np.ndarray:
    """Return the output of a model for all examples of a loader, float32 [N, K].

    The arguments are those of `predictions_of`, which gives the labels, too.

    Raises:
        ValueError: a loader that shuffles, whose labels another pass would not match.
    """
    _check_order(loader)
    return predictions_of(model, loader, forward=forward, unpack=unpack)[0]


def labels_of(loader: Iterable, *, unpack: Callable | None = None) -> np.ndarray:
    """Return the labels [N] of a loader.

    Args:
        loader: as for `Snapshots`. An iterable that is not a ``DataLoader`` of PyTorch is read
            twice, to see whether it shuffles.
        unpack: called with a batch, returns (inputs, labels).

    Raises:
        ValueError: a loader that shuffles.
    """
    _check_order(loader)
    unpack = unpack or unpack_batch
    with kept_random_state(loader), own_workers(loader):
        batches = InOrder(loader)
        passes = 1 if is_in_order(loader) else 2
        labels = [_joined(unpack(batch)[1] for batch in batches) for _ in range(passes)]
    if not np.array_equal(labels[0], labels[-1]):
        raise _shuffled()
    return labels[0]


def _joined(labels: Iterable) -> np.ndarray:
    parts = [as_array("labels", part) for part in labels]
    if not parts:
        raise SettingError("loader", "expected at least one batch, got none")
    return np.concatenate(parts)


def _check_order(loader: Iterable) -> None:
    with kept_random_state(loader):
        if shuffles(loader):
            raise _shuffled()


def _shuffled() -> SettingError:
    return SettingError(
        "loader",
        "expected the same order each time; pass shuffle=False, or use predictions_of, which "
        "gives predictions and labels in one pass",
    )
