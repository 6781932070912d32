"""The errors of a run at a few steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anim.errors import SettingError
from anim.metrics import names_of
from anim.report.printing import RECALIBRATED
from anim.run import Run
from anim.run.dividing import together
from anim.run.recalibration import calibrate as recalibrate
from anim.settings import TEMPERATURE, Statistics

Row = dict[str, float]

# About this many steps are reported by default.
_ROWS = 6


def report(
    run: Run,
    at: Sequence[int] | None = None,
    calibrate: str | None = None,
    held_out: float | None = None,
) -> list[Row]:
    """Return the errors of a run at some of its steps.

    If all processes of `jax.distributed` call this at about the same time, each of them reads some
    of the snapshots.

    Args:
        run: the run.
        at: steps; each takes the snapshot at it or the last one before. None takes about six,
            evenly from the first to the last.
        calibrate: one of `anim.settings.RECALIBRATIONS`, fitted on some of the examples; all
            numbers are then computed on the other examples.
        held_out: share of the examples to fit on; None takes a half.

    Returns:
        For each step a mapping: ``step``, what `anim.Run.errors` has, and with a recalibration
        ``recalibrated_ece``, ``recalibrated_nll``, ..., ``recalibrated_temperature``. NaN where a
        value is missing.

    Raises:
        TypeError: not a run.
        SettingError: a step outside the run, or a recalibration that it cannot have.
    """
    if not isinstance(run, Run):
        raise TypeError(f"run: expected an anim.Run, got {type(run).__name__}")
    settings = Statistics(calibrate=calibrate, held_out=held_out)
    chosen = run.only(indices_of(run, at))
    recalibrated = None
    if calibrate is not None:
        chosen, recalibrated = recalibrate(chosen, calibrate, settings.held_out_share)
    with together():
        columns = columns_of(chosen, recalibrated, calibrate)
    return [
        {name: values[i].item() for name, values in columns.items()} for i in range(len(chosen))
    ]


def columns_of(run: Run, recalibrated: Run | None, calibrate: str | None) -> dict[str, np.ndarray]:
    """Return the values [S] of rows of a report, by name.

    Args:
        run: the run.
        recalibrated: the same run after a recalibration, if there is one.
        calibrate: its method.
    """
    columns = {**run.errors(), "step": run.steps}
    if calibrate is not None and recalibrated is not None:
        columns |= _recalibrated(recalibrated, calibrate)
    return columns


def _recalibrated(run: Run, method: str) -> dict[str, np.ndarray]:
    """Return the metrics of a recalibrated run, and the series that its method gave it."""
    found = run.metrics()
    low, high = run.error_interval()
    found |= {"ece_low": low, "ece_high": high}
    names = [*names_of("metrics", run.has_scores), "ece_low", "ece_high"]
    # A recorded scalar may have the name of a method that adds no series.
    if method == TEMPERATURE:
        names += [name for name in found if name.partition(":")[0] == TEMPERATURE]
    return {f"{RECALIBRATED}{name}": found[name] for name in names}


def indices_of(run: Run, at: Sequence[int] | None) -> np.ndarray:
    """Return the indices of snapshots at steps, or of about six; see `report`."""
    if at is None:
        return np.unique(np.linspace(0, len(run) - 1, _ROWS).round().astype(int))
    first, last = run.steps[0], run.steps[-1]
    for step in at:
        if not first <= step <= last:
            raise SettingError("at", f"expected steps from {first} to {last}, got {step}")
    return np.unique(np.searchsorted(run.steps, at, side="right") - 1)
