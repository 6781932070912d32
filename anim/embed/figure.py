"""A ``<figure>`` that shows a file, in HTML or in JSX."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from anim.embed.facts import About
from anim.embed.known import formats_shown_as, known_format
from anim.embed.sources import FALLBACK, STILL, Sources
from anim.encode.comment import open_video, video_stream
from anim.encode.decoding import video_errors
from anim.errors import BrokenFileError
from anim.files import open_regular

_FLEXIBLE = {"max-width": "100%", "height": "auto"}
# Browsers indent a figure by 40 pixels on both sides, a fifth of a phone.
# A name without spaces would make the page wider than its window.
_NARROW = {"margin": "1em 0", "overflow-wrap": "anywhere"}
_BORDERLESS = {"border": "0"}
_IS_DARK = "(prefers-color-scheme: dark)"
_WANTS_STILL = "(prefers-reduced-motion: reduce)"
_VOID = ("img", "source")
_TEXTS = ("alt", "title", "aria-label")
_REACT_NAMES = {"autoplay": "autoPlay", "playsinline": "playsInline", "srcset": "srcSet"}


@dataclass(frozen=True)
class Element:
    """An element of HTML or JSX.

    Attributes:
        tag: the name.
        attributes: True stands for one without a value; None and False leave it out.
        children: elements, or one text.
    """

    tag: str
    attributes: Mapping[str, object] = field(default_factory=dict)
    children: tuple[Element | str, ...] = ()


def figure(sources: Sources, shown: About, controls: bool) -> Element:
    """Return a figure of a file, with its caption.

    Args:
        sources: the file, and those beside it.
        shown: the texts and the size.
        controls: whether a video has buttons.

    Raises:
        SettingError: a browser cannot show the file, and there is no image beside it.
    """
    if sources.form.shown_as == "video":
        body = _video(sources, shown, controls)
    elif sources.form.is_page:
        body = _frame(sources, shown)
    else:
        body = _picture(sources, shown)
    caption = [Element("figcaption", {}, (shown.caption,))] if shown.caption else []
    return Element("figure", {"style": _NARROW}, (body, *caption))


def _frame(sources: Sources, shown: About) -> Element:
    attributes = {
        "src": sources.url(sources.path),
        "width": "100%",
        "height": shown.height,
        "title": shown.alt,
        "loading": "lazy",
        "style": _BORDERLESS,
    }
    return Element("iframe", attributes, ("",))


def _picture(sources: Sources, shown: About) -> Element:
    """Return an image, with others for readers who prefer reduced motion or a dark one."""
    path = sources.image()
    dark = None if sources.dark is None else sources.image(sources.dark)
    others = [(_WANTS_STILL, sources.still(path)), (_IS_DARK, dark)]
    if dark is not None:
        others.insert(0, (f"{_WANTS_STILL} and {_IS_DARK}", sources.still(dark)))
    variants = [
        Element("source", {"srcset": sources.url(other), "media": media})
        for media, other in others
        if other is not None
    ]
    image = _image(path, sources, shown)
    return Element("picture", {}, (*variants, image)) if variants else image


def _image(path: Path, sources: Sources, shown: About) -> Element:
    attributes = {
        "src": sources.url(path),
        "width": shown.width,
        "height": shown.height,
        "alt": shown.alt,
        "style": _FLEXIBLE,
    }
    return Element("img", attributes)


def _video(sources: Sources, shown: About, controls: bool) -> Element:
    """Return a video that plays by itself, as a GIF does, with a fallback."""
    poster = sources.companion(STILL)
    attributes = {
        "controls": controls,
        **dict.fromkeys(("autoplay", "muted", "loop", "playsinline"), True),
        "width": shown.width,
        "height": shown.height,
        "poster": sources.url(poster) if poster else None,
        "aria-label": shown.alt,
        "style": _FLEXIBLE,
    }
    elements = [] if sources.dark is None else [_source(sources, sources.dark, _IS_DARK)]
    # A browser takes the first source that it can play: the widely supported ones come last.
    others = [sources.companion(form.suffix) for form in reversed(formats_shown_as("video"))]
    elements += [_source(sources, path) for path in others if path is not None]
    fallback = sources.companion(FALLBACK)
    if fallback is None:
        instead = Element("a", {"href": sources.url(sources.path)}, (shown.alt,))
    else:
        instead = _image(fallback, sources, shown)
    return Element("video", attributes, (*elements, instead))


def _source(sources: Sources, path: Path, media: str | None = None) -> Element:
    form = known_format(path)
    kind = f"{form.mime}; codecs={_codec_of(path)}" if form.names_codec else form.mime
    return Element("source", {"src": sources.url(path), "type": kind, "media": media})


def _codec_of(path: Path) -> str:
    """Return the codec of a WebM, for VP9 as in RFC 6381 and the VP9 binding of ISO media.

    Not every browser that plays WebM plays chroma at full resolution.

    Raises:
        SettingError: the file cannot be read.
    """
    with open_regular(path) as file, video_errors(path), open_video(file, path) as container:
        stream = video_stream(container)
        codec = None if stream is None else stream.codec_context.name
        layout = None if stream is None else stream.codec_context.pix_fmt
    if codec is None:
        raise BrokenFileError("FILE", f"{str(path)!r} contains no video")
    if codec not in ("vp9", "libvpx-vp9"):
        return codec
    return "vp09.01.30.08.03" if (layout or "").startswith("yuv444") else "vp09.00.30.08"


def html(element: Element) -> str:
    """Return an element as HTML."""
    return _written(element, _html_attribute, escape, ">")


def jsx(element: Element) -> str:
    """Return an element as JSX, for React and MDX.

    Texts are JavaScript strings, in which neither Markdown nor braces have a meaning.
    """
    return _written(element, _jsx_attribute, lambda text: f"{{{_string(text)}}}", " />")


def _written(element: Element, attribute: Callable, text: Callable, end: str) -> str:
    given = [
        attribute(name, value)
        for name, value in element.attributes.items()
        if value is not None and value is not False
    ]
    start = " ".join([f"<{element.tag}", *given])
    if element.tag in _VOID:
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
    name = _REACT_NAMES.get(name, name)
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
    """Return a JavaScript string without characters that have a meaning in Markdown or HTML."""
    quoted = json.dumps(text, ensure_ascii=False)
    for mark in "<>{}&`":
        quoted = quoted.replace(mark, f"\\u{ord(mark):04x}")
    return quoted
