"""Which of the stores of snapshots a recorder records to."""

from __future__ import annotations

from anim.errors import SettingError
from anim.run import opened
from anim.run.about import About
from anim.run.examples import Examples
from anim.run.own_rows import OwnRows
from anim.run.store.interface import SnapshotStore
from anim.run.store.memory import Memory
from anim.run.store.processes.shared import SharedWriter
from anim.run.store.store import Store
from anim.run.store.writer import Writer


def made_store(
    place: Store | None,
    rows: OwnRows,
    examples: Examples | None,
    classes: tuple[str, ...] | None,
    about: About,
    *,
    keep: str,
    nan: str,
    timeout: float,
    resume: bool | int,
    overwrite: bool,
) -> SnapshotStore:
    """Return where snapshots are kept.

    Args:
        place: where to record; None for memory.
        rows: of this process.
        examples: n, those of these, or None.
        classes, about, keep, nan, timeout, resume, overwrite: as for `anim.Recorder`.

    Raises:
        SettingError: many processes cannot record like this.
        RecordingError: there is something else at the place, or another process is missing.
    """
    if place is None:
        return Memory(examples, classes, about)
    opened.make_way(place, may_close=resume is not False or overwrite)
    if not rows.is_shared:
        how = {"resume": resume, "overwrite": overwrite, "drawn": rows.intake.drawn}
        return Writer(place, examples, classes, about, **how)
    if nan != "raise":
        # Other processes have written their rows of that snapshot.
        raise SettingError("nan", f"expected 'raise' with several processes, got {nan!r}")
    shared: SnapshotStore = SharedWriter(
        place,
        rows,
        examples,
        classes,
        about,
        settings={"keep": keep},
        resume=resume,
        overwrite=overwrite,
        timeout=timeout,
    )
    return shared
