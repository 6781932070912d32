"""What is said of a model at its end: whether chance explains its gaps, and which way it errs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anim.metrics import ALARM
from anim.panels.words import OVER, UNDER
from anim.timeline import Track

# An error smaller than this is none: it is written as 0.
_SMALLEST_ERROR = 0.0005


@dataclass(frozen=True)
class Verdict:
    """How a model ends.

    Attributes:
        mark: `UNDER` or `OVER`, or "" where it is neither, or both.
        text: what completes "the model is".
        forms: the same in few words, from longer to shorter ones.
    """

    mark: str
    text: str
    forms: tuple[str, ...]


def verdict_of(
    gap: float,
    error: float,
    p_value: float,
    examples: float,
    stands_out: tuple[bool, bool] | None = None,
) -> Verdict:
    """Return whether a model is calibrated, and in which direction it is not.

    One test decides: 5 % of calibrated models are called miscalibrated.

    Args:
        gap: mean top-label confidence minus accuracy.
        error: the mean distance of bins from where they should be, such as the ECE.
        p_value: from `anim.calibration.error_p_value`, of the same bins.
        examples: N, the number of examples.
        stands_out: whether single bins are further off than chance explains, under-confident ones
            and over-confident ones; None if unknown.
    """
    if not p_value <= ALARM:
        return _no_alarm(error, examples, any(stands_out or ()))
    stands_out = stands_out or (True, True)
    mark, other = (OVER, UNDER) if gap > 0 else (UNDER, OVER)
    # The error is the sum of what is over-confident and what is under-confident, the gap is their
    # difference: the smaller one is more than half of the larger, or more than a third.
    is_balanced, is_mixed = abs(gap) < error / 3, abs(gap) < error / 2
    if not any(stands_out):
        text = "off by more than chance" if is_balanced else f"{mark}-confident"
        forms = (f"{text} as a whole", f"{text} overall")
        whole = f"{text} as a whole, though each bin alone may be chance"
        return Verdict("" if is_balanced else mark, whole, forms)
    if is_balanced and all(stands_out):
        text = "over-confident in some bins and under-confident in others"
        forms = ("over- and under-confident, not by chance", "over- and under-confident")
        return Verdict("", text, (*forms, "both over and under"))
    if is_balanced:
        mark = UNDER if stands_out[0] else OVER
        text = f"{mark}-confident in some bins"
        return Verdict(mark, text, (f"{text}, not by chance", text, f"partly {mark}"))
    text = f"mostly {mark}-confident" if is_mixed else f"{mark}-confident"
    forms = (f"{text}, not by chance", text, *((f"mostly {mark}",) if is_mixed else ()))
    if is_mixed and all(stands_out):
        text += f", and {other}-confident in some bins"
    return Verdict(mark, text, forms)


def _no_alarm(error: float, examples: float, stands_out: bool) -> Verdict:
    noun = "example" if round(examples) == 1 else "examples"
    text = f"calibrated, as far as {examples:,.0f} {noun} can show"
    if stands_out:
        forms = ("most of it may be chance", "most may be chance")
        return Verdict("", f"{text}, but for single bins", forms)
    if error < _SMALLEST_ERROR:
        return Verdict("", text, ("no gap to speak of", "no gap"))
    return Verdict("", text, ("all of it may be chance", "may be chance"))


def ending_of(track: Track) -> tuple[int, Verdict] | None:
    """Return the last snapshot that has a verdict, and the verdict; None if none has.

    A view that counts labels has none: the verdict is on predictions, and the bars are not.
    """
    if track.wrong is None:
        return None
    known = np.flatnonzero(np.isfinite(track.p_values))
    if not len(known):
        return None
    last = int(known[-1])
    gap, error = float(track.says[last] - track.right[last]), float(track.misses[last])
    found = verdict_of(
        gap,
        error,
        float(track.p_values[last]),
        track.examples_at(last),
        (bool(track.stands_out[last, 0]), bool(track.stands_out[last, 1])),
    )
    return last, found
