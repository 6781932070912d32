"""A file of each format."""

import pytest

import anim
from tests.support import clips


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """A folder with a file ``a`` of each format, and frames beside them."""
    folder = tmp_path_factory.mktemp("written")
    names = [f"a{suffix}" for suffix in (*clips.ANIMATED, ".png", ".svg", ".pdf")]
    paths = [folder / name for name in (*names, "frames/%04d.png")]
    animation = anim.animate(clips.a_run(), *paths, **clips.SHORT)
    assert [output.path for output in animation.outputs] == paths
    return folder


@pytest.fixture(scope="session")
def transparent(tmp_path_factory):
    """A folder with a file ``a`` of each format that can be transparent."""
    folder = tmp_path_factory.mktemp("transparent")
    names = [f"a{suffix}" for suffix in (*clips.WITH_ALPHA, ".png", ".svg", ".pdf")]
    paths = [folder / name for name in (*names, "frames/%04d.png")]
    anim.animate(clips.a_run(), *paths, transparent=True, **clips.SHORT)
    return folder
