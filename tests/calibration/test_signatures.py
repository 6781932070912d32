"""Shapes and dtypes in signatures, which an option of pytest in pyproject.toml checks in tests."""

import subprocess
import sys

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from anim.calibration import bins, noise, proper_scores

COUNTS, SHARES = np.full(3, 10), np.full(3, 0.5)


@pytest.mark.parametrize(
    ("statistic", "arguments"),
    [
        (noise.wilson_interval, (COUNTS, COUNTS[:2])),
        (noise.consistency_band, (COUNTS, SHARES > 0)),
        (bins.width_sums, (SHARES, np.ones(4, bool), SHARES)),
        (proper_scores.brier_score, (np.full((4, 2), 0.5), np.zeros(4))),
    ],
)
def test_a_shape_or_dtype_that_a_signature_excludes_fails_a_test(statistic, arguments):
    with pytest.raises(TypeCheckError, match="Type-check error"):
        statistic(*arguments)


def test_users_do_not_pay_for_checks():
    code = "import sys, anim.calibration; assert 'beartype' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
