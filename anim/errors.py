"""Every exception that anim raises on purpose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


# A name of a setting in a message.
_MARKED = re.compile(r"`([a-z_]+)`")


class SettingError(ValueError):
    """A value that a setting cannot take.

    Args:
        name: the setting, as a Python name (``learning_rate``), or in capitals what a command calls
            an argument (``RUN``).
        problem: what was expected and what was received. Names of other settings stand in
            backticks; a command shows them as options.
    """

    def __init__(self, name: str, problem: str):
        super().__init__(f"{name}: " + _MARKED.sub(r"\1", problem))
        self.name = name
        self.problem = problem

    def __reduce__(self) -> tuple:
        return type(self), (self.name, self.problem)

    @property
    def problem_of_command(self) -> str:
        """The problem with settings as options (``--held-out``)."""
        return _MARKED.sub(lambda found: option_of(found[1]), self.problem)


def option_of(name: str) -> str:
    """Return the option of a command that sets a setting."""
    return f"--{name.replace('_', '-')}"


class BrokenFileError(SettingError):
    """A file that no decoder reads: it is broken, or in another format than its name says."""


class MissingExtraError(ImportError):
    """An optional package is not installed; the message names the pip command."""


class RecordingError(RuntimeError):
    """A folder that holds no recording, or one that can't be read or written."""


class OtherRowsError(RecordingError):
    """A recording to be continued in several processes has other rows, or other labels."""


class BucketError(OSError):
    """A bucket that cannot be reached, or that refuses what was asked of it."""


class NoRecalibrationError(RecordingError):
    """A snapshot has no recalibration, as the examples to fit it on do not determine one."""

    def __init__(self):
        super().__init__("a snapshot without a recalibration")

    def __reduce__(self) -> tuple:
        return type(self), ()


class ElementError(ValueError):
    """A wrong element of an array.

    Args:
        problem: what was expected and what was received.
        index: of the element; its first number is that of an example.
    """

    def __init__(self, problem: str, index: tuple[int, ...]):
        place = index[0] if len(index) == 1 else list(index)
        super().__init__(f"{problem} at index {place}")
        self.problem = problem
        self.index = index

    def __reduce__(self) -> tuple:
        return type(self), (self.problem, self.index)

    def at_row(self, row: int) -> ElementError:
        """Return the error for an array in which the example has another row."""
        return type(self)(self.problem, (row, *self.index[1:]))


class NotFiniteError(ElementError):
    """Predictions that hold NaN or infinity."""


class DivergedError(RuntimeError):
    """The loss stopped being a finite number.

    Args:
        step: where it did.
        learning_rate: of the training, for the message.
    """

    def __init__(self, step: int, learning_rate: float):
        super().__init__(
            f"training diverged: the loss is not a finite number at step {step} "
            f"(learning rate {learning_rate:g}); try a smaller learning rate"
        )
        self.step = step
        self.learning_rate = learning_rate

    def __reduce__(self) -> tuple:
        return type(self), (self.step, self.learning_rate)


class TooLargeError(Exception):
    """A file grew beyond what was allowed."""
