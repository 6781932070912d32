"""Scales of a strip's y axis: its limits, its ticks, and the name with a power of ten if needed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from anim.scene.stage import Stage
from anim.settings.panels import LOG2, UNIT, ZERO_BASED

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NUMBERS = 4
# Of a logarithmic axis, limits at least this far apart.
_LOW, _HIGH = 0.8, 1.25

# Takes the stage, the axes, their title and all finite values [V]; returns what to write beside the
# axis.
Scale = Callable[[Stage, Axes, str, np.ndarray], str]


def unit(stage: Stage, axes: Axes, title: str, values: np.ndarray) -> str:
    """Scale up to 1, from the tenth below the values."""
    axes.set_ylim(max(0.0, float(np.floor((values.min() - 0.02) * 10) / 10)), 1.0)
    return _graduate(stage, axes, title)


def zero_based(stage: Stage, axes: Axes, title: str, values: np.ndarray) -> str:
    """Scale linearly, with 0 in view."""
    low, high = min(values.min(initial=0.0), 0.0), max(values.max(initial=0.0), 0.0)
    axes.set_ylim(float(low * 1.08), float(high * 1.08) or float(low == 0))
    return _graduate(stage, axes, title)


def log2(stage: Stage, axes: Axes, title: str, values: np.ndarray) -> str:
    """Scale logarithmically, with ticks at powers of 2 and a line at 1."""
    values = np.append(values, [_LOW, _HIGH])
    limits = float(values.min() / 1.15), float(values.max() * 1.15)
    axes.set_yscale("log", base=2)
    axes.set_ylim(*limits)
    low, high = np.log2(limits)
    # Multiples of a step: 1 is always among the powers.
    step = max(1, int(np.ceil((high - low) / stage.numbers_beside(axes, _NUMBERS))))
    powers = step * np.arange(np.ceil(low / step), np.floor(high / step) + 1)
    axes.yaxis.set_major_locator(FixedLocator([float(2.0**power) for power in powers]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    axes.axhline(1, color=stage.theme.muted, linewidth=stage.stroke(1.2))
    return title


SCALES: dict[str, Scale] = {UNIT: unit, ZERO_BASED: zero_based, LOG2: log2}


def _graduate(stage: Stage, axes: Axes, title: str) -> str:
    """Put numbers on a linear axis; return its title, with the power of ten they lack."""
    count = stage.numbers_beside(axes, _NUMBERS)
    axes.yaxis.set_major_locator(MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]))
    power = _power(axes.get_ylim())
    if not power:
        return title
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y / 10.0**power:g}"))
    return f"{title} ×10{str(power).translate(_RAISED)}"


def _power(limits: tuple[float, float]) -> int:
    """Return the power of ten that leaves few digits to numbers up to these."""
    largest = max(map(abs, limits))
    return 0 if 0.05 <= largest < 1000 else int(np.floor(np.log10(largest)))
