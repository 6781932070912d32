"""`Snapshots` in training loops of PyTorch."""

import random
from unittest.mock import Mock

import numpy as np
import pytest

import anim
from anim.errors import OtherRowsError, RecordingError
from tests.support.frameworks import (
    X_VAL,
    Y_VAL,
    X,
    Y,
    assert_same_bits,
    check_first_and_last,
    noisy_data,
    seed_all,
    softmax,
    state_of,
    torch_network,
)

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from torch.utils.data import DataLoader, Subset, TensorDataset  # noqa: E402

from anim.integrations.base import CallbackRecorder  # noqa: E402
from anim.integrations.torch import Snapshots, labels_of, logits_of, predictions_of  # noqa: E402

# Third-party packages warn about each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")
VAL = TensorDataset(torch.tensor(X_VAL), torch.tensor(Y_VAL))


def loader(**options):
    return DataLoader(VAL, **{"batch_size": 32, **options})


def probs_of(model):
    with torch.no_grad():
        model.eval()
        values = softmax(model(torch.tensor(X_VAL)).numpy())
        model.train()
    return values


def train(model, batches, snapshots, epochs=1):
    """Train, and call ``snapshots`` with the step before each step and after the last one."""
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    step = 0
    for _ in range(epochs):
        for x, y in batches:
            snapshots(step)
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
            step += 1
    snapshots(step)


def test_two_lines_record_what_the_model_predicts_in_evaluation_mode(tmp_path):
    model = torch_network(torch)
    first = probs_of(model)
    batches = DataLoader(TensorDataset(torch.tensor(X), torch.tensor(Y)), 20, shuffle=True)
    with Snapshots(tmp_path / "run", model, loader(), every=4, classes="abc") as snapshots:
        train(model, batches, snapshots, epochs=2)
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 4, 8, 12, 16, 20]
    assert run.labels.tolist() == Y_VAL.tolist()
    check_first_and_last(run, first, probs_of(model))


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("workers", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_training_has_the_same_bits_with_and_without_snapshots(shuffle, workers):
    def trained(record):
        seed_all(torch)
        model, examples = torch_network(torch), noisy_data(torch)
        batches = DataLoader(Subset(examples, range(200)), 20, shuffle=True)
        own = torch.Generator().manual_seed(7)
        val = DataLoader(
            Subset(examples, range(200, 300)),
            30,
            shuffle=shuffle,
            generator=own,
            num_workers=workers,
        )
        snapshots = Snapshots(None, model, val, on_error="raise") if record else lambda _: None
        train(model, batches, snapshots, epochs=2)
        if record:
            assert len(snapshots.run()) == 21
        drawn = torch.rand(3, generator=own).numpy()
        return [*state_of(torch, model), drawn, examples[0][0].numpy()]

    assert_same_bits(trained(True), trained(False))


def test_a_loader_that_shuffles_gives_each_prediction_its_own_label():
    model = torch_network(torch)
    snapshots = Snapshots(None, model, loader(shuffle=True))
    accuracy = (probs_of(model).argmax(1) == Y_VAL).mean()
    snapshots(0)
    snapshots(1)
    run = snapshots.run()
    np.testing.assert_allclose(run.metrics()["accuracy"], accuracy, atol=1e-6)
    np.testing.assert_array_equal(run.labels, Y_VAL)


class Shuffled:
    """An iterable that is no DataLoader, and shuffles."""

    calls = 0

    def __iter__(self):
        self.calls += 1
        order = np.random.default_rng(self.calls).permutation(len(X_VAL))
        yield torch.tensor(X_VAL)[order], torch.tensor(Y_VAL)[order]


def test_an_iterable_whose_labels_change_ends_the_recording_and_says_why():
    snapshots = Snapshots(None, torch_network(torch), Shuffled())
    snapshots(0)
    with pytest.warns(UserWarning, match="stopped at step 1: .* use shuffle=False"):
        snapshots(1)


@pytest.mark.parametrize("given", [loader(shuffle=True), Shuffled()])
def test_labels_of_a_loader_that_shuffles_are_refused(given):
    with pytest.raises(ValueError, match=r"^loader: expected the same order each time; pass shuf"):
        labels_of(given)


def test_logits_of_a_loader_that_shuffles_are_refused():
    with pytest.raises(ValueError, match="use predictions_of"):
        logits_of(torch_network(torch), loader(shuffle=True))


def test_one_pass_gives_predictions_and_labels_of_a_loader_that_shuffles():
    model = torch_network(torch)
    logits, labels = predictions_of(model, loader(shuffle=True))
    np.testing.assert_allclose(softmax(logits), probs_of(model), atol=1e-5)
    np.testing.assert_array_equal(labels, Y_VAL)


def test_labels_and_logits_of_a_loader_in_order_pair():
    model = torch_network(torch)
    np.testing.assert_array_equal(labels_of(loader()), Y_VAL)
    np.testing.assert_allclose(softmax(logits_of(model, loader())), probs_of(model), atol=1e-5)


def test_calls_without_a_step_are_counted():
    snapshots = Snapshots(None, torch_network(torch), loader(), every=3)
    for _ in range(8):
        snapshots()
    assert snapshots.run().steps.tolist() == [0, 3, 6]


def test_calls_without_a_step_count_on_where_a_recording_is_resumed(tmp_path):
    for _ in range(2):
        snapshots = Snapshots(tmp_path / "run", torch_network(torch), loader(), resume=True)
        for _ in range(3):
            snapshots()
        snapshots.close()
    assert anim.open(tmp_path / "run").steps.tolist() == [0, 1, 2, 3, 4]


def test_a_call_after_the_recording_was_closed_continues_it(tmp_path):
    for steps in ([0, 1, 2], [0, 1, 2, 3, 4]):
        snapshots = Snapshots(tmp_path / "run", torch_network(torch), loader(), resume=True)
        snapshots()
        snapshots()
        snapshots.close()
        snapshots()
        snapshots.close()
        assert anim.open(tmp_path / "run").steps.tolist() == steps


def test_steps_that_are_given_are_those_of_a_recording_that_is_resumed(tmp_path):
    for steps in ((0, 5), (5, 7)):
        with Snapshots(tmp_path / "run", torch_network(torch), loader(), resume=True) as snapshots:
            for step in steps:
                snapshots(step)
    assert anim.open(tmp_path / "run").steps.tolist() == [0, 5, 7]


@pytest.mark.parametrize("every", [None, 2])
def test_steps_that_begin_again_end_the_recording_and_say_so(every):
    snapshots = Snapshots(None, torch_network(torch), loader(), every=every)
    snapshots(0)
    snapshots(4)
    with pytest.warns(UserWarning, match="step: expected a step after 4, got 0"):
        snapshots(0)
    snapshots(8)
    assert snapshots.run().steps.tolist() == [0, 4]


def test_metrics_are_recorded_beside_the_predictions():
    snapshots = Snapshots(None, torch_network(torch), loader())
    snapshots(0, metrics={"loss": torch.tensor(0.5)})
    assert snapshots.run().metrics()["loss"].tolist() == [0.5]


@pytest.mark.filterwarnings("error")
def test_a_loss_with_its_graph_is_recorded_as_a_number():
    snapshots = Snapshots(None, torch_network(torch), loader(), on_error="raise")
    snapshots(0, metrics={"loss": torch.tensor(0.25, requires_grad=True) * 2})
    assert snapshots.run().recorded["loss"].tolist() == [0.5]


def test_an_error_does_not_end_the_training_unless_asked():
    def forward(model, inputs):
        raise RuntimeError("CUDA out of memory")

    with pytest.warns(UserWarning, match=r"stopped .*CUDA out of memory; the training goes on"):
        Snapshots(None, torch_network(torch), loader(), forward=forward)(0)
    with pytest.raises(RuntimeError, match="CUDA out of memory"):
        Snapshots(None, torch_network(torch), loader(), forward=forward, on_error="raise")(0)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_leaves_the_model_as_it_was(error):
    def forward(model, inputs):
        random.random()
        raise error

    model = torch_network(torch)
    before = state_of(torch, model)
    with pytest.raises(error):
        Snapshots(None, model, loader(), forward=forward)(0)
    assert_same_bits(before, state_of(torch, model))
    assert model.training
    assert torch.is_grad_enabled()


@pytest.mark.parametrize(
    ("model", "options", "problem"),
    [
        (len, {}, "model: expected a torch.nn.Module, got builtin_function_or_method"),
        (torch.nn.Linear(5, 3), {"outputs": "scores"}, "outputs"),
        (torch.nn.Linear(5, 3), {"every": 0}, "every"),
        (torch.nn.Linear(5, 3), {"on_error": "ignore"}, "on_error"),
        (torch.nn.Linear(5, 3), {"class": "abc"}, "class"),
    ],
)
def test_a_wrong_argument_is_an_error_before_the_training(model, options, problem):
    with pytest.raises((TypeError, ValueError), match=problem):
        Snapshots(None, model, loader(), **options)


def test_a_recording_is_closed_once_its_snapshots_are_gone(tmp_path):
    snapshots = Snapshots(tmp_path / "run", torch_network(torch), loader())
    snapshots(0)
    del snapshots
    anim.Recorder(tmp_path / "run", labels=Y_VAL, resume=True).close()


@pytest.mark.parametrize("path", ["run", None])
def test_one_of_many_processes_records_alone_if_it_is_told(tmp_path, monkeypatch, path):
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 1)
    path, options = path and tmp_path / path, {"process_count": 1, "on_error": "raise"}
    with Snapshots(path, torch_network(torch), loader(), **options) as snapshots:
        snapshots()
    assert len(snapshots.run().labels) == len(loader().dataset)


@pytest.mark.parametrize(
    ("path", "problem"),
    [("run", "make Snapshots after init_process_group"), (None, "need a path that all of them")],
)
def test_processes_that_cannot_record_together_train_on(tmp_path, monkeypatch, path, problem):
    path = path and tmp_path / path
    snapshots = Snapshots(path, torch_network(torch), loader())
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    with pytest.warns(UserWarning, match=problem) as caught:
        for _ in range(3):
            snapshots()
    assert len(caught) == 1
    assert not (tmp_path / "run").exists()


class Counting(torch.nn.Module):
    """Counts its calls; returns NaN from one of them on."""

    def __init__(self, broken=10**9):
        super().__init__()
        self.network, self.calls, self.broken = torch_network(torch), 0, broken

    def forward(self, x):
        self.calls += 1
        return self.network(x) * (float("nan") if self.calls > self.broken else 1)


@pytest.mark.parametrize("every", [None, 3])
@pytest.mark.parametrize("fails_by", ["nan", "metrics", "rows", "begin"])
def test_a_model_of_many_processes_predicts_as_often_once_the_recording_stopped(
    every, fails_by, monkeypatch
):
    def calls(fails):
        broken = 3 if fails and fails_by == "nan" else 10**9
        model, found = Counting(broken), []
        snapshots = Snapshots(None, model, loader(), every=every)
        # As of one of many processes, whose others are not needed here.
        snapshots._recorder.is_joint = True
        if fails and fails_by in ("rows", "begin"):
            # Others begin where only this process has other rows, and not where it is not there.
            error = OtherRowsError("rows") if fails_by == "rows" else RecordingError("others")
            monkeypatch.setattr(CallbackRecorder, "begin", Mock(side_effect=error))
        for step in (0, 2, 3, 4, 7, 8, 9, 30):
            if fails and fails_by == "metrics" and step == 3:
                snapshots._recorder._scalars = lambda _: 1 / 0
            snapshots(step)
            found.append(model.calls)
        return found, snapshots

    expected, whole = calls(fails=False)
    with pytest.warns(UserWarning, match="the training goes on without it"):
        found, stopped = calls(fails=True)
    assert found == ([0] * 8 if fails_by == "begin" else expected)
    assert len(whole.run()) == (8 if every is None else 5)
    assert stopped._recorder.has_stopped
