"""Options of a recorder, checked before anything is there to be released."""

from __future__ import annotations

from anim.run.about import About, check_about
from anim.settings import KEEPS, one_of, whole
from anim.settings.limits import real


def check_options(
    path: object,
    about: About,
    *,
    keep: str,
    nan: str,
    timeout: float,
    resume: bool | int,
    overwrite: bool,
) -> None:
    """Raise ValueError for an option of `anim.Recorder` that it does not take."""
    one_of("keep", keep, KEEPS)
    one_of("nan", nan, ("raise", "skip"))
    real("timeout", timeout, 0, above=True)
    if not isinstance(resume, bool):
        whole("resume", resume, 0)
    if resume is not False and overwrite:
        raise ValueError("resume, overwrite: expected at most one of them")
    if path is None and (resume is not False or overwrite):
        raise ValueError("resume and overwrite require a path")
    check_about(about)
