"""Whatever process is killed, a recording of several holds whole snapshots, and goes on."""

import multiprocessing
import os
import random
import time
from pathlib import Path

import numpy as np
import pytest

import anim
from anim.run.store.processes import session

RANKS, EXAMPLES, STEPS = 4, 50, 60
LABELS = np.arange(EXAMPLES) % 3


def logits(step):
    return np.random.default_rng(step).normal(size=(EXAMPLES, 3)).astype(np.float32)


def record(path, rank):
    """What a process does: it takes up the recording where it ended."""
    session.LEAVE_LIMIT = 2.0
    index = np.arange(rank, EXAMPLES, RANKS)
    with anim.Recorder(
        path,
        labels=LABELS[index],
        index=index,
        process_index=rank,
        process_count=RANKS,
        timeout=5.0,
        resume=True,
    ) as recorder:
        last = -1 if recorder.last_step is None else recorder.last_step
        for step in range(last + 1, STEPS):
            recorder.snapshot(step, logits=logits(step)[index])
            time.sleep(0.005)


def check(path):
    """Return how many snapshots there are, all of them whole."""
    try:
        run = anim.open(path)
    except anim.RecordingError as error:
        # All of it before the first snapshot.
        known = ("no recording", "is not a recording", "no snapshot yet")
        assert any(words in str(error) for words in known), error
        return 0
    assert run.steps.tolist() == list(range(len(run)))
    np.testing.assert_array_equal(run.labels, LABELS)
    for step in range(len(run)):
        np.testing.assert_array_equal(run.logits(step), logits(step))
    return len(run)


def start(context, path):
    children = [context.Process(target=record, args=(path, rank)) for rank in range(RANKS)]
    for child in children:
        child.start()
    return children


def end(children):
    for child in children:
        child.kill()
        child.join()


def kill_one(context, path: Path, chance: random.Random):
    """Start all processes, kill one of them, and look at what is there; return what is left."""
    before, children = check(path), start(context, path)
    time.sleep(chance.uniform(0, 0.5))
    chance.choice(children).kill()
    if chance.random() < 0.7:
        # As a launcher does.
        end(children)
        children = []
    assert check(path) >= before
    return children


@pytest.mark.parametrize(
    ("seed", "kills"),
    [
        pytest.param(0, 10, marks=pytest.mark.slow),
        *(pytest.param(seed, 10, marks=pytest.mark.stress) for seed in range(1, 10)),
    ],
)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes start too slowly without fork")
def test_a_recording_of_four_processes_outlives_any_of_them(tmp_path, seed, kills):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["anim.run.recorder", __name__])
    chance, path, left = random.Random(seed), tmp_path / "r", []
    for _ in range(kills):
        left += kill_one(context, path, chance)
    end(left)
    children = start(context, path)
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * RANKS
    assert check(path) == STEPS
