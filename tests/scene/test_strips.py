"""Strips: scalars over time, drawn from entries of the table of panels."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import anim
from anim.compose import compose_views
from anim.errors import SettingError
from anim.metrics import CHANCE, names_of
from anim.page import page_data
from anim.scene.marks import Area
from anim.settings import PANELS, Picture
from anim.settings.panels import LOG2, UNIT, ZERO_BASED, Panel, Strip
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
    scene.update(shot)
    (line,) = scene.figure.axes[-1].get_lines()
    np.testing.assert_allclose(line.get_ydata()[:3], run.errors()[name])


@pytest.mark.usefixtures("brier")
def test_an_entry_of_the_table_is_a_strip_of_a_picture_and_of_a_page():
    run = a_run()
    scene, shot = drawn(run, panels=("reliability", "brier"))
    assert "Brier score" in shown(scene, shot)
    (line,) = scene.figure.axes[-1].get_lines()
    np.testing.assert_allclose(line.get_ydata()[:3], run.metrics()["brier"])
    picture = Picture(panels=("brier",))
    page = page_data(compose_views([run], picture, ["confidence"]), picture)
    assert page["strips"] == [
        {
            "title": "Brier score",
            "series": [("brier", "measured")],
            "scale": ZERO_BASED,
            "needsRecalibration": False,
        }
    ]


def test_a_panel_outside_of_the_table_is_an_error():
    with pytest.raises(SettingError, match=r"panels: expected one of .*got 'brier'"):
        Picture(panels=("brier",))


def test_a_strip_up_to_1_begins_at_a_tenth_below_its_values(monkeypatch):
    strip = Strip(series={"rate": "rate"}, title="rate", scale=UNIT)
    monkeypatch.setitem(PANELS, "rate", Panel(name="rate", shows="rate", strip=strip))
    scene, _ = drawn(a_run((0.5, 0.95, 0.75)), panels=("rate",))
    assert scene.figure.axes[-1].get_ylim() == (0.4, 1.0)


def test_a_logarithmic_strip_has_ticks_at_powers_of_2_and_1_among_them(monkeypatch):
    strip = Strip(series={"rate": "rate"}, title="rate", scale=LOG2)
    monkeypatch.setitem(PANELS, "rate", Panel(name="rate", shows="rate", strip=strip))
    scene, _ = drawn(a_run((1 / 8, 2, 16)), panels=("rate",))
    axes = scene.figure.axes[-1]
    low, high = axes.get_ylim()
    assert low < 1 / 8 < 16 < high
    ticks = axes.get_yticks()
    assert 1 in ticks
    np.testing.assert_array_equal(np.log2(ticks) % 1, 0)


@pytest.mark.parametrize(
    ("values", "label"),
    [([3e-4, 1e-4, 2e-4], "rate ×10⁻⁴"), ([0, 1e7, 2e7], "rate ×10⁷"), ([0.5, -3, 1], "rate")],
)
def test_the_axis_of_a_recorded_scalar_names_its_power_of_ten(values, label):
    scene, shot = drawn(a_run(values), panels=("reliability", "metric:rate"))
    assert label in shown(scene, shot)
    check_texts(scene, shot)
    low, high = scene.figure.axes[-1].get_ylim()
    assert low <= min(values) < max(values) <= high <= 1.2 * max(np.abs(values))


def test_a_series_that_no_run_has_is_an_error_that_names_the_known_ones():
    with pytest.raises(SettingError, match=r"panels: no run has speed, only .*rate"):
        drawn(a_run(), panels=("metric:speed",))


def test_a_strip_draws_the_error_by_chance_without_bands():
    run = a_run()
    scene, shot = drawn(run, panels=(f"metric:{CHANCE}",), band=False)
    scene.update(shot)
    (line,) = scene.figure.axes[-1].get_lines()
    np.testing.assert_allclose(line.get_ydata()[:3], run.chance())


@pytest.mark.parametrize("has_scores", [True, False])
def test_the_error_for_a_series_that_no_run_has_lists_every_series_that_can_be_drawn(has_scores):
    run = a_run(keep="float32" if has_scores else "top")
    with pytest.raises(SettingError, match=r"no run has zz, only ") as caught:
        drawn(run, panels=("metric:zz",), band=False)
    listed = caught.value.problem.partition("only ")[2].split(", ")
    assert sorted(listed) == sorted(["rate", *names_of("errors", has_scores)])


def test_a_recorded_temperature_is_not_that_of_a_recalibration():
    with anim.Recorder(labels=[0, 1]) as recorder:
        recorder.snapshot(0, probs=[0.2, 0.7], metrics={"temperature": 21.5})
    with pytest.raises(SettingError, match=r"no run has temperature.*--calibrate temperature"):
        drawn(recorder.run(), panels=("temperature",))


def test_an_area_has_a_gap_where_an_end_is_nan():
    area = Area(Figure().add_subplot())
    area.place(
        np.arange(6.0),
        np.array([[0, 1], [1, 2], [np.nan, np.nan], [3, 4], [np.nan, 5], [5, 6]], float),
    )
    corners = [{tuple(corner) for corner in path.vertices.tolist()} for path in area.get_paths()]
    assert corners == [{(0, 0), (1, 1), (1, 2), (0, 1)}, {(3, 3), (3, 4)}, {(5, 5), (5, 6)}]
