"""Samples that lm-evaluation-harness logs: choices with log-likelihoods, and the right one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pyarrow as pa

from anim.errors import SettingError
from anim.record.lm_eval_targets import Sample, labels_of
from anim.record.saved import Saved
from anim.record.schema import Wanted
from anim.record.tables import Table, combined, listed, shown

# Members in which documents of common tasks list the texts of their choices.
_CHOICES = ("choices", "options", "endings")
_ONLY = "only tasks of multiple choice have them, not those that generate text or measure one text"
# Log-likelihoods are at most 0, but for rounding.
_MOST = 1e-3
# Options of columns, which these samples have not.
_COLUMNS = ("label", "pred", "confidence", "correct", "weight", "group", "step", "scores", "ignore")


@dataclass(frozen=True)
class Samples(Table):
    """The table of samples: ``label``, and ``doc_id`` where it is logged.

    Attributes:
        saved: the one snapshot in it.
    """

    saved: Saved = field(kw_only=True)


def is_lm_eval(records: Sequence[Mapping]) -> bool:
    """Return whether the first record is a sample of lm-evaluation-harness."""
    members = records[0].keys() if records else ()
    return "target" in members and ("filtered_resps" in members or "resps" in members)


def without_contexts(record):
    """Return a sample without what is long, and not read: contexts of its requests."""
    if not isinstance(record, dict) or not is_lm_eval([record]):
        return record
    requests = [["", *request[1:2]] for request in _requests(record)]
    return {**record, "arguments": requests}


def table_of_choices(
    source: str, records: Sequence[Mapping], place: Callable[[int], str]
) -> Samples:
    """Return the samples of a task of multiple choice.

    The log-likelihoods of the choices are logits: their softmax is the probability of each choice,
    given that it is one of them. Choices that a sample has not are -inf.

    Raises:
        SettingError: samples of another kind of task, or of several filters; log-likelihoods that
            are not numbers; targets that are no choice, or contradict the logged accuracy.
    """

    def refuse(row: int, problem: str) -> NoReturn:
        raise SettingError("FILE", f"{source!r}: {place(row)}: {problem}")

    if len({str(record.get("filter")) for record in records}) > 1:
        refuse(0, "expected the samples of one filter, got several; keep those of one")
    samples = []
    for row, record in enumerate(records):
        found = _log_likelihoods(record)
        if isinstance(found, str):
            refuse(row, found)
        texts = _texts(record, len(found))
        accuracy = record.get("acc", record.get("acc,none"))
        samples.append(Sample(found, texts, record.get("target"), accuracy))
    labels, how = labels_of(samples, refuse)
    saved = _saved(source, samples, np.array(labels))
    ids = [record.get("doc_id") for record in records]
    columns = {"label": pa.array(labels, pa.int64())}
    if all(type(one) is int or isinstance(one, str) for one in ids):
        seen: dict[object, int] = {}
        for row, one in enumerate(ids):
            if one in seen:
                twice = f"doc_id {shown(one)} is that of {place(seen[one])}, too"
                refuse(row, f"{twice}; keep one sample of each document")
            seen[one] = row
        saved = replace(saved, ids=tuple(map(str, ids)))
        columns["doc_id"] = pa.array(list(map(str, ids)), pa.string())
    saved = replace(saved, notes=(f"label: target, {how}", *saved.notes))
    types = {name: column.type for name, column in columns.items()}
    return Samples(
        source, types, len(records), lambda name: combined(columns[name]), place, saved=saved
    )


def checked_samples(table: Samples, has_labels: bool, wanted: Wanted) -> Saved:
    """Return the snapshot of samples, if nothing is asked for that they have not.

    Raises:
        SettingError: options of columns, or labels from elsewhere.
    """
    asked = [name for name in _COLUMNS if getattr(wanted, name, None)]
    asked += ["labels"] * has_labels
    if asked:
        problem = (
            f"{table.source!r} holds samples of lm-evaluation-harness, whose members are known"
        )
        raise SettingError(asked[0], f"{problem}; leave the option out")
    return table.saved


def _saved(source: str, samples: Sequence[Sample], labels: np.ndarray) -> Saved:
    """Return the snapshot of samples, with labels [N] that are numbers of choices."""
    counts = [len(sample.values) for sample in samples]
    logits = np.full((len(samples), max(counts)), -np.inf)
    for row, sample in zip(logits, samples, strict=True):
        # float32 has too few digits for the differences of log-likelihoods such as -700.
        row[: len(sample.values)] = np.array(sample.values) - max(sample.values)
    low, high = min(counts), max(counts)
    of_choices = f"{low} choices" if low == high else f"{low} to {high} choices"
    note = f"scores: log-likelihoods of {of_choices} as logits, as for acc, not divided by lengths"
    classes = tuple(map(str, range(high)))
    texts = samples[0].texts
    is_named = len(set(texts)) == high and all(texts) and all(s.texts == texts for s in samples)
    if is_named:
        classes = tuple(texts)
        note += f"; classes {listed(classes)}"
    return Saved(
        Path(source), None, np.array(classes)[labels], {"logits": logits}, classes, True, (note,)
    )


def joined(snapshots: Sequence[Saved], tasks: Sequence[str]) -> Saved:
    """Return the samples of several tasks as one snapshot, with the tasks as groups.

    Ids begin with the task.

    Args:
        snapshots: of each task, with ``logits`` [n, K], labels and classes.
        tasks: their names.
    """
    if len(snapshots) == 1:
        return snapshots[0]
    most = max(one.given["logits"].shape[1] for one in snapshots)
    classes = tuple(map(str, range(most)))
    logits, labels, ids, groups = [], [], [], []
    for one, task in zip(snapshots, tasks, strict=True):
        own = one.given["logits"]
        short = most - own.shape[1]
        logits.append(np.pad(own, ((0, 0), (0, short)), constant_values=-np.inf))
        names, own_labels = one.classes, one.labels
        assert names is not None and own_labels is not None
        labels.append(np.array([classes[names.index(label)] for label in own_labels]))
        ids += [f"{task} {number}" for number in one.ids or range(len(own))]
        groups += [task] * len(own)
    notes = dict.fromkeys(note for one in snapshots for note in one.notes)
    return replace(
        snapshots[0],
        labels=np.concatenate(labels),
        given={"logits": np.concatenate(logits)},
        classes=classes,
        notes=(*notes, f"tasks: {listed(list(tasks))}, together"),
        ids=tuple(ids),
        groups={"task": np.array(groups)},
    )


def _log_likelihoods(record: Mapping) -> list[float] | str:
    """Return the log-likelihood of each choice, or what is wrong with the record."""
    answers = record.get("filtered_resps") or record.get("resps")
    expected = "expected log-likelihoods of choices in filtered_resps or resps"
    if not isinstance(answers, list) or not answers:
        return f"{expected}, got {shown(answers)}; {_ONLY}"
    found = [_value(answer) for answer in answers]
    if None in found or _is_generation(record):
        return (
            f"{expected}, got {shown(answers[found.index(None) if None in found else 0])}; {_ONLY}"
        )
    if len(found) < 2:
        return f"{expected}, got one; {_ONLY}"
    requests = len(_requests(record))
    if requests and requests != len(found):
        return f"expected a log-likelihood for each of {requests} requests, got {len(found)}"
    if "acc_mutual_info" in record and len(found) % 2 == 0:
        # Those of the choices without the question follow.
        found = found[: len(found) // 2]
    values = [value for value in found if value is not None]
    wrong = next((one for one in values if math.isnan(one) or one == math.inf), None)
    if wrong is not None or max(values) == -math.inf:
        got = "-inf for all" if wrong is None else f"{wrong:g}"
        return f"expected numbers as log-likelihoods, -inf of choices that cannot be, got {got}"
    return values


def _value(answer: object) -> float | None:
    """Return a log-likelihood, alone or as [log-likelihood, whether it is the greedy answer]."""
    while isinstance(answer, list) and len(answer) == 1:
        # Each is within one more list in resps.
        (answer,) = answer
    is_pair = isinstance(answer, list) and len(answer) == 2
    value = answer[0] if isinstance(answer, list) and is_pair else answer
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    # A number alone may be an answer, too.
    return None if number > _MOST and number != math.inf and not is_pair else number


def _is_generation(record: Mapping) -> bool:
    """Return whether a request is to generate, with its settings in the place of a choice."""
    return any(isinstance(request[1], Mapping) for request in _requests(record))


def _requests(record: Mapping) -> list[list]:
    """Return the requests of a record, lists of a context and a choice; [] if it has others."""
    requests = record.get("arguments")
    if isinstance(requests, Mapping):
        # Newer logs have {"gen_args_0": {"arg_0": context, "arg_1": choice}, ...}.
        requests = [
            [one.get("arg_0"), one.get("arg_1")]
            for one in requests.values()
            if isinstance(one, Mapping)
        ]
    if not isinstance(requests, list):
        return []
    return [one for one in requests if isinstance(one, list) and len(one) > 1]


def _texts(record: Mapping, choices: int) -> list[str]:
    """Return the texts of the choices, from the requests or the document; [] without."""
    requests = _requests(record)
    if len(requests) >= choices:
        return [str(one[1]).strip() for one in requests[:choices]]
    document = record.get("doc")
    if isinstance(document, Mapping):
        for name in _CHOICES:
            listed_ = document.get(name)
            # ARC has {"text": [...], "label": [...]}.
            listed_ = listed_.get("text") if isinstance(listed_, Mapping) else listed_
            if isinstance(listed_, list) and len(listed_) == choices:
                return [str(one).strip() for one in listed_]
    return []
