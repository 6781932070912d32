"""Which choice of a sample of lm-evaluation-harness is right: its target, read in one way."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

from anim.record.tables import shown

# How a list of one is logged.
_LISTED = re.compile(r"\[\s*(['\"]?)([^,]*)\1\s*\]")
_LETTER = re.compile(r"\(?([A-Z])[).]?")


class Sample(NamedTuple):
    """What a record says of its choices.

    Attributes:
        values: a log-likelihood for each choice.
        texts: of the choices; empty if they are not known.
        target: as it was logged.
        accuracy: as it was logged: whether the likeliest choice is right; None if it was not.
    """

    values: list[float]
    texts: list[str]
    target: Any
    accuracy: Any

    @property
    def likeliest(self) -> int:
        """The choice that the harness takes as the answer, the first one among equals."""
        return self.values.index(max(self.values))


def labels_of(
    samples: Sequence[Sample], refuse: Callable[[int, str], NoReturn]
) -> tuple[list[int], str]:
    """Return the number of the right choice of each sample, and how that was found.

    Targets are logged as texts, whatever they were: all of a file are read in one way, as texts
    of choices, as numbers or as letters, in which each is a choice and none contradicts the
    accuracy. Where a target is the same text for both of two choices, such as the end of a sentence
    of Winogrande, the accuracy says which is right.

    Args:
        samples: of one task; not empty.
        refuse: raises an error about one of them.
    """
    for row, sample in enumerate(samples):
        if isinstance(sample.target, list) and len(sample.target) != 1:
            refuse(row, f"target: expected one right choice, got {shown(sample.target)}")
        if sample.accuracy is not None and sample.accuracy not in (0, 1):
            problem = f"acc: expected 0 or 1, got {shown(sample.accuracy)}"
            refuse(row, f"{problem}: several choices may be right, which is not read")
    found: dict[str, list[int]] = {}
    faults = []
    for how, read in _READINGS.items():
        labels = [read(sample) for sample in samples]
        fault = next((i for i, one in enumerate(samples) if _problem(one, labels[i])), None)
        if fault is None:
            found[how] = [label for label in labels if label is not None]
        else:
            faults.append((fault, labels[fault]))
    if not found:
        if all(map(_only_accuracy_says, samples)):
            by_accuracy = [one.likeliest if one.accuracy else 1 - one.likeliest for one in samples]
            return by_accuracy, "found by acc, as it is no choice of its own"
        row, label = max(faults, key=lambda fault: (fault[0], fault[1] is not None))
        refuse(row, _problem(samples[row], label))
    (how, labels), *others = found.items()
    for other, differing in others:
        for row, (one, two) in enumerate(zip(labels, differing, strict=True)):
            if one != two:
                target = shown(samples[row].target)
                problem = f"target: {target} is choice {one} {how}, and choice {two} {other}"
                refuse(row, f"{problem}; log acc with the samples, which tells")
    return labels, how


def _problem(sample: Sample, label: int | None) -> str:
    """Return what is wrong with a label; nothing if it may be."""
    if label is None:
        expected = "expected the number or text of a choice"
        return f"target: {expected}, got {shown(sample.target)}"
    best = max(sample.values)
    if sample.values[label] == float("-inf"):
        return f"target: choice {label} is right, but its log-likelihood is -inf"
    is_right = sample.values[label] == best
    if sample.accuracy is None or sample.values.count(best) > 1 or is_right == sample.accuracy:
        return ""
    likeliest = f"choice {label} is {'' if is_right else 'not '}the likeliest"
    return f"target: {likeliest}, but acc says {sample.accuracy:g}"


def _only_accuracy_says(sample: Sample) -> bool:
    is_read = any(read(sample) is not None for read in _READINGS.values())
    return len(sample.values) == 2 and sample.accuracy is not None and not is_read


def _said(sample: Sample) -> Any:
    target = sample.target[0] if isinstance(sample.target, list) else sample.target
    is_list = isinstance(target, str) and target.strip() not in sample.texts
    match = _LISTED.fullmatch(target.strip()) if is_list else None
    return target if match is None else match[2]


def _by_text(sample: Sample) -> int | None:
    target = _said(sample)
    if not isinstance(target, str) or sample.texts.count(target.strip()) != 1:
        return None
    return sample.texts.index(target.strip())


def _by_number(sample: Sample) -> int | None:
    target = _said(sample)
    text = str(target).strip()
    if isinstance(target, bool) or not text.isascii() or not text.isdecimal() or len(text) > 8:
        return None
    return int(text) if int(text) < len(sample.values) else None


def _by_letter(sample: Sample) -> int | None:
    target = _said(sample)
    match = _LETTER.fullmatch(target.strip()) if isinstance(target, str) else None
    place = -1 if match is None else ord(match[1]) - ord("A")
    return place if 0 <= place < len(sample.values) else None


# How a target names a choice, and what finds it.
_READINGS: dict[str, Callable[[Sample], int | None]] = {
    "the text of a choice": _by_text,
    "the number of a choice": _by_number,
    "the letter of a choice": _by_letter,
}
