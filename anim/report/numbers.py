"""The errors of a run at a few steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anim.errors import SettingError

_ROWS = 6


def report(
    run, at: Sequence[int] | None = None, calibration: str | None = None, held_out: float = 0.5
) -> list[dict[str, float]]:
    """The errors of a run at some of its steps.

    Args:
        run: an `anim.Run`.
        at: steps; each takes the snapshot at it or the last one before. None takes about six,
            evenly from the first to the last.
        calibration: one of `anim.settings.RECALIBRATIONS`, fitted on some of the examples; all
            numbers are those of the others then.
        held_out: share of the examples that it is fitted on.

    Returns:
        For each step a mapping: ``step``, what `anim.Run.errors` has, and with a recalibration
        ``recalibrated_ece``, ``recalibrated_nll``, ..., ``recalibrated_temperature``. NaN where a
        value is missing.

    Raises:
        TypeError: something else than a run.
        SettingError: a step outside of the run, or a recalibration that it cannot have.
    """
    from anim.run import Run, calibrate

    if not isinstance(run, Run):
        raise TypeError(f"run: expected an anim.Run, got {type(run).__name__}")
    chosen = run.only(_indices(run, at))
    recalibrated = None
    if calibration is not None:
        chosen, recalibrated = calibrate(chosen, calibration, held_out)
    columns = {**chosen.errors(), "step": chosen.steps}
    if recalibrated is not None:
        found = recalibrated.metrics()
        low, high = recalibrated.error_interval()
        found |= {"ece_low": low, "ece_high": high}
        names = ["accuracy", "ece", "ece_low", "ece_high", "nll", "brier"]
        names += [calibration] if calibration in recalibrated.recorded else []
        columns |= {f"recalibrated_{name}": found[name] for name in names}
    return [
        {name: values[i].item() for name, values in columns.items()} for i in range(len(chosen))
    ]


def _indices(run, at: Sequence[int] | None) -> np.ndarray:
    if at is None:
        return np.unique(np.linspace(0, len(run) - 1, _ROWS).round().astype(int))
    first, last = run.steps[0], run.steps[-1]
    for step in at:
        if not first <= step <= last:
            raise SettingError("at", f"expected steps from {first} to {last}, got {step}")
    return np.unique(np.searchsorted(run.steps, at, side="right") - 1)
