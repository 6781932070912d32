"""Folders of lm-evaluation-harness: which files of samples make a snapshot, and at which step."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from anim.errors import SettingError
from anim.files import parsed_json, read_bounded
from anim.record.steps import step_in, steps_of
from anim.record.tables import PACKED, listed, shown

_DATE = r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?"
_SAMPLES = re.compile(rf"samples_(?P<task>.+?)(?:_(?P<date>{_DATE}))?\.jsonl?(?:\.[a-z0-9]+)?")
# The most bytes of a file of results.
_RESULTS = 1 << 26
# What says which weights a model has, in the order in which it counts.
_WEIGHTS = ("revision", "peft", "delta", "pretrained", "model", "path", "engine")


class Log(NamedTuple):
    """A file of samples.

    Attributes:
        path: of it.
        task, date: in its name; the date is empty if there is none.
        step: that its path does not say, but the results beside it do.
        is_named: whether the user named the file, not a folder that holds it.
    """

    path: Path
    task: str
    date: str
    step: int | None
    is_named: bool


def snapshots_of(
    paths: Sequence[Path], tasks: Sequence[str], say: Callable[[str], None]
) -> dict[Path, dict[str, Path]]:
    """Return the files of each snapshot, by the first of them, and by task.

    A file that is no log of samples is a snapshot of its own, of no task.

    Args:
        paths: files, and folders that hold logs of samples at any depth.
        tasks: names or patterns (``mmlu_*``) of the tasks that are taken, those of a checkpoint as
            one snapshot; empty takes the one task that there is.
        say: called with each line of what is left out.

    Raises:
        SettingError: a folder without logs, several tasks, none of a name, checkpoints with
            different tasks, or logs of one task of which nothing says the step.
    """
    found, plain = [], []
    for path in paths:
        logs = _logs_in(path) if path.is_dir() else list(filter(None, [_log(path, is_named=True)]))
        found += logs
        plain += [] if logs else [path]
    if plain and tasks:
        raise SettingError("task", f"{str(plain[0])!r} is not named as samples of a task")
    found = _of_tasks(found, tasks)
    groups: dict[tuple, dict[str, list[Log]]] = {}
    for log in found:
        at = log.path if log.is_named and not tasks else log.path.parent
        groups.setdefault((at, log.step), {}).setdefault(log.task, []).append(log)
    snapshots = [
        {task: _latest(logs, say) for task, logs in sorted(group.items())}
        for group in groups.values()
    ]
    _check_same_tasks(snapshots)
    return {path: {"": path} for path in plain} | {
        next(iter(files.values())): files for files in snapshots
    }


def is_dated_log(path: Path) -> bool:
    """Return whether a file is named as the harness names its logs, which have a sample a line."""
    match = _SAMPLES.fullmatch(path.name)
    return match is not None and match["date"] is not None


def step_beside(path: Path) -> int | None:
    """Return the step of the weights that results beside a file of samples name.

    None if the path itself says one, or no results of the same date do.
    """
    match = _SAMPLES.fullmatch(path.name)
    if match is None or not is_dated_log(path) or steps_of([path]) != [None]:
        return None
    for results in sorted(path.parent.glob(f"*_{match['date']}.json")):
        if _SAMPLES.fullmatch(results.name):
            continue
        if (step := step_in(results.name)) is not None:
            # --output_path checkpoint-500.json
            return step
        try:
            said = parsed_json(read_bounded(results, _RESULTS))
        except (OSError, ValueError, RecursionError):
            continue
        for name in _weights_in(said):
            if (step := step_in(name)) is not None:
                return step
    return None


def _weights_in(results: object) -> Iterable[str]:
    """Yield what results say of the weights of the model."""
    config = results.get("config") if isinstance(results, dict) else None
    arguments = config.get("model_args") if isinstance(config, dict) else None
    if isinstance(arguments, str):
        pairs = [pair.partition("=") for pair in arguments.split(",")]
        arguments = {name.strip(): value for name, _, value in pairs}
    if isinstance(arguments, dict):
        yield from (str(arguments[name]) for name in _WEIGHTS if name in arguments)
    if isinstance(results, dict):
        yield str(results.get("model_name", ""))


def _log(path: Path, *, is_named: bool) -> Log | None:
    """Return what the name of a file says of its samples; None if it is not named as such."""
    match = _SAMPLES.fullmatch(path.name)
    suffix = path.suffix.lower()
    if match is None or (suffix not in (".json", ".jsonl") and suffix not in PACKED):
        return None
    task, date = match["task"], match["date"] or ""
    if not date and steps_of([task]) != [None]:
        # samples_step_100.jsonl of another program.
        return None
    return Log(path, task, date, step_beside(path), is_named)


def _logs_in(folder: Path) -> list[Log]:
    """Return the logs in a folder, at any depth."""
    files = [path for path in sorted(folder.rglob("samples_*")) if path.is_file()]
    logs = [log for path in files if (log := _log(path, is_named=False)) is not None]
    if not logs:
        problem = f"{str(folder)!r} is a folder without samples_TASK_DATE.jsonl, the logs of "
        raise SettingError(
            "FILE", f"{problem}lm-evaluation-harness (--log_samples); give the files in it"
        )
    return logs


def _of_tasks(logs: Sequence[Log], patterns: Sequence[str]) -> list[Log]:
    """Return the logs of the tasks that are asked for, or of the only one."""
    known = sorted({log.task for log in logs})
    for pattern in patterns:
        if not fnmatch.filter(known, pattern):
            raise SettingError("task", f"expected one of {listed(known)}, got {shown(pattern)}")
    if not patterns and len(known) > 1:
        raise SettingError(
            "task",
            f"expected the samples of one task, got those of {len(known)} ({listed(known)}); "
            f"--task {known[0]} takes one, --task NAME,NAME or 'mmlu_*' several together",
        )
    return [
        log for log in logs if not patterns or any(fnmatch.fnmatch(log.task, p) for p in patterns)
    ]


def _latest(logs: Sequence[Log], say: Callable[[str], None]) -> Path:
    """Return the latest of the logs of one task of one checkpoint."""
    logs = sorted(logs, key=lambda log: log.date)
    last = logs[-1]
    if len(logs) > 1:
        if last.step is None and steps_of([last.path]) == [None]:
            raise SettingError(
                "FILE",
                f"{str(last.path.parent)!r} holds {len(logs)} logs of task {shown(last.task)}, and "
                "nothing says their steps: give those of each checkpoint in a folder such as "
                "step1000/, or the file of one",
            )
        say(f"{last.path}: the latest of {len(logs)} logs of task {last.task}")
    return last.path


def _check_same_tasks(snapshots: Sequence[dict[str, Path]]) -> None:
    """Raise SettingError unless all checkpoints have the same tasks."""
    for files in snapshots[1:]:
        for some, others in ((files, snapshots[0]), (snapshots[0], files)):
            if lacking := sorted(some.keys() - others.keys()):
                here, there = (next(iter(one.values())).parent for one in (others, some))
                problem = f"{str(here)!r} has no samples of task {shown(lacking[0])}"
                raise SettingError("task", f"{problem}, {str(there)!r} has")
