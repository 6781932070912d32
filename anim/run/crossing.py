"""Groups by one grouping, or by several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from anim.errors import SettingError
from anim.run.examples import Groups
from anim.settings import one_of, value_text
from anim.settings.parsing import names_of

# Between the names of the groups that an example is in.
_AND = ", "


def groups_by(groupings: Mapping[str, Groups], name: str | Sequence[str] | None) -> Groups:
    """Return the groups that have an example.

    Args:
        groupings: all that there are.
        name: one of them, or several that are crossed; None takes the only one.

    Raises:
        SettingError: there is none of that name, or not only one.
    """
    if not groupings:
        raise SettingError("by", "this run has no groups; record them with anim.Recorder(groups=)")
    if name is None and len(groupings) > 1:
        raise SettingError("by", f"expected one of {_AND.join(groupings)}, or several, got none")
    names = list(groupings) if name is None else names_of(name)
    if isinstance(name, str) and name in groupings:
        # It may have a comma in it.
        names = [name]
    for one in names:
        one_of("by", one, groupings)
    if not names or len(set(names)) < len(names):
        raise SettingError("by", f"expected groupings, each once, got {value_text(names)}")
    return _crossed([groupings[one] for one in names])


def _crossed(groupings: Sequence[Groups]) -> Groups:
    """Return the groups that examples have in common that are alike in each of the groupings."""
    codes = np.stack([one.codes for one in groupings])
    pairs, inverse = np.unique(codes, axis=1, return_inverse=True)
    names = tuple(
        _AND.join(one.names[code] for one, code in zip(groupings, pair, strict=True))
        for pair in pairs.T
    )
    for i, name in enumerate(names):
        if name in names[:i]:
            raise SettingError("by", f"two groups are called {name!r}; give them other names")
    return Groups(names, inverse.reshape(-1).astype(np.int32))
