"""Pages with the player, for tests in a browser."""

import numpy as np

import anim
from anim.compose import compose_views, views_to_choose
from anim.page import page, page_data
from anim.settings import Picture

HOSTILE = '</script><img src=x onerror="alert(1)"><!-- {{7*7}} ${1} \u2028 & "quoted"'
STILL = {"reduced_motion": "reduce"}
PLAYER = "document.querySelector('calibration-player')"
INSIDE = f"{PLAYER}.shadowRoot.querySelector('.player')"


def a_run(classes=("no", "yes"), snapshots=6, examples=3000, seed=0):
    """A run whose accuracy rises with each snapshot."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, len(classes), examples)
    logits = rng.normal(size=(snapshots, examples, len(classes)))
    logits[:, np.arange(examples), labels] += np.linspace(0, 3, snapshots)[:, None]
    return anim.from_arrays(np.arange(snapshots) * 10, labels, logits=logits, classes=classes)


def data_of(runs, **options):
    """The data of a page that shows a run, or a list of runs."""
    runs = runs if isinstance(runs, list) else [runs]
    picture = Picture(**{"seconds": 2, "hold": 0.5, **options})
    return page_data(compose_views(runs, picture, views_to_choose(runs, picture)), picture)


def page_of(runs, **options):
    """The HTML of a page that shows a run, or a list of runs."""
    return page(data_of(runs, **options))


def ready(page):
    """The page, after the player has started."""
    page.wait_for_function(f"{PLAYER}.duration > 0")
    return page


def bins_at(page, step):
    """The bins of the first run at a step: bounds, count, accuracy and mean score."""
    page.evaluate(f"{PLAYER}.step = {step}")
    return page.evaluate(
        f"{PLAYER}.bins[0].map(b => [b.low, b.high, b.count, b.accuracy, b.confidence]"
        ".map(v => Number.isNaN(v) ? null : v))"
    )
