"""How panels are painted: from the names in their table."""

from __future__ import annotations

import pkgutil

from anim.scene.panel import PanelKind
from anim.scene.strips import strip_kind
from anim.settings.panels import panel_of


def kind_of(name: str) -> PanelKind:
    """Return how to paint a panel.

    Args:
        name: a name in `anim.settings.PANELS`, or ``metric:NAME``.
    """
    panel = panel_of(name)
    return strip_kind(panel.strip) if panel.strip else pkgutil.resolve_name(panel.kind)
