"""Records validation predictions while a model trains."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from anim.checks.labels import check_range, checked_classes, checked_ignore
from anim.errors import NotFiniteError
from anim.run import opened
from anim.run.about import NOTHING_KNOWN, About
from anim.run.caller import warn_caller
from anim.run.checking import needed_labels
from anim.run.closing import Closing
from anim.run.collecting import Part
from anim.run.examples import Examples
from anim.run.following import check_following
from anim.run.handover import HandedOver, Handover
from anim.run.intake import Intake, Told
from anim.run.options import check_options
from anim.run.own_part import OwnPart
from anim.run.own_rows import OwnRows
from anim.run.ranks import rank_for
from anim.run.sampling import check_drawn, check_fraction, drawn_by, words_of
from anim.run.scalars import checked_metrics
from anim.run.seen import Seen
from anim.run.shaping import Shaping
from anim.run.snapshots import Given, bytes_of, form_of
from anim.run.store.interface import SnapshotStore
from anim.run.store.made import made_store
from anim.run.store.store import store_of
from anim.settings import whole
from anim.settings.docs import hints
from anim.settings.views import SEVERAL

# Steps are 64-bit integers on disk.
_LAST_STEP = np.iinfo(np.int64).max
# Bytes of a snapshot of which the memory holds one at a time.
_LARGE = 1 << 26


class Recorder(Closing):
    """Records snapshots of validation predictions, in memory or on disk.

    On disk, a thread writes each snapshot while training goes on; the next call reports a write
    that failed.

    Args:
        path: a folder for the recording, or its URL; None keeps it in memory.
        labels: [N] integers in [0, K), one-hot [N, K], or names out of ``classes``; of tokens or
            pixels [...], with predictions [..., K] or [B, K, ...]; None takes those of the first
            snapshot, or of the recording that is resumed.
        classes: K names; None names them "0", "1", ...
        weights: [N] numbers >= 0, how much each example counts in every statistic; of 0, nowhere.
            Here and below, what is of examples is given with their labels.
        groups: [N] names of groups, to be looked at side by side; or a mapping of names of
            groupings to such. None and NaN are the group ``(none)``.
        ignore: a label, or several, of what is no example, such as -100; these rows are not
            looked at, and count nowhere.
        mask: [N] bool, false for rows that are no examples.
        about: the caption of the run.
        keep: ``float32`` keeps logits or probs as they are, ``float16`` needs half the space, and
            ``top`` keeps the confidence of the predicted class and whether it was right, and the
            NLL and Brier score of each example. That is all that the ``confidence`` view needs,
            and makes recordings of many classes small.
        nan: what to do with NaN or infinite predictions: ``raise``, or ``skip`` the snapshot with
            a warning.
        multilabel: whether an example may have several of L labels, or none: ``labels`` are [N, L]
            of 0 and 1, predictions [N, L] with a sigmoid for each, and ``classes`` name the L.
            Each is one of N * L examples, with the grouping ``label``.
        class_axis: the axis of the classes in predictions for tokens or pixels, if shapes leave
            it open.
        keep_fraction: the part of the examples that is recorded, drawn at random by their
            positions: for pixels by the million.
        seed: of this draw.
        index: [n] positions of the labels and predictions of this process among those of all; of a
            `DistributedSampler`, ``list(sampler)``, whose padding is recorded once. Arrays over all
            processes, `jax.Array` or `DTensor`, need none. A process that records alone may give it
            for examples in another order; of a position that comes again, the first is recorded.
        process_index, process_count: which of how many processes this is; None asks
            ``jax.distributed`` and ``torch.distributed``. With ``process_count=1`` a process
            records all examples on its own.
        timeout: seconds without news after which one of several processes gives up another that
            it waits for; a warning says after ten seconds whom it waits for.
        resume: continue the recording at ``path``, if there is one. True continues after its last
            snapshot. A step, such as that of a checkpoint, continues after that step: later
            snapshots are dropped, and the one at that step is kept and not recorded again.
        overwrite: replace the recording at ``path``, if there is one.

    Raises:
        ValueError: labels that are not integers, or out of range; an unknown choice.
        RecordingError: there is already a recording, or something else, at ``path``; or another
            process is recording there.
    """

    @hints("Recorder")
    def __init__(
        self,
        path: str | os.PathLike | None = None,
        *,
        labels=None,
        classes: Sequence[str] | None = None,
        weights=None,
        groups=None,
        ignore=None,
        mask=None,
        about: About = NOTHING_KNOWN,
        keep: str = "float32",
        nan: str = "raise",
        multilabel: bool = False,
        class_axis: int | None = None,
        keep_fraction: float = 1.0,
        seed: int = 0,
        index=None,
        process_index: int | None = None,
        process_count: int | None = None,
        timeout: float = 300,
        resume: bool | int = False,
        overwrite: bool = False,
    ):
        how = {"keep": keep, "nan": nan, "timeout": timeout}
        how |= {"resume": resume, "overwrite": overwrite}
        check_options(path, about, **how)
        self._keep, self._nan = keep, nan
        names = checked_classes(classes)
        self._classes = SEVERAL if multilabel else names
        check_fraction(keep_fraction)
        drawn = drawn_by(keep_fraction, seed)
        self._intake = Intake(self._classes, checked_ignore(ignore), drawn)
        rank = rank_for(path, process_index, process_count)
        self._shaping = Shaping(
            class_axis, keep_fraction, seed, index, (names or ()) if multilabel else None
        )
        told = self._shaping.of_labels(Told(labels, weights, groups, mask))
        self._rows = OwnRows(rank, self._shaping.index, self._intake)
        with self._shaping.naming():
            own = self._rows.examples_of(told)
        if keep_fraction != 1:
            about = replace(about, caption=words_of(keep_fraction, about.caption))
        if own is not None and self._classes is not None:
            check_range(own.labels, len(self._classes))
        self._process = os.getpid()
        self._place = None if path is None else store_of(path)
        self._is_open = False
        self._begin(own, about, how)

    def _begin(self, own: Examples | None, about: About, how: Mapping[str, Any]) -> None:
        """Open the place where snapshots are kept."""
        store: SnapshotStore | None = None
        # Whatever line an interrupt stops, the folder is released.
        try:
            store = made_store(self._place, self._rows, own, self._classes, about, **how)
            if store.steps and store.examples is not None and len(store.examples):
                self._shaping.settle(store.examples)
            self._store, self._classes = store, store.classes
            self._handover = Handover(store)
            self._is_resumed = bool(store.steps)
            self._resumed_at = None if isinstance(how["resume"], bool) else self.last_step
            self._is_open = True
            if self._place is not None:
                opened.note(self._place, self)
        except BaseException:
            if store is not None:
                store.close()
            raise

    @property
    def last_step(self) -> int | None:
        """Step of the last snapshot, including those before `resume`; None if there is none."""
        return self._handover.last.step

    @hints("snapshot")
    def snapshot(
        self,
        step: int,
        *,
        logits=None,
        probs=None,
        confidence=None,
        correct=None,
        labels=None,
        weights=None,
        groups=None,
        mask=None,
        metrics: Mapping[str, object] | None = None,
    ) -> None:
        """Record the predictions for all N validation examples at one step.

        Pass ``logits``, or ``probs``, or ``confidence`` and ``correct``: anything that NumPy or
        DLPack can read. The arrays may be changed as soon as this returns. Several threads may
        call it.

        Args:
            step: greater than the last one.
            logits: [N, K] float, -inf of a class that cannot be; if binary also [N] or [N, 1].
            probs: [N, K] in [0, 1] with rows that sum to 1; for a binary model also [N] or [N, 1],
                P(class 1).
            confidence: [N] in [0, 1], the score of the predicted class.
            correct: [N] booleans, whether the predicted class is the label.
            labels: compared with the recorder's; scores need them if it has none.
            weights, groups, mask: of these labels, as for the recorder.
            metrics: scalars to record with it; a name that is missing at a step is NaN there.

        Raises:
            ValueError: a step that does not increase, predictions of a wrong shape or value, or
                labels other than those of the recorder.
            RuntimeError: the recorder is closed, or belongs to another process.
            OSError: an earlier snapshot could not be written; nothing more is recorded.
        """
        if not self._has_already("snapshot", step):
            given = {"logits": logits, "probs": probs, "confidence": confidence, "correct": correct}
            self._record(step, given, Told(labels, weights, groups, mask), metrics)

    def _record(self, step: int, given: dict, told: Told, metrics) -> None:
        last = self._handover.last.examples
        given = {name: values for name, values in given.items() if values is not None}
        flat = self._shaping.rows(given, told, None, 0, None if last is None else len(last))
        if flat.is_empty:
            check_drawn(0, flat.before)
        pieces = self._rows.pieces_of(flat.given)
        labels = needed_labels(flat.told, flat.given, last is not None)
        with self._shaping.naming():
            known = self._rows.examples_given(flat.told._replace(labels=labels), last)
        scalars = checked_metrics(metrics)
        self._make_room()
        seen = Seen()
        try:
            with self._shaping.naming():
                snapshot = self._rows.checked(pieces, known.labels, self._keep, seen)
        except NotFiniteError as error:
            self._skip(step, error)
            return
        self._hand_over(step, snapshot, known, scalars, seen)

    @contextmanager
    def collecting(
        self, step: int, *, metrics: Mapping[str, object] | None = None
    ) -> Iterator[Part]:
        """Record the predictions at one step batch by batch, in one pass over a loader.

        The snapshot is recorded as a whole when the block ends, and not at all if it raises.

            with recorder.collecting(step) as part:
                for x, y in loader:
                    part.add(logits=model(x), labels=y)

        If the recorder was made without labels, those of the first snapshot become its labels.
        Batches come in the same order at every step, or name their examples by ``index=``; labels
        that differ from those before are refused. In several processes each adds its rows, with
        the same positions at every step, or all add arrays over all processes.

        Args:
            step: greater than the last one.
            metrics: scalars to record with it, read when the block ends.

        Yields:
            The `Part` whose `add` takes one batch.

        Raises:
            ValueError: as for `snapshot`; examples that are missing, or there more than once.
            RuntimeError, OSError: as for `snapshot`.
        """
        is_there = self._has_already("collecting", step)
        last, scratch = self._handover.last, self._store.scratch
        how = (last.examples, self._intake, self._shaping, self._keep, scratch)
        how += (self._nan == "skip",)
        part = Part(*how) if self._rows.is_plain else OwnPart(self._rows, *how)
        with part.or_nothing():
            yield part
            scalars = checked_metrics(metrics)
        if is_there:
            part.discard()
            return
        try:
            snapshot, examples = part.whole()
        except NotFiniteError as error:
            self._skip(step, error)
            return
        self._hand_over(step, snapshot, examples, scalars, part.seen)

    def _has_already(self, name: str, step: int) -> bool:
        """Return whether this is the step that was resumed; raise if it cannot be recorded."""
        self._check_process(name)
        self._check_open(name, step)
        whole("step", step, 0, _LAST_STEP)
        last_step = self.last_step
        if step == self._resumed_at == last_step:
            return True
        self._check_step(step, last_step)
        return False

    def _skip(self, step: int, error: NotFiniteError) -> None:
        if self._nan == "raise":
            raise error
        warn_caller(f"step {step} is skipped: {error}")

    def _hand_over(
        self, step: int, snapshot: Given, examples: Examples, scalars, seen: Seen
    ) -> None:
        given = HandedOver(int(step), form_of(snapshot), examples, snapshot, scalars, seen=seen)
        self._handover.put(given, lambda last: self._check_next(given, last))

    def _make_room(self) -> None:
        """Wait until one snapshot is being written and one waits; of large ones, for all."""
        self._handover.wait(at_most=0 if bytes_of(self._handover.last.snapshot) > _LARGE else 1)

    def _check_next(self, given: HandedOver, last: HandedOver) -> None:
        """Raise ValueError unless a snapshot may follow the last one."""
        assert given.step is not None and given.examples is not None
        # It may be closed within a block of `collecting`.
        self._check_open("snapshot", given.step)
        self._make_room()
        self._check_step(given.step, last.step)
        if last.step is None and not self._rows.is_shared:
            given.examples.check_some()
        check_following(given, last, self._classes)

    def _check_step(self, step: int, last_step: int | None) -> None:
        if last_step is not None and step <= last_step:
            hint = "; resume=STEP drops later snapshots" if self._is_resumed else ""
            raise ValueError(f"step: expected a step after {last_step}, got {step}{hint}")
