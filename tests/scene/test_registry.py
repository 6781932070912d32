"""Every panel of the table can be painted."""

import numpy as np
import pytest
from anim.scene.panel import PanelKind
from anim.scene.registry import kind_of

import anim
from anim.settings import PANELS, Picture
from anim.settings.panels import Panel
from tests.support.seeing import compose


class EmptyPanel:
    """A panel that draws its axes only."""

    def __init__(self, stage, place):
        stage.label(stage.axes(place), x="nothing")
        self.artists = []

    def update(self, shot):
        """Do nothing."""


EMPTY = PanelKind(build=EmptyPanel, legend=lambda stage: (), weight=1, above=20, below=40)


@pytest.mark.parametrize("name", [*PANELS, "metric:rate"])
def test_a_panel_has_a_kind_that_agrees_on_whether_it_shows_time(name):
    kind = kind_of(name)
    assert isinstance(kind, PanelKind)
    assert kind.shows_time == (name not in ("reliability", "counts"))


def test_an_entry_and_a_class_are_enough_for_a_panel(monkeypatch):
    panel = Panel(name="empty", shows="nothing", kind=f"{__name__}:EMPTY")
    monkeypatch.setitem(PANELS, "empty", panel)
    run = anim.from_arrays([0], [0, 1], probs=np.array([[0.2, 0.7]]))
    reel, scene = compose([run], Picture(panels=("empty", "accuracy")))
    scene.draw(reel.at(None))
    assert [axes.get_xlabel() for axes in scene.figure.axes] == ["nothing", "step"]
