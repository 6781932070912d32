"""The README, and its tables of options; ``python -m tests.support.readme`` writes them anew."""

import re
from pathlib import Path

from anim.settings import Experiment, Picture
from anim.settings.docs import table, table_of_panels

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


if __name__ == "__main__":
    PATH.write_text(with_tables(PATH.read_text()))
