"""Another curve is an entry of the table, and the functions that it names."""

import numpy as np
import pytest

import anim
from anim.calibration import Interval
from anim.calibration.smooth import Curve
from anim.errors import SettingError
from anim.settings import CURVES, CurveKind, Picture
from tests.support.predictions import model
from tests.support.seeing import compose, texts_of


def flat_curve(scores, hits, points):
    """Return the same share at every place."""
    distance = np.abs(0.25 - np.asarray(scores)).mean()
    return Curve(np.full(points, 0.25), np.full(points, float(len(scores))), distance)


def flat_band(scores, hits, points, band):
    """Return the same band at every place."""
    return Interval(np.full(points, 0.125), np.full(points, 0.375))


@pytest.fixture
def run():
    logits, labels = model(200, classes=3)
    return anim.from_arrays([0], labels, logits=logits[None])


def register(monkeypatch, **entry):
    flat = CurveKind(name="flat", shows="constant", function=f"{__name__}:flat_curve", **entry)
    monkeypatch.setitem(CURVES, "flat", flat)


def drawn(run):
    """Return the track of the flat curve, and the texts of its picture."""
    reel, scene = compose([run], Picture(curve="flat"))
    texts = [text.get_text() for text in texts_of(scene, reel.at(None))]
    return reel.tracks[0], texts


def test_an_entry_and_its_functions_are_enough_for_a_curve(monkeypatch, run):
    register(monkeypatch, band=f"{__name__}:flat_band")
    track, texts = drawn(run)
    # It is shown where there are examples, and they say how far it is off.
    is_known = np.isfinite(track.curve)
    assert 0.4 < is_known.mean() < 1
    assert (track.curve[is_known] == 0.25).all()
    assert track.misses[0] == pytest.approx(track.says[0] - 0.25, abs=1e-6)
    np.testing.assert_array_equal(track.band[0, :, 0], [0.125, 0.375])
    assert "faint part: may be chance" in texts
    assert any("curve misses the line by" in text for text in texts)


def test_a_curve_without_a_band_is_drawn_without_one(monkeypatch, run):
    register(monkeypatch)
    track, texts = drawn(run)
    assert track.band is None
    assert "as often as it says" in texts
    assert "faint part: may be chance" not in texts


def test_the_band_of_a_curve_that_has_none_is_an_error(monkeypatch, run):
    register(monkeypatch)
    with pytest.raises(SettingError, match="kind: expected a curve with a band, got 'flat'"):
        run.curve_band(kind="flat")


def test_an_unknown_curve_is_an_error_that_names_those_of_the_table(monkeypatch):
    register(monkeypatch)
    with pytest.raises(SettingError, match="expected one of bars, smooth, isotonic, flat, got"):
        Picture(curve="wavy")
