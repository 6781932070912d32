"""What tests of statistics share."""

import jax
import pytest


@pytest.fixture
def doubles():
    """Compute in float64; in float32 where that is given."""
    with jax.enable_x64(True):
        yield
