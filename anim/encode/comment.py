"""The text that is stored in a file, for `anim.embed`: how it is written and read."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

PNG_KEYWORD = "Comment"
_DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"
_LANGUAGE_ITEM = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:description>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)
_PDF_SUBJECT = re.compile(rb"/Subject \(((?:\\.|[^\\)])*)\)", re.DOTALL)
_PDF_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_GIF_BLOCK = 255


def read_comment(path: str | Path) -> str | None:
    """Return the text that `anim.animate` stored in a file. Imports neither JAX nor matplotlib.

    Args:
        path: a file in any format that `anim.animate` writes, with any extension.

    Returns:
        The text; None if the file has none or is in another format.

    Raises:
        OSError: the file cannot be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        head = file.read(16)
    is_image = head.startswith((b"GIF8", b"\x89PNG")) or head[8:12] == b"WEBP"
    if is_image or head[4:12] in (b"ftypavis", b"ftypavif"):
        found = _from_image(path)
    elif head[4:8] == b"ftyp" or head.startswith(b"\x1aE\xdf\xa3"):
        found = _from_video(path)
    elif head.startswith(b"%PDF"):
        found = _from_pdf(path.read_bytes())
    elif head.lstrip().startswith(b"<"):
        found = _from_svg(path)
    else:
        found = None
    return found or None


def gif_block(comment: str) -> bytes:
    """Return the comment extension of a GIF, in sub-blocks of at most 255 bytes."""
    text = comment.encode()
    parts = [text[i : i + _GIF_BLOCK] for i in range(0, len(text), _GIF_BLOCK)]
    return b"\x21\xfe" + b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def xmp(comment: str) -> bytes:
    """Return an XMP packet with the comment as its description."""
    return _XMP.format(escape(comment)).encode()


def _from_image(path: Path) -> str | None:
    from PIL import Image, UnidentifiedImageError
    from PIL.PngImagePlugin import PngImageFile

    try:
        with Image.open(path) as image:
            if image.format == "GIF":
                return image.info.get("comment", b"").decode(errors="replace")
            if image.format in ("WEBP", "AVIF"):
                return _from_xmp(image.info.get("xmp", b""))
            return image.text.get(PNG_KEYWORD) if isinstance(image, PngImageFile) else None
    except (UnidentifiedImageError, SyntaxError):
        return None


def _from_video(path: Path) -> str | None:
    import av
    from av.error import InvalidDataError

    try:
        with av.open(str(path)) as container:
            # Matroska's names are in capitals.
            tags = {name.lower(): text for name, text in container.metadata.items()}
    except InvalidDataError:
        return None
    return tags.get("comment")


def _from_xmp(packet: bytes) -> str | None:
    try:
        description = next(ElementTree.fromstring(packet).iter(_DESCRIPTION), None)
    except ElementTree.ParseError:
        return None
    return None if description is None else description.findtext(f".//{_LANGUAGE_ITEM}")


def _from_svg(path: Path) -> str | None:
    try:
        for _, element in ElementTree.iterparse(path):
            if element.tag == _DESCRIPTION:
                return element.text
    except ElementTree.ParseError:
        pass
    return None


def _from_pdf(content: bytes) -> str | None:
    found = _PDF_SUBJECT.search(content)
    if found is None:
        return None
    text = re.sub(rb"\\(.)", lambda m: _PDF_ESCAPES.get(m[1], m[1]), found[1], flags=re.DOTALL)
    is_utf16 = text.startswith(b"\xfe\xff")
    return text.decode("utf-16" if is_utf16 else "latin-1", errors="replace")
