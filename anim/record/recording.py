"""Records the snapshots in files, in the order of their steps."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from anim.checks.labels import check_range, checked_classes, checked_labels
from anim.checks.predictions import PASSED_LOGITS
from anim.errors import RecordingError, SettingError
from anim.record.aligning import (
    check_same_examples,
    check_same_labels,
    in_order_of,
    with_rows_of,
)
from anim.record.array_classes import check_from_zero
from anim.record.label_tables import LabelTable
from anim.record.lm_eval_files import snapshots_of
from anim.record.names import pair_of
from anim.record.placing import identity, placed
from anim.record.readers import read_together
from anim.record.saved import Saved, as_probs, one_sign
from anim.record.schema import NOTHING_WANTED, Wanted
from anim.record.spelling import by_name, hits, is_integer, names_in
from anim.record.steps import steps_of
from anim.record.tables import listed
from anim.run import About, Recorder, Run
from anim.run.store.folders.folder import Folder
from anim.run.store.place import located
from anim.run.store.reader import open_recording
from anim.run.store.store import store_of
from anim.run.store.writer import check_place


def record(
    paths: Sequence[str | os.PathLike],
    out: str | os.PathLike,
    *,
    labels: np.ndarray | LabelTable | None = None,
    classes: Iterable[str] | None = None,
    outputs: str | None = None,
    columns: Wanted = NOTHING_WANTED,
    tasks: Sequence[str] = (),
    keep: str = "float32",
    overwrite: bool = False,
    caption: str = "",
    say: Callable[[str], None] = lambda line: None,
    check: Callable[[], None] = lambda: None,
) -> Run:
    """Record the snapshots in files, in the order of their steps, and return the run.

    Args:
        paths: files with one or more snapshots each. The name of a file or folder says its step
            (see `anim.record.steps`), unless the file itself has steps. A folder is one of
            lm-evaluation-harness, with a log of samples for each checkpoint.
        out: the folder of the recording, or its URL; created only if all files are good.
        labels: [N], numbers or names, or a table with ids; None takes those in the files.
        classes: K names; None takes those of columns or labels.
        outputs: ``logits`` or ``probs``, whatever files call them; None decides by their values.
        columns: what columns of tables are; None for each takes its name.
        tasks: of lm-evaluation-harness, or patterns such as ``mmlu_*``, whose samples are recorded
            together; empty takes the only one.
        keep, overwrite: as for `anim.Recorder`.
        caption: what was trained.
        say: called with each line of what was read.
        check: called between snapshots; may raise.

    Raises:
        SettingError: files without predictions, or of others; or another call records to ``out``.
        RecordingError: what is to be replaced at ``out`` is not a recording.
    """
    wanted = replace(columns, classes=checked_classes(classes) or (), outputs=outputs)
    files = snapshots_of(_given_once(paths), tasks, say)

    def write(folder: Path | str, note: Callable[[Saved], None], **more) -> None:
        snapshots = _in_order(list(files), lambda path: read_together(files[path], labels, wanted))
        _write(folder, snapshots, wanted, {"about": About(caption), "keep": keep, **more}, note)

    if not isinstance(place := located(out, "out"), Path):
        return _in_bucket(str(place), write, said(say, check), overwrite)
    with placed(place, overwrite=overwrite) as part:
        write(part, said(say, check))
        own = identity(part)
    return _opened(place, own)


def _in_bucket(
    url: str, write: Callable[..., None], note: Callable[[Saved], None], overwrite: bool
) -> Run:
    """Record to a folder that is thrown away, and, if all files are good, to a bucket.

    Nothing can be put in its place as a whole there.
    """
    store = store_of(url)
    try:
        check_place(store, resume=False, overwrite=overwrite)
    except RecordingError as error:
        raise SettingError("out", str(error)) from error
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "run", note)
    write(url, lambda saved: None, overwrite=overwrite)
    return open_recording(store)


def _opened(out: Path, own: tuple[int, int] | None) -> Run:
    """Return the run that was recorded, unless another call has replaced it since.

    ``own`` is the `identity` of its folder.
    """
    try:
        run = open_recording(Folder(out.resolve()))
    except RecordingError:
        if identity(out) == own:
            raise
    else:
        if identity(out) == own:
            return run
    raise SettingError("out", f"{str(out)!r} was recorded, and then replaced by another process")


def _write(
    folder: Path | str,
    snapshots: Iterator[tuple[Saved, int]],
    wanted: Wanted,
    options: dict,
    note: Callable[[Saved], None],
) -> None:
    """Record snapshots in a folder; ``options`` are more arguments of `anim.Recorder`.

    ``note`` is called with each snapshot.
    """
    first, first_step = next(snapshots, (None, 0))
    if first is None:
        raise SettingError("FILE", "expected at least one snapshot, got none")
    with errors_of_file(first.source):
        truth = _labels_of(first)
        names = wanted.classes or first.classes
        if not names and (names := names_in(truth)) is not None:
            first = _in_alphabetical_order(first, names)
        if not names:
            check_from_zero(truth)
        renames = bool(wanted.classes)
        truth = by_name(_labels_of(with_classes(first, names, renames=renames)), names)
        recorder = Recorder(folder, labels=truth, classes=names, **beside(first), **options)
    with recorder:
        for snapshot, step in itertools.chain([(first, first_step)], snapshots):
            with errors_of_file(snapshot.source):
                if renames:
                    # New names stand in the place of those of the first file.
                    snapshot = with_classes(snapshot, first.classes)
                snapshot = with_rows_of(first, snapshot)
                snapshot = in_order_of(first, with_classes(snapshot, names, renames=renames))
                if step != first_step and snapshot.labels is not None:
                    own = by_name(np.asarray(snapshot.labels), names)
                    check_same_labels(first, truth, snapshot, own)
                check_same_examples(first, snapshot)
                recorder.snapshot(step, **arguments(snapshot, truth, wanted.outputs, names))
            note(snapshot)


def beside(first: Saved) -> dict[str, Any]:
    """Return the weights and groups of examples as arguments of `anim.Recorder`."""
    found = {"weights": first.weights, "groups": dict(first.groups) or None}
    return {name: values for name, values in found.items() if values is not None}


def _in_alphabetical_order(snapshot: Saved, names: Sequence[str]) -> Saved:
    """Return a snapshot of classes that only labels name, with a note of the order they are in.

    Raises:
        SettingError: one score for each row, or predicted places, of classes in an open order.
    """
    (kind, values), *_ = snapshot.given.items()
    is_place = kind == "pred_label" and values.dtype.kind not in "US"
    has_one = kind in ("logits", "probs") and (values.ndim == 1 or values.shape[1] == 1)
    if is_place or (has_one and pair_of(names) is None):
        what = "number" if is_place else "score"
        problem = f"{str(snapshot.source)!r} does not say which class a {what} is of"
        hint = f"--classes {','.join(names[:4])}{',...' if len(names) > 4 else ''}"
        raise SettingError("classes", f"{problem}; {hint} names them in the order of their numbers")
    if kind not in ("logits", "probs"):
        return snapshot
    note = f"classes: {listed(names)} (labels in alphabetical order; --classes says another)"
    return replace(snapshot, notes=(*snapshot.notes, note))


def with_classes(snapshot: Saved, names: Sequence[str] | None, *, renames: bool = False) -> Saved:
    """Return a snapshot whose scores, and labels that are places, are in an order of classes.

    Args:
        snapshot: of a file whose classes may be in another order.
        names: K names; None leaves the snapshot as it is.
        renames: whether other names than those in the file stand in their place.

    Raises:
        ValueError: the scores are of other classes, or labels are no places.
    """
    own = snapshot.classes
    scores = {name: snapshot.given[name] for name in ("logits", "probs") if name in snapshot.given}
    if own is None or names is None or list(own) == list(names) or not scores:
        return snapshot
    ((kind, values),) = scores.items()
    if set(own) != set(names) or (values.ndim == 2 and values.shape[1] not in (1, len(own))):
        if renames:
            return _renamed(snapshot, own, names)
        raise ValueError(f"expected the classes {listed(list(names))}, got {listed(list(own))}")
    labels = snapshot.labels
    if labels is not None and labels.dtype.kind in "biuf" and not all(map(is_integer, own)):
        labels = checked_labels(labels)
        check_range(labels, len(own))
        labels = np.array([list(names).index(name) for name in own])[labels]
    if values.ndim == 2 and values.shape[1] > 1:
        values = values[:, [own.index(name) for name in names]]
    else:
        values = 1 - values if kind == "probs" else -values
    return replace(snapshot, labels=labels, given={kind: values}, classes=tuple(names))


def _renamed(snapshot: Saved, own: Sequence[str], names: Sequence[str]) -> Saved:
    """Return a snapshot whose labels, if they are names, are others in the place of its own."""
    labels, places = snapshot.labels, {name: i for i, name in enumerate(own)}
    is_named = labels is not None and labels.dtype.kind == "U" and len(own) == len(names)
    if labels is None or not is_named or not {*labels.ravel().tolist()} <= places.keys():
        return snapshot
    renamed = [names[places[label]] for label in labels.ravel().tolist()]
    return replace(snapshot, labels=np.array(renamed), classes=tuple(names))


def said(say: Callable[[str], None], check: Callable[[], None]) -> Callable[[Saved], None]:
    """Return a function that says what columns were taken for, where files differ in that."""
    first = last = None

    def note(snapshot: Saved) -> None:
        nonlocal first, last
        new = [line for line in snapshot.notes if first is None or line not in first]
        if new and snapshot.notes != last:
            say(f"{snapshot.source}:")
            for line in new:
                say(f"  {line}")
        first, last = first or snapshot.notes, snapshot.notes
        check()

    return note


@contextmanager
def errors_of_file(path: Path) -> Iterator[None]:
    """Name the file in errors about its content."""
    try:
        yield
    except SettingError:
        raise
    except ValueError as error:
        is_about_logits = PASSED_LOGITS in str(error)
        hint = "; --outputs logits takes them as logits" if is_about_logits else ""
        raise SettingError("FILE", f"{str(path)!r}: {error}{hint}") from error


def _in_order(
    paths: Sequence[Path], read_one: Callable[[Path], Iterator[Saved]]
) -> Iterator[tuple[Saved, int]]:
    """Yield snapshots and their steps, in order: those in the files, or in the files' names."""
    last_step, last_source = -1, ""
    for path, step_of_name in _sorted(paths, read_one):
        for snapshot in read_one(path):
            step = step_of_name if snapshot.step is None else snapshot.step
            if step is None and len(paths) == 1:
                step = 0
            if step is None:
                problem = (
                    "expected a step: name files with a word (step_500.npz, epoch_10.npz), "
                    "or save a column or an array of steps"
                )
                raise SettingError("FILE", f"{str(path)!r}: {problem}")
            if step < 0:
                raise SettingError("FILE", f"{str(path)!r}: expected a step >= 0, got {step}")
            if step <= last_step:
                problem = f"expected a step after {last_step}, that of {last_source}, got {step}"
                raise SettingError("FILE", f"{str(path)!r}: {problem}")
            last_step, last_source = step, repr(str(path))
            yield snapshot, step


def _given_once(paths: Sequence[str | os.PathLike]) -> list[Path]:
    """Return paths, each of which is given once."""
    seen: set[Path] = set()
    for path in (found := list(map(Path, paths))):
        if (place := path.absolute()) in seen:
            raise SettingError("FILE", f"{str(path)!r} is given twice")
        seen.add(place)
    return found


def _sorted(
    paths: Sequence[Path], read_one: Callable[[Path], Iterator[Saved]]
) -> list[tuple[Path, int | None]]:
    """Return files and the steps in their names, in the order of steps.

    If names do not say all steps, the first step in each file decides.
    """
    named = list(zip(paths, steps_of(paths), strict=True))
    if len(paths) == 1 or None not in dict(named).values():
        return sorted(named, key=lambda pair: pair[1] or 0)
    first = {path: next((saved.step for saved in read_one(path)), None) for path in paths}
    return sorted(named, key=lambda pair: first[pair[0]] or pair[1] or 0)


def _labels_of(snapshot: Saved) -> np.ndarray:
    if snapshot.labels is not None:
        return np.asarray(snapshot.labels)
    if "correct" in snapshot.given:
        return np.zeros(len(snapshot.given["correct"]), np.int32)
    raise SettingError("labels", "the files contain no labels; pass them with --labels FILE")


def arguments(
    snapshot: Saved,
    labels: np.ndarray,
    outputs: str | None,
    classes: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return the predictions as arguments of `anim.Recorder.snapshot`."""
    given = dict(snapshot.given)
    if "pred_label" in given:
        predicted = given.pop("pred_label")
        return {**given, "correct": hits(predicted, labels, classes or snapshot.classes)}
    if len(given) > 1:
        return given
    ((kind, values),) = given.items()
    if outputs is None and kind == "logits" and not snapshot.is_named:
        has_one = values.ndim == 1 or values.shape[1] == 1
        if has_one and (problem := one_sign(values)) is not None:
            raise ValueError(f"scores: {problem}; --outputs logits takes them as they are")
    given = {outputs or kind: values}
    if (probs := given.get("probs")) is not None and (exact := as_probs(probs)) is not None:
        given["probs"] = exact
    return given
