"""How much of what takes long is tried."""

import pytest


def slow(*values: object) -> list:
    """Return parameters of a test that are tried with the tests that take long."""
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


def some_of(count: int, slow: int) -> list:
    """Return seeds: the first ones of tests that take long, the others of those for stress."""
    marks = [pytest.mark.slow] * slow + [pytest.mark.stress] * (count - slow)
    return [pytest.param(seed, marks=mark) for seed, mark in enumerate(marks)]
