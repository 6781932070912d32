"""A recording on disk does what a list in memory does, whatever happens to its writers."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import anim

LABELS = np.arange(6) % 3
KEEPS = {"logits": "float16", "probs": "float32", "confidence": "float32"}
SERIES = ("loss", "train/rate")
SNAPSHOTS = st.fixed_dictionaries(
    {
        "distance": st.integers(1, 10),
        "seed": st.integers(0, 2**32),
        "metrics": st.dictionaries(st.sampled_from(SERIES), st.floats(width=64)),
    }
)
# Which snapshot to resume after: a share of those there are; None resumes after the last one.
LASTS = st.sampled_from([None, 0.1, 0.4, 0.6, 0.8, 1.0])


def snapshot_of(kind, seed):
    """Return the predictions of a snapshot, of any float32 values that the kind may have."""
    rng = np.random.default_rng(seed)
    if kind == "confidence":
        confidence = rng.random(6, dtype=np.float32)
        return {"confidence": confidence, "correct": rng.random(6) < 0.5}
    scores = rng.normal(size=(6, 3)).astype(np.float16).astype(np.float32)
    if kind == "probs":
        scores = np.exp(scores)
        scores /= scores.sum(1, keepdims=True)
    return {kind: scores}


def files_in(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


class RecordingMachine(RuleBasedStateMachine):
    """Appends, closes, kills and reopens; `self.model` is what the recording must hold."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "recording"
        # (step, predictions, metrics) of each snapshot.
        self.model = []

    def teardown(self):
        self.recorder = None
        shutil.rmtree(self.folder)

    def open_recorder(self, **options):
        options = {"classes": self.classes, "keep": KEEPS[self.kind], **options}
        self.recorder = anim.Recorder(self.path, labels=LABELS, **options)

    def reopen(self, last):
        """Resume after the last snapshot, or drop some of the snapshots."""
        if last is None or not self.model:
            self.open_recorder(resume=True)
        else:
            step = round(last * self.model[-1][0])
            self.open_recorder(resume=step)
            self.model = [entry for entry in self.model if entry[0] <= step]
        assert self.recorder.last_step == (self.model[-1][0] if self.model else None)

    def write(self, distance, seed, metrics):
        step = distance + (self.model[-1][0] if self.model else -1)
        predictions = snapshot_of(self.kind, seed)
        self.recorder.snapshot(step, **predictions, metrics=metrics)
        self.recorder.flush()
        return step, predictions, metrics

    @initialize(kind=st.sampled_from(sorted(KEEPS)), classes=st.sampled_from([None, "abc"]))
    def begin(self, kind, classes):
        self.kind, self.classes = kind, classes
        self.open_recorder()

    @rule(snapshots=st.lists(SNAPSHOTS, min_size=1, max_size=4))
    def append(self, snapshots):
        for snapshot in snapshots:
            self.model.append(self.write(**snapshot))

    @rule(is_killed=st.booleans(), last=LASTS)
    def stop_and_resume(self, is_killed, last):
        """Close the recorder, or forget it without closing as a killed process does."""
        if not is_killed:
            self.recorder.close()
        self.recorder = None
        self.reopen(last)

    @rule(snapshot=SNAPSHOTS, last=LASTS, data=st.data())
    def kill_while_appending_and_resume(self, snapshot, last, data):
        """Lose some of the files that an append writes, and the step, which is written last.

        An array is resized before its chunk is written: if `zarr.json` is lost, so are its chunks.
        """
        before = files_in(self.path)
        self.write(**snapshot)
        self.recorder = None
        after = files_in(self.path)
        changed = sorted(file for file in after if after[file] != before.get(file))
        steps = self.path / "steps" / "c" / "0"
        lost = data.draw(st.sets(st.sampled_from(changed)), label="lost") | {steps}
        arrays = {file.parent for file in lost if file.name == "zarr.json"}
        for file in changed:
            if file not in lost and arrays.isdisjoint(file.parents):
                continue
            if file in before:
                file.write_bytes(before[file])
            else:
                file.unlink()
        (steps.parent / "0.__lock").write_bytes(b"half-written")
        self.reopen(last)

    @precondition(lambda self: len(self.model) > 8)
    @rule(kind=st.sampled_from(sorted(KEEPS)), classes=st.sampled_from([None, "xyz"]))
    def overwrite(self, kind, classes):
        self.recorder.close()
        self.kind, self.classes, self.model = kind, classes, []
        self.open_recorder(overwrite=True)

    @invariant()
    def reads_back_what_the_model_holds(self):
        if not self.model:
            with pytest.raises(anim.RecordingError, match="no snapshot"):
                anim.open(self.path)
            return
        run = anim.open(self.path)
        assert run.steps.tolist() == [step for step, _, _ in self.model]
        assert run.kind == self.kind
        assert run.classes == tuple(self.classes or "012")
        np.testing.assert_array_equal(run.labels, LABELS)
        for i, (_, predictions, _) in enumerate(self.model):
            found = run.snapshots[i]
            assert found.keys() == predictions.keys()
            for name, values in predictions.items():
                np.testing.assert_array_equal(found[name], values)
        for name in SERIES:
            expected = [metrics.get(name, np.nan) for _, _, metrics in self.model]
            found = run.recorded.get(name, np.full(len(self.model), np.nan))
            np.testing.assert_array_equal(found, expected)


RecordingMachine.TestCase.settings = settings(
    max_examples=8,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    # Shrinking a failure takes minutes; as it is, it has few steps.
    phases=[Phase.generate],
)
test_a_recording_holds_what_was_committed = RecordingMachine.TestCase
