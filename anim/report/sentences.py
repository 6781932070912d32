"""What the errors of a run say, in a sentence or two."""

from __future__ import annotations

import math
from collections.abc import Mapping

from anim.metrics import ALARM, CHANCE, GAP, P_VALUE, SCORE_P_VALUE
from anim.report.printing import RECALIBRATED
from anim.settings import TEMPERATURE


def verdict(row: Mapping[str, float], examples: int) -> str:
    """Return what a row of `report` says, in a sentence or two.

    Args:
        row: of `report`.
        examples: N, the number of examples it was computed from.
    """
    # Imported here, as --help does without it.
    from anim.panels.verdict import verdict_of

    accuracy, gap, ece = row["accuracy"], row[GAP], row["ece"]
    if math.isnan(accuracy):
        return f"The snapshot at step {row['step']} cannot be read."
    chance, p_value = row[CHANCE], row[P_VALUE]
    direction = verdict_of(gap, ece, p_value, examples).text
    text = (
        f"At step {row['step']} the model says {100 * (accuracy + gap):.1f} % on average and is "
        f"right in {100 * accuracy:.1f} % of the cases: it is {direction}. "
    )
    is_larger = p_value <= ALARM
    text += (
        f"Its ECE of {ece:.3f} is {'' if is_larger else 'no '}larger than chance "
        f"allows a calibrated model ({chance:.3f} on average, p = {p_value:.3f}). Without chance "
        f"it is between {row['ece_low']:.3f} and {row['ece_high']:.3f} (95 % interval)."
    )
    return text + _of_scores(row) + _of_recalibration(row)


def _of_scores(row: Mapping[str, float]) -> str:
    """Return that the scores of two classes are off, although the ECE is not."""
    p_value = row.get(SCORE_P_VALUE, math.nan)
    # The second test of the same model is stricter, so that the first one's level hardly grows.
    if row[P_VALUE] <= ALARM or not p_value <= ALARM / 5:
        return ""
    return (
        " But its scores are not calibrated: errors of scores below and above 0.5 cancel in the "
        f"ECE, in bins of the score they do not (p = {p_value:.3f})."
    )


def _of_recalibration(row: Mapping[str, float]) -> str:
    """Return what the recalibration changes; nothing without one."""
    ece = row.get(f"{RECALIBRATED}ece", math.nan)
    if math.isnan(ece):
        return ""
    temperature = row.get(f"{RECALIBRATED}{TEMPERATURE}")
    subject = "Recalibration" if temperature is None else f"A temperature of {temperature:.2f}"
    if row[f"{RECALIBRATED}ece_high"] < row["ece_low"]:
        return f" {subject} reduces the ECE to {ece:.3f}."
    if row[f"{RECALIBRATED}ece_low"] > row["ece_high"]:
        return f" {subject} increases the ECE to {ece:.3f}."
    return f" {subject} makes the ECE {ece:.3f}, a change that chance may explain."
