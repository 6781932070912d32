"""What processes that record together must have in common."""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Mapping, Sequence

from anim.errors import SettingError
from anim.settings import value_text


def check_same(offers: Sequence[Mapping]) -> None:
    """Raise SettingError unless all processes made their recorders alike."""
    for rank, offer in enumerate(offers):
        for name, value in offers[0].items():
            # A step is none of True and False, which are 1 and 0.
            if (type(offer.get(name)), offer.get(name)) != (type(value), value):
                problem = f"expected the same in all processes, got {value_text(offer.get(name))}"
                problem += f" in process {rank}, and {value_text(value)} in process 0"
                raise SettingError(name, problem)


def offered(classes: Sequence[str] | None, resume: bool | int, overwrite: bool) -> dict:
    """Return what a process says of how its recorder was made, as JSON.

    Args:
        classes: K names, or None.
        resume, overwrite: as for `anim.Recorder`; a step may be an integer of NumPy or JAX.
    """
    after = resume if isinstance(resume, bool) else operator.index(resume)
    named = None if classes is None else _digest(classes)
    return {"classes": named, "resume": after, "overwrite": bool(overwrite)}


def _digest(classes: Sequence[str]) -> str:
    """Return a short text that stands for the names of classes."""
    text = json.dumps(list(classes)).encode()
    return f"{len(classes)} names ({hashlib.sha256(text).hexdigest()[:8]})"
