"""A file in Markdown, in reStructuredText, and in LaTeX."""

from __future__ import annotations

import re
from pathlib import Path

from anim.embed.facts import About
from anim.embed.figure import figure, html
from anim.embed.sources import Files
from anim.errors import SettingError

# What LaTeX takes; and what it does not, as its commands for it.
_FIGURES = (".pdf", ".png")
_OF_LATEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}  # fmt: skip
_NOT_OF_LATEX = re.compile(r'[\s%#{}~^$&"\\]')
# What means something anywhere in a paragraph: a URL and an address of mail too.
_OF_RST = re.compile(r"([\\`*_|:@])")
# What begins a list, beside marks that do.
_ENUMERATOR = re.compile(r"^([0-9]+|[a-z]|[ivxlcdm]+)([.)])(?=\s|$)", re.IGNORECASE)


def markdown(files: Files, shown: About) -> str:
    """As GitHub shows it, which has no video of one's own files.

    Raises:
        SettingError: no image is there.
    """
    path = files.drawn()
    if files.dark is not None:
        return html(figure(Files(path, files.drawn(files.dark), files.base), shown, False))
    alt = re.sub(r"([\\`*_{}\[\]<>!|&~$])", r"\\\1", shown.alt)
    image = f"![{alt}]({_destination(files, path)})"
    return image if path == files.path else f"[{image}]({_destination(files, files.path)})"


def _destination(files: Files, path: Path) -> str:
    return files.url(path).replace("&", "&amp;")


def rst(files: Files, shown: About) -> str:
    """A figure as docutils and Sphinx read it.

    Raises:
        SettingError: no image is there, or one with a name that cannot be written.
    """
    path = files.drawn()
    # A path, which Sphinx looks up, but of another host an address.
    name = files.url(path) if "//" in files.base else files.place(path)
    if re.search(r"[^\S ]|[\x00-\x1f\x7f]", name):
        raise SettingError("FILE", f"expected a name with no space but plain ones, got {name!r}")
    name = re.sub(r"([\\ ]|^:)", r"\\\1", name)
    # The text of an option is taken as it is.
    options = [f"   :alt: {shown.alt}"] if shown.alt else []
    options += [f"   :width: {shown.width}px"] if shown.width else []
    caption = _ENUMERATOR.sub(r"\1\\\2", _OF_RST.sub(r"\\\1", shown.caption))
    # Marks begin lists, literal blocks, comments and more; after a space that is none they do not.
    if caption and not caption[0].isalnum():
        caption = f"\\ {caption}"
    return "\n".join([f".. figure:: {name}", *options, *(["", f"   {caption}"] if caption else [])])


def latex(files: Files, shown: About) -> str:
    """A figure for a paper: a still.

    Raises:
        SettingError: no still is there, or one with a name that LaTeX does not read.
    """
    path = files.path
    if path.suffix.lower() not in _FIGURES:
        path = files.beside(".pdf") or files.beside(".png")
    if path is None:
        name = files.path.with_suffix(".pdf").name
        raise SettingError("FILE", f"LaTeX shows {' and '.join(_FIGURES)}; {name!r} would do")
    name = files.place(path)
    if found := _NOT_OF_LATEX.search(name):
        problem = f"expected a name that LaTeX reads, without {found[0]!r}, got {name!r}"
        raise SettingError("FILE", problem)
    title = shown.caption
    title += "." if title and title[-1] not in ".!?" else ""
    texts = " ".join(filter(None, (title, shown.alt)))
    caption = "".join(_OF_LATEX.get(mark, mark) for mark in texts)
    return (
        "\\begin{figure}\n  \\centering\n"
        f"  \\includegraphics[width=\\linewidth]{{{name}}}\n"
        f"  \\caption{{{caption}}}\n\\end{{figure}}"
    )
