"""The colours of a theme on the background of a style sheet: all readers tell them apart."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from anim.scene.contrast import READABLE, VISIBLE, apart, contrast, difference, lab, mix, readable
from anim.settings.themes import THEMES, Theme

# Least differences (CIEDE2000, for readers of three kinds) between colours of areas: blue from
# orange, both from bars, and tints from what is around them.
OPPOSITE, FILLED, PALE = 40, 25, 10
# Least difference in lightness L* between areas that touch: what is left of it in grey.
GREY = 10
# Least differences between any two of the first four runs, of six, and from under and over.
FOUR, SIX, NOT_A_GAP = 20, 12, 12
# Contrast of a right one among a hundred dots, and of lines of what is to come.
_DOT, _GHOST = 2.8, 1.5
# The share of ink in the body of a bar.
_BAR = 0.12
# Shares of ink in shades of a run's colour.
_INKS = (0, 0.15, 0.3, 0.45, 0.6)
# Degrees between the hues of a run and of a gap.
_TURN = 20
_SHARES = np.linspace(0, 1, 41)


def are_gaps(under: str, over: str, bar: str, panel: str) -> bool:
    """Return whether colours of gaps are seen on their panel, and told from bars and each other."""
    return (
        min(contrast(under, panel), contrast(over, panel)) >= VISIBLE
        and min(apart(under, [over, bar]), apart(over, [bar])) >= GREY
        and min(difference(under, bar), difference(over, bar)) > FILLED
        and difference(under, over) > OPPOSITE
    )


def are_runs(runs: Sequence[str], under: str, over: str, grounds: Sequence[str]) -> bool:
    """Return whether colours of runs are seen on their grounds, and told from all others."""
    return (
        all(contrast(run, ground) >= VISIBLE for run in runs for ground in grounds)
        and all(difference(run, gap) > NOT_A_GAP for run in runs for gap in (under, over))
        and not any(_is_akin(run, gap) for run in runs for gap in (under, over))
        and all(
            difference(one, other) > (FOUR if rank < 4 else SIX)
            for rank, other in enumerate(runs)
            for one in runs[:rank]
        )
    )


def fitted(theme: Theme, base: Theme, edge: str | None, cycle: Sequence[str]) -> Theme:
    """Return a theme whose other roles fit its background, panel and text.

    Args:
        theme: what a sheet says of ``background``, ``panel``, ``text``, ``muted`` and ``grid``,
            and the roles of ``base``.
        base: the theme that the sheet extends.
        edge: of the ideal line, if it is seen on the panel and is no colour of a gap; otherwise the
            line is as in ``base`` or, on a sheet with a text of its own, as its text.
        cycle: colours of the sheet's lines. The first bluish and the first orange one are those of
            gaps if they are told apart by all readers, otherwise those of ``base`` are, darker or
            lighter where that is needed. The rest are colours of runs where they can be.
    """
    panel, is_same = theme.panel, theme.panel == base.panel
    ink = max("#000000", "#ffffff", key=lambda plain: contrast(plain, panel))
    bar = base.bar if is_same else mix(panel, ink, _BAR)
    under, over = _of_cycle(cycle, bar, panel) or _moved(base, bar, panel)
    found = replace(
        theme,
        bar=bar,
        cap=_seen(base.cap, ink, VISIBLE, panel, bar),
        under=under,
        over=over,
        under_text=_text(under, base.under, base.under_text, theme.background),
        over_text=_text(over, base.over, base.over_text, theme.background),
        ideal=_line(theme, base, edge, (under, over)),
        dot=base.dot if is_same else _seen(panel, ink, _DOT, panel),
        wrong=ink,
        ghost=base.ghost if is_same else _seen(panel, ink, _GHOST, panel),
    )
    if not is_same or under != base.under:
        found = replace(found, under_pale=_tint(under, panel, [bar, panel, under]))
    if not is_same or over != base.over:
        found = replace(found, over_pale=_tint(over, panel, [bar, panel, over, found.under_pale]))
    rest = [one for one in cycle if one not in (under, over)]
    return replace(found, runs=_runs(found, base, rest, ink))


def _of_cycle(cycle: Sequence[str], bar: str, panel: str) -> tuple[str, str] | None:
    """Return the first bluish and the first orange colour that can be those of gaps, or None."""
    cold = [one for one in cycle if 200 <= _hue(one) <= 310]
    warm = [one for one in cycle if 45 <= _hue(one) <= 85]
    pairs = itertools.product(cold, warm)
    return next((pair for pair in pairs if are_gaps(*pair, bar, panel)), None)


def _is_akin(run: str, gap: str) -> bool:
    """Return whether two colours have the same name: blue, or orange."""
    hues = _hue(run), _hue(gap)
    return min(hues) >= 0 and abs((hues[0] - hues[1] + 180) % 360 - 180) < _TURN


@cache
def _hue(colour: str) -> float:
    """Return the angle of a colour in CIELAB in degrees; -1 of what is nearly grey."""
    _, red, yellow = lab(colour)
    return float(np.degrees(np.arctan2(yellow, red)) % 360) if np.hypot(red, yellow) > 20 else -1


def _moved(base: Theme, bar: str, panel: str) -> tuple[str, str]:
    """Return a theme's colours of gaps, as little darker or lighter as makes them fit a panel."""
    ends = itertools.product(("#000000", "#ffffff"), repeat=2)
    moves = itertools.product(np.linspace(0, 0.7, 15), repeat=2)
    tried = sorted(itertools.product(moves, ends), key=lambda one: sum(one[0]))
    for (one, other), (first, second) in tried:
        pair = mix(base.under, first, one), mix(base.over, second, other)
        if are_gaps(*pair, bar, panel):
            return pair
    warnings.warn(
        f"style: under- and over-confident are hard to tell on axes.facecolor {panel}; "
        "a lighter or darker one leaves room for both",
        stacklevel=2,
    )
    return base.under, base.over


def _seen(colour: str, ink: str, minimum: float, *grounds: str) -> str:
    """Return a colour with as little ink as gives it a contrast to all grounds."""
    mixed = (mix(colour, ink, share) for share in _SHARES)
    seen = (one for one in mixed if min(contrast(one, ground) for ground in grounds) >= minimum)
    return next(seen, ink)


def _text(gap: str, known: str, text: str, ground: str) -> str:
    """Return a gap's colour for words on a ground: ``text`` is that for the ``known`` gap."""
    ink = max("#000000", "#ffffff", key=lambda plain: contrast(plain, ground))
    return _seen(text if gap == known else gap, ink, READABLE, ground)


def _line(theme: Theme, base: Theme, edge: str | None, gaps: tuple[str, str]) -> str:
    plain = base.ideal if theme.text == base.text else theme.text
    if edge is None or contrast(edge, theme.panel) < VISIBLE:
        return readable(plain, theme.panel, VISIBLE)
    is_gap = min(difference(edge, gap) for gap in gaps) <= NOT_A_GAP
    return readable(plain, theme.panel, VISIBLE) if is_gap else edge


def _tint(colour: str, panel: str, others: Sequence[str]) -> str:
    """Return the mixture of a colour and a panel that differs most from others."""
    mixed = (mix(colour, panel, share) for share in np.linspace(0.2, 0.8, 25))
    return max(mixed, key=lambda one: min(difference(one, other) for other in others))


def _runs(theme: Theme, base: Theme, cycle: Sequence[str], ink: str) -> tuple[str, ...]:
    """Return colours of all runs: as many of a cycle as can be, filled up from a theme's.

    Those of the theme get ink where that is needed, each in several shades to choose from.
    """
    grounds = (theme.background, theme.panel)
    own = [_seen(one, ink, VISIBLE, *grounds) for one in base.runs]
    if not cycle and are_runs(own, theme.under, theme.over, grounds):
        return tuple(own)
    known = dict.fromkeys(one for runs in (base, *THEMES.values()) for one in runs.runs)
    shades = [mix(one, ink, share) for one in known for share in _INKS]
    shades = [one for one in shades if are_runs([one], theme.under, theme.over, grounds)]
    taken: list[str] = []
    for one in cycle:
        if are_runs([*taken, one], theme.under, theme.over, grounds):
            taken.append(one)
    starts = [taken[:kept] for kept in range(min(len(taken), len(own)), 0, -1)]
    for start in [*starts, *([one] for one in shades)]:
        found = start
        while len(found) < len(own):
            more = ([*found, one] for one in shades)
            fit = [runs for runs in more if are_runs(runs, theme.under, theme.over, grounds)]
            if not fit:
                break
            found = max(fit, key=lambda runs: _nearest(runs[-1], runs[:-1]))
        if len(found) == len(own) and are_runs(found, theme.under, theme.over, grounds):
            return tuple(found)
    return tuple(own)


def _nearest(colour: str, others: Sequence[str]) -> float:
    return min((difference(colour, other) for other in others), default=0)
