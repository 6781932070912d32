"""Whether a file of the same name shows the same, and may be used beside another one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from anim.embed.sizes import is_side, measured_size
from anim.encode.comment import read_comment
from anim.errors import BrokenFileError
from anim.files import open_regular, parsed_json

# In the description of a poster: the digest of the video that it was taken from.
POSTER_OF = "poster_of"
# Relative difference of the shapes of files that were made together: sizes are even numbers.
_TOLERANCE = 0.02
_PIECE = 1 << 20


def description_in(path: Path) -> dict[str, Any]:
    """Return the object that is stored in a file as JSON; {} if there is none.

    Raises:
        BrokenFileError: no decoder reads the file.
        OSError: the file cannot be read.
    """
    comment = read_comment(path) or ""
    try:
        found = parsed_json(comment.encode("utf-8", "replace"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def why_not(other: Path, path: Path) -> str:
    """Return why a file cannot stand beside another one, such as "cannot be read"; "" if it can.

    Descriptions say which files were made together: they are the same, but for the size of files
    that ``max_bytes`` made smaller. A poster belongs to the very video that it was taken from.

    Args:
        other: the file of the same name.
        path: the file that is embedded.
    """
    try:
        theirs = description_in(other)
        measured_size(other)
    except (BrokenFileError, OSError):
        # This file may be anybody's.
        return "cannot be read"
    mine = description_in(path)
    if POSTER_OF in theirs:
        is_same = theirs[POSTER_OF] == digest_of(path)
        return "" if is_same else "was taken from another video"
    if not mine:
        # Nothing to compare with: the file is from another program.
        return ""
    if not theirs:
        return f"has no description that says whether it belongs to {path.name}"
    return "" if _shown(theirs) == _shown(mine) and _alike(theirs, mine) else "shows something else"


def is_stale_poster(other: Path, path: Path) -> bool:
    """Return whether a file is a poster that this package took from another video."""
    try:
        theirs = description_in(other)
    except (BrokenFileError, OSError):
        # What no decoder reads is not a poster of ours.
        return False
    return POSTER_OF in theirs and theirs[POSTER_OF] != digest_of(path)


def poster_comment(path: Path) -> str:
    """Return the description of a poster: that of its video, and the video's digest."""
    return json.dumps({**description_in(path), POSTER_OF: digest_of(path)}, ensure_ascii=False)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _shown(description: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in description.items() if name not in ("width", "height")}


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two descriptions have the same ratio of width to height, or none."""
    ratios = []
    for each in (one, other):
        width, height = each.get("width"), each.get("height")
        ratios.append(width / height if is_side(width) and is_side(height) else None)
    if None in ratios:
        return ratios[0] == ratios[1]
    return abs(ratios[0] / ratios[1] - 1) < _TOLERANCE
