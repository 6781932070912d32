"""Names of views for help, without the JAX that views compute with.

The views themselves are in `anim.calibration.views`.
"""

from __future__ import annotations

# With more classes than this, no reader looks through a view of each.
MOST_CLASSES = 12
# What shows a panel of each class, side by side, instead of one view.
CLASSES = "classes"
# The classes of examples that have each of several labels, or not.
SEVERAL = ("no", "yes")
# Of fewer examples a bin says little: there is one for each of this many, within limits.
EXAMPLES_A_BIN = 25
# The limits of `anim.calibration.views.VIEWS`, for help.
BINS_IN_WORDS = "an even number from 6 to 40 for the score view, else 5 to 20"

# The patterns of `anim.calibration.views.VIEWS`, and what the scores of each are, for help.
VIEW_PHRASES = {
    "score": "of class 1 of two",
    "confidence": "of the predicted class",
    "top:k": "of the k likeliest classes together",
    "class:NAME": "",
    "pooled": "of all labels, where examples have several",
    "label:NAME": "",
}


def views_in_words() -> str:
    """Return the names of all views and what their scores are, for help."""
    names = (f"{name} ({of})" if of else name for name, of in VIEW_PHRASES.items())
    panels = f"{CLASSES} (a panel for each class, of many for the worst {MOST_CLASSES})"
    return f"{', '.join(names)} or {panels}"
