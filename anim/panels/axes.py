"""Axes: limits, and round numbers beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

# A place in [0, 1] of an axis, and what is written there.
Tick = tuple[float, str]

_LEADS = (1, 2, 2.5, 5, 10)
# Distance of the lowest score to the next tick, as a share of the axis, below which it has none.
_NEAR = 0.06
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
THIN_SPACE, NO_BREAK_SPACE = "\u2009", "\u00a0"


@dataclass(frozen=True)
class Axis:
    """Where values stand on an axis.

    Attributes:
        low, high: the values at its ends.
        ticks: places and texts, in any order.
        is_log: whether equal ratios are equally far apart.
        power: texts of ticks are values divided by 10 to this power.
    """

    low: float
    high: float
    ticks: tuple[Tick, ...] = ()
    is_log: bool = False
    power: int = 0

    def place(self, values: ArrayLike) -> np.ndarray:
        """Return places of values of any shape: 0 at the low end, 1 at the high one."""
        low, high, values = self.low, self.high, np.asarray(values, float)
        if self.is_log:
            low, high, values = np.log(low), np.log(high), np.log(values)
        return (values - low) / (high - low)

    @property
    def factor(self) -> str:
        """What follows a name beside the axis: the power of ten that its numbers lack."""
        return f" ×10{str(self.power).translate(_RAISED)}" if self.power else ""


def round_numbers(low: float, high: float, most: float, *, whole: bool = False) -> np.ndarray:
    """Return round numbers from ``low`` to ``high``, about ``most`` of them, evenly spaced.

    Args:
        low, high: the range.
        most: how many steps between them at most.
        whole: whether they must be integers.
    """
    rough = (high - low) / max(most, 1) or 1.0
    power = 10.0 ** np.floor(np.log10(rough))
    leads = [lead for lead in _LEADS if not whole or lead * power == int(lead * power)]
    if whole and power < 1:
        step = 1.0
    else:
        step = next((one for one in leads if one * power >= rough * (1 - 1e-9)), 10) * power
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    # There is no negative zero.
    return np.arange(first, last + 1) * step + 0.0


def grouped(value: float) -> str:
    """Return a whole number with thin spaces between groups of three digits."""
    return f"{value:,.0f}".replace(",", THIN_SPACE)


def grouped_together(values: Sequence[float]) -> list[str]:
    """Return whole numbers of one axis: grouped, or in millions or thousands of millions.

    These have at most two decimals, or none of the numbers is shortened.
    """
    largest = max(map(abs, values), default=0)
    for unit, name in ((1_000_000_000, "B"), (1_000_000, "M")):
        if largest >= unit and all(round(value) % (unit // 100) == 0 for value in values):
            return [f"{value / unit:g}{name}" if value else "0" for value in values]
    return [grouped(value) for value in values]


def rounded_count(count: float) -> str:
    """Return a whole number in few digits: from ten thousand on in thousands, or in millions."""
    for unit, name in ((1_000_000, "M"), (1000, "k")):
        if count >= 10 * unit:
            return f"{count / unit:.0f}{name}"
    return grouped(count)


def plain(value: float) -> str:
    """Return a number with as many digits as it needs."""
    return f"{value:g}"


def percents_up_to(high: float) -> Callable[[float], str]:
    """Return what writes a share as `percent_mark` does, with the sign at the end of an axis."""

    def write(value: float) -> str:
        text = percent_mark(value)
        is_last = value < 1 and abs(value - high) < 1e-9
        return f"{text}{NO_BREAK_SPACE}%" if is_last else text

    return write


def share_axis(low: float, is_percent: bool, most: int) -> Axis:
    """Return an axis of shares or scores from ``low`` up to 1.

    Args:
        low: its lower end.
        is_percent: whether numbers are percents, the last one with its sign.
        most: how many steps there is room for.
    """
    steps = [step for step in (0.25, 0.5, 1.0) if (1 - low) / step <= most] or [1.0]
    if low >= 0.5 and most >= (1 - low) / 0.1:
        steps = [0.1]
    values = np.arange(0, 1 + steps[0] / 2, steps[0])
    values = values[values > low + _NEAR * (1 - low)]
    values = np.append([low], values) if low or 0 not in values else values
    text = percent_mark if is_percent else plain
    ticks = tuple(((value - low) / (1 - low), text(float(round(value, 4)))) for value in values)
    return Axis(low, 1.0, ticks)


def percent_mark(value: float) -> str:
    """Return a share as a number of percents; the whole with the sign."""
    text = f"{100 * value:.3g}"
    return f"{text}{NO_BREAK_SPACE}%" if value >= 1 else text


def linear_axis(
    low: float, high: float, most: int, text: Callable[[float], str] | None = None
) -> Axis:
    """Return a linear axis with round numbers, written without a common power of ten.

    Args:
        low, high: its limits.
        most: how many numbers there is room for.
        text: writes a number; None lets the axis choose.
    """
    largest = max(abs(low), abs(high))
    is_plain = text is not None or 0.05 <= largest < 1000
    power = 0 if is_plain else int(np.floor(np.log10(largest)))
    write = text or (lambda value: plain(value / 10.0**power))
    axis = Axis(low, high, power=power)
    numbers = round_numbers(low, high, most)
    ticks = [(float(axis.place(one)), write(float(one) + 0.0)) for one in numbers]
    return Axis(low, high, tuple(ticks), power=power)


def binary_axis(low: float, high: float, most: int) -> Axis:
    """Return a logarithmic axis with ticks at powers of 2, at most about ``most`` of them."""
    axis = Axis(low, high, is_log=True)
    first, last = np.log2([low, high])
    step = max(1, int(np.ceil((last - first) / most)))
    powers = step * np.arange(np.ceil(first / step), np.floor(last / step) + 1)
    ticks = [(float(axis.place(2.0**one)), plain(2.0**one)) for one in powers]
    return Axis(low, high, tuple(ticks), is_log=True)


def time_ticks(
    place: Callable[[np.ndarray], np.ndarray], first: float, last: float, most: int
) -> tuple[Tick, ...]:
    """Return ticks at whole numbers of a time axis that do not run into each other.

    Args:
        place: returns places in [0, 1] of numbers [T].
        first, last: the numbers at its ends.
        most: how many there is room for.
    """
    values = round_numbers(first, last, most, whole=True)
    apart = 0.6 / max(most, 1)
    if len(values) < 2 or np.any(np.diff(place(values)) < apart):
        tens = 10.0 ** np.arange(0, np.ceil(np.log10(max(last - first, 1))) + 1)
        values = np.unique([first, *(first + tens), last])
    places = place(values)
    inside = [i for i in np.argsort(-places) if -1e-9 <= places[i] <= 1 + 1e-9]
    kept: list[int] = []
    # The ends come first: the others are left out where they have no room beside them.
    for i in (*inside[:1], *inside[-1:], *inside[1:-1]):
        if all(abs(places[other] - places[i]) >= apart for other in kept):
            kept.append(int(i))
    texts = grouped_together(values[sorted(kept)].tolist())
    return tuple((float(places[i]), text) for i, text in zip(sorted(kept), texts, strict=True))


def spread_apart(places: Sequence[float], distance: float) -> list[float]:
    """Return places near those given, in [0, 1], at least ``distance`` apart if there is room."""
    order = np.argsort(places, kind="stable")
    found = np.asarray(places, float)[order]
    for i in range(1, len(found)):
        found[i] = max(found[i], found[i - 1] + distance)
    room = 1 - distance * np.arange(len(found))[::-1]
    found = np.maximum(np.minimum(found, room), np.arange(len(found)) * distance)
    result = np.empty_like(found)
    result[order] = found
    return result.tolist()
