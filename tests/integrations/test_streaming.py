"""Callbacks record batch by batch, as what all predictions together look like."""

import gc
import weakref

import numpy as np
import pytest

import anim
from anim.integrations.base import CallbackRecorder
from tests.support.predictions import softmax

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

from anim.integrations.torch import Snapshots  # noqa: E402

RNG = np.random.default_rng(5)
LABELS = RNG.integers(0, 3, 60)
LOGITS = (RNG.normal(size=(60, 3)) * 3).astype(np.float32)
PROBS = softmax(LOGITS)


def recorded(*batches, **options):
    """Record batches of (predictions, what the model says); return the recorder and the passes."""
    recorder = CallbackRecorder(None, None, every=None, outputs=None, options={}, **options)
    recorder.begin()
    passes = []

    def stream():
        passes.append(1)
        start = 0
        for values, declared in batches:
            yield values, LABELS[start : start + len(values)], declared
            start += len(values)

    recorder.collect(0, stream)
    return recorder, len(passes)


def likely(*batches, declared=None):
    return [(values, declared) for values in batches]


def test_one_pass_records_what_the_first_batch_looks_like():
    for values, kind in ((LOGITS, "logits"), (PROBS, "probs")):
        for make in (np.asarray, torch.from_numpy):
            recorder, passes = recorded(*likely(make(values[:20]), make(values[20:])))
            assert (recorder.run().kind, passes) == (kind, 1)
            np.testing.assert_array_equal(recorder.run().snapshots[0][kind], values)


def test_logits_whose_first_batch_looks_like_probabilities_are_computed_again():
    values = LOGITS.copy()
    values[:4] = PROBS[:4]
    recorder, passes = recorded(*likely(values[:4], values[4:]))
    assert passes == 2
    np.testing.assert_array_equal(recorder.run().logits(0), values)


def test_probabilities_of_one_output_are_declared_by_all_batches():
    one = PROBS[:, 0]
    with pytest.raises(ValueError, match="for a model with one output, got None"):
        recorded(*likely(one[:20], one[20:]))
    with pytest.raises(ValueError, match="for a model with one output, got None"):
        recorded((one[:20], "probs"), (one[20:], None))
    # Labels of two classes.
    LABELS_OF_TWO = np.minimum(LABELS, 1)
    recorder = CallbackRecorder(None, LABELS_OF_TWO, every=None, outputs=None, options={})
    recorder.begin()
    recorder.collect(0, lambda: ((one[rows], None, "probs") for rows in (slice(20), slice(20, 60))))
    np.testing.assert_allclose(recorder.run().probs(0)[:, 1], one)


def test_one_output_beyond_1_in_a_later_batch_is_a_logit():
    labels = np.minimum(LABELS, 1)
    values = np.concatenate([PROBS[:20, 0], LOGITS[20:, 0]])
    recorder = CallbackRecorder(None, labels, every=None, outputs=None, options={})
    recorder.begin()
    recorder.collect(0, lambda: ((values[rows], None, None) for rows in (slice(20), slice(20, 60))))
    np.testing.assert_array_equal(recorder.run().logits(0)[:, 1], values)


def test_what_is_neither_is_refused_as_a_whole():
    mixed = LOGITS.copy()
    mixed[:20] = PROBS[:20]
    with pytest.raises(ValueError, match="expected either logits or probabilities, got 20 of 60"):
        recorded(*likely(mixed[:20], mixed[20:]))
    with pytest.raises(ValueError, match="outputs: expected 'logits' or 'probs' for values in"):
        recorded(*likely(PROBS[:20] / 2, PROBS[20:] / 2))


def test_a_kind_that_changes_between_snapshots_is_refused():
    recorder, _ = recorded(*likely(LOGITS))
    with pytest.raises(ValueError, match="look like probs, and looked like logits before"):
        recorder.collect(1, lambda: ((values, LABELS, None) for values in [PROBS]))
    assert recorder.run().steps.tolist() == [0]


def test_an_error_in_a_batch_names_its_row_and_records_nothing():
    wrong = LOGITS.copy()
    wrong[41, 1] = np.nan
    recorder, _ = recorded(*likely(LOGITS))
    with pytest.raises(ValueError, match=r"finite numbers .* got nan at index \[41, 1\]"):
        recorder.collect(
            1, lambda: ((wrong[rows], LABELS[rows], None) for rows in (slice(30), slice(30, 60)))
        )
    assert recorder.run().steps.tolist() == [0]


class Watched(torch.nn.Module):
    """Counts how many of its outputs are alive when it is called."""

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(3, 50)
        self.alive, self.most = weakref.WeakSet(), 0

    def forward(self, x):
        gc.collect()
        self.most = max(self.most, len(self.alive))
        output = self.linear(x)
        self.alive.add(output)
        return output


@pytest.mark.slow
@pytest.mark.parametrize("keep", ["float32", "top"])
def test_the_outputs_of_a_model_are_not_kept(tmp_path, keep):
    loader = DataLoader(TensorDataset(torch.tensor(LOGITS), torch.tensor(LABELS)), batch_size=5)
    model = Watched()
    with Snapshots(tmp_path / "r", model, loader, keep=keep, on_error="raise") as snapshots:
        snapshots(0)
    assert model.most <= 1
    run = anim.open(tmp_path / "r")
    expected = model(torch.tensor(LOGITS)).detach().numpy()
    assert run.metrics()["accuracy"][0] == (expected.argmax(1) == LABELS).mean()
    assert ("nll" in run.snapshots[0]) == (keep == "top")


@pytest.mark.parametrize("how", ["at once", "in batches"])
@pytest.mark.parametrize("make", [np.asarray, torch.from_numpy])
@pytest.mark.parametrize("values", [LOGITS, PROBS], ids=["logits", "probs"])
def test_a_snapshot_with_nan_is_skipped_whatever_the_others_are(values, make, how):
    recorder = CallbackRecorder(None, None, every=None, outputs=None, options={"nan": "skip"})
    recorder.begin()

    def record(step, given):
        parts = [(make(given[rows]), LABELS[rows], None) for rows in np.split(np.arange(60), 3)]
        if how == "in batches":
            recorder.collect(step, lambda: (part for part in parts))
        else:
            recorder.take(step, lambda: (given, LABELS))

    broken = [values.copy() for _ in range(4)]
    broken[0][5], broken[1][25, 1], broken[2][:], broken[3][:20] = np.nan, np.nan, np.nan, np.inf
    for step, given in enumerate([broken[0], values, *broken[1:], values]):
        if given is values:
            record(step, given)
        else:
            with pytest.warns(UserWarning, match=f"^step {step} is skipped: "):
                record(step, given)
    run = recorder.run()
    assert run.steps.tolist() == [1, 5]
    np.testing.assert_array_equal(run.snapshots[1][run.kind], values)
