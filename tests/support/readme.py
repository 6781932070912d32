"""What is made from the settings: tables of the README, and types of keywords.

``python -m tests.support.readme`` writes them anew.
"""

import re
from pathlib import Path

from anim.settings import Experiment, Picture
from anim.settings.docs import table, table_of_panels, typed_dict

PATH = Path(__file__).parents[2] / "README.md"
_TABLES = {
    "panels": table_of_panels(),
    "picture": table(Picture),
    "experiment": table(Experiment),
}
_PLACES = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(text):
    """The text with the tables as the settings are now."""
    return _PLACES.sub(lambda found: found[1] + _TABLES[found[2]] + "\n" + found[3], text)


KEYWORDS = PATH.parent / "anim/settings/keywords.py"
_HEAD = '''"""Types of keywords; ``python -m tests.support.readme`` makes them from the settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypedDict


'''


def keywords():
    """The code of the types of keywords, as the settings are now."""
    of_data = ("data", "train_size", "val_size", "noise")
    parts = [
        typed_dict("PictureOptions", Picture),
        typed_dict("TrainingOptions", Experiment, *of_data),
    ]
    return _HEAD + "\n\n".join(parts)


if __name__ == "__main__":
    PATH.write_text(with_tables(PATH.read_text()))
    KEYWORDS.write_text(keywords())
