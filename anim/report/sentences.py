"""What the errors of a run say, in a sentence or two."""

from __future__ import annotations

import math
from collections.abc import Mapping

from anim.metrics import CHANCE, GAP
from anim.report.printing import RECALIBRATED
from anim.settings import TEMPERATURE


def verdict(row: Mapping[str, float], examples: int) -> str:
    """Return what a row of `report` says, in a sentence or two.

    Args:
        row: of `report`.
        examples: N, the number of examples it was computed from.
    """
    # Imported here, as --help does without it.
    from anim.compose import words

    accuracy, gap, ece = row["accuracy"], row[GAP], row["ece"]
    if math.isnan(accuracy):
        return f"The snapshot at step {row['step']} cannot be read."
    chance = row[CHANCE]
    direction = words.verdict(accuracy, gap, examples, ece, chance)
    text = (
        f"At step {row['step']} the model is right in {100 * accuracy:.1f} % of the cases, and its "
        f"mean confidence is {100 * (accuracy + gap):.1f} %: it is {direction}. "
    )
    if row["ece_low"] > 0:
        interval = f"95 % interval {row['ece_low']:.3f} to {row['ece_high']:.3f}"
        text += (
            f"Its calibration error of {ece:.3f} ({interval}) is larger than the {chance:.3f} that "
            "a calibrated model shows by chance."
        )
    else:
        text += (
            f"Its calibration error of {ece:.3f} is no larger than chance allows a calibrated "
            f"model ({chance:.3f} on average), as far as {examples:,} examples can show."
        )
    return text + _of_recalibration(row)


def _of_recalibration(row: Mapping[str, float]) -> str:
    """Return what the recalibration changes; nothing without one."""
    ece = row.get(f"{RECALIBRATED}ece", math.nan)
    if math.isnan(ece):
        return ""
    temperature = row.get(f"{RECALIBRATED}{TEMPERATURE}")
    subject = "Recalibration" if temperature is None else f"A temperature of {temperature:.2f}"
    if row[f"{RECALIBRATED}ece_high"] < row["ece"]:
        return f" {subject} reduces it to {ece:.3f}."
    if row[f"{RECALIBRATED}ece_low"] > row["ece"]:
        return f" {subject} increases it to {ece:.3f}."
    return f" {subject} leaves it about the same, at {ece:.3f}."
