"""What to paste where a file is to be shown: ``python -m anim.embed FILE``.

What the picture shows travels inside of the file, so that this can be done later, and elsewhere.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from anim import command
from anim.settings import SettingError

VIDEOS = {".mp4": "video/mp4", ".webm": "video/webm"}
IMAGES = (".gif", ".webp", ".apng", ".avif", ".png", ".svg")
PAGES = (".html",)
KINDS = ("html", "markdown", "mdx", "rst", "latex")
_FLEXIBLE = 'style="max-width: 100%; height: auto"'
_TITLE = r"<title>([^<]*)</title>"
# In which a page has room for two panels and its controls.
_PAGE_SIZE = (960, 680)
# What LaTeX takes; and what it does not, as its commands for it.
_FIGURES = (".pdf", ".png")
_OF_LATEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}  # fmt: skip


@dataclass(frozen=True)
class About:
    """What is known of a file.

    Attributes:
        alt: what it shows, in words.
        caption: its title, and what was trained.
        width, height: in CSS pixels.
    """

    alt: str
    caption: str
    width: int
    height: int


def about(path: Path, alt: str | None = None, caption: str | None = None) -> About:
    """What a file says of itself.

    Args:
        path: a file that `anim.animate` wrote.
        alt, caption: what it says instead; needed where it says nothing.

    Raises:
        SettingError: it says nothing, or is none that can be shown.
        OSError: it cannot be read.
    """
    from anim.encode.comment import read_comment

    is_page = path.suffix.lower() in PAGES
    found = _of_page(path) if is_page else _parsed(read_comment(path))
    if found is None and alt is None:
        problem = f"{str(path)!r} does not say what it shows; --alt does"
        raise SettingError("FILE", problem)
    found = found or {"title": "", "caption": "", "alt": ""}
    width, height = found.get("width"), found.get("height")
    if not _is_side(width) or not _is_side(height):
        width, height = _size_of(path)
    parts = [_one_line(found.get(name)) for name in ("title", "caption")]
    return About(
        alt=_one_line(found.get("alt")) if alt is None else alt,
        caption=". ".join(part for part in parts if part) if caption is None else caption,
        width=width,
        height=height,
    )


def _parsed(text: str | None) -> dict | None:
    """The comment of a file; others may have written it."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("alt"), str) else None


def _of_page(path: Path) -> dict | None:
    """What the head of a page says of it; a snippet has none."""
    head = path.read_text("utf-8", "replace").partition("<body>")[0]
    found = {"caption": "", "width": _PAGE_SIZE[0], "height": _PAGE_SIZE[1]}
    for name, pattern in (("alt", r'name="description" content="([^"]*)"'), ("title", _TITLE)):
        match = re.search(pattern, head)
        if match is None:
            return None
        found[name] = unescape(match[1])
    return found


def _is_side(value) -> bool:
    return type(value) is int and 0 < value < 1 << 16


def _one_line(text) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""


def _size_of(path: Path) -> tuple[int, int]:
    """Width and height in pixels, of the file itself."""
    if path.suffix.lower() in VIDEOS:
        import av

        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            return stream.width, stream.height
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return image.size
    except UnidentifiedImageError:
        raise SettingError("FILE", f"the size of {str(path)!r} cannot be told") from None


def embed(
    path: Path,
    kind: str = "html",
    *,
    dark: Path | None = None,
    base: str = "",
    controls: bool = False,
    alt: str | None = None,
    caption: str | None = None,
) -> str:
    """What to paste.

    Files of the same name beside it are used too: for a video a ``.webm`` or ``.mp4`` as another
    source, a ``.gif`` for readers without video, and a ``.png`` to show until it plays.

    Args:
        path: a file that `anim.animate` wrote.
        kind: one of `KINDS`: ``markdown`` is what GitHub shows, ``mdx`` is for React.
        dark: the same picture for readers who like it dark.
        base: what comes before the names of files, such as ``/static/``.
        controls: whether a video has buttons.
        alt, caption: what the file says instead; see `about`.

    Raises:
        SettingError: a file of a kind that cannot be shown there, or that says nothing of itself.
    """
    if path.suffix.lower() not in (*VIDEOS, *IMAGES, *PAGES, ".pdf"):
        known = ", ".join((*VIDEOS, *IMAGES, *PAGES, ".pdf"))
        raise SettingError("FILE", f"expected a name ending in {known}, got {str(path)!r}")
    if not path.is_file():
        raise SettingError("FILE", f"there is no file {str(path)!r}")
    shown = about(path, alt, caption)
    files = _Files(path, dark, base)
    if kind in ("html", "mdx"):
        text = _html(files, shown, controls)
        return _as_mdx(text) if kind == "mdx" else text
    return {"markdown": _markdown, "rst": _rst, "latex": _latex}[kind](files, shown)


class _Files:
    """A file, those beside it, and their addresses."""

    def __init__(self, path: Path, dark: Path | None, base: str):
        self.path, self.dark, self._base = path, dark, base

    def url(self, path: Path) -> str:
        from urllib.parse import quote

        return self._base + quote(path.name)

    def beside(self, suffix: str) -> Path | None:
        """The file with another ending, if it is there."""
        other = self.path.with_suffix(suffix)
        return other if other.is_file() else None

    def drawn(self) -> Path:
        """The file itself, or what shows the same without video."""
        if self.path.suffix.lower() not in VIDEOS:
            return self.path
        found = self.beside(".gif") or self.beside(".webp")
        if found is None:
            name = self.path.with_suffix(".gif").name
            raise SettingError("FILE", f"no video can be shown there; {name!r} could, beside it")
        return found


def _html(files: _Files, shown: About, controls: bool) -> str:
    suffix = files.path.suffix.lower()
    if suffix in VIDEOS:
        body = _video(files, shown, controls)
    elif suffix in PAGES:
        size = f'width="100%" height="{shown.height}"'
        url = escape(files.url(files.path))
        body = f'<iframe src="{url}" {size} title="{escape(shown.alt)}" loading="lazy"></iframe>'
    else:
        body = _image(files.path, files, shown)
        if files.dark is not None:
            url = escape(files.url(files.dark))
            source = f'<source srcset="{url}" media="(prefers-color-scheme: dark)">'
            body = f"<picture>\n{source}\n{body}\n</picture>"
    inside = _indented(body)
    caption = f"  <figcaption>{escape(shown.caption)}</figcaption>\n" if shown.caption else ""
    return f"<figure>\n{inside}\n{caption}</figure>"


def _image(path: Path, files: _Files, shown: About) -> str:
    size = f'width="{shown.width}" height="{shown.height}"'
    return f'<img src="{escape(files.url(path))}" {size} alt="{escape(shown.alt)}" {_FLEXIBLE}>'


def _video(files: _Files, shown: About, controls: bool) -> str:
    """A video that plays by itself, as a GIF does, and what shows where it does not."""
    poster = files.beside(".png")
    attributes = [
        "controls" if controls else "",
        "autoplay muted loop playsinline",
        f'width="{shown.width}" height="{shown.height}"',
        f'poster="{escape(files.url(poster))}"' if poster else "",
        f'aria-label="{escape(shown.alt)}"',
        _FLEXIBLE,
    ]
    lines = [f"<video {' '.join(filter(None, attributes))}>"]
    if files.dark is not None:
        lines.append("  " + _source(files, files.dark, "(prefers-color-scheme: dark)"))
    # The smaller format first: a browser takes the first that it knows.
    others = [files.beside(suffix) for suffix in (".webm", ".mp4")]
    lines += ["  " + _source(files, path) for path in others if path is not None]
    fallback = files.beside(".gif")
    if fallback is None:
        lines.append(f'  <a href="{escape(files.url(files.path))}">{escape(shown.alt)}</a>')
    else:
        lines.append("  " + _image(fallback, files, shown))
    return "\n".join([*lines, "</video>"])


def _source(files: _Files, path: Path, media: str = "") -> str:
    kind = VIDEOS.get(path.suffix.lower())
    if kind is None:
        raise SettingError("dark", f"expected a video as the other file is, got {str(path)!r}")
    media = f' media="{media}"' if media else ""
    return f'<source src="{escape(files.url(path))}" type="{kind}"{media}>'


def _as_mdx(text: str) -> str:
    """HTML as React writes it."""
    text = text.replace("{", "&#123;").replace("}", "&#125;")
    for name in ("autoPlay", "playsInline", "srcSet"):
        text = re.sub(rf"(?<=[ <]){name.lower()}(?=[ =>])", name, text)
    text = re.sub(r"<(img|source)\b([^<>]*)>", r"<\1\2 />", text)
    return text.replace(_FLEXIBLE, "style={{maxWidth: '100%', height: 'auto'}}")


def _markdown(files: _Files, shown: About) -> str:
    """As GitHub shows it, which has no video of one's own files."""
    path = files.drawn()
    alt = re.sub(r"([\\`*_{}\[\]<>!|])", r"\\\1", shown.alt)
    image = f"![{alt}]({files.url(path)})"
    if files.dark is not None:
        return _html(_Files(path, files.dark, files._base), shown, False)
    return image if path == files.path else f"[{image}]({files.url(files.path)})"


def _rst(files: _Files, shown: About) -> str:
    lines = [
        f".. figure:: {files.url(files.drawn())}",
        f"   :alt: {shown.alt}",
        f"   :width: {shown.width}px",
    ]
    caption = re.sub(r"([\\`*_|])", r"\\\1", shown.caption)
    return "\n".join([*lines, *(["", f"   {caption}"] if caption else [])])


def _latex(files: _Files, shown: About) -> str:
    """For a paper: a still."""
    path = files.path
    if path.suffix.lower() not in _FIGURES:
        path = files.beside(".pdf") or files.beside(".png")
    if path is None:
        name = files.path.with_suffix(".pdf").name
        raise SettingError("FILE", f"LaTeX shows {' and '.join(_FIGURES)}; {name!r} would do")
    texts = [f"{shown.caption}." if shown.caption else "", shown.alt]
    caption = "".join(_OF_LATEX.get(mark, mark) for mark in " ".join(filter(None, texts)))
    return (
        "\\begin{figure}\n  \\centering\n"
        f"  \\includegraphics[width=\\linewidth]{{{files._base}{path.name}}}\n"
        f"  \\caption{{{caption}}}\n\\end{{figure}}"
    )


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def write_poster(path: Path) -> Path | None:
    """Writes the last frame of a video beside it, where no ``.png`` of its name is there.

    Returns:
        The file that was written, or None.
    """
    poster = path.with_suffix(".png")
    if path.suffix.lower() not in VIDEOS or poster.exists():
        return None
    import av

    from anim.encode.still import png

    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            last = frame
    png(poster, last.to_ndarray(format="rgba")).commit()
    return poster


def _run(parser: command.Parser, arguments: argparse.Namespace, check: Callable) -> None:
    check()
    given = ("dark", "base", "controls", "alt", "caption")
    options = {name: getattr(arguments, name) for name in given}
    path = arguments.file
    text = embed(path, arguments.kind, **options)
    has_poster = arguments.kind in ("html", "mdx") and not arguments.no_poster
    if has_poster and (poster := write_poster(path)):
        parser.say(f"wrote {poster}, the last frame, to show until it plays")
        text = embed(path, arguments.kind, **options)
    if path.suffix.lower() in VIDEOS and not path.with_suffix(".gif").is_file():
        name = path.with_suffix(".gif").name
        parser.say(f"readers without video get a link: there is no {name} beside it")
    print(text)


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = command.Parser(
        prog="anim.embed",
        usage="python -m anim.embed FILE [options]",
        description="Print what to paste to show an animation in a post: with its size, and with "
        "what it shows in words, which travels inside of the file.",
        allow_abbrev=False,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what anim.render wrote")
    kinds = parser.add_mutually_exclusive_group()
    told = {
        "markdown": "Markdown, as GitHub shows it",
        "mdx": "for React and MDX",
        "rst": "reStructuredText",
        "latex": "a figure of a paper",
    }
    for kind, help_ in told.items():
        kinds.add_argument(
            f"--{kind}", dest="kind", action="store_const", const=kind, default="html", help=help_
        )
    parser.add_argument("--dark", type=Path, metavar="FILE", help="for readers who like it dark")
    parser.add_argument("--base", default="", metavar="URL", help="comes before the file's name")
    parser.add_argument("--controls", action="store_true", help="a video has buttons")
    parser.add_argument("--no-poster", action="store_true", help="write no picture beside a video")
    parser.add_argument("--alt", metavar="TEXT", help="what it shows, instead of what it says")
    parser.add_argument("--caption", metavar="TEXT", help="instead of what it says")
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _run(parser, arguments, check))


if __name__ == "__main__":
    sys.exit(main())
