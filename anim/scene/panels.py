"""Kinds of panels by name: those of bins have a module each, strips are drawn from their table."""

from __future__ import annotations

from anim.scene import counts, reliability
from anim.scene.kinds import Kind
from anim.scene.strips import strip_kind
from anim.settings.panels import panel_of

OF_BINS: dict[str, Kind] = {"reliability": reliability.KIND, "counts": counts.KIND}


def kind_of(name: str) -> Kind:
    """Return how to draw a panel.

    Args:
        name: a name in `anim.settings.PANELS`, or ``metric:NAME``.
    """
    strip = panel_of(name).strip
    return OF_BINS[name] if strip is None else strip_kind(strip)
