"""Why a recording stopped."""

from __future__ import annotations

from anim.settings import one_line

# Characters of an error that a warning repeats.
_LONGEST_CAUSE = 400


def cause_of(error: Exception, path: object, step: int | None) -> str:
    """Return what to say of an error that ended a recording.

    Args:
        error: that was raised.
        path: of the recording; None for memory.
        step: that was to be recorded; None before the first one.
    """
    when = "before the first snapshot" if step is None else f"at step {step}"
    where = "in memory" if path is None else f"at {str(path)!r}"
    text = one_line(str(error))
    if len(text) > _LONGEST_CAUSE:
        text = text[:_LONGEST_CAUSE] + "..."
    return f"recording {where} stopped {when}: {type(error).__name__}: {text}"
