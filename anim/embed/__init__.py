"""Snippets that embed a file in a document, such as ``<figure>`` or a line of Markdown.

`anim.animate` stores a description in each file, so a snippet can be made later and elsewhere.
"""

from anim.embed.facts import About, about
from anim.embed.poster import write_poster
from anim.embed.snippet import KINDS, embed

__all__ = ["KINDS", "About", "about", "embed", "write_poster"]
