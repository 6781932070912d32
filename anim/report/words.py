"""What the errors of a run say, in a sentence or two."""

from __future__ import annotations

import math
from collections.abc import Mapping


def verdict(row: Mapping[str, float], examples: int) -> str:
    """What a row of `report` says, in a sentence or two.

    Args:
        row: of `report`.
        examples: N, how many it is of.
    """
    # Not before, since --help needs none of what it imports.
    from anim.compose import words

    accuracy, gap = row["accuracy"], row["gap"]
    if math.isnan(accuracy):
        return f"The snapshot at step {row['step']} cannot be read."
    interval = f"{row['ece_low']:.3f} to {row['ece_high']:.3f}"
    chance = row["ece_if_calibrated"]
    sure = words.verdict(accuracy, gap, examples, row["ece"], chance)
    text = (
        f"At step {row['step']} it is right {100 * accuracy:.1f} % of the time and says "
        f"{100 * (accuracy + gap):.1f} %: {sure}. "
    )
    if row["ece_low"] == 0:
        text += (
            f"Its calibration error of {row['ece']:.3f} cannot be told from the {chance:.3f} "
            "that a calibrated model shows by chance."
        )
    else:
        text += (
            f"Its calibration error of {row['ece']:.3f} ({interval}) is more than the "
            f"{chance:.3f} that a calibrated model shows by chance."
        )
    return text + _of_recalibration(row)


def _of_recalibration(row: Mapping[str, float]) -> str:
    """What the recalibration does, if there is one."""
    recalibrated = row.get("recalibrated_ece", math.nan)
    if math.isnan(recalibrated):
        return ""
    has_one = "recalibrated_temperature" in row
    by = (
        f" A temperature of {row['recalibrated_temperature']:.2f}"
        if has_one
        else " The recalibration"
    )
    if row["recalibrated_ece_high"] < row["ece"]:
        return f"{by} brings it to {recalibrated:.3f}."
    if row["recalibrated_ece_low"] > row["ece"]:
        return f"{by} makes it worse, {recalibrated:.3f}."
    return f"{by} leaves it about where it is, at {recalibrated:.3f}."
