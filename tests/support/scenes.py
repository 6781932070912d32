"""Scenes that draw runs that grow over-confident, and style sheets."""

from anim.settings import Picture
from tests.support.runs import a_named_run
from tests.support.seeing import compose


def scene_of(runs, **picture):
    """Return the reel and the scene of a run, or of a list of runs."""
    return compose(runs if isinstance(runs, list) else [runs], Picture(hold=0, **picture))


def scene_of_copies(runs=1, classes=2, **picture):
    """Return the reel and the scene of one named run, or of several copies of it."""
    return scene_of([a_named_run(classes)] * runs, seconds=2, **picture)


def a_sheet(tmp_path, text):
    """Return the path of a style sheet with that text."""
    path = tmp_path / "own.mplstyle"
    path.write_text(text)
    return str(path)
