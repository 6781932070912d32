"""What the system says when something cannot be written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from anim.errors import RecordingError
from anim.run.store.store import Store


def system_error(error: ValueError, store: Store) -> Exception:
    """Return the OSError that TensorStore's error reports, or a RecordingError."""
    code = re.search(r"os_error_code='(\d+)'", str(error))
    if code is None:
        return RecordingError(f"{store.name!r} cannot be written: {error}")
    return OSError(int(code[1]), os.strerror(int(code[1])), store.name)


@contextmanager
def system_errors(store: Store) -> Iterator[None]:
    """Raise the `system_error` of TensorStore's errors."""
    try:
        yield
    except ValueError as error:
        raise system_error(error, store) from error
