"""A file to embed, the files beside it that show the same, and their addresses."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from anim.encode.formats import FORMATS, Format, Shown, file_format
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


def formats_shown_as(*kinds: Shown) -> list[Format]:
    """Return the formats that a document embeds in these ways, vector graphics first."""
    found = [form for kind in kinds for form in FORMATS.values() if form.shown_as == kind]
    return sorted(found, key=lambda form: (kinds.index(form.shown_as), form.kind != "vector"))


def known_format(path: Path) -> Format:
    """Return the format of a file to embed.

    Raises:
        SettingError: the extension is not in the table of formats.
    """
    form = file_format(path)
    if form is None:
        known = ", ".join(FORMATS)
        raise SettingError("FILE", f"expected a name ending in {known}, got {str(path)!r}")
    return form


class Sources:
    """A file, its address, its dark version, and the files of the same name beside it.

    Args:
        path: the file.
        dark: the same picture on a dark background.
        base: what precedes file names; "" takes the folder of a relative path.

    Attributes:
        path, dark, base: as given; the base ends in a separator.
        form: the format of the file.

    Raises:
        SettingError: the dark file does not exist, or is shown in another way than the file.
    """

    def __init__(self, path: Path, dark: Path | None = None, base: str = ""):
        self.path, self.dark, self.form = path, dark, known_format(path)
        self.base = base or _folder_of(path)
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
        return quote(self.base, safe=_RESERVED) + quote(self._relative(path))

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

    def used(self, with_video: bool) -> list[Path]:
        """Return the files beside the first one that a snippet uses.

        Args:
            with_video: whether the document can show videos and pages.
        """
        if with_video:
            videos = [form.suffix for form in formats_shown_as("video")]
            suffixes: dict[Shown, list[str]] = {
                "video": [*videos, FALLBACK, STILL],
                "moving image": [STILL],
            }
            found = [self.beside(suffix) for suffix in suffixes.get(self.form.shown_as, ())]
        else:
            found = [self.image()]
        return [other for other in found if other is not None and other != self.path]

    def still(self, path: Path) -> Path | None:
        """Return the still beside a moving image, for readers who prefer reduced motion."""
        is_moving = known_format(path).shown_as == "moving image"
        return self.beside(STILL, path) if is_moving else None


def _folder_of(path: Path) -> str:
    """Return the folder of a relative path with a separator; "" for any other path."""
    is_elsewhere = path.is_absolute() or path.parent == Path()
    return "" if is_elsewhere else f"{path.parent.as_posix()}/"
