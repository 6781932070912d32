"""A file to embed, the files beside it that show the same, and their addresses."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from anim.embed.companions import why_not
from anim.embed.known import formats_shown_as, known_format
from anim.encode.formats import Shown, file_format
from anim.errors import SettingError

# Beside a video: what is shown until it plays, and what readers without video see. Beside a moving
# image, the still is for readers who prefer reduced motion.
STILL, FALLBACK = ".png", ".gif"
# What can replace a file that cannot be shown, the best first. A still does not replace a video.
_INSTEAD: dict[Shown, tuple[Shown, ...]] = {
    "video": ("moving image",),
    "page": ("moving image", "image"),
    "paper": ("image", "moving image"),
}
# Characters with a meaning in an address.
_RESERVED = "/:?#[]@!$&'*+,;=%~"
_ENDS_OF_BASES = ("/", "=", "?", "#")


class Sources:
    """A file, its address, its dark version, and the files of the same name beside it.

    Args:
        path: the file.
        dark: the same picture on a dark background.
        base: what precedes file names; "" takes the folder of a relative path.

    Attributes:
        path, dark, base: as given; the base ends in a separator.
        form: the format of the file.
        unused: files beside it that cannot be used, and why; grows as they are asked for.

    Raises:
        SettingError: the dark file does not exist, or is shown in another way than the file.
    """

    def __init__(self, path: Path, dark: Path | None = None, base: str = ""):
        self.path, self.dark, self.form = path, dark, known_format(path)
        self.base = base or _folder_of(path)
        self.unused: dict[Path, str] = {}
        if self.base and not self.base.endswith(_ENDS_OF_BASES):
            self.base += "/"
        if dark is not None:
            self._check_dark(dark)

    def _check_dark(self, dark: Path) -> None:
        if self.form.is_page:
            problem = "does not apply to a page, which follows its reader's theme"
            raise SettingError("dark", problem)
        if not dark.is_file():
            raise SettingError("dark", f"there is no file {str(dark)!r}")
        form = file_format(dark)
        is_video = self.form.shown_as == "video"
        accepted = ("video",) if is_video else ("moving image", "image")
        if form is None or form.shown_as not in accepted:
            kind = "a video" if is_video else "an image"
            problem = f"expected {kind} like the other file, got {str(dark)!r}"
            raise SettingError("dark", problem)

    def place(self, path: Path) -> str:
        """Return the base and the path relative to the folder of the first file."""
        return self.base + self._relative(path)

    def url(self, path: Path) -> str:
        """Return the same as an address: percent-encoded, without spaces or parentheses."""
        try:
            base = quote(self.base, safe=_RESERVED, errors="surrogateescape")
        except UnicodeEncodeError:
            raise SettingError("base", f"expected text, got {self.base!r}") from None
        # Names of files need not be text.
        return base + quote(os.fsencode(self._relative(path)))

    def _relative(self, path: Path) -> str:
        try:
            return Path(os.path.relpath(path, self.path.parent)).as_posix()
        except ValueError:
            problem = f"expected a file on the drive of {str(self.path)!r}, got {str(path)!r}"
            raise SettingError("dark", problem) from None

    def beside(self, suffix: str, path: Path | None = None) -> Path | None:
        """Return the file with another extension; None if it does not exist."""
        path = self.path if path is None else path
        if path.suffix.lower() == suffix:
            return path
        other = path.with_suffix(suffix)
        return other if other.is_file() else None

    def companion(self, suffix: str, path: Path | None = None) -> Path | None:
        """Return the file with another extension if it shows the same; else None, see `unused`."""
        path = self.path if path is None else path
        other = self.beside(suffix, path)
        if other is None or other == path:
            return other
        why = why_not(other, path)
        if why:
            self.unused[other] = why
        return None if why else other

    def image(self, path: Path | None = None) -> Path:
        """Return the file, or what shows the same as an image.

        Args:
            path: the file or its dark version; None takes the file.

        Raises:
            SettingError: it is not an image, and there is no image beside it.
        """
        path = self.path if path is None else path
        form = known_format(path)
        if form.shown_as not in _INSTEAD:
            return path
        instead = [other.suffix for other in formats_shown_as(*_INSTEAD[form.shown_as])]
        found = [other for suffix in instead if (other := self.beside(suffix, path)) is not None]
        if not found:
            names = ", ".join(repr(path.with_suffix(suffix).name) for suffix in instead)
            problem = f"{form.name} cannot be shown there; put one of {names} beside it"
            raise SettingError("FILE" if path == self.path else "dark", problem)
        return found[0]

    def replacement(self, with_video: bool) -> Path | None:
        """Return the image that a snippet shows in place of the file; None if it shows the file.

        Args:
            with_video: whether the document can show videos and pages.
        """
        shows_it = with_video and self.form.shown_as in ("video", "page")
        return None if shows_it or (image := self.image()) == self.path else image

    def still(self, path: Path) -> Path | None:
        """Return the still beside a moving image, for readers who prefer reduced motion."""
        is_moving = known_format(path).shown_as == "moving image"
        return self.companion(STILL, path) if is_moving else None


def _folder_of(path: Path) -> str:
    """Return the folder of a relative path with a separator; "" for any other path."""
    is_elsewhere = path.is_absolute() or path.parent == Path()
    return "" if is_elsewhere else f"{path.parent.as_posix()}/"
