"""How many points a run has, in the words of captions."""

from __future__ import annotations

import numpy as np

from anim.run.examples import LABEL, Examples


def number(count: int) -> str:
    """Return a number as captions write it."""
    return f"{count:,}".replace(",", "\u2009")


def noun_of(examples: Examples) -> str:
    """Return what one of the examples is called: of several labels for each point, one."""
    return "labels" if _is_of_several(examples) else "points"


def points_of(examples: Examples) -> str:
    """Return how many points a caption speaks of, such as "300 validation points".

    Of examples with several labels, "300 validation points with 4 labels each" if all labels of
    each are there, and else the number of labels.
    """
    count = len(examples.labels)
    if not _is_of_several(examples):
        return f"{number(count)} validation points"
    codes = examples.groups[LABEL].codes
    labels = int(codes.max()) + 1
    if count % labels == 0 and (codes.reshape(-1, labels) == np.arange(labels)).all():
        return f"{number(count // labels)} validation points with {labels} labels each"
    return f"{number(count)} validation labels"


def _is_of_several(examples: Examples) -> bool:
    """Return whether examples are of several labels: not all of the same one."""
    if not examples.is_multilabel:
        return False
    codes = examples.groups[LABEL].codes
    return bool(len(codes)) and bool((codes != codes[0]).any())
