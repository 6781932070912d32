"""The command ``python -m anim.record``: predictions that others saved become a recording."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from anim.errors import SettingError
from anim.record import saved
from anim.record.saved import Saved
from anim.run import About, Recorder, Run, open
from anim.run.store.schema import read_group


def record(
    paths: Sequence[Path],
    out: Path,
    *,
    labels: np.ndarray | None = None,
    classes: Sequence[str] | None = None,
    outputs: str | None = None,
    keep: str = "float32",
    overwrite: bool = False,
    caption: str = "",
    check: Callable[[], None] = lambda: None,
) -> Run:
    """Records the snapshots in files, in the order of their steps.

    Args:
        paths: files, one snapshot each or more; the number at the end of a name is its step,
            unless the file itself says.
        out: where the recording goes; there is none unless all files are good.
        labels: [N], numbers or names; None takes those in the files.
        classes: K names; None takes those of columns, or of labels that are names.
        outputs: ``logits`` or ``probs``, where the files do not say; None finds out.
        keep: as for `anim.Recorder`.
        overwrite: replaces an earlier recording.
        caption: what was trained.
        check: called between snapshots; may raise.

    Returns:
        The run that was recorded.

    Raises:
        SettingError: files that do not fit each other, or hold no predictions.
    """
    if out.exists():
        if not overwrite:
            raise SettingError("out", f"there is something at {str(out)!r} already (--overwrite?)")
        read_group(out)
    part = out.with_name(f".{out.name}.part")
    recorder = None
    try:
        for snapshot, step in _in_order(paths):
            if recorder is None:
                truth = snapshot.labels if labels is None else labels
                indices, names = _labels_and_names(truth, classes or snapshot.classes)
                options = {"about": About(caption), "keep": keep, "overwrite": part.exists()}
                recorder = Recorder(part, labels=indices, classes=names, **options)
            elif snapshot.labels is not None and not np.array_equal(truth, snapshot.labels):
                problem = "its labels are not those of the first file, in the same order"
                raise SettingError("FILE", f"{str(snapshot.source)!r}: {problem}")
            recorder.snapshot(step, **_arguments(snapshot, truth, outputs))
            check()
        recorder.close()
        if out.exists():
            shutil.rmtree(out)
        part.rename(out)
    except SettingError:
        raise
    except ValueError as error:
        raise SettingError("FILE", f"{str(snapshot.source)!r}: {error}") from error
    finally:
        if recorder is not None:
            recorder.close()
        shutil.rmtree(part, ignore_errors=True)
    return open(out)


def _in_order(paths: Sequence[Path]) -> Iterator[tuple[Saved, int]]:
    """Snapshots and their steps, by the numbers in the names of the files."""
    last: Saved | None = None
    last_step = -1
    for path in sorted(paths, key=lambda path: saved.step_in(path) or 0):
        for snapshot in saved.read(path):
            step = 0 if snapshot.step is None and len(paths) == 1 else snapshot.step
            if step is None:
                problem = "expected a step in its name or in a column"
                raise SettingError("FILE", f"{str(path)!r}: {problem}")
            if step <= last_step:
                problem = f"step {step} does not come after {last_step} of {str(last.source)!r}"
                raise SettingError("FILE", f"{str(path)!r}: {problem}")
            last, last_step = snapshot, step
            yield snapshot, step


def _labels_and_names(labels, classes) -> tuple[np.ndarray, Sequence[str] | None]:
    """Labels as numbers, and the names of classes."""
    if labels is None:
        raise SettingError("labels", "the files hold none: --labels takes a file of them")
    labels = np.asarray(labels)
    if labels.dtype.kind not in "US":
        return labels, classes
    known = sorted(set(labels.tolist())) if classes is None else list(classes)
    for i, name in enumerate(labels.tolist()):
        if name not in known:
            problem = f"labels: expected one of {', '.join(known[:8])}, got {name!r} at index {i}"
            raise SettingError("FILE", problem)
    return np.array([known.index(name) for name in labels.tolist()]), known


def _arguments(snapshot: Saved, labels: np.ndarray, outputs: str | None) -> dict:
    """What `Recorder.snapshot` is given."""
    given = dict(snapshot.given)
    if "pred_label" in given:
        predicted = given.pop("pred_label")
        return {**given, "correct": predicted == labels}
    if outputs is not None and not snapshot.is_named:
        (values,) = given.values()
        given = {outputs: values}
    if (probs := given.get("probs")) is not None and (whole := saved.as_probs(probs)) is not None:
        given["probs"] = whole
    return given
