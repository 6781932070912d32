"""Options that were given, but change nothing in the outputs that were asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from anim.settings.fields import ANIMATION, PAGE, STILL, option_of, settings_of
from anim.settings.picture import Picture

_NAMES = {ANIMATION: "animations", STILL: "stills", PAGE: "pages"}
# What only these panels show.
_OF_PANELS = {
    "band": ("reliability",),
    "curve": ("reliability",),
    "bins": ("reliability", "counts"),
    "binning": ("reliability", "counts"),
}


def without_effect(
    given: Collection[str], picture: Picture, kinds: Collection[str], runs: int
) -> Iterator[str]:
    """Yield a sentence for each option without an effect.

    Args:
        given: names of the settings that were given.
        picture: the settings.
        kinds: of the outputs: ``animation``, ``still``, ``page``.
        runs: the number of runs that are shown.
    """
    for one in settings_of(Picture):
        if one.name in given and not one.applies_to & frozenset(kinds):
            names = " and ".join(name for kind, name in _NAMES.items() if kind in kinds)
            yield f"{one.flag} has no effect on {names}"
    for name, panels in _OF_PANELS.items():
        if name in given and not set(panels) & set(picture.shown_panels):
            yield f"{option_of(name)} has no effect without the panel {' or '.join(panels)}"
    if "align" in given and runs == 1:
        yield "--align has no effect on a single run"
    if "overlay" in given and picture.shown_runs(runs) == 1:
        yield "--overlay has no effect on a single run"
