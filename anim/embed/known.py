"""Formats of files to embed."""

from __future__ import annotations

from pathlib import Path

from anim.encode.formats import FORMATS, Format, Shown, file_format
from anim.errors import SettingError


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
