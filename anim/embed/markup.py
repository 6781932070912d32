"""Snippets in Markdown, reStructuredText and LaTeX."""

from __future__ import annotations

import re
from pathlib import Path

from anim.embed.facts import About
from anim.embed.figure import figure, html
from anim.embed.sources import Sources
from anim.encode.formats import FORMATS
from anim.errors import SettingError
from anim.settings import plain, value_text

# Characters with a meaning in LaTeX, and the commands that print them.
_LATEX_COMMANDS = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}  # fmt: skip
# Characters with a meaning in a line of Markdown, and how they are written.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>!|&~$])")
_ESCAPED = r"\\\1"
# Characters that a file name in LaTeX cannot contain.
_NOT_IN_LATEX = re.compile(r'[\s%#{}~^$&"\\]')
# Characters with a meaning anywhere in a paragraph; ":" and "@" occur in addresses.
_RST_MARKUP = re.compile(r"([\\`*_|:@])")
# The number or letter that begins a list.
_ENUMERATOR = re.compile(r"^([0-9]+|[a-z]|[ivxlcdm]+)([.)])(?=\s|$)", re.IGNORECASE)


def markdown(sources: Sources, shown: About, with_caption: bool) -> str:
    """Return an image in Markdown; GitHub does not show videos in a repository.

    Args:
        sources: the file, and those beside it.
        shown: the texts and the size.
        with_caption: whether the caption follows, in a paragraph of its own.

    Raises:
        SettingError: there is no image.
    """
    path = sources.image()
    if sources.dark is not None:
        return html(figure(Sources(path, sources.image(sources.dark), sources.base), shown, False))
    image = f"![{_MARKDOWN.sub(_ESCAPED, shown.alt)}]({_destination(sources, path)})"
    if path != sources.path:
        image = f"[{image}]({_destination(sources, sources.path)})"
    return f"{image}\n\n{_paragraph(shown.caption)}" if with_caption and shown.caption else image


def _paragraph(text: str) -> str:
    """Return a text as a paragraph of Markdown, which begins no heading and no list."""
    escaped = _MARKDOWN.sub(_ESCAPED, text)
    # A number cannot be escaped, but what follows it can.
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^[#+=:-]", r"\\\g<0>", escaped))


def _destination(sources: Sources, path: Path) -> str:
    return sources.url(path).replace("&", "&amp;")


def rst(sources: Sources, shown: About) -> str:
    """Return a figure for docutils and Sphinx.

    Raises:
        SettingError: there is no image, or its name cannot be written.
    """
    path = sources.image()
    # Sphinx looks up a path; an image on another host needs an address.
    name = sources.url(path) if "//" in sources.base else sources.place(path)
    if re.search(r"[^\S ]", name) or plain(name) != name:
        problem = f"expected a name without special spaces or marks, got {value_text(name)}"
        raise SettingError("FILE", problem)
    name = re.sub(r"([\\ ]|^:)", r"\\\1", name)
    # The text of an option needs no escapes.
    options = [f"   :alt: {shown.alt}"] if shown.alt else []
    options += [f"   :width: {shown.width}px"] if shown.width else []
    caption = _ENUMERATOR.sub(r"\1\\\2", _RST_MARKUP.sub(r"\\\1", shown.caption))
    # Punctuation begins lists, comments and more, but not after an escaped space.
    if caption and not caption[0].isalnum():
        caption = f"\\ {caption}"
    return "\n".join([f".. figure:: {name}", *options, *(["", f"   {caption}"] if caption else [])])


def latex(sources: Sources, shown: About) -> str:
    """Return a figure with a still.

    Raises:
        SettingError: there is no still, or LaTeX cannot read its name.
    """
    forms = sorted(
        (form for form in FORMATS.values() if form.in_latex), key=lambda form: form.kind != "vector"
    )
    found = [sources.beside(form.suffix) for form in forms]
    path = sources.path if sources.form.in_latex else next(filter(None, found), None)
    if path is None:
        names = " or ".join(repr(sources.path.with_suffix(form.suffix).name) for form in forms)
        raise SettingError("FILE", f"LaTeX cannot show {sources.form.name}; put {names} beside it")
    name = sources.place(path)
    if character := _NOT_IN_LATEX.search(name):
        problem = f"expected a name that LaTeX can read, without {character[0]!r}, got {name!r}"
        raise SettingError("FILE", problem)
    if plain(name) != name:
        problem = f"expected a name of characters that can be seen, got {value_text(name)}"
        raise SettingError("FILE", problem)
    title = shown.caption
    title += "." if title and title[-1] not in ".!?" else ""
    texts = " ".join(filter(None, (title, shown.alt)))
    caption = "".join(_LATEX_COMMANDS.get(mark, mark) for mark in texts)
    return (
        "\\begin{figure}\n  \\centering\n"
        f"  \\includegraphics[width=\\linewidth]{{{name}}}\n"
        f"  \\caption{{{caption}}}\n\\end{{figure}}"
    )
