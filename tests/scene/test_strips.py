"""Strips: scalars over time, drawn from entries of the table of panels."""

import numpy as np
import pytest
from matplotlib.text import Annotation

import anim
from anim.compose import compose_views
from anim.errors import SettingError
from anim.metrics import CHANCE, names_of
from anim.page import page_data
from anim.panels.curve import pieces
from anim.scene.marks import area
from anim.settings import PANELS, Picture
from anim.settings.panels import Panel, Strip
from tests.support.seeing import check_texts, compose, texts_of


def a_run(values=(0.3, 0.2, 0.1), steps=None, **options):
    """Return a run with a recorded scalar, ``rate``."""
    with anim.Recorder(labels=[0, 1], **options) as recorder:
        for step, value in enumerate(values):
            recorder.snapshot(step, probs=[0.2, 0.7], metrics={"rate": value})
    return recorder.run()


def drawn(run, **picture):
    """Return the scene, and its last shot."""
    reel, scene = compose([run], Picture(hold=0, **picture))
    return scene, reel.at(None)


def drawn_values(scene, shot, run, name):
    """Return the values of the line of a series: its places, undone by the axis that is drawn."""
    scene.update(shot)
    axes = scene.figure.axes[-1]
    line = next(one for one in axes.get_lines() if len(one.get_xdata()) == len(run))
    numbers = [
        (text.xy[1], float(text.get_text()))
        for text in axes.texts
        if isinstance(text, Annotation) and text.xyann[0] < 0 and text.get_text()
    ]
    (low, first), *_, (high, last) = sorted(numbers)
    return first + (line.get_ydata() - low) / (high - low) * (last - first)


def shown(scene, shot):
    return [text.get_text() for text in texts_of(scene, shot)]


@pytest.fixture
def brier(monkeypatch):
    """Add a panel to the table, as a contributor would."""
    strip = Strip(series={"brier": "measured"}, title="Brier score")
    panel = Panel(name="brier", shows="the Brier score over time", strip=strip)
    monkeypatch.setitem(PANELS, "brier", panel)


@pytest.mark.parametrize("name", ["gap", CHANCE, "mce", "smooth_ece", "classwise_ece"])
def test_a_strip_draws_any_metric(monkeypatch, name):
    strip = Strip(series={name: name}, title=name)
    monkeypatch.setitem(PANELS, name, Panel(name=name, shows=name, strip=strip))
    run = a_run()
    scene, shot = drawn(run, panels=(name,))
    np.testing.assert_allclose(drawn_values(scene, shot, run, name), run.errors()[name])


@pytest.mark.usefixtures("brier")
def test_an_entry_of_the_table_is_a_strip_of_a_picture_and_of_a_page():
    run = a_run()
    scene, shot = drawn(run, panels=("reliability", "brier"))
    assert "Brier score" in shown(scene, shot)
    np.testing.assert_allclose(drawn_values(scene, shot, run, "brier"), run.metrics()["brier"])
    picture = Picture(panels=("brier",))
    page = page_data(compose_views([run], picture, ["confidence"]), picture)
    (strip,) = page["strips"]
    assert strip["title"] == "Brier score"
    assert [line["mark"] for line in strip["lines"]] == ["solid"]


def test_a_panel_outside_of_the_table_is_an_error():
    with pytest.raises(SettingError, match=r"panels: expected one of .*got 'brier'"):
        Picture(panels=("brier",))


@pytest.mark.parametrize(
    ("values", "label"),
    [([3e-4, 1e-4, 2e-4], "rate ×10⁻⁴"), ([0, 1e7, 2e7], "rate ×10⁷"), ([0.5, -3, 1], "rate")],
)
def test_the_axis_of_a_recorded_scalar_names_its_power_of_ten(values, label):
    scene, shot = drawn(a_run(values), panels=("reliability", "metric:rate"))
    assert label in shown(scene, shot)
    check_texts(scene, shot)


def test_a_series_that_no_run_has_is_an_error_that_names_the_known_ones():
    with pytest.raises(SettingError, match=r"panels: no run has speed, only .*rate"):
        drawn(a_run(), panels=("metric:speed",))


def test_a_strip_draws_the_error_by_chance_without_bands():
    run = a_run()
    scene, shot = drawn(run, panels=(f"metric:{CHANCE}",), band=False)
    np.testing.assert_allclose(drawn_values(scene, shot, run, CHANCE), run.chance())


@pytest.mark.parametrize("has_scores", [True, False])
def test_the_error_for_a_series_that_no_run_has_lists_every_series_that_can_be_drawn(has_scores):
    run = a_run(keep="float32" if has_scores else "top")
    with pytest.raises(SettingError, match=r"no run has zz, only ") as caught:
        drawn(run, panels=("metric:zz",), band=False)
    listed = caught.value.problem.partition("only ")[2].split(", ")
    names = names_of("errors", has_scores, has_proper_scores=True)
    assert sorted(listed) == sorted(["rate", *names])


def test_a_recorded_temperature_is_not_that_of_a_recalibration():
    with anim.Recorder(labels=[0, 1]) as recorder:
        recorder.snapshot(0, probs=[0.2, 0.7], metrics={"temperature": 21.5})
    with pytest.raises(SettingError, match=r"no run has temperature.*--calibrate temperature"):
        drawn(recorder.run(), panels=("temperature",))


@pytest.mark.parametrize("position", [0, 0.3, 1])
def test_a_strip_shows_what_is_to_come_as_a_ghost(position):
    reel, scene = compose([a_run((0.3, 0.2, 0.1))], Picture(panels=("metric:rate",), pace="step"))
    scene.update(reel.at_position(position))
    axes = scene.figure.axes[-1]
    ghost, *moving = sorted(axes.get_lines()[-4:], key=lambda line: line.get_zorder())
    assert len(ghost.get_xdata()) == 3
    assert ghost.get_xdata()[-1] == 1
    now, line, head = moving
    assert now.get_xdata()[0] == pytest.approx(position)
    assert line.get_xdata()[-1] == head.get_xdata()[0] == pytest.approx(position)


def test_an_area_is_broken_where_an_end_is_nan():
    low = np.array([0, 1, np.nan, 3, np.nan, 5, 6])
    high = np.array([1, 2, np.nan, 4, 5, 6, np.nan])
    x = np.arange(7.0)
    at = pieces(np.isfinite(low) & np.isfinite(high))
    assert at == [slice(0, 2)]
    outline = area(x, low, high, at)
    assert {tuple(corner) for corner in outline.vertices.tolist()} == {
        (0, 0),
        (1, 1),
        (1, 2),
        (0, 1),
    }
    assert len(area(x, low * np.nan, high, []).vertices) == 0
