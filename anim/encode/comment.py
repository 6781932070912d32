"""The text that is stored in a file, for `anim.embed`: how it is written and read."""

from __future__ import annotations

import errno
import os
import re
import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from xml.sax.saxutils import escape

from anim.encode.decoding import image_errors, video_errors
from anim.encode.xml_text import xml_facts
from anim.files import open_regular

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream
    from PIL import Image

PNG_KEYWORD = "Comment"
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:description>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)
_PDF_SUBJECT = b"/Subject ("
_PDF_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_GIF_BLOCK = 255
# Pillow reads some images as a whole, and a PDF is searched as one.
_LARGEST_IMAGE, _LARGEST_PDF = 1 << 28, 1 << 26
# A description is a few sentences.
_LONGEST = 1 << 20


def read_comment(path: str | Path) -> str | None:
    """Return the text that `anim.animate` stored in a file. Imports neither JAX nor matplotlib.

    Args:
        path: a file in any format that `anim.animate` writes, with any extension.

    Returns:
        The text; None if the file has none or is in another format.

    Raises:
        BrokenFileError: its decoder finds it broken.
        OSError: the file cannot be read, or is not a regular file.
    """
    path = Path(path)
    with open_regular(path) as file:
        head = file.read(16)
        file.seek(0)
        is_image = head.startswith((b"GIF8", b"\x89PNG")) or head[8:12] == b"WEBP"
        if is_image or head[4:12] in (b"ftypavis", b"ftypavif"):
            found = _from_image(file, path)
        elif head[4:8] == b"ftyp" or head.startswith(b"\x1aE\xdf\xa3"):
            found = _from_video(file, path)
        elif head.startswith(b"%PDF"):
            found = _from_pdf(file.read(_LARGEST_PDF))
        elif head.lstrip().startswith(b"<"):
            found = xml_facts(file).description
        else:
            found = None
    return found if found and len(found) <= _LONGEST else None


def gif_block(comment: str) -> bytes:
    """Return the comment extension of a GIF, in sub-blocks of at most 255 bytes."""
    text = comment.encode()
    parts = [text[i : i + _GIF_BLOCK] for i in range(0, len(text), _GIF_BLOCK)]
    return b"\x21\xfe" + b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def xmp(comment: str) -> bytes:
    """Return an XMP packet with the comment as its description."""
    return _XMP.format(escape(comment)).encode()


def _from_image(file: BinaryIO, path: Path) -> str | None:
    from PIL import UnidentifiedImageError
    from PIL.PngImagePlugin import PngImageFile

    with image_errors(path):
        try:
            with open_image(file, path) as image:
                form, info = image.format, image.info
                texts = image.text if isinstance(image, PngImageFile) else {}
        except (UnidentifiedImageError, SyntaxError):
            return None
    if form == "GIF":
        return info.get("comment", b"").decode(errors="replace")
    if form in ("WEBP", "AVIF"):
        return xml_facts(BytesIO(info.get("xmp", b""))).description
    return texts.get(PNG_KEYWORD)


def open_image(file: BinaryIO, path: Path) -> Image.Image:
    """Open an image with Pillow, which decodes no pixels yet.

    Args:
        file: the image, from `anim.files.open_regular`.
        path: its name, for errors.

    Raises:
        OSError: the file is too large.
        Exception: what `image_errors` translates.
    """
    from PIL import Image

    if os.fstat(file.fileno()).st_size > _LARGEST_IMAGE:
        raise OSError(errno.EFBIG, f"larger than {_LARGEST_IMAGE:,} bytes", str(path))
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return Image.open(file)


def _from_video(file: BinaryIO, path: Path) -> str | None:
    from av.error import InvalidDataError

    with video_errors(path):
        try:
            with open_video(file, path) as container:
                tags = container.metadata
        except InvalidDataError:
            return None
    # Matroska's names are in capitals.
    return {name.lower(): text for name, text in tags.items()}.get("comment")


def open_video(file: BinaryIO, path: Path) -> InputContainer:
    """Open a video with PyAV, as what its first bytes say.

    FFmpeg is given a stream and a format: a name may look like a protocol (``a:b.mp4``), and a
    playlist in a file named ``.mp4`` would make it open other files and addresses.

    Args:
        file: the video, from `anim.files.open_regular`.
        path: its name, for errors.

    Raises:
        Exception: what `video_errors` translates.
    """
    import av

    head = file.read(4)
    file.seek(0)
    form = "matroska" if head == b"\x1aE\xdf\xa3" else "mp4"
    return cast("InputContainer", av.open(file, format=form))


def video_stream(container: InputContainer) -> VideoStream | None:
    """Return the first stream of a video; None if it has none that FFmpeg has a decoder for."""
    streams = container.streams.video
    return streams[0] if streams and streams[0].codec_context is not None else None


def _from_pdf(content: bytes) -> str | None:
    start = content.find(_PDF_SUBJECT)
    if start < 0:
        return None
    start += len(_PDF_SUBJECT)
    for mark in re.finditer(rb"\\.|\)", content[start : start + 2 * _LONGEST], re.DOTALL):
        if mark[0] == b")":
            break
    else:
        return None
    text = content[start : start + mark.start()]
    text = re.sub(rb"\\(.)", lambda m: _PDF_ESCAPES.get(m[1], m[1]), text, flags=re.DOTALL)
    is_utf16 = text.startswith(b"\xfe\xff")
    return text.decode("utf-16" if is_utf16 else "latin-1", errors="replace")
