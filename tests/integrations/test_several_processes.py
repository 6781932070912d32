"""Callbacks in several processes: each predicts a part of the examples, and records it."""

import numpy as np
import pytest

import anim
from tests.support.processes import TORCH, run_ranks

pytestmark = pytest.mark.slow

# What each process imports: 53 examples, whose logits are their features plus the step.
DATA = """
import os
import numpy as np
import torch
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset
from tests.integrations.test_several_processes import FEATURES, LABELS
path = sys.argv[4]
dataset = TensorDataset(torch.from_numpy(FEATURES), torch.from_numpy(LABELS))
loader = DataLoader(dataset, batch_size=4)

def linear():
    model = torch.nn.Linear(3, 3)
    torch.nn.init.eye_(model.weight)
    torch.nn.init.zeros_(model.bias)
    return model
"""
# As torchrun sets it.
ENVIRONMENT = """
import os, sys
rank, count, port = map(int, sys.argv[1:4])
os.environ.update(
    RANK=str(rank), LOCAL_RANK=str(rank), GROUP_RANK="0", WORLD_SIZE=str(count),
    LOCAL_WORLD_SIZE=str(count), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port),
    TORCHELASTIC_RUN_ID="run", CUDA_VISIBLE_DEVICES="",
)
"""
FEATURES = np.random.default_rng(0).normal(size=(53, 3)).astype(np.float32)
LABELS = np.arange(53) % 3


def check(path, steps):
    run = anim.open(path)
    assert run.steps.tolist() == steps
    np.testing.assert_array_equal(run.labels, LABELS)
    np.testing.assert_allclose(run.logits(0), FEATURES, rtol=1e-6)
    return run


SNAPSHOTS = """
from torch.nn.parallel import DistributedDataParallel
from torch.distributed.fsdp import fully_shard
from anim.integrations.torch import Snapshots

plain = DistributedDataParallel(linear())
sampled = DataLoader(dataset, batch_size=4, sampler=DistributedSampler(dataset, shuffle=False))
divided = linear()
fully_shard(divided)
for name, model, batches in (
    ("plain", plain, loader), ("sampled", plain, sampled), ("divided", divided, loader)
):
    def make(**options):
        given = f"{path}/{name}", model, batches
        return Snapshots(*given, outputs="logits", on_error="raise", **options)

    with make() as snapshots:
        for step in range(3):
            snapshots(step)
    with make(resume=True) as again:
        again(3)
"""


def test_snapshots_of_ddp_and_fsdp_are_of_all_examples(tmp_path):
    run_ranks(TORCH + DATA + SNAPSHOTS, 2, tmp_path)
    for name in ("plain", "sampled", "divided"):
        run = check(tmp_path / name, [0, 1, 2, 3])
        np.testing.assert_allclose(run.logits(3), FEATURES, rtol=1e-6)


LIGHTNING = """
import lightning.pytorch as pl
from anim.integrations.lightning import SnapshotCallback

class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = linear()

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch, index):
        x, y = batch
        loss = torch.nn.functional.cross_entropy(self(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, index):
        pass

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

for name, given in (("own", None), ("given", loader)):
    callback = SnapshotCallback(f"{path}/{name}", given, outputs="logits", on_error="raise")
    trainer = pl.Trainer(
        accelerator="cpu", devices=count, strategy="ddp", max_epochs=2, callbacks=[callback],
        logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Module(), DataLoader(dataset, batch_size=8), loader)
"""


def test_lightning_predicts_on_every_process(tmp_path):
    run_ranks(ENVIRONMENT + DATA + LIGHTNING, 2, tmp_path)
    for name in ("own", "given"):
        run = check(tmp_path / name, [0, 4, 8])
        assert "train_loss" in run.recorded


TRANSFORMERS = """
import transformers
from anim.integrations.transformers import SnapshotCallback

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.net = linear()

    def forward(self, x, labels=None):
        logits = self.net(x)
        if labels is None:
            return {"logits": logits}
        return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}

rows = [{"x": FEATURES[i], "labels": int(LABELS[i])} for i in range(len(LABELS))]
trainer = transformers.Trainer(
    model=Model(),
    args=transformers.TrainingArguments(
        f"{path}/out", num_train_epochs=2, per_device_train_batch_size=8, use_cpu=True,
        per_device_eval_batch_size=4, report_to=[], save_strategy="no", disable_tqdm=True,
        logging_steps=2,
    ),
    train_dataset=rows,
    eval_dataset=rows,
    callbacks=[SnapshotCallback(f"{path}/run", outputs="logits", on_error="raise")],
)
trainer.train()
"""


def test_transformers_predicts_on_every_process(tmp_path):
    run_ranks(ENVIRONMENT + DATA + TRANSFORMERS, 2, tmp_path)
    run = check(tmp_path / "run", [0, 4, 8])
    assert "loss" in run.recorded


# As of a model that is divided: each forward pass needs all processes.
JOINT = """
import warnings
import anim
from anim.integrations.torch import Snapshots
from anim.run.store.processes import session
warnings.simplefilter("ignore")
session.LEAVE_LIMIT = 5.0

class Joint(torch.nn.Module):
    is_broken = False

    def forward(self, x):
        torch.distributed.all_reduce(torch.zeros(1))
        return x * float("nan") if self.is_broken else x

model = Joint()
with Snapshots(path, model, loader, every=2, outputs="logits") as snapshots:
    for step in range(9):
        model.is_broken = rank == 1 and step == 4
        snapshots(step)
print(snapshots._recorder.has_stopped)
"""


def test_no_process_waits_for_one_whose_recording_stopped(tmp_path):
    said = run_ranks(TORCH + DATA + JOINT, 2, tmp_path / "run")
    assert "True" in said[1]
    assert anim.open(tmp_path / "run").steps.tolist() == [0, 2]
