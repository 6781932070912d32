"""What callbacks share: when to take a snapshot, what is recorded, and what an error ends."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from anim.checks.arrays import as_array
from anim.errors import MissingExtraError
from anim.integrations.causes import cause_of
from anim.integrations.flattening import Flattening
from anim.integrations.logged import recordable
from anim.integrations.options import check_options, check_path
from anim.integrations.outputs import Look
from anim.integrations.streaming import Stream, record_stream
from anim.run import Recorder, Run
from anim.run.caller import warn_caller
from anim.run.ranks import Rank, rank_for
from anim.run.store.store import settled
from anim.settings import one_of, whole


def require(module: str, package: str) -> ModuleType:
    """Import and return a module of an optional package.

    Args:
        module: its full name, such as ``lightning.pytorch``.
        package: the name that pip installs.

    Raises:
        MissingExtraError: the package is not installed.
        ImportError: the package is installed, but fails to import; its own error.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise MissingExtraError(f"{package} is not installed: pip install {package}") from error


def guarded(hook: Callable[..., None]) -> Callable[..., None]:
    """Return a method of a callback that ends the recording, not the training, if it raises.

    Args:
        hook: a method of an object with a `CallbackRecorder` as ``_recorder``.
    """

    @functools.wraps(hook)
    def call(self, *args, **kwargs) -> None:
        self._recorder.attempt(partial(hook, self, *args, **kwargs))

    return call


class CallbackRecorder:
    """Records what a callback passes to it, and never ends the training if that fails.

    A callback that is used for a second training continues its recording. A copy, such as one made
    by pickle or by scikit-learn's ``clone``, has recorded nothing yet.

    Args:
        path: a folder for the recording, or its URL; None keeps it in memory.
        labels: [N] integers in [0, K), one-hot, or of tokens or pixels; None takes those that come
            with each snapshot, which must be the same each time.
        every: steps between two snapshots; None leaves the choice to the callback.
        outputs: what the model returns: ``logits`` or ``probs``; None decides by the values.
        options: more arguments of `anim.Recorder`; and ``class_axis``, of the predictions.
        on_error: what an exception during the training does: ``warn`` reports it, stops recording
            and lets the training go on; ``raise`` raises it.

    Raises:
        TypeError: an unknown option.
        ValueError: a wrong value of an argument or option.
        RecordingError: there is a recording, or something else, at the path.
    """

    # Whether other processes take part in each prediction, see `record_stream`.
    is_joint = False

    def __init__(
        self,
        path: str | os.PathLike | None,
        labels,
        *,
        every: int | None,
        outputs: str | None,
        options: Mapping[str, Any],
        on_error: str = "warn",
    ):
        if every is not None:
            whole("every", every, 1)
        if outputs is not None:
            one_of("outputs", outputs, ("logits", "probs"))
        one_of("on_error", on_error, ("warn", "raise"))
        self._flattening = flat = Flattening(labels, options)
        labels, options, self.is_multilabel = flat.labels, flat.options, flat.is_multilabel
        check_options(path, labels, options)
        if path is not None:
            # The working directory may change before training begins.
            path = settled(path)
            check_path(path, options)
        self._path, self._labels, self._options = path, labels, options
        self._every, self._outputs, self._on_error = every, outputs, on_error
        self._forget()

    def _forget(self) -> None:
        self._recorder: Recorder | None = None
        self._is_open = False
        self._kind: str | None = None
        self._at: int | None = None
        self._cause: str | None = None
        self._said: set[str] = set()
        self._offset = 0
        self._index: Any = None

    def __getstate__(self) -> dict:
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        copied._forget()
        return copied.__dict__

    @property
    def has_interval(self) -> bool:
        """Whether ``every`` was given."""
        return self._every is not None

    @property
    def is_in_memory(self) -> bool:
        """Whether the recording has no path, which several processes could share."""
        return self._path is None

    def rank(self, found: Rank | None = None) -> Rank:
        """Return which process this is: as the options say, or else as the framework does."""
        told = [self._options.get(name) for name in ("process_index", "process_count")]
        if found is not None and told == [None, None]:
            return found
        return rank_for(self._path, *told)

    @property
    def has_stopped(self) -> bool:
        """Whether an exception ended the recording."""
        return self._cause is not None

    @property
    def last_step(self) -> int:
        """The step of the last snapshot; -1 before the first one."""
        recorder = self._recorder
        return -1 if recorder is None or recorder.last_step is None else recorder.last_step

    def attempt(self, act: Callable[[], None]) -> None:
        """Call a function; an exception ends the recording, and what is recorded stays.

        Interrupts and exits of the interpreter pass, as they end the training, too.
        """
        if self._cause is not None and self._on_error == "warn":
            return
        try:
            act()
        except Exception as error:
            self._stop(error)
            if self._on_error == "raise":
                raise
            warn_caller(
                f"{self._cause}; the training goes on without it "
                "(on_error='raise' shows where it was raised)"
            )

    def finish(self) -> None:
        """Close the recording whatever happened before, and report what hinders that."""
        if self._cause is None:
            self.attempt(self.end)

    def _stop(self, error: Exception) -> None:
        self._cause = cause_of(error, self._path, self._at)
        if self._recorder is not None:
            # Snapshots that wait are written; what hinders that is the cause again.
            with contextlib.suppress(Exception):
                self._recorder.close()
        self._is_open = False

    def name_classes(self, names: Sequence[str] | None) -> None:
        """Set the names of the classes, unless the options have them or the recording is open."""
        if names is not None and self._options.get("classes") is None and not self._is_open:
            self._options["classes"] = list(names)

    def begin(self, step: int | None = None, *, counts_on: bool = False, index=None) -> None:
        """Open the recording, for the first time or to continue it.

        Args:
            step: where the training begins, if it counts on from where an earlier one ended, as a
                number of trees does; None if it counts from 0 each time.
            counts_on: whether the steps to come are those to record, wherever they begin.
            index: positions of the examples of this process, if others record others; kept.

        Raises:
            ValueError: the training begins before the last step of this callback's recording.
            RecordingError: the recording cannot be opened.
        """
        # An interrupted training has not ended its recording.
        self.end()
        self._at = None
        options, last = dict(self._options), self.last_step
        resumes, overwrites = options.get("resume", False), options.get("overwrite", False)
        if self._recorder is not None and not (overwrites and step is not None):
            if step is not None and step < last and resumes is False:
                raise ValueError(
                    f"step: the training begins at step {step}, but {last} is recorded already; "
                    "use a new callback for a new training"
                )
            options = {**options, "overwrite": False, "resume": True}
        if step is not None and options.get("resume") is True:
            # Later snapshots are from a training that this one does not continue.
            options["resume"] = step
        self._index = self._index if index is None else index
        if self._index is not None:
            options["index"] = self._index
        if self._recorder is None or self._path is not None:
            self._recorder = Recorder(self._path, labels=self._labels, **options)
        self._is_open = True
        self._offset = 0 if counts_on or step is not None else max(self.last_step, 0)

    def proceed(self) -> None:
        """Open a recording that was ended again, to count on as before."""
        if not self._is_open and self._cause is None:
            offset = self._offset
            self.begin(counts_on=True)
            self._offset = offset

    def at(self, step: int) -> int:
        """Return the step that is recorded for one as the training counts it."""
        return step + self._offset

    def is_due(self, step: int) -> bool:
        """Return whether a multiple of ``every`` was passed since the last snapshot, at a step."""
        if self._every is None:
            return False
        return self.at(step) // self._every > max(self.last_step, 0) // self._every

    def take(self, step: int, predict: Callable[[], Any], metrics: Mapping | None = None) -> bool:
        """Record predictions, unless there already is a snapshot of that step or a later one.

        Args:
            step: as the training counts it.
            predict: returns [N, K], [N, 1] or [N] logits or probs; and, if no labels were given,
                a tuple of these and their labels [N]. It is called only if they are recorded.
            metrics: what the framework logged; only numbers are recorded.

        Returns:
            Whether they were recorded.

        Raises:
            ValueError: neither the values nor ``outputs`` say whether these are logits; labels that
                differ from those of the first snapshot.
        """
        self._at = self.at(step)
        if self._at <= self.last_step:
            return False
        predicted = predict()
        predictions, labels = predicted if self._labels is None else (predicted, None)
        values = as_array("predictions", predictions)
        values, labels = self._flattening.batch(values, labels)
        given = {self._kind_of(values): values, "labels": labels}
        given |= self._flattening.beside.of_all(len(values))
        self._begun().snapshot(self._at, **given, metrics=self._scalars(metrics or {}))
        return True

    def collect(self, step: int, stream: Stream, metrics: Mapping | None = None) -> bool:
        """Record predictions as `take` does, batch by batch.

        Args:
            step, metrics: as for `take`.
            stream: yields predictions, labels or None, and what the model says of them, for each
                batch; it is called only if they are recorded.
        """
        self._at = self.at(step)
        if self._at <= self.last_step:
            return False
        options = {"known": self._outputs or self._kind, "is_joint": self.is_joint}
        options["is_multilabel"] = self.is_multilabel
        scalars = self._scalars(metrics or {})
        flat = self._flattening.stream(stream, self._index)
        with self._flattening.places():
            record_stream(self._begun(), self._at, flat, scalars, self._settled, **options)
        return True

    def _kind_of(self, values: np.ndarray) -> str:
        look = Look(self.is_multilabel)
        look.add(values)
        return self._settled(look, infers=False)

    def _settled(self, look: Look, *, infers: bool = True) -> str:
        """Return what predictions are, which must be what they were before."""
        if self._outputs is not None:
            return self._outputs
        if look.has_nothing:
            return self._kind or "logits"
        kind = look.kind(infers=infers)
        if self._kind not in (None, kind):
            raise ValueError(
                f"outputs: the predictions look like {kind}, and looked like {self._kind} before; "
                "pass outputs='logits' or 'probs'"
            )
        self._kind = kind
        return kind

    def _scalars(self, logs: Mapping) -> dict[str, float]:
        scalars, renamed = recordable(logs)
        for name, new in renamed.items():
            if name not in self._said:
                self._said.add(name)
                note = "left out" if new in logs else f"recorded as {new!r}"
                warn_caller(f"{name!r} is computed from the predictions; the logged one is {note}")
        return scalars

    def commit(self) -> None:
        """Flush the recorder, whose path stays taken."""
        self._begun().flush()

    def end(self) -> None:
        """Commit all snapshots, and release the path for other recorders."""
        if self._is_open:
            self._is_open = False
            if self._path is None:
                # A recording in memory stays open, to be continued by a second training.
                self._begun().flush()
            else:
                self._begun().close()

    def run(self) -> Run:
        """Return the snapshots so far.

        Raises:
            RuntimeError: training has not begun.
        """
        return self._begun().run()

    def _begun(self) -> Recorder:
        if self._recorder is None:
            cause = self._cause or "nothing is recorded yet: training has not begun"
            raise RuntimeError(f"run: {cause}")
        return self._recorder
