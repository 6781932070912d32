"""What tests of statistics share."""

import jax
import jaxtyping
import pytest


@pytest.fixture
def doubles():
    """Compute in float64; in float32 where that is given."""
    with jax.enable_x64(True):
        yield


@pytest.fixture
def unchecked(monkeypatch):
    """Leave the shapes in signatures unchecked, as they are outside of tests."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
