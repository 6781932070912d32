"""What processes that record together must have in common."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from anim.errors import SettingError
from anim.settings import value_text


def check_same(offers: Sequence[Mapping]) -> None:
    """Raise SettingError unless all processes made their recorders alike."""
    for rank, offer in enumerate(offers):
        for name, value in offers[0].items():
            if offer.get(name) != value:
                problem = f"expected the same in all processes, got {value_text(offer.get(name))}"
                problem += f" in process {rank}, and {value_text(value)} in process 0"
                raise SettingError(name, problem)


def digest(classes: Sequence[str]) -> str:
    """Return a short text that stands for the names of classes."""
    text = json.dumps(list(classes)).encode()
    return f"{len(classes)} names ({hashlib.sha256(text).hexdigest()[:8]})"
