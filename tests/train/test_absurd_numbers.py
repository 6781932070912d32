"""Numbers of an experiment that no machine can take are one line, before anything is imported."""

import pytest

from anim.errors import SettingError
from anim.settings import Experiment, Picture, value_text
from anim.train import sweep

HUGE = int("9" * 400)


def short(value):
    """Return a name for a value; Python writes no integers of thousands of digits."""
    return value_text(value)[:12]


@pytest.mark.parametrize("name", ["train_size", "val_size", "epochs", "batch_size", "seed"])
@pytest.mark.parametrize(
    "value", [HUGE, -HUGE, 10**5000, float("nan"), float("inf"), "9", True], ids=short
)
def test_a_whole_number_that_is_absurd_is_refused(name, value):
    with pytest.raises(SettingError, match=rf"^{name}: expected a whole number") as found:
        Experiment(**{name: value})
    assert len(str(found.value)) < 400


@pytest.mark.parametrize("name", ["learning_rate", "noise", "gradient_noise", "weight_decay"])
@pytest.mark.parametrize("value", [HUGE, -HUGE, float("nan"), float("inf"), "1", None], ids=short)
def test_a_real_number_that_is_absurd_is_refused(name, value):
    with pytest.raises(SettingError, match=rf"^{name}: expected a number"):
        Experiment(**{name: value})


@pytest.mark.parametrize("name", ["fps", "seconds", "hold", "scale", "at"])
@pytest.mark.parametrize(
    "value", [HUGE, -HUGE, 10**5000, float("nan"), float("inf"), "1"], ids=short
)
def test_a_number_of_a_picture_that_is_absurd_is_refused(name, value):
    with pytest.raises(SettingError, match=rf"^{name}: expected a number") as found:
        Picture(**{name: value})
    assert len(str(found.value)) < 400


@pytest.mark.parametrize(
    "value", [(HUGE, 240), (10**5000, 10**5000), (-HUGE, 4), (float("nan"), 9)]
)
def test_a_size_that_is_absurd_is_refused(value):
    with pytest.raises(SettingError, match=r"^size: expected"):
        Picture(size=value)


@pytest.mark.parametrize("hidden", [(HUGE,), (3,) * 65, (10**5000,)], ids=["wide", "deep", "huge"])
def test_a_network_that_is_absurd_is_refused(hidden):
    with pytest.raises(SettingError, match=r"^hidden: expected"):
        Experiment(hidden=hidden)


@pytest.mark.parametrize(
    "text", ["depth=1,2000000", "hidden=3,999999999", "epochs=1," + "9" * 400, "seed=1,1e400"]
)
def test_a_sweep_over_absurd_values_is_refused(text):
    with pytest.raises(SettingError):
        sweep.experiments({"sweep": text})
