"""Frames to files; the extension of a path selects the format.

Importing this package loads neither numpy nor PyAV nor Pillow: the module of a format is imported
when that format is written.
"""

from anim.encode.animation import Clip, WholeFile, Writer, animation_writer, quality_levels
from anim.encode.checks import check_outputs
from anim.encode.encoders import Encoders
from anim.encode.formats import FORMATS, Format, file_format, format_of, is_folder, suffixes

__all__ = [
    "FORMATS",
    "Clip",
    "Encoders",
    "Format",
    "WholeFile",
    "Writer",
    "animation_writer",
    "check_outputs",
    "file_format",
    "format_of",
    "is_folder",
    "quality_levels",
    "suffixes",
]
