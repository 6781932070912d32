"""How a notebook shows a run: a renderer is looked up by name when a run is displayed.

A run knows nothing of drawing. As in Altair, `renderers` maps names to functions that return a MIME
bundle, and one of them is active.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable

from anim.errors import SettingError
from anim.run.protocol import RunLike

Renderer = Callable[[RunLike], dict[str, str]]


class Renderers:
    """The known renderers, one of which is active.

    Attributes:
        active: the name of the renderer that displays runs.
    """

    def __init__(self, known: dict[str, Renderer | str], active: str):
        self._known = dict(known)
        self.active = active

    def names(self) -> list[str]:
        """Return the names that `enable` accepts."""
        return sorted(self._known)

    def register(self, name: str, renderer: Renderer | str) -> None:
        """Add a renderer, or replace the one of this name.

        Args:
            name: for `enable`.
            renderer: a function from a run to its MIME bundle, such as ``{"text/html": "..."}``; or
                where to find it, as ``"package.module:function"``, imported when first displayed.
        """
        self._known[name] = renderer

    def enable(self, name: str) -> None:
        """Display runs with the renderer of this name from now on.

        Raises:
            SettingError: no renderer has this name.
        """
        if name not in self._known:
            known = ", ".join(self.names())
            raise SettingError("renderer", f"expected one of {known}, got {name!r}")
        self.active = name

    def bundle_of(self, run: RunLike) -> dict[str, str]:
        """Return the MIME bundle of a run, made by the active renderer."""
        renderer = self._known[self.active]
        if isinstance(renderer, str):
            renderer = pkgutil.resolve_name(renderer)
        return renderer(run)


def _text_of(run: RunLike) -> dict[str, str]:
    return {"text/plain": repr(run)}


renderers = Renderers(
    {"player": "anim.output.notebook:bundle_of", "text": _text_of}, active="player"
)
