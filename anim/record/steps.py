"""The step of a snapshot, out of the name of its file.

A step is the number after a word (``step=500``, ``epoch_10``, ``checkpoint-500/preds.npz``).
Without a word it is the one number in which the names of several files differ. Numbers that mean
something else (decimals, dates, versions, seeds, folds) are never steps.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from pathlib import PurePath

from anim.errors import SettingError
from anim.record.spelling import words

# Words before a step, from the one that says most to the one that says least.
_WORDS = {
    "step": "global[-_ ]?step|step",
    "iteration": "iteration|iter",
    "epoch": "epoch",
    "checkpoint": "checkpoint|ckpt|cp(?=[-_])",
}
# A word starts where letters start, or at a capital (modelEpoch3). A number that goes on as a
# decimal, with a letter (10k, 3f2a) or in groups of thousands (1_000) is none. Keras writes
# "checkpoint.10-0.28".
_START = r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))"
_NUMBER = r"(?P<number>[0-9]++)(?![.,][0-9]|[A-Za-z]|(?<![0-9]{4})(?:_[0-9]{3})+(?![0-9]))"
_NAMED = {
    word: re.compile(f"{_START}(?i:{spelt})[-=_ :{'.' if word == 'checkpoint' else ''}]?{_NUMBER}")
    for word, spelt in _WORDS.items()
}
# max_epoch=100 and warmup_step_10 are settings, not when a snapshot was taken.
_SETTINGS = frozenset(
    words(
        "max min num n total up warmup decay lr log logging every each per accum accumulation "
        "grad patience inference sampling time multi sub micro mini inner of start k horizon "
        "rollout diffusion denoising ddim ddpm"
    )
)
# Words before numbers that are not steps, though only they may differ.
_OTHERS = frozenset(
    words(
        "seed fold run trial v ver version rank split cv part shard replica rep repeat worker "
        "gpu cuda device node client subject subj patient user group class exp experiment "
        "member ensemble batch bs lr wd dim layer head k top size gamma alpha beta temp "
        "temperature scale noise level width depth year month day date job task pid resnet "
        "vgg densenet mobilenet cifar mnist imagenet"
    )
)
# Folders of one run, in which a name may be a number alone: run/1000/.
_RUNS = frozenset(
    words("run trial exp experiment job task resnet vgg densenet mobilenet cifar mnist imagenet")
)
# What one file may be called before a number that is its step.
_PREDICTIONS = frozenset(
    words(
        "p y pred preds prediction predictions prob probs logit logits score scores output "
        "outputs out softmax snapshot snap val valid validation test eval"
    )
)
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}(?P<mark>[-_./]?)(?:0[1-9]|1[0-2])(?P=mark)(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[0-9]{2}){0,3}(?![0-9])"
    r"|(?:0?[1-9]|[12][0-9]|3[01])(?P<sign>[-_.])(?:0?[1-9]|[12][0-9]|3[01])(?P=sign)"
    r"(?:19|20)[0-9]{2}(?![0-9])"
)
# When a file was written, as lm-evaluation-harness names its own.
_TIME = re.compile(
    r"[-_]?(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}(?:\.[0-9]+)?"
)
_NUMBERS = re.compile(r"([0-9]+(?:[.,][0-9]+)*)")
_SUFFIXES = re.compile(r"(?:\.(?:[A-Za-z]+|h5|mp4|bz2|lz4|7z))*$")
# rl_model_10000_steps: the unit may follow the number.
_UNIT = re.compile(r"(?:[-_ ]?(?:steps?|epochs?|iters?|iterations?|updates?))?(?=/|$)", re.I)
# More than a float64 counts exactly.
_LIMIT = 2**53
# Numbers that are all years are not steps.
_YEARS = range(1980, 2050)


def steps_of(paths: Sequence[str | os.PathLike]) -> list[int | None]:
    """Return the steps that the names of files or of their folders say, None for those that do not.

    Args:
        paths: the files of one recording.

    Raises:
        SettingError: names that use different words, steps that restart with each epoch, or a step
            that no training reaches.
    """
    return _steps_and_word(paths)[0]


def step_in(text: str) -> int | None:
    """Return the number after the word that counts most in a text; None without such a word."""
    return next(iter(_named_in(PurePath(text)).values()), None)


def said_of(steps: Sequence[int], paths: Sequence[str | os.PathLike]) -> str:
    """Return the first and last of the steps of a recording, and where they were found.

    Args:
        steps: of the recording, which is not empty.
        paths: the files that it was made of.
    """
    span = f"step {steps[0]}" if len(steps) == 1 else f"steps {steps[0]} to {steps[-1]}"
    named, word = _steps_and_word(paths)
    if sorted(step for step in named if step is not None) != list(steps):
        return span
    how = "the number in which names differ" if word is None else f"the number after {word!r}"
    return f"{span} ({how})" if len(steps) > 1 or word else f"{span} (the number in its name)"


def _steps_and_word(paths: Sequence[str | os.PathLike]) -> tuple[list[int | None], str | None]:
    named = [_named_in(PurePath(path)) for path in paths]
    by_word = {}
    for path, found in zip(paths, named, strict=True):
        if found:
            by_word.setdefault(next(iter(found)), path)
    if len(by_word) > 1:
        told = " and ".join(f"{word!r} in {str(path)!r}" for word, path in by_word.items())
        raise SettingError("FILE", f"expected one word before the steps in names, got {told}")
    if not by_word:
        return _bare(paths), None
    (word,) = by_word
    _check_no_restart(paths, named, word)
    return [found.get(word) for found in named], word


def _named_in(path: PurePath) -> dict[str, int]:
    """Return the numbers after words, the one that counts first: that of the name, or of the
    nearest folder that has one."""
    found: dict[str, int] = {}
    for part in reversed(path.parts):
        for word, pattern in _NAMED.items():
            numbers = {
                _checked(path, match["number"])
                for match in pattern.finditer(part)
                if _last_word(part[: match.start()]) not in _SETTINGS
                and not _is_date(part[match.start("number") :])
            }
            if len(numbers) == 1:
                found.setdefault(word, *numbers)
    return found


def _last_word(text: str) -> str:
    """Return the letters that end a text, in small letters, less what separates words."""
    letters = re.search(r"[A-Za-z]*$", text.rstrip("-_ .=/"))
    return "" if letters is None else letters[0].lower()


def _is_date(text: str) -> bool:
    """Return whether a text starts with a date, or with the seconds of a clock."""
    seconds = re.match(r"1[4-9][0-9]{8}(?:[0-9]{3})?(?![0-9])", text)
    is_clock = seconds is not None and not seconds[0].endswith("000")
    return is_clock or _DATE.match(text) is not None


def _ends_in_date(pieces: Sequence[str], place: int) -> bool:
    """Return whether a number among the pieces of a name belongs to a date, such as 2024-01-02."""
    text, start = "".join(pieces), len("".join(pieces[:place]))
    return any(date.start() <= start < date.end() for date in _DATE.finditer(text))


def _checked(path: PurePath, digits: str) -> int:
    if len(digits.lstrip("0")) > 16 or int(digits) > _LIMIT:
        shown = digits if len(digits) <= 24 else digits[:20] + "..."
        raise SettingError("FILE", f"{str(path)!r}: expected a step below 2**53, got {shown}")
    return int(digits)


def _check_no_restart(paths: Sequence, named: Sequence[dict[str, int]], word: str) -> None:
    """Raise SettingError if the order of steps is not the order of the epochs beside them.

    ``epoch_2_step_50`` after ``epoch_1_step_100`` counts steps within an epoch.
    """
    for other in {name for found in named for name in found if name != word}:
        both = sorted(
            (found[other], found[word], i)
            for i, found in enumerate(named)
            if other in found and word in found
        )
        for (before, low, _), (after, high, i) in itertools.pairwise(both):
            if after > before and high <= low:
                raise SettingError(
                    "FILE",
                    f"{str(paths[i])!r}: expected a {word} after {low}, that of {other} {before}, "
                    f"got {word} {high} at {other} {after}; name files by one of them",
                )


def _bare(paths: Sequence[str | os.PathLike]) -> list[int | None]:
    """Return the number in which names without words differ, at the end of a name or folder.

    All other text must be the same. Of one file, it is a name that is a number, or one that a word
    for predictions precedes.
    """
    nothing: list[int | None] = [None] * len(paths)
    cut = [_NUMBERS.split(_without_suffix(PurePath(path))) for path in paths]
    if len({tuple(pieces[::2]) for pieces in cut}) != 1 or len({_suffix(p) for p in paths}) != 1:
        return nothing
    varies = [i for i in range(1, len(cut[0]), 2) if len({pieces[i] for pieces in cut}) > 1]
    place = varies[0] if len(varies) == 1 else len(cut[0]) - 2
    if len(varies) > 1 or place < 1 or (not varies and len(paths) > 1):
        return nothing
    before, after = "".join(cut[0][:place]), "".join(cut[0][place + 1 :])
    numbers = [pieces[place] for pieces in cut]
    if not _may_be_step(before, after) or not all(text.isdigit() for text in numbers):
        return nothing
    if any(map(_is_date, numbers)) or any(map(_ends_in_date, cut, [place] * len(cut))):
        return nothing
    if len(paths) == 1 and not _says_one_step(before):
        return nothing
    steps = [_checked(PurePath(p), text) for p, text in zip(paths, numbers, strict=True)]
    return nothing if len(steps) > 1 and all(step in _YEARS for step in steps) else list(steps)


def _without_suffix(path: PurePath) -> str:
    return _TIME.sub("", _SUFFIXES.sub("", path.as_posix()))


def _suffix(path: str | os.PathLike) -> str:
    whole = PurePath(path).as_posix()
    return whole[len(_SUFFIXES.sub("", whole)) :]


def _may_be_step(before: str, after: str) -> bool:
    """Return whether a number between two texts is a last part, unsigned, and not of another
    meaning."""
    if not _UNIT.match(after) or re.search(r"(?:^|[-=_ /+])[-+]$", before):
        return False
    # v2, e3 of an exponent, and what goes on in letters and digits, such as a hash.
    adjacent = re.search(r"(?P<digit>[0-9]?)(?P<letters>[A-Za-z]+)$", before)
    if adjacent and (adjacent["digit"] or len(adjacent["letters"]) < 2):
        return False
    word = _last_word(before)
    if before.endswith("/") and word in _RUNS:
        return True
    return word not in _OTHERS and word.removesuffix("s") not in _OTHERS


def _says_one_step(before: str) -> bool:
    """Return whether the number after a text is the step of the only file."""
    return before.endswith("/") or not before or _last_word(before) in _PREDICTIONS
