"""Another view is a class of the table of views, and the phrase of its help."""

from dataclasses import dataclass

import numpy as np
import pytest

import anim
from anim.calibration import View, views
from anim.compose import compose_views, views_to_choose
from anim.scene import Scene
from anim.settings import Picture, settings_of
from anim.settings.views import VIEW_PHRASES, views_in_words
from tests.support.predictions import model
from tests.support.seeing import texts_of


@dataclass(frozen=True)
class RankView(View):
    """The score of rank r, and how often the label has it."""

    r: int = 2
    pattern = "rank:R"
    fewest, most = 3, 8

    @property
    def name(self):
        return f"rank:{self.r}"

    @classmethod
    def parsed(cls, argument, classes):
        return cls(int(argument))

    @classmethod
    def offered(cls, classes):
        return ["rank:2"]

    def scores(self, probs):
        return probs.sort(axis=1)[:, -self.r]

    def hits(self, values, predicted, labels):
        of_label = values[np.arange(len(labels)), labels]
        return (values > of_label[:, None]).sum(1) == self.r - 1

    def label(self, classes):
        return f"score of rank {self.r}"


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(views, "VIEWS", (*views.VIEWS, RankView))
    logits, labels = model(500, classes=4)
    return anim.from_arrays([0], labels, logits=logits[None])


def test_a_class_is_enough_for_a_view(run):
    probs, labels = run.probs(0), run.labels
    bins = run.reliability("rank:2")
    expected = np.argsort(probs, axis=1)[:, -2] == labels
    assert bins.counts.shape == (1, 8)
    assert bins.hits.sum() == expected.sum()


@pytest.mark.parametrize(("words", "mark"), [("plain", "  →"), ("field", "")])
def test_a_view_says_what_its_scores_are(run, words, mark):
    picture = Picture(view="rank:2", words=words)
    ((reel, subject),) = compose_views([run], picture, ["rank:2"])
    texts = {text.get_text() for text in texts_of(Scene(subject, reel, picture), reel.at(None))}
    assert f"score of rank 2{mark}" in texts


def test_a_page_offers_the_views_that_say_so(run):
    of_classes = [f"class:{name}" for name in run.classes]
    assert views_to_choose([run], Picture()) == ["confidence", *of_classes, "rank:2"]
    assert views_to_choose([run], Picture(view="confidence")) == ["confidence"]


def test_help_names_every_view_and_its_numbers_of_bins():
    assert list(VIEW_PHRASES) == [view.pattern for view in views.VIEWS]
    help_ = {one.name: one for one in settings_of(Picture)}
    assert views_in_words() in help_["view"].help
    assert views_in_words().endswith(
        " or classes (a panel for each class, of many for the worst 12)"
    )
    score, *others = views.VIEWS
    assert score.has_even_bins
    assert {(view.fewest, view.most, view.has_even_bins) for view in others} == {(5, 20, False)}
    limits = f"an even number from {score.fewest} to {score.most} for the {score.pattern} view"
    assert help_["bins"].default_text == (
        f"one for each 25 examples, if there is room: {limits}, else 5 to 20"
    )
