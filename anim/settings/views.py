"""Names of views for help, and what a view calls its hits: without the JAX that views compute with.

The views themselves are in `anim.calibration.views`.
"""

from __future__ import annotations

from typing import NamedTuple

# The patterns of `anim.calibration.views.VIEWS`, and what the scores of each are, for help.
VIEW_PHRASES = {
    "score": "of class 1 of two",
    "confidence": "of the predicted class",
    "class:NAME": "",
}


class HitWords(NamedTuple):
    """What a view calls its hits; the defaults are those of right predictions.

    Attributes:
        hit, miss: examples that are hits, and the others.
        share: the share of hits, in a legend.
        axis: the share of hits, at the y axis.
    """

    hit: str = "correct"
    miss: str = "wrong"
    share: str = "accuracy"
    axis: str = "accuracy"


def views_in_words() -> str:
    """Return the names of all views and what their scores are, for help."""
    *first, last = (f"{name} ({of})" if of else name for name, of in VIEW_PHRASES.items())
    return f"{', '.join(first)} or {last}"
