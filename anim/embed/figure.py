"""A file as a ``<figure>``, in HTML or as React writes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from anim.embed.facts import About, codec_of
from anim.embed.sources import PAGES, VIDEOS, Files

_FLEXIBLE = {"max-width": "100%", "height": "auto"}
_IS_DARK = "(prefers-color-scheme: dark)"
_WANTS_STILL = "(prefers-reduced-motion: reduce)"
_ENDLESS = ("img", "source")
_TEXTS = ("alt", "title", "aria-label")
_OF_REACT = {"autoplay": "autoPlay", "playsinline": "playsInline", "srcset": "srcSet"}


@dataclass(frozen=True)
class Element:
    """An element to write.

    Attributes:
        tag: its name.
        attributes: True is one without a value; None and False are none.
        children: elements, or one text.
    """

    tag: str
    attributes: Mapping[str, object] = field(default_factory=dict)
    children: tuple[Element | str, ...] = ()


def figure(files: Files, shown: About, controls: bool) -> Element:
    """What shows a file, with its caption.

    Args:
        files: it, and those beside it.
        shown: what it is.
        controls: whether a video has buttons.

    Raises:
        SettingError: a browser shows no such file.
    """
    suffix = files.path.suffix.lower()
    if suffix in VIDEOS:
        body = _video(files, shown, controls)
    elif suffix in PAGES:
        body = _frame(files, shown)
    else:
        body = _picture(files, shown)
    caption = [Element("figcaption", {}, (shown.caption,))] if shown.caption else []
    return Element("figure", {}, (body, *caption))


def _frame(files: Files, shown: About) -> Element:
    attributes = {
        "src": files.url(files.path),
        "width": "100%",
        "height": shown.height,
        "title": shown.alt,
        "loading": "lazy",
    }
    return Element("iframe", attributes, ("",))


def _picture(files: Files, shown: About) -> Element:
    """An image, and others instead of it for who wants little motion or likes it dark."""
    path = files.drawn()
    dark = None if files.dark is None else files.drawn(files.dark)
    others = [(_WANTS_STILL, files.still(path)), (_IS_DARK, dark)]
    if dark is not None:
        others.insert(0, (f"{_WANTS_STILL} and {_IS_DARK}", files.still(dark)))
    sources = [
        Element("source", {"srcset": files.url(other), "media": media})
        for media, other in others
        if other is not None
    ]
    image = _image(path, files, shown)
    return Element("picture", {}, (*sources, image)) if sources else image


def _image(path: Path, files: Files, shown: About) -> Element:
    attributes = {
        "src": files.url(path),
        "width": shown.width,
        "height": shown.height,
        "alt": shown.alt,
        "style": _FLEXIBLE,
    }
    return Element("img", attributes)


def _video(files: Files, shown: About, controls: bool) -> Element:
    """A video that plays by itself, as a GIF does, and what shows where it does not."""
    poster = files.beside(".png")
    attributes = {
        "controls": controls,
        **dict.fromkeys(("autoplay", "muted", "loop", "playsinline"), True),
        "width": shown.width,
        "height": shown.height,
        "poster": files.url(poster) if poster else None,
        "aria-label": shown.alt,
        "style": _FLEXIBLE,
    }
    sources = [] if files.dark is None else [_source(files, files.dark, _IS_DARK)]
    # The smaller format first: a browser takes the first that it knows.
    others = [files.beside(suffix) for suffix in (".webm", ".mp4")]
    sources += [_source(files, path) for path in others if path is not None]
    fallback = files.beside(".gif")
    if fallback is None:
        instead = Element("a", {"href": files.url(files.path)}, (shown.alt,))
    else:
        instead = _image(fallback, files, shown)
    return Element("video", attributes, (*sources, instead))


def _source(files: Files, path: Path, media: str | None = None) -> Element:
    kind = VIDEOS[path.suffix.lower()]
    if kind == VIDEOS[".webm"]:
        # Not every browser that plays WebM plays colours that are as sharp as light.
        kind += f"; codecs={codec_of(path)}"
    return Element("source", {"src": files.url(path), "type": kind, "media": media})


def html(element: Element) -> str:
    """An element as a browser reads it."""
    return _written(element, _html_attribute, escape, ">")


def jsx(element: Element) -> str:
    """An element as React, and so MDX, reads it.

    Texts are strings of JavaScript: neither Markdown nor braces in them mean anything.
    """
    return _written(element, _jsx_attribute, lambda text: f"{{{_string(text)}}}", " />")


def _written(element: Element, attribute: Callable, text: Callable, end: str) -> str:
    given = [
        attribute(name, value)
        for name, value in element.attributes.items()
        if value is not None and value is not False
    ]
    start = " ".join([f"<{element.tag}", *given])
    if element.tag in _ENDLESS:
        return start + end
    inside = [
        (text(child) if child else "")
        if isinstance(child, str)
        else f"\n{_written(child, attribute, text, end)}".replace("\n", "\n  ")
        for child in element.children
    ]
    closing = f"</{element.tag}>"
    has_lines = any(isinstance(child, Element) for child in element.children)
    return f"{start}>{''.join(inside)}" + (f"\n{closing}" if has_lines else closing)


def _html_attribute(name: str, value) -> str:
    if value is True:
        return name
    if isinstance(value, Mapping):
        value = "; ".join(f"{key}: {given}" for key, given in value.items())
    return f'{name}="{escape(str(value))}"'


def _jsx_attribute(name: str, value) -> str:
    name = _OF_REACT.get(name, name)
    if value is True:
        return name
    if isinstance(value, Mapping):
        pairs = [f"{_camel(key)}: '{given}'" for key, given in value.items()]
        return f"{name}={{{{{', '.join(pairs)}}}}}"
    if name in _TEXTS:
        return f"{name}={{{_string(value)}}}"
    return f'{name}="{escape(str(value))}"'


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(map(str.capitalize, others))


def _string(text: str) -> str:
    """A string of JavaScript, in which no reader of Markdown or of tags finds a mark of his."""
    quoted = json.dumps(text, ensure_ascii=False)
    for mark in "<>{}&`":
        quoted = quoted.replace(mark, f"\\u{ord(mark):04x}")
    return quoted
