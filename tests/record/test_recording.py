"""Recordings made of files."""

import numpy as np

from anim.record import record
from tests.support.saved_predictions import LABELS, PROBS


def test_paths_may_be_strings(tmp_path):
    np.savez(tmp_path / "p_3.npz", probs=PROBS[0], labels=LABELS)
    run = record([str(tmp_path / "p_3.npz")], str(tmp_path / "out"))
    assert run.steps.tolist() == [3]
    np.testing.assert_allclose(run.probs(0), PROBS[0], atol=1e-6)
