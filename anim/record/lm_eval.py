"""Samples that lm-evaluation-harness logs: choices with log-likelihoods, and the right one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

import pyarrow as pa

from anim.errors import SettingError
from anim.record.tables import Table, shown, table_of

# Members in which documents of common tasks list the texts of their choices.
_CHOICES = ("choices", "options", "endings")


def is_lm_eval(records: Sequence[Mapping]) -> bool:
    """Return whether the first record is a sample of lm-evaluation-harness."""
    members = records[0].keys() if records else ()
    return "target" in members and ("filtered_resps" in members or "resps" in members)


def table_of_choices(source: str, records: Sequence[Mapping], place: Callable[[int], str]) -> Table:
    """Return the table of samples: ``label`` and ``logits``, a log-likelihood for each choice.

    The log-likelihoods of the choices are logits: their softmax is the probability of each choice,
    given that it is one of them.

    Raises:
        SettingError: generated answers, choices that differ in number, or log-likelihoods that are
            not finite.
    """

    def refuse(row: int, problem: str) -> NoReturn:
        raise SettingError("FILE", f"{source!r}: {place(row)}: {problem}")

    labels, logits = [], []
    for row, record in enumerate(records):
        found = _log_likelihoods(record)
        if found is None:
            refuse(row, "expected log-likelihoods of choices in filtered_resps or resps")
        if not all(map(math.isfinite, found)):
            refuse(row, "expected finite log-likelihoods, got one that is not")
        if logits and len(found) != len(logits[0]):
            refuse(
                row,
                f"expected {len(logits[0])} choices as in the first sample, got {len(found)}; "
                "classes must be the same for all, so keep the samples with one number of choices",
            )
        label = _target(record, len(found))
        if label is None:
            problem = f"expected the number or text of a choice, got {shown(record.get('target'))}"
            refuse(row, f"target: {problem}")
        best = max(found)
        is_right = found[label] == best
        if record.get("acc") in (0, 1) and found.count(best) == 1 and is_right != record["acc"]:
            refuse(
                row,
                f"target: choice {label} is {'' if is_right else 'not '}the likeliest, "
                f"but acc says {record['acc']:g}",
            )
        labels.append(label)
        logits.append(found)
    if len({str(record.get("filter")) for record in records}) > 1:
        refuse(0, "expected the samples of one filter, got several; keep those of one")
    columns = {"label": pa.array(labels, pa.int64()), "logits": pa.array(logits)}
    return table_of(source, pa.table(columns), place)


def _log_likelihoods(record: Mapping) -> list[float] | None:
    """Return the log-likelihood of each choice; None if answers were generated."""
    answers = record.get("filtered_resps") or record.get("resps")
    if not isinstance(answers, list) or len(answers) < 2:
        return None
    found = []
    for answer in answers:
        # Each is [log-likelihood, whether it is the greedy answer], within one more list in resps.
        while isinstance(answer, list) and len(answer) == 1:
            (answer,) = answer
        if not isinstance(answer, list) or len(answer) != 2:
            return None
        try:
            found.append(float(answer[0]))
        except (TypeError, ValueError):
            return None
    return found


def _target(record: Mapping, choices: int) -> int | None:
    """Return the number of the right choice, which is said as a number or as a text."""
    target = record["target"]
    text = str(target).strip()
    texts = _texts(record, choices)
    if isinstance(target, str) and texts.count(text) == 1:
        return texts.index(text)
    is_number = not isinstance(target, bool) and text.isdecimal() and len(text) < 9
    return int(text) if is_number and int(text) < choices else None


def _texts(record: Mapping, choices: int) -> list[str]:
    """Return the texts of the choices, from the requests or the document; [] without."""
    requests = record.get("arguments")
    if isinstance(requests, Mapping):
        requests = [
            [one.get("arg_0"), one.get("arg_1")]
            for one in requests.values()
            if isinstance(one, Mapping)
        ]
    if isinstance(requests, list) and len(requests) == choices:
        pairs = [one for one in requests if isinstance(one, list) and len(one) > 1]
        texts = [str(one[1]).strip() for one in pairs]
        if len(texts) == choices:
            return texts
    document = record.get("doc")
    if isinstance(document, Mapping):
        for name in _CHOICES:
            listed = document.get(name)
            if isinstance(listed, list) and len(listed) == choices:
                return [str(one).strip() for one in listed]
    return []
