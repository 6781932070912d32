"""Recorders of this process and readers of what they record."""

import numpy as np

import anim


def test_opening_waits_for_what_this_process_handed_over(tmp_path):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 100_000)
    recorder = anim.Recorder(tmp_path / "run", labels=labels)
    for step in range(4):
        recorder.snapshot(step, logits=rng.normal(size=(100_000, 10)))
        np.testing.assert_array_equal(anim.open(tmp_path / "run").steps, range(step + 1))
    recorder.close()
    assert len(anim.open(tmp_path / "run")) == 4
