"""Examples drawn at random by their positions: the same ones in any order, process and step."""

from __future__ import annotations

import numpy as np

from anim.errors import SettingError
from anim.settings import value_text, whole

# Positions that are looked at first; then twice as many, and so on.
_AT_ONCE = 1 << 16


class Sampling:
    """Draws each example on its own, with one probability.

    Args:
        fraction: the probability, in (0, 1).
        seed: of the draw.

    Raises:
        SettingError: no such probability.
    """

    def __init__(self, fraction: float, seed: int):
        check_fraction(fraction)
        whole("seed", seed, 0, (1 << 64) - 1)
        self._limit = np.uint64(int(fraction * 2.0**64))
        self._seed = np.uint64(seed)
        # Positions that are drawn, of those below the next one.
        self._known = np.empty(0, np.int64)
        self._next = 0

    def drawn(self, positions: np.ndarray) -> np.ndarray:
        """Return which positions [n] are drawn, [n] bool."""
        return _mixed(positions.astype(np.uint64), self._seed) < self._limit

    def ranks(self, positions: np.ndarray) -> np.ndarray:
        """Return how many of those before each of the positions [n] are drawn, [n] int64."""
        while self._next <= positions.max(initial=-1):
            self._look()
        return np.searchsorted(self._known, positions)

    def position(self, rank: int) -> int:
        """Return the position of the example that is drawn after ``rank`` others."""
        while len(self._known) <= rank:
            self._look()
        return int(self._known[rank])

    def _look(self) -> None:
        """Take note of what is drawn of the next positions."""
        block = np.arange(self._next, self._next + max(_AT_ONCE, self._next))
        self._known = np.concatenate([self._known, block[self.drawn(block)]])
        self._next += len(block)


def check_fraction(fraction: float) -> None:
    """Raise SettingError unless a part of the examples can be drawn with this probability."""
    is_number = isinstance(fraction, (int, float, np.integer, np.floating))
    if isinstance(fraction, bool) or not is_number or not 0 < fraction <= 1:
        problem = f"expected a number in (0, 1], got {value_text(fraction)}"
        raise SettingError("keep_fraction", problem)


def drawn_by(fraction: float, seed: int) -> tuple[float, int] | None:
    """Return what a recording says of a draw; None if all examples are kept."""
    return None if fraction == 1 else (float(fraction), int(seed))


def said_of_draw(drawn: tuple[float, int] | None) -> str:
    """Return a draw in words, for an error."""
    return "keep_fraction=1" if drawn is None else f"keep_fraction={drawn[0]:g}, seed={drawn[1]}"


def check_drawn(drawn: int, examples: int) -> None:
    """Raise SettingError if none of the examples was drawn."""
    if examples and not drawn:
        problem = f"expected a part of {examples:,} examples, got none of them: a larger one"
        raise SettingError("keep_fraction", problem)


def words_of(fraction: float, caption: str) -> str:
    """Return a caption that says which part of the points is shown."""
    part = f"{100 * fraction:.3g} %"
    if not caption:
        return f"{part} of the validation points, drawn at random"
    return f"{caption}, {part} of the points, drawn at random"


def _mixed(values: np.ndarray, seed: np.uint64) -> np.ndarray:
    """Return 64 random bits for each value; SplitMix64 of Steele, Lea and Flood 2014."""
    with np.errstate(over="ignore"):
        mixed = (values + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        mixed += seed * np.uint64(0xD1342543DE82EF95)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))
