"""A file to show, those beside it that show the same, and their addresses."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from anim.encode.formats import FORMATS, Shown
from anim.errors import SettingError


def _shown_as(*kinds: Shown) -> tuple[str, ...]:
    return tuple(
        form.suffix for kind in kinds for form in FORMATS.values() if form.shown_as == kind
    )


VIDEOS = {suffix: FORMATS[suffix].mime for suffix in _shown_as("video")}
MOVING, PAGES, PAPERS = _shown_as("moving image"), _shown_as("page"), _shown_as("paper")
IMAGES = (*MOVING, *_shown_as("image"))
KNOWN = (*VIDEOS, *IMAGES, *PAGES, *PAPERS)
# What shows the same as these where they cannot be shown, the best first. The PNG of a video does
# not: it stands still.
_INSTEAD = {
    **dict.fromkeys(VIDEOS, MOVING),
    **dict.fromkeys(PAGES, (*MOVING, ".svg", ".png")),
    **dict.fromkeys(PAPERS, (".svg", ".png", *MOVING)),
}
# Of an address that was given, what means something in it.
_OF_ADDRESSES = "/:?#[]@!$&'*+,;=%~"
_ENDS_OF_BASES = ("/", "=", "?", "#")


class Files:
    """A file, and its address, those of what stands beside it, and that of its dark one.

    Args:
        path: the file.
        dark: the same picture for readers who like it dark.
        base: what comes before the names of files; "" takes the folder as it was given.

    Attributes:
        path, dark, base: these.

    Raises:
        SettingError: the dark file is not there, or is of another kind than the file.
    """

    def __init__(self, path: Path, dark: Path | None = None, base: str = ""):
        self.path, self.dark = path, dark
        self.base = base or _folder_of(path)
        if self.base and not self.base.endswith(_ENDS_OF_BASES):
            self.base += "/"
        if dark is not None:
            self._check_dark(dark)

    def _check_dark(self, dark: Path) -> None:
        suffix = self.path.suffix.lower()
        if suffix in PAGES:
            raise SettingError("dark", "expected none: a page follows its reader by itself")
        if not dark.is_file():
            raise SettingError("dark", f"there is no file {str(dark)!r}")
        kind, able = ("a video", VIDEOS) if suffix in VIDEOS else ("an image", IMAGES)
        if dark.suffix.lower() not in able:
            problem = f"expected {kind} as the other file is, got {str(dark)!r}"
            raise SettingError("dark", problem)

    def place(self, path: Path) -> str:
        """Where a file is, seen from the folder of the first one, after the base."""
        return self.base + self._relative(path)

    def url(self, path: Path) -> str:
        """The same as an address: percent-encoded, with no spaces and no parentheses."""
        return quote(self.base, safe=_OF_ADDRESSES) + quote(self._relative(path))

    def _relative(self, path: Path) -> str:
        try:
            return Path(os.path.relpath(path, self.path.parent)).as_posix()
        except ValueError:
            problem = f"expected a file on the drive of {str(self.path)!r}, got {str(path)!r}"
            raise SettingError("dark", problem) from None

    def beside(self, suffix: str, path: Path | None = None) -> Path | None:
        """The file with another ending, if it is there."""
        path = self.path if path is None else path
        if path.suffix.lower() == suffix:
            return path
        other = path.with_suffix(suffix)
        return other if other.is_file() else None

    def drawn(self, path: Path | None = None) -> Path:
        """The file, or the dark one, itself, or what shows the same as an image.

        Raises:
            SettingError: there is none.
        """
        path = self.path if path is None else path
        instead = _INSTEAD.get(path.suffix.lower())
        if instead is None:
            return path
        found = [other for suffix in instead if (other := self.beside(suffix, path)) is not None]
        if not found:
            kind = path.suffix.lower().removeprefix(".").upper()
            problem = f"no {kind} can be shown there; {_either(path, instead)}"
            raise SettingError("FILE" if path == self.path else "dark", problem)
        return found[0]

    def used(self, is_for_browsers: bool) -> list[Path]:
        """What stands beside the file and is shown with it, or instead of it."""
        suffix = self.path.suffix.lower()
        beside = (*VIDEOS, ".gif", ".png") if suffix in VIDEOS else ()
        beside = beside or ((".png",) if suffix in MOVING else ())
        found = [self.beside(other) for other in beside] if is_for_browsers else [self.drawn()]
        return [other for other in found if other is not None and other != self.path]

    def still(self, path: Path) -> Path | None:
        """For who wants little motion: the PNG beside an image that may move."""
        return self.beside(".png", path) if path.suffix.lower() in MOVING else None


def _folder_of(path: Path) -> str:
    """The folder of a path that says where it is from here."""
    is_elsewhere = path.is_absolute() or path.parent == Path()
    return "" if is_elsewhere else f"{path.parent.as_posix()}/"


def _either(path: Path, suffixes: Sequence[str]) -> str:
    names = [repr(path.with_suffix(suffix).name) for suffix in suffixes]
    return f"{', '.join(names[:-1])} or {names[-1]} could, beside it"


@contextmanager
def decoding(path: Path):
    """Makes one error of the many with which decoders meet what is none of theirs.

    Raises:
        SettingError: the file is broken, or is not what its name says.
        OSError: it cannot be read at all.
    """
    try:
        yield
    except (SettingError, ImportError, MemoryError):
        raise
    except Exception as error:
        # Decoders raise errors of the system too, which name no file.
        if isinstance(error, OSError) and error.filename:
            raise
        kind = path.suffix.lower()
        problem = f"{str(path)!r} cannot be read as {kind}: it is broken, or something else"
        raise SettingError("FILE", problem) from error


def write_poster(path: Path) -> Path | None:
    """Writes the last frame of a video beside it, where no ``.png`` of its name is there.

    Returns:
        The file that was written, or None.

    Raises:
        SettingError: the video has no frame, or cannot be read.
        OSError: the picture cannot be written.
    """
    poster = path.with_suffix(".png")
    if path.suffix.lower() not in VIDEOS or poster.exists():
        return None
    import av

    from anim.encode.comment import read_comment
    from anim.encode.still import png

    with decoding(path), av.open(str(path)) as container:
        frames = container.decode(video=0) if container.streams.video else ()
        last = [frame.to_ndarray(format="rgba") for frame in deque(frames, maxlen=1)]
    if not last:
        raise SettingError("FILE", f"{str(path)!r} has no frame to show")
    png(poster, last[0], read_comment(path) or "").commit()
    return poster
