"""Lightning's callback under precisions, strategies, loaders and kinds of trainings."""

import numpy as np
import pytest

import anim
from tests.support.frameworks import (
    X_VAL,
    Y_VAL,
    X,
    Y,
    assert_same_bits,
    noisy_data,
    seed_all,
    softmax,
    state_of,
    torch_network,
)
from tests.support.subprocesses import run_python

# Third-party packages warn about each other; what matters here are values.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.slow]
lightning = pytest.importorskip("lightning", reason="Lightning is not installed")

import torch  # noqa: E402
from torch.utils.data import DataLoader, Subset, TensorDataset  # noqa: E402

from anim.integrations.lightning import SnapshotCallback  # noqa: E402


class Module(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.network = torch_network(torch)
        self.seen = []

    def forward(self, x):
        return self.network(x)

    def training_step(self, batch):
        return torch.nn.functional.cross_entropy(self(batch[0]), batch[1])

    def validation_step(self, batch, batch_idx=0, dataloader_idx=0):
        logits = self(batch[0])
        self.seen.append(softmax(logits.float().numpy()))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)


class TwoOptimizers(Module):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False

    def training_step(self, batch):
        for optimizer in self.optimizers():
            optimizer.zero_grad()
            self.manual_backward(super().training_step(batch))
            optimizer.step()

    def configure_optimizers(self):
        halves = self.network[0].parameters(), self.network[3].parameters()
        return [torch.optim.SGD(half, 0.05) for half in halves]


class AugmentsOnDevice(Module):
    """Augments batches, but not those of a validation, as a GPU pipeline does."""

    def on_after_batch_transfer(self, batch, dataloader_idx):
        if self.trainer.training:
            return [batch[0] + torch.randn_like(batch[0]), batch[1]]
        return batch


def loader(x=X, y=Y, **options):
    data = TensorDataset(torch.tensor(x), torch.tensor(y))
    return DataLoader(data, **{"batch_size": 20, **options})


def validation(**options):
    return loader(X_VAL, Y_VAL, **options)


def fit(callback, module=None, *, val=None, train=None, ckpt_path=None, **options):
    given = {
        "max_epochs": 2, "accelerator": "cpu", "logger": False, "enable_checkpointing": False,
        "enable_progress_bar": False, "enable_model_summary": False, **options,
    }  # fmt: skip
    callbacks = [] if callback is None else [callback]
    trainer = lightning.Trainer(callbacks=callbacks, **given)
    module = Module() if module is None else module
    trainer.fit(module, train or loader(shuffle=True), val, ckpt_path=ckpt_path)
    return module, trainer


@pytest.mark.parametrize(
    "precision", ["32-true", "64-true", "bf16-true", "16-true", "bf16-mixed", "16-mixed"]
)
def test_predictions_are_those_of_the_trainers_own_validation(precision):
    callback = SnapshotCallback(None, on_error="raise")
    module, _ = fit(callback, val=validation(batch_size=100), precision=precision)
    run = callback.run()
    assert run.steps.tolist() == [0, 10, 20]
    # The first is that of the check before the training.
    for i, expected in enumerate(module.seen):
        np.testing.assert_allclose(run.probs(i), expected, atol=2e-3 if "16" in precision else 1e-6)


@pytest.mark.parametrize("record", ["loader", "trainer"])
def test_a_training_has_the_same_bits_with_and_without_the_callback(record):
    def trained(callback):
        seed_all(torch)
        examples = noisy_data(torch)
        train = DataLoader(Subset(examples, range(200)), 20, shuffle=True)
        val = DataLoader(Subset(examples, range(200, 300)), 30)
        given = [val] if record == "loader" else []
        ours = SnapshotCallback(None, *given, every=3, on_error="raise") if callback else None
        module, _ = fit(ours, train=train, val=val)
        return state_of(torch, module)

    assert_same_bits(trained(True), trained(False))


def test_a_loader_that_shuffles_is_read_in_the_order_of_its_data():
    callback = SnapshotCallback(None, validation(shuffle=True))
    fit(callback, max_epochs=1)
    np.testing.assert_array_equal(callback.run().labels, Y_VAL)


@pytest.mark.parametrize("kind", [lambda b: {"x": b[0], "labels": b[1]}, lambda b: (b[0], 0, b[1])])
def test_other_batches_are_unpacked(kind):
    batches = [kind(batch) for batch in validation()]
    unpack = (lambda b: (b[0], b[2])) if isinstance(batches[0], tuple) else None
    callback = SnapshotCallback(None, batches, unpack=unpack, on_error="raise")
    module, _ = fit(callback, max_epochs=1)
    with torch.no_grad():
        expected = softmax(module.eval()(torch.tensor(X_VAL)).numpy())
    np.testing.assert_allclose(callback.run().probs(1), expected, atol=1e-6)


class Data(lightning.LightningDataModule):
    def train_dataloader(self):
        return loader(shuffle=True)

    def val_dataloader(self):
        return validation(batch_size=100)


def test_a_data_module_gives_the_loader_even_if_it_validates_late():
    callback, module = SnapshotCallback(None, on_error="raise"), Module()
    trainer = lightning.Trainer(
        max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, callbacks=[callback],
        check_val_every_n_epoch=2, num_sanity_val_steps=0,
    )  # fmt: skip
    trainer.fit(module, datamodule=Data())
    assert callback.run().steps.tolist() == [0, 10, 20]
    np.testing.assert_allclose(callback.run().probs(2), module.seen[-1], atol=1e-6)


def test_limit_val_batches_limits_the_trainers_own_loader():
    callback = SnapshotCallback(None)
    fit(callback, val=validation(), limit_val_batches=2)
    np.testing.assert_array_equal(callback.run().labels, Y_VAL[:40])


@pytest.mark.parametrize(
    ("val", "options", "problem"),
    [
        (None, {}, "one validation loader, got none; pass one"),
        ("two", {}, "one validation loader, got 2; pass one"),
        ("one", {"limit_val_batches": 0}, "one validation loader, got none; pass one"),
    ],
)
def test_a_trainer_without_one_validation_loader_trains_on(val, options, problem):
    val = {"one": validation(), "two": [validation(), validation()]}.get(val)
    with pytest.warns(UserWarning, match=problem):
        _, trainer = fit(SnapshotCallback(None), val=val, **options)
    assert trainer.global_step == 20


def test_steps_of_several_optimizers_are_counted_as_lightning_counts_them():
    callback = SnapshotCallback(None, validation(), every=5, on_error="raise")
    _, trainer = fit(callback, TwoOptimizers(), max_epochs=1)
    assert trainer.global_step == 20
    assert callback.run().steps.tolist() == [0, 6, 10, 16, 20]


def test_hooks_for_batches_see_a_validation():
    callback, module = SnapshotCallback(None, on_error="raise"), AugmentsOnDevice()
    fit(callback, module, val=validation(batch_size=100))
    np.testing.assert_allclose(callback.run().probs(2), module.seen[-1], atol=1e-6)


def test_a_trial_run_leaves_no_recording(tmp_path):
    callback = SnapshotCallback(tmp_path / "run", validation(), on_error="raise")
    fit(callback, fast_dev_run=True)
    assert not (tmp_path / "run").exists()
    assert callback.run().steps.tolist() == [0, 1]
    fit(callback, max_epochs=1)
    assert anim.open(tmp_path / "run").steps.tolist() == [0, 10]


def test_a_training_from_a_checkpoint_drops_what_came_after_it(tmp_path):
    def callback():
        return SnapshotCallback(tmp_path / "run", validation(), every=5, resume=True)

    _, trainer = fit(callback(), max_epochs=1)
    trainer.save_checkpoint(tmp_path / "10.ckpt")
    fit(callback(), max_epochs=2, ckpt_path=tmp_path / "10.ckpt")
    module, _ = fit(callback(), max_epochs=3, ckpt_path=tmp_path / "10.ckpt")
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 5, 10, 15, 20, 25, 30]
    with torch.no_grad():
        expected = softmax(module.eval()(torch.tensor(X_VAL)).numpy())
    np.testing.assert_allclose(run.probs(6), expected, atol=1e-6)


def test_an_error_in_the_forward_pass_does_not_end_the_training():
    def forward(module, inputs):
        raise RuntimeError("no such layer")

    with pytest.warns(UserWarning, match=r"stopped at step 0: RuntimeError: no such layer"):
        _, trainer = fit(SnapshotCallback(None, validation(), forward=forward))
    assert trainer.global_step == 20


@pytest.mark.parametrize("processes", [1, 2])
def test_processes_of_ddp_train_with_the_callback(tmp_path, processes):
    code = DDP.format(processes=processes)
    env = {"MASTER_ADDR": "127.0.0.1"}
    run_python(code, tmp_path / "run", env=env)
    run = anim.open(tmp_path / "run")
    assert len(run.labels) == sum(len(y) for _, y in validation())
    assert run.steps[-1] == -(-len(loader().dataset) // (loader().batch_size * processes))


DDP = """
import sys, warnings
warnings.simplefilter("default")
import lightning, torch
from anim.integrations.lightning import SnapshotCallback
from tests.integrations.test_lightning_loops import Module, loader, validation

if __name__ == "__main__":
    trainer = lightning.Trainer(
        max_epochs=1, accelerator="cpu", devices={processes}, strategy="ddp_spawn", logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
        callbacks=[SnapshotCallback(sys.argv[1], validation())],
    )
    trainer.fit(Module(), loader())
"""
