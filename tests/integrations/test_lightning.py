"""Lightning's callback against the real trainer."""

from types import SimpleNamespace

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.run.ranks import ALONE, Rank
from tests.support.frameworks import (
    X_VAL,
    Y_VAL,
    X,
    Y,
    check_first_and_last,
    softmax,
    torch_network,
)

# Third-party packages warn about each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")


def module_of(lightning, torch):
    """Return a module that logs ``loss/train``."""

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.network = torch_network(torch)

        def forward(self, x):
            return self.network(x)

        def training_step(self, batch):
            loss = torch.nn.functional.cross_entropy(self(batch[0]), batch[1])
            self.log("loss/train", loss)
            return loss

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), 0.02)

    return Module()


def loader(torch, x, y, **options):
    data = torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y))
    return torch.utils.data.DataLoader(data, batch_size=50, **options)


@pytest.fixture
def frameworks():
    lightning = pytest.importorskip("lightning", reason="Lightning is not installed")
    import torch

    return lightning, torch


def test_lightning_records_what_the_module_predicts_and_logs(tmp_path, frameworks):
    lightning, torch = frameworks
    from anim.integrations.lightning import SnapshotCallback

    def probs():
        module.eval()
        with torch.no_grad():
            return softmax(module(torch.tensor(X_VAL)).numpy())

    def fit():
        module.train()
        trainer = lightning.Trainer(
            max_epochs=5, accelerator="cpu", logger=False, enable_checkpointing=False,
            enable_progress_bar=False, enable_model_summary=False, callbacks=[callback],
        )  # fmt: skip
        trainer.fit(module, loader(torch, X, Y, shuffle=True))

    module = module_of(lightning, torch)
    validation = loader(torch, X_VAL, Y_VAL)
    callback = SnapshotCallback(tmp_path / "run", validation, every=3, classes="abc")
    first = probs()
    fit()
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 3, 6, 9, 12, 15, 18, 20]
    check_first_and_last(run, first, probs())
    assert np.isfinite(run.metrics()["loss/train"][1:]).all()
    fit()
    run = anim.open(tmp_path / "run")
    assert run.steps[-1] == 40
    check_first_and_last(run, first, probs())


def test_a_process_of_many_predicts_all_examples_if_it_is_told_so(tmp_path, frameworks):
    lightning, _ = frameworks
    from anim.integrations.lightning import SnapshotCallback

    trainer = SimpleNamespace(
        strategy=lightning.pytorch.strategies.DDPStrategy(),
        global_rank=1,
        world_size=2,
        fast_dev_run=False,
    )
    for options, rank in (({}, Rank(1, 2)), ({"process_count": 1}, ALONE)):
        callback = SnapshotCallback(tmp_path / "r", **options)
        callback.setup(trainer, None, "fit")
        assert callback._rank == rank
    with pytest.raises(SettingError, match="process_count: expected one with"):
        SnapshotCallback(tmp_path / "r", process_index=1)
