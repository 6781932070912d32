"""The ids of examples among the arrays of an ``.npz`` file."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from anim.record.cells import key_of
from anim.record.names import ID, plain
from anim.record.spelling import words

# Arrays of these names are rather the inputs.
_INPUTS = words("image img example sample")
# Names that hold nothing else.
_CERTAIN = re.compile(r"(?:.*_)?(?:ids?|idx|uid|uuid|guid)")


def name_of_ids(names: Sequence[str]) -> str | None:
    """Return the name of the array of ids; None if there is none.

    Args:
        names: of arrays that are not taken for anything else.
    """
    known = [name for name in ID if name not in _INPUTS]
    places = {one: place for place, one in reversed([*enumerate(known)])}
    found = [name for name in names if _singular(name, places) in places]
    return min(found, key=lambda name: places[_singular(name, places)], default=None)


def _singular(name: str, known: dict[str, int]) -> str:
    own = plain(name)
    return own if own in known else own.removesuffix("s")


def ids_of(
    name: str, values: np.ndarray, examples: int, steps: Sequence[int | None]
) -> tuple[str, ...] | None:
    """Return N ids as texts, integers without zeros around them; None if these are no ids.

    Args:
        name: of the array.
        values: [N], or [S, N] of each step.
        examples: N.
        steps: S of them.

    Raises:
        ValueError: an array that is named ids is of another shape or dtype, or of other ids at
            another step.
    """
    if values.shape == (len(steps), examples) and values.ndim == 2:
        differ = (values != values[0]).any(1)
        if differ.any():
            at = steps[int(differ.argmax())]
            raise ValueError(
                f"{name}: expected the same at every step, got others at step {at}; "
                "save examples in one order"
            )
        values = values[0]
    is_float = values.dtype.kind == "f" and bool((values == np.round(values)).all())
    values = values.astype(np.int64) if is_float else values
    if values.reshape(-1).shape != (examples,) or values.dtype.kind not in "USiu":
        if _CERTAIN.fullmatch(plain(name)) is None:
            return None
        raise ValueError(
            f"{name}: expected integers or texts of shape [{examples}], one for each example, got "
            f"{values.dtype} of shape {list(values.shape)}; leave it out if these are no ids"
        )
    return tuple(key_of(str(one)) for one in values.reshape(-1).tolist())
