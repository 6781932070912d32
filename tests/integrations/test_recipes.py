"""Ignite, Accelerate, skorch and fastai: accuracies that they print, and the same weights."""

import numpy as np
import pytest

import anim
from tests.support.frameworks import (
    X_VAL,
    Y_VAL,
    X,
    Y,
    assert_same_bits,
    seed_all,
    state_of,
    torch_network,
)

# Third-party packages warn about each other; what matters here are values.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.slow]
torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from torch.nn.functional import cross_entropy  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

from anim.integrations.torch import Snapshots  # noqa: E402

TRAIN = TensorDataset(torch.tensor(X), torch.tensor(Y))
VAL = TensorDataset(torch.tensor(X_VAL), torch.tensor(Y_VAL))


def check_same_bits(train):
    """Train with and without a recording, and assert that nothing else differs."""
    states = []
    for record in (True, False):
        seed_all(torch)
        states.append(train(record))
    assert_same_bits(*states)


def test_ignite_records_by_a_handler():
    engines = pytest.importorskip("ignite.engine", reason="Ignite is not installed")
    from ignite.metrics import Accuracy

    def train(record):
        model, printed = torch_network(torch), []
        loader, val_loader = DataLoader(TRAIN, 20, shuffle=True), DataLoader(VAL, 30)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        trainer = engines.create_supervised_trainer(model, optimizer, cross_entropy)
        evaluator = engines.create_supervised_evaluator(model, metrics={"accuracy": Accuracy()})

        def evaluate(engine):
            printed.append(evaluator.run(val_loader).metrics["accuracy"])

        when = engines.Events.STARTED | engines.Events.EPOCH_COMPLETED
        trainer.add_event_handler(when, evaluate)
        if record:
            snapshots = Snapshots(None, model, val_loader, on_error="raise")
            trainer.add_event_handler(when, lambda engine: snapshots(engine.state.iteration))
        trainer.run(loader, max_epochs=2)
        state = state_of(torch, model)
        if record:
            run = snapshots.run()
            assert run.steps.tolist() == [0, 10, 20]
            np.testing.assert_allclose(run.metrics()["accuracy"], printed, atol=1e-6)
        return state

    check_same_bits(train)


@pytest.mark.parametrize("precision", ["no", "bf16"])
def test_accelerate_records_what_it_prepared(precision):
    accelerate = pytest.importorskip("accelerate", reason="accelerate is not installed")

    def train(record):
        accelerate.state.AcceleratorState._reset_state(reset_partial_state=True)
        accelerator = accelerate.Accelerator(
            cpu=True, mixed_precision=precision, gradient_accumulation_steps=3
        )
        model = torch_network(torch)
        model, optimizer, loader, val_loader = accelerator.prepare(
            model, torch.optim.SGD(model.parameters(), 0.1),
            DataLoader(TRAIN, 20, shuffle=True), DataLoader(VAL, 30),
        )  # fmt: skip
        snapshots = Snapshots(None, model, val_loader, on_error="raise") if record else int
        for x, y in loader:
            snapshots()
            with accelerator.accumulate(model):
                accelerator.backward(cross_entropy(model(x), y))
                optimizer.step()
                optimizer.zero_grad()
        snapshots()
        state = state_of(torch, accelerator.unwrap_model(model))
        model.eval()
        with torch.no_grad():
            hits = [(model(x).argmax(1) == y).float() for x, y in val_loader]
        if record:
            accuracy = snapshots.run().metrics()["accuracy"]
            assert len(accuracy) == 11
            np.testing.assert_allclose(accuracy[-1], torch.cat(hits).mean(), atol=1e-6)
        return state

    check_same_bits(train)


def net_of(record, **options):
    skorch = pytest.importorskip("skorch", reason="skorch is not installed")
    from skorch.dataset import Dataset
    from skorch.helper import predefined_split

    from anim.integrations.skorch import SnapshotCallback

    model = torch.nn.Sequential(*torch_network(torch), torch.nn.Softmax(-1))
    callbacks = [SnapshotCallback(None, on_error="raise", **options)] if record else []
    return skorch.NeuralNetClassifier(
        model, max_epochs=3, lr=0.1, batch_size=50, verbose=0, iterator_train__shuffle=True,
        callbacks=callbacks, train_split=predefined_split(Dataset(X_VAL, Y_VAL)),
    )  # fmt: skip


def test_skorch_records_its_validation_split():
    def train(record):
        net = net_of(record).fit(X, Y)
        state = state_of(torch, net.module_)
        if record:
            run = net.callbacks[0].run()
            assert run.steps.tolist() == [0, 4, 8, 12]
            printed = net.history[:, "valid_acc"]
            np.testing.assert_allclose(run.metrics()["accuracy"][1:], printed, atol=1e-6)
            np.testing.assert_allclose(run.probs(3), net.predict_proba(X_VAL), atol=1e-6)
        return state

    # The first import of skorch draws random numbers.
    net_of(True)
    check_same_bits(train)


def test_a_loader_that_cannot_be_recorded_does_not_end_a_training_of_skorch():
    net = net_of(False)
    from anim.integrations.skorch import SnapshotCallback

    sampler = torch.utils.data.WeightedRandomSampler([1.0] * len(X_VAL), len(X_VAL))
    callback = SnapshotCallback(None)
    net.set_params(callbacks=[callback], iterator_valid__sampler=sampler)
    with pytest.warns(UserWarning, match="nothing is recorded: .* got a sampler with") as caught:
        net.fit(X, Y)
    assert sum("nothing is recorded" in str(one.message) for one in caught) == 1
    assert len(net.history) == 3
    with pytest.raises(RuntimeError, match="nothing is recorded yet"):
        callback.run()
    net.set_params(callbacks=[SnapshotCallback(None, on_error="raise")])
    with pytest.raises(ValueError, match="sampler with replacement"):
        net.fit(X, Y)


def test_a_fastai_learner_without_validation_data_trains_on():
    fastai = pytest.importorskip("fastai.basics", reason="fastai is not installed")
    from anim.integrations.fastai import SnapshotCallback

    class TrainOnly(fastai.Learner):
        def _do_epoch_validate(self, *_, **__):
            pass

    data = fastai.DataLoaders(fastai.DataLoader(TRAIN, bs=20, num_workers=0))
    learner = TrainOnly(
        data, torch_network(torch), loss_func=fastai.CrossEntropyLossFlat(),
        cbs=SnapshotCallback(None), default_cbs=False,
    )  # fmt: skip
    learner.add_cb(fastai.TrainEvalCallback())
    with pytest.warns(UserWarning, match="nothing is recorded: IndexError"):
        learner.fit(1, 1e-2)


def test_skorch_clones_a_net_with_the_callback_and_each_records_its_own():
    clone = pytest.importorskip("sklearn.base", reason="scikit-learn is not installed").clone
    net = net_of(True, every=5).fit(X, Y)
    other = clone(net)
    other.fit(X, Y)
    assert net.callbacks[0].run().steps.tolist() == [0, 5, 10]
    assert other.callbacks[0].run().steps.tolist() == [0, 5, 10]


def test_skorch_searches_with_a_path_and_refuses_it_in_a_later_script(tmp_path):
    selection = pytest.importorskip("sklearn.model_selection")
    from anim.integrations.skorch import SnapshotCallback

    net = net_of(False)
    net.set_params(callbacks=[SnapshotCallback(tmp_path / "run")])
    search = selection.GridSearchCV(net, {"max_epochs": [1, 2]}, cv=2, error_score="raise")
    search.fit(X, Y)
    assert anim.open(tmp_path / "run").steps[0] == 0
    with pytest.raises(anim.RecordingError, match=r"resume=True .* overwrite=True"):
        SnapshotCallback(tmp_path / "run")


def test_fastai_refuses_a_recording_before_the_training(tmp_path):
    pytest.importorskip("fastai.basics", reason="fastai is not installed")
    from anim.integrations.fastai import SnapshotCallback

    with anim.Recorder(tmp_path / "run", labels=Y_VAL) as recorder:
        recorder.snapshot(0, logits=4 * np.eye(3)[Y_VAL])
    with pytest.raises(anim.RecordingError, match=r"resume=True .* overwrite=True"):
        SnapshotCallback(tmp_path / "run")
    SnapshotCallback(tmp_path / "run", overwrite=True)


@pytest.mark.parametrize("framework", ["skorch", "fastai"])
@pytest.mark.parametrize(
    ("options", "error", "problem"),
    [
        ({"evry": 5}, TypeError, "unexpected keyword argument 'evry'"),
        ({"model": None}, TypeError, "unexpected keyword argument 'model'"),
        ({"every": 0}, ValueError, "every: "),
        ({"outputs": "scores"}, ValueError, "outputs: "),
        ({"on_error": "ignore"}, ValueError, "on_error: "),
        ({"keep": "float64"}, ValueError, "keep: "),
        ({"resume": True, "overwrite": True}, ValueError, "resume: cannot be used with overwrite"),
        ({"unpack": 3}, TypeError, "unpack: expected a function, got int"),
    ],
)
def test_a_wrong_option_of_a_callback_is_an_error_before_the_training(
    framework, options, error, problem
):
    pytest.importorskip(framework, reason=f"{framework} is not installed")
    module = pytest.importorskip(f"anim.integrations.{framework}")
    with pytest.raises(error, match=problem):
        module.SnapshotCallback(None, **options)
    module.SnapshotCallback(None, every=5, unpack=lambda batch: batch, keep="top", outputs="probs")


def test_fastai_records_its_validation_data(tmp_path):
    fastai = pytest.importorskip("fastai.basics", reason="fastai is not installed")
    from anim.integrations.fastai import SnapshotCallback

    def train(record):
        data = fastai.DataLoaders.from_dsets(TRAIN, VAL, bs=20, num_workers=0)
        callback = SnapshotCallback(tmp_path / "run" if record else None, on_error="raise")
        learner = fastai.Learner(
            data, torch_network(torch), loss_func=fastai.CrossEntropyLossFlat(),
            metrics=fastai.accuracy, cbs=[callback] if record else [],
        )  # fmt: skip
        learner.fit(2, 1e-2)
        printed = [values[-1] for values in learner.recorder.values]
        learner.fit(1, 1e-3)
        printed += [learner.recorder.values[-1][-1]]
        state = state_of(torch, learner.model)
        if record:
            run = anim.open(tmp_path / "run")
            assert run.steps.tolist() == [0, 10, 20, 30]
            np.testing.assert_allclose(run.metrics()["accuracy"][1:], printed, atol=1e-6)
        return state

    check_same_bits(train)
