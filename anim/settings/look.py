"""What a picture looks like, and what its files are."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from anim.settings.fields import FILES, PAGE, PICTURES, STILL, Settings, require, setting
from anim.settings.limits import Custom, OneOf, Real, Whole, one_of
from anim.settings.panels import METRIC, PANELS
from anim.settings.parsing import bytes_of, names_of, pair_of, size_of
from anim.settings.text import value_text
from anim.settings.themes import THEMES, sizes_in_words

WORDS = ("plain", "field")


def _check_panels(name: str, value: object) -> None:
    panels = value if isinstance(value, tuple) else (value,)
    require(bool(panels), name, f"expected at least one of {', '.join(PANELS)}, got none")
    for panel in panels:
        if not str(panel).startswith(METRIC):
            one_of(name, panel, (*PANELS, "metric:NAME"))
    problem = f"expected each once, got {','.join(map(str, panels))}"
    require(len(set(panels)) == len(panels), name, problem)


def _check_nonce(name: str, value: object) -> None:
    # The grammar of a Content-Security-Policy.
    is_nonce = re.fullmatch(r"[\w+/-]+={0,2}", str(value), re.ASCII)
    require(bool(is_nonce), name, f"expected letters, digits, + and /, got {value_text(value)}")


def _check_pair(name: str, value: object) -> None:
    is_pair = isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2
    require(is_pair, name, f"expected a width and a height, got {value_text(value)}")


@dataclass(frozen=True, kw_only=True)
class Look(Settings):
    """What it looks like."""

    panels: tuple[str, ...] | None = setting(
        None,
        f"panels, top to bottom, out of {', '.join(PANELS)}, metric:NAME",
        Custom(_check_panels),
        instead_of_none="reliability,accuracy, or those of the recalibration",
        metavar="NAME,...",
        parse=names_of,
        convert=names_of,
        accepts="Sequence[str] | str",
    )
    size: tuple[int, int] | None = setting(
        None,
        "width and height in pixels, both even; 96 pixels are 1 inch in a PDF",
        Custom(_check_pair),
        instead_of_none=sizes_in_words(),
        metavar="WxH",
        parse=size_of,
        convert=pair_of,
        accepts="Sequence[int]",
        applies_to=PICTURES,
    )
    scale: float = setting(
        1, "pixels per unit of the size; 2 suits sharp screens", Real(0.25, 8), applies_to=PICTURES
    )
    theme: str | None = setting(
        None,
        "colours, fonts and measures",
        OneOf(tuple(THEMES)),
        instead_of_none="light; a page follows its reader",
        metavar="NAME",
    )
    style: str | None = setting(
        None,
        "a matplotlib style sheet, by path or name, for your own colours and fonts",
        instead_of_none="those of the theme",
        metavar="FILE",
        convert=os.fspath,
        accepts="str | os.PathLike[str]",
    )
    transparent: bool = setting(
        False, "leave out the background, where the format allows", applies_to=FILES
    )
    title: str | None = setting(
        None,
        "the headline",
        instead_of_none="that of the post for its experiment, else the name of the run",
        metavar="TEXT",
    )
    words: str | None = setting(
        None,
        "plain words, or the field's terms",
        OneOf(WORDS),
        instead_of_none="field for paper, else plain",
    )
    overlay: bool = setting(
        False,
        "draw several runs as lines in one diagram, instead of a diagram for each",
    )
    label: tuple[str, ...] | None = setting(
        None,
        "a name for each of several runs",
        instead_of_none="those of their folders",
        metavar="NAME",
        convert=tuple,
        accepts="Sequence[str]",
        applies_to=FILES,
    )


@dataclass(frozen=True, kw_only=True)
class Output(Settings):
    """What the files are."""

    at: float | None = setting(
        None,
        "the step, not the epoch, that a still shows, or the last snapshot before it, which is "
        "printed; a percentage if runs are aligned by fraction",
        Real(0),
        instead_of_none="the last",
        metavar="STEP",
        applies_to=frozenset((STILL,)),
    )
    max_bytes: int | None = setting(
        None,
        "find settings that make each file fit: quality is given up first, then frames per "
        "second, then size",
        Whole(1),
        instead_of_none="no limit",
        metavar="SIZE",
        parse=bytes_of,
        for_commands="such as 2MB",
        applies_to=FILES,
    )
    embed: bool = setting(
        False, "write .html as a snippet to paste into a page", applies_to=frozenset((PAGE,))
    )
    nonce: str | None = setting(
        None,
        "the nonce of the Content-Security-Policy of that page",
        Custom(_check_nonce),
        instead_of_none="the page names a hash",
        metavar="TEXT",
        applies_to=frozenset((PAGE,)),
    )
