"""Collects the predictions of one snapshot batch by batch."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from anim.checks.arrays import as_array
from anim.checks.predictions import Scores, score_blocks
from anim.errors import ElementError, NotFiniteError, SettingError
from anim.run.checking import KEPT_DTYPES, checked_kind, checked_snapshot, needed_labels
from anim.run.examples import Examples
from anim.run.intake import Intake, Told
from anim.run.positions import check_complete
from anim.run.sampling import check_drawn
from anim.run.seen import Seen
from anim.run.shaping import Shaping
from anim.run.snapshots import Form, Given, Snapshot, Waiting, form_of
from anim.run.store.scratch import Scratch
from anim.settings.docs import hints

# Bytes of scores that are kept in memory; more wait on the disk until the snapshot is whole.
_IN_MEMORY = 1 << 24


class _Batch(NamedTuple):
    rows: np.ndarray
    examples: Examples
    # Empty for rows that wait on the disk.
    arrays: Snapshot


class Part:
    """The predictions of one snapshot, which are added batch by batch.

    `anim.Recorder.collecting` makes it, and records what was added when its block ends. Scores are
    reduced, or written to a file without a name, in the thread that adds them: so none of them has
    to be copied, though the caller may change them afterwards.

    Args:
        known: N examples that the recorder has; None if the batches bring their labels.
        intake: checks examples.
        shaping: makes rows of arrays.
        keep: one of `anim.settings.KEEPS`.
        scratch: where rows may wait; None keeps all in memory.
        skips_not_finite: whether a batch with NaN or infinity is kept for `whole` to raise.

    Attributes:
        seen: what scores were that were reduced.
    """

    def __init__(
        self,
        known: Examples | None,
        intake: Intake,
        shaping: Shaping,
        keep: str,
        scratch: Scratch | None,
        skips_not_finite: bool,
    ):
        self._known, self._intake, self._keep = known, intake, keep
        self._shaping, self._scratch = shaping, scratch
        self._skips_not_finite = skips_not_finite
        self._batches: list[_Batch] = []
        self._form: Form = {}
        self.seen = Seen()
        self._waiting: Waiting | None = None
        self._bytes = 0
        # Rows so far that are recorded, and that were given.
        self._count = self._given = 0
        self._has_index: bool | None = None
        self._not_finite: NotFiniteError | None = None
        # Several threads may add batches.
        self._turn = threading.RLock()
        self._is_over = False

    @hints("add")
    def add(
        self,
        *,
        logits=None,
        probs=None,
        confidence=None,
        correct=None,
        labels=None,
        weights=None,
        groups=None,
        mask=None,
        index=None,
    ) -> None:
        """Add the predictions for a batch of n examples.

        Pass ``logits``, or ``probs``, or ``confidence`` and ``correct``, as for
        `anim.Recorder.snapshot`. The arrays may be changed as soon as this returns.

        Args:
            logits: [n, K] float, -inf of a class that cannot be (it is kept as 10,000 below the
                largest of its row); for a binary model also [n] or [n, 1].
            probs: [n, K] in [0, 1]; for a binary model also [n] or [n, 1].
            confidence: [n] in [0, 1].
            correct: [n] booleans.
            labels: [n], as for `anim.Recorder`; scores need them if the recorder has none.
            weights, groups, mask: [n], as for `anim.Recorder`, with their labels.
            index: [n] positions of these examples among all N, for batches in another order; None
                takes the next n. Either all batches of a snapshot have it, or none of them.

        Raises:
            ValueError: predictions of a wrong shape or value, labels other than those of the
                recorder, or more than N examples; or the block has ended.
        """
        given = {"logits": logits, "probs": probs, "confidence": confidence, "correct": correct}
        given = {name: values for name, values in given.items() if values is not None}
        told = Told(labels, weights, groups, mask)
        with self._turn, self._shaping.naming():
            flat = self._shaping.rows(given, told, index, self._given, None)
            if not flat.is_empty:
                self._add(dict(flat.given), flat.told, flat.index)
            self._given += flat.before

    def _add(self, given: dict[str, Any], told: Told, index) -> None:
        labels = needed_labels(told, given, self._known is not None)
        told = told._replace(labels=labels)
        own = None if told.labels is None else self._checked_examples(told, index)
        if own is None:
            told.check_alone()
        self._add_rows(given, own, index)

    def _add_rows(self, given: dict[str, Any], own: Examples | None, index) -> None:
        """Add predictions for examples; None for those that are known."""
        with self._turn:
            self._add_batch(given, own, index)

    def _add_batch(self, given: dict[str, Any], own: Examples | None, index) -> None:
        if self._is_over:
            raise SettingError("add", "expected within its block `with recorder.collecting(...)`")
        rows = self._checked_rows(index, _count_of(given, own))
        own = self._examples_of(rows, own)
        try:
            arrays = self._kept(checked_kind(given), rows, own.labels)
        except ElementError as error:
            of_whole = error.at_row(int(self._positions_of(rows)[error.index[0]]))
            if not (isinstance(of_whole, NotFiniteError) and self._skips_not_finite):
                raise of_whole from error
            self._not_finite = self._not_finite or of_whole
        else:
            self._batches.append(_Batch(rows, own, arrays))
        self._has_index = index is not None
        self._count += len(rows)

    def _kept(self, given: dict, rows: np.ndarray, labels: np.ndarray) -> Snapshot:
        """Return what is kept of a batch; nothing if it was written to the disk."""
        name, values = next(iter(given.items()))
        if name == "confidence":
            arrays = checked_snapshot(given, labels, self._keep)
            self._check_form(form_of(arrays))
            self._form = self._form or form_of(arrays)
            return arrays
        scores = Scores(name, values, len(rows), labels)
        dtype = np.dtype(KEPT_DTYPES.get(self._keep, np.float32))
        form = {name: ((len(rows), scores.classes), dtype)}
        self._check_form(form)
        if self._scratch is None or self._keep == "top":
            arrays = checked_snapshot(given, labels, self._keep, self.seen)
            self._form = self._form or form
            return arrays
        self._bytes += len(rows) * scores.classes * dtype.itemsize
        arrays = {}
        if self._waiting is not None and self._waiting.shape[1] != scores.classes:
            # It has only rows of batches that were refused.
            self._waiting.discard()
            self._waiting = None
        if self._waiting is None and self._bytes <= _IN_MEMORY:
            arrays = checked_snapshot(given, labels, self._keep)
        else:
            if self._waiting is None:
                self._waiting = self._begun(name, (scores.classes,), dtype)
            for start, stop, block in score_blocks(scores, dtype):
                place = rows[start:stop]
                self._waiting = self._scratch.written(self._waiting, place, block)
        self._form = self._form or form
        return arrays

    def _begun(self, name: str, row: tuple[int, ...], dtype: np.dtype) -> Waiting:
        """Make room: let the batches so far wait on the disk, and return where."""
        assert self._scratch is not None
        waiting = self._scratch.begun(row, dtype)
        try:
            for batch in self._batches:
                waiting = self._scratch.written(waiting, batch.rows, batch.arrays[name])
        except BaseException:
            waiting.discard()
            raise
        self._batches = [batch._replace(arrays={}) for batch in self._batches]
        return waiting

    @contextmanager
    def or_nothing(self) -> Iterator[None]:
        """Remove rows that wait on the disk if an error ends what is done with them."""
        try:
            yield
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Remove rows that wait on the disk, and take no more."""
        self._is_over = True
        if self._waiting is not None:
            self._waiting.discard()

    def whole(self) -> tuple[Given, Examples]:
        """Return the arrays of the snapshot by name, and the N examples, in the order of rows.

        Raises:
            SettingError: examples that are missing, or were added more often than once.
            NotFiniteError: a batch with NaN or infinity, if these are skipped.
        """
        self._is_over = True
        with self.or_nothing():
            return self._whole()

    def _whole(self) -> tuple[Given, Examples]:
        if self._not_finite is not None:
            raise self._not_finite
        if not self._batches:
            check_drawn(0, self._given)
            raise SettingError("collecting", "expected at least one batch, got none")
        rows = _joined([batch.rows for batch in self._batches])
        order = np.argsort(rows, kind="stable")
        check_complete(rows[order], self._expected(int(rows.max()) + 1), self._positions_of)
        in_order = bool((rows[:-1] < rows[1:]).all())

        def arranged(parts: list[np.ndarray]) -> np.ndarray:
            return _joined(parts) if in_order else _joined(parts)[order]

        examples = self._known
        if examples is None:
            examples = Examples.joined([one.examples for one in self._batches])
            examples = examples if in_order else examples.take(order)
        if self._waiting is not None:
            assert self._scratch is not None
            whole = self._scratch.ended(self._waiting, len(examples))
            self._waiting = None
            return {next(iter(self._form)): whole}, examples
        parts = [one.arrays for one in self._batches]
        return {name: arranged([part[name] for part in parts]) for name in parts[0]}, examples

    def _checked_examples(self, told: Told, index) -> Examples:
        try:
            return self._intake(told)
        except ElementError as error:
            rows = self._checked_rows(index, len(told.labels))
            raise error.at_row(int(self._positions_of(rows)[error.index[0]])) from error

    def _checked_rows(self, index, count: int) -> np.ndarray:
        """Return the positions of a batch among all examples, [n] int64."""
        if self._has_index is not None and self._has_index != (index is not None):
            raise SettingError("index", "expected either with every batch, or with none of them")
        if index is None:
            rows = np.arange(self._count, self._count + count)
        else:
            rows = as_array("index", index)
            if rows.dtype.kind not in "iu" or rows.shape != (count,):
                found = f"{rows.dtype} of shape {list(rows.shape)}"
                raise SettingError("index", f"expected integers of shape [{count}], got {found}")
            if rows.min() < 0:
                raise SettingError("index", f"expected positions >= 0, got {rows.min()}")
        if self._known is not None and rows.max() >= len(self._known):
            name = "collecting" if index is None else "index"
            known = f"{len(self._known)} examples, as the recorder has labels"
            raise SettingError(name, f"expected {known}, got one at position {rows.max()}")
        return rows.astype(np.int64)

    def _examples_of(self, rows: np.ndarray, own: Examples | None) -> Examples:
        """Return the examples of a batch: those given, or those of the recorder."""
        if self._known is None:
            if own is None:
                problem = "expected labels with each batch, or for the recorder, got none"
                raise SettingError("labels", problem)
            if self._batches:
                self._batches[0].examples.check_form(own)
            return own
        known = self._known.take(rows)
        if own is not None:
            own.check_same(known, self._positions_of(rows))
        return known

    def _check_form(self, form: Form) -> None:
        """Raise SettingError unless a batch has the arrays and classes of the first one."""
        first, now = _form_of_row(self._form or form), _form_of_row(form)
        if first != now:
            raise SettingError("collecting", f"expected {first}, as in the first batch, got {now}")

    def _positions_of(self, rows: np.ndarray) -> np.ndarray:
        """Return the positions of rows among all examples, to name them."""
        return rows

    def _expected(self, found: int) -> int:
        """Return how many examples there are: as many as were found, if nothing says it."""
        return found if self._known is None else len(self._known)


def _count_of(given: Mapping[str, object], examples: Examples | None) -> int:
    """Return the number of examples of a batch, at least one."""
    if examples is not None:
        return len(examples)
    for name, values in given.items():
        shape = tuple(getattr(values, "shape", ())) or np.shape(as_array(name, values))
        if shape[:1] == (0,):
            raise SettingError(name, "expected at least one example, got none")
        return shape[0] if shape else 1
    return 1


def _form_of_row(form: Form) -> str:
    """Return in words what a batch holds of each example."""
    return " and ".join(
        f"{name} of {shape[1]} classes" if len(shape) == 2 else name
        for name, (shape, _) in form.items()
    )


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
