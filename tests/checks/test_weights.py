import ml_dtypes
import numpy as np
import pytest

from anim.checks.weights import checked_weights
from anim.errors import ElementError, SettingError


def test_weights_are_float64():
    for given in ([1, 0, 2.5], np.array([[1], [0], [2.5]], np.float32)):
        found = checked_weights(given, 3)
        assert found.dtype == np.float64
        assert found.tolist() == [1, 0, 2.5]
    assert checked_weights(np.array([2, 3], ml_dtypes.bfloat16), 2).tolist() == [2, 3]


@pytest.mark.parametrize("wrong", [-1, np.nan, np.inf])
def test_what_is_no_weight_is_named(wrong):
    with pytest.raises(ElementError, match=r"weights: expected finite numbers >= 0, .* at index 1"):
        checked_weights([1, wrong], 2)


def test_other_shapes_and_types_are_refused():
    with pytest.raises(SettingError, match=r"weights: expected shape \[3\], got \[2\]"):
        checked_weights([1, 2], 3)
    with pytest.raises(SettingError, match="weights: expected numbers"):
        checked_weights(["a", "b"], 2)
