"""One hostile input: a command, its arguments, and the files that it reads."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

# What a file may be instead of bytes.
FIFO, FOLDER, ZERO, FULL, GONE, LOOP = "fifo", "folder", "zero", "full", "gone", "loop"
SPECIAL = (FIFO, FOLDER, ZERO, FULL, GONE, LOOP)


@dataclass(frozen=True)
class Case:
    """A call of a command.

    Attributes:
        kind: of the input, for the table of figures.
        command: ``render``, ``train``, ``record``, ``embed``, ``report`` or ``watch``.
        argv: its arguments.
        files: bytes, or one of `SPECIAL`, by path below the working directory.
        says: texts that are printed if the call succeeds.
        accuracies: by step, of which the JSON of `anim.report` may hold no other.
    """

    kind: str
    command: str
    argv: tuple[str, ...]
    files: dict[str, bytes | str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    accuracies: dict[str, float] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the files into an empty folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            elif content == FIFO:
                os.mkfifo(path)
            elif content == FOLDER:
                path.mkdir()
            else:
                targets = {ZERO: "/dev/zero", FULL: "/dev/full", GONE: "nowhere", LOOP: path}
                path.symlink_to(targets[content])

    def to_json(self) -> str:
        """Return the case as text that `from_json` reads."""
        files = {
            name: base64.b64encode(content).decode() if isinstance(content, bytes) else [content]
            for name, content in self.files.items()
        }
        truth = (self.says, self.accuracies)
        return json.dumps([self.kind, self.command, self.argv, files, *truth])

    @classmethod
    def from_json(cls, text: str) -> Case:
        """Return the case that `to_json` has written."""
        kind, command, argv, files, says, accuracies = json.loads(text)
        contents = {
            name: content[0] if isinstance(content, list) else base64.b64decode(content)
            for name, content in files.items()
        }
        return cls(kind, command, tuple(argv), contents, tuple(says), accuracies)


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


# Texts that nobody expects: numbers of 400 digits, what steers a terminal, other scripts.
HOSTILE = (
    *("", " ", "-", "--", "0", "-1", "-0.0", "1e400", "-1e999", "nan", "inf", "-inf", "9" * 400),
    *("9" * 5000, "0x10", "1_0", "٣", "１２", "½", "1,2", "1,,2", ",", "=", "a=b", "a=1,2", "%s%n"),
    *("\x1b[2J", "\x1b]0;x\x07", "a\nb", "a\rb", "\t", "\u202ex", "\u2066y", "\u2028", "\udcff"),
    *("x" * 10_000, "../..", "/", "/dev/zero", "http://x/", "s3://x/y", "true", "None", "{}", "[]"),
    *("'", '"', "\\", "<script>", "$(x)", "`x`", "\U0001f600", "e\u0301", "\ufeff", "1e5", "0.5"),
)

# No argument of a process holds a NUL.
_letters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
hostile = st.sampled_from(HOSTILE) | st.text(_letters, max_size=30)


def mutated(base: bytes, tokens: tuple[bytes, ...] = ()) -> st.SearchStrategy[bytes]:
    """Return bytes with a few places overwritten, removed, doubled or filled with tokens.

    Args:
        base: a valid file.
        tokens: pieces that mean something to its reader.
    """
    piece = st.sampled_from(
        (*tokens, b"\0", b"\xff" * 4, b"\0" * 8, b"\x7f\xff\xff\xff", b"9" * 400)
    )
    edit = st.tuples(
        st.integers(0, max(len(base) - 1, 0)),
        st.sampled_from(("overwrite", "insert", "remove", "double", "cut")),
        st.integers(1, 64),
        piece | st.binary(min_size=1, max_size=8),
    )

    def apply(edits) -> bytes:
        content = base
        for place, how, length, new in edits:
            head, tail = content[:place], content[place:]
            content = {
                "overwrite": head + new + tail[len(new) :],
                "insert": head + new + tail,
                "remove": head + tail[length:],
                "double": head + tail[:length] * 2 + tail[length:],
                "cut": head,
            }[how]
        return content

    return st.lists(edit, min_size=1, max_size=4).map(apply)
