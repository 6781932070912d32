"""Scalars that are recorded beside the predictions."""

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from anim.errors import SettingError
from anim.run.scalars import MOST_SCALARS, checked_metrics, is_recordable, with_names


def test_numbers_of_any_library_become_floats():
    given = {"a": 1, "b": np.float32(0.5), "c": jnp.float32(0.25), "d": np.array(2)}
    assert checked_metrics(given) == {"a": 1.0, "b": 0.5, "c": 0.25, "d": 2.0}
    given = {"a": jnp.ones(1, jnp.bfloat16), "b": Fraction(1, 4), "c": 10**30, "d": True}
    assert checked_metrics(given) == {"a": 1.0, "b": 0.25, "c": 1e30, "d": 1.0}
    assert checked_metrics(None) == {}


@pytest.mark.parametrize("name", ["accuracy", "ece", "brier_within"])
def test_the_name_of_a_computed_metric_is_refused_and_another_is_suggested(name):
    with pytest.raises(SettingError, match=f"'{name}' is computed .* such as 'train_{name}'"):
        checked_metrics({name: 0.5})


@pytest.mark.parametrize(
    ("metrics", "problem"),
    [
        ({"loss": "low"}, "loss: expected a number, got 'low'"),
        ({"loss": [1, 2]}, "loss: expected a number"),
        ({"../loss": 1}, "a non-empty string that does not begin with '.' or '_', got '../loss'"),
        ({"": 1}, "expected a non-empty string .*, got ''"),
        ({3: 1}, "expected a non-empty string .*, got 3"),
        ({"ä" * 34: 1}, "at most 200 bytes"),
        ({"loss": None}, "loss: expected a number, got None"),
        ({"loss": 1j}, "loss: expected a number"),
        ({"loss": "0.5"}, "loss: expected a number, got '0.5'"),
        ({"loss": np.zeros(0)}, "loss: expected a number"),
        ({"loss": np.datetime64("2026-01-01")}, "loss: expected a number"),
        ({"loss": 10**400}, "loss: expected a number"),
        ({"a\nb": 1}, "expected printable characters on one line, got 'a"),
        ({"a\u202eb": 1}, "expected printable characters on one line, got 'a"),
        ([("loss", 1)], "expected a mapping from names to numbers, got list"),
    ],
)
def test_the_error_for_a_wrong_scalar_says_what_is_wrong(metrics, problem):
    with pytest.raises(SettingError, match=problem):
        checked_metrics(metrics)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("loss", True),
        ("1/loss", True),
        ("a" * 200, True),
        ("a" * 201, False),
        ("accuracy", False),
        ("", False),
        (".loss", False),
        ("_loss", False),
        (3, False),
    ],
)
def test_a_name_is_recordable_if_and_only_if_it_is_accepted(name, expected):
    assert is_recordable(name) == expected
    if expected:
        assert checked_metrics({name: 1}) == {name: 1.0}
    else:
        with pytest.raises(SettingError, match=r"^metrics: "):
            checked_metrics({name: 1})


def test_a_recording_has_at_most_as_many_names_as_a_reader_takes():
    known = frozenset(str(i) for i in range(MOST_SCALARS - 1))
    assert with_names(known, {"0": 1.0}) is known
    full = with_names(known, {"loss": 1.0})
    assert len(full) == MOST_SCALARS
    with pytest.raises(SettingError, match=r"at most 4,096 names .*, got 4,097; new is 'more'"):
        with_names(full, {"loss": 1.0, "more": 2.0})
