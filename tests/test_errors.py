"""Exceptions cross the border between processes."""

import pickle

import pytest

from anim.errors import DivergedError, NoRecalibrationError, SettingError

ERRORS = [
    SettingError("bins", "expected at least 1, got 0"),
    DivergedError(30, 0.1),
    NoRecalibrationError(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_that_was_pickled_is_the_same(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
