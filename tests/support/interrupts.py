"""Interrupts at a chosen line of the recorder."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import anim.run

_RUN = Path(anim.run.__file__).parent
TRACED = {
    str(_RUN / name)
    for name in (
        *("recorder.py", "handover.py", "collecting.py", "opened.py", "spool.py"),
        *("store/writer.py", "store/growing.py", "store/chunks.py", "store/scratch.py"),
        *(f"store/folders/{name}.py" for name in ("lock", "lease", "folder", "draft")),
    )
}
WRITER = {
    str(_RUN / "store" / name)
    for name in ("writer.py", "growing.py", "chunks.py", "folders/draft.py")
}


@contextmanager
def interrupted_at(line: float, in_thread: bool = False) -> Iterator[Callable[[], int]]:
    """Raise KeyboardInterrupt once, where a line of the recorder would run.

    Args:
        line: the number of lines that run before.
        in_thread: whether to count the lines of new threads, not those of this one. Python itself
            interrupts the main thread only: this stands for what goes wrong while they write.

    Yields:
        A function that returns the number of lines so far.
    """
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename not in (WRITER if in_thread else TRACED):
            return None
        if event == "line":
            count += 1
            if count - 1 == line:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    set_trace = threading.settrace if in_thread else sys.settrace
    set_trace(trace)
    try:
        yield lambda: count
    finally:
        set_trace(None if in_thread else before)


def lines_of(act: Callable[[], object], in_thread: bool = False) -> int:
    """Return the number of lines of the recorder that a function runs."""
    with interrupted_at(float("inf"), in_thread) as count:
        act()
    return count()


def interrupt(act: Callable[[], object], line: int, in_thread: bool = False) -> bool:
    """Call a function, interrupt it at a line, and return whether it was interrupted."""
    with suppress(KeyboardInterrupt), interrupted_at(line, in_thread) as count:
        act()
    return count() > line
