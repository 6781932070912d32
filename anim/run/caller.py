"""Warnings at the line that called the package."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from pathlib import Path

_PACKAGE = str(Path(__file__).parent.parent) + os.sep
# The block of a context manager of the package ends in a frame of this module.
_INNER = (_PACKAGE, contextlib.__file__)


def warn_caller(message: str) -> None:
    """Warn at the innermost line outside of the package, however deep the call of this function.

    `warnings.warn` can skip files by itself only from Python 3.12 on.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INNER):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)
