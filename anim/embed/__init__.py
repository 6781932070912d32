"""What to paste where a file is to be shown.

What the picture shows travels inside of the file, so that this can be done later, and elsewhere.
"""

from anim.embed.facts import About, about
from anim.embed.snippet import KINDS, embed
from anim.embed.sources import write_poster

__all__ = ["KINDS", "About", "about", "embed", "write_poster"]
