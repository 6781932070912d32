"""What is needed of XML from strangers: the root's attributes and the description.

Parsed in pieces, without a tree, and without entities of the document's own: these can stand for
more text than the memory holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

_DESCRIPTION = "http://purl.org/dc/elements/1.1/ description"
_LANGUAGE_ITEM = "http://www.w3.org/1999/02/22-rdf-syntax-ns# li"
_PIECE = 1 << 16
# The description of a picture is at its start.
_LONGEST = 1 << 24


class _Done(Exception):
    """The rest of the document is not needed."""


@dataclass
class XmlFacts:
    """What was found.

    Attributes:
        root: the name of the root, without its namespace; "" if there is none.
        attributes: of the root.
        description: the text of the first Dublin Core description, or of its first language; None
            if there is none.
    """

    root: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    description: str | None = None


def xml_facts(file: BinaryIO) -> XmlFacts:
    """Return what XML says about itself; as much as could be read if it is broken.

    Args:
        file: a stream of bytes, of which at most 16 MB are read.
    """
    facts, reader = XmlFacts(), expat.ParserCreate(namespace_separator=" ")
    texts: list[str] = []
    is_inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_inside
        if not facts.root:
            facts.root, facts.attributes = name.rpartition(" ")[2], attributes
        is_inside = is_inside or name == _DESCRIPTION
        if name == _LANGUAGE_ITEM:
            texts.clear()

    def end(name: str) -> None:
        if is_inside and name in (_DESCRIPTION, _LANGUAGE_ITEM):
            facts.description = "".join(texts)
            raise _Done

    def text(data: str) -> None:
        if is_inside:
            texts.append(data)

    def entity(*_) -> None:
        raise _Done

    reader.StartElementHandler, reader.EndElementHandler = start, end
    reader.CharacterDataHandler, reader.EntityDeclHandler = text, entity
    try:
        for _ in range(_LONGEST // _PIECE):
            piece = file.read(_PIECE)
            reader.Parse(piece, not piece)
            if not piece:
                break
    except (_Done, expat.ExpatError, ValueError):
        pass
    return facts
