"""Files to embed."""

import pytest

import anim
from tests.support.embedding import a_run


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """An animation in several formats."""
    folder = tmp_path_factory.mktemp("files")
    outputs = [folder / f"calib{suffix}" for suffix in (".mp4", ".gif", ".png", ".pdf", ".html")]
    anim.animate(a_run(), *outputs, seconds=1, hold=0, size=(320, 240), scale=2)
    return folder


@pytest.fixture
def pair(files, tmp_path):
    """A folder with a GIF and a video, and dark ones in a subfolder."""
    folder = tmp_path / "a post"
    (folder / "d (1)").mkdir(parents=True)
    for suffix in (".gif", ".mp4"):
        for path in (folder / f"calib{suffix}", folder / "d (1)" / f"dark{suffix}"):
            path.write_bytes((files / f"calib{suffix}").read_bytes())
    return folder
