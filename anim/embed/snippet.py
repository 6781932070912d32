"""Makes a snippet: ``python -m anim.embed FILE``."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from anim.embed.facts import About, about, size_of
from anim.embed.figure import figure, html, jsx
from anim.embed.known import known_format
from anim.embed.markup import latex, markdown, rst
from anim.embed.options import Options
from anim.embed.sources import Sources
from anim.errors import SettingError
from anim.settings import one_of
from anim.settings.docs import takes


@dataclass(frozen=True)
class Kind:
    """A language of snippets.

    Attributes:
        name: the name for messages.
        help: the help of its option.
        write: makes the snippet.
        with_video: whether it shows videos and pages; other languages need an image instead.
        with_dark: whether it can show another picture to readers who prefer a dark one.
        with_image: whether it shows an image of a size in pixels.
    """

    name: str
    help: str
    write: Callable[[Sources, About, Options], str]
    with_video: bool = False
    with_dark: bool = True
    with_image: bool = True


KINDS = {
    "html": Kind(
        "HTML",
        "HTML (default)",
        lambda sources, shown, options: html(figure(sources, shown, options.controls)),
        with_video=True,
    ),
    "markdown": Kind(
        "Markdown",
        "Markdown, as on GitHub",
        lambda sources, shown, options: markdown(sources, shown, options.caption is not None),
    ),
    "mdx": Kind(
        "MDX",
        "JSX, for React and MDX",
        lambda sources, shown, options: jsx(figure(sources, shown, options.controls)),
        with_video=True,
    ),
    "rst": Kind(
        "reStructuredText",
        "reStructuredText",
        lambda sources, shown, _: rst(sources, shown),
        with_dark=False,
    ),
    "latex": Kind(
        "LaTeX",
        "a figure of a paper",
        lambda sources, shown, _: latex(sources, shown),
        with_dark=False,
        with_image=False,
    ),
}


@takes(Options)
def embed(path: Path, kind: str = "html", **options) -> str:
    """Return a snippet that embeds a file in a document.

    Files of the same name beside it are used, too: for a video, a ``.webm`` or ``.mp4`` as another
    source, a ``.gif`` for readers without video, and a ``.png`` to show until it plays; for a
    moving image, a ``.png`` for readers who prefer reduced motion; and an image where a page, a
    video or a PDF cannot be shown. A file whose description is another one is left out, with a
    warning.

    Args:
        path: a file that `anim.animate` wrote.
        kind: one of `KINDS`.
        {settings}

    Raises:
        SettingError: a file that cannot be shown there, or that has no description.
        OSError: the file cannot be read.
    """
    chosen = Options.of(options)
    sources, shown = prepare(Path(path), kind, chosen)
    text = KINDS[kind].write(sources, shown, chosen)
    for other, why in sources.unused.items():
        warnings.warn(f"{str(other)!r} is not used, as it {why}", stacklevel=2)
    return text


def prepare(path: Path, kind: str, options: Options) -> tuple[Sources, About]:
    """Return the files and texts of a snippet; everything that can be wrong raises here.

    Raises:
        SettingError: see `embed`.
        OSError: the file cannot be read.
    """
    one_of("kind", kind, KINDS)
    language, form = KINDS[kind], known_format(path)
    if not path.is_file():
        raise SettingError("FILE", f"there is no file {str(path)!r}")
    if options.dark is not None and not language.with_dark:
        problem = f"does not apply to {language.name}, which shows one picture to all readers"
        raise SettingError("dark", problem)
    dark = None if options.dark is None else Path(options.dark)
    sources = Sources(path, dark, options.base)
    shown = about(path, options.alt, options.caption)
    is_itself = language.with_video and form.shown_as in ("video", "page")
    if language.with_image and not is_itself and (image := sources.image()) != path:
        width, height = size_of(image)
        shown = replace(shown, width=width, height=height)
    return sources, shown
