"""The views that outputs need; a module without matplotlib, which loads while they are composed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from anim.compose import views_to_choose
from anim.encode.formats import format_of
from anim.run import RunLike
from anim.settings import Picture


def views_for(runs: Sequence[RunLike], paths: Sequence[Path], picture: Picture) -> list[str]:
    """Return the views that outputs show.

    Args:
        runs: the runs that are drawn.
        paths: the outputs; none for a notebook.
        picture: the settings.

    Returns:
        One view, or all views to choose from if a page or a notebook shows them.
    """
    views = views_to_choose(runs, picture)
    has_choice = not paths or any(format_of(path).is_page for path in paths)
    return views if has_choice else views[:1]
