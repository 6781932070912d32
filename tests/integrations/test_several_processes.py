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
from tests.integrations.test_several_processes import FEATURES, LABELS, TOKENS
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
# Of two tokens each, of which one or both count.
TOKENS = np.stack([LABELS, np.where(np.arange(53) % 2, -100, 1)], axis=1)


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

class Sharded(Module):
    def configure_model(self):
        from torch.distributed.fsdp import fully_shard
        fully_shard(self.net, mesh=self.device_mesh["data_parallel"])

class Divided(Module):
    def configure_model(self):
        from torch.distributed.tensor import Replicate
        from torch.distributed.tensor.parallel import ColwiseParallel, parallelize_module
        plan = ColwiseParallel(output_layouts=Replicate())
        parallelize_module(self.net, self.device_mesh["tensor_parallel"], plan)

class Older(pl.strategies.FSDPStrategy):
    # As on a GPU, which it asks for.
    root_device = torch.device("cpu")

    def _determine_device_ids(self):
        return []

    def _setup_model(self, model):
        from torch.distributed.fsdp import FullyShardedDataParallel
        return FullyShardedDataParallel(model, device_id=self.root_device, use_orig_params=True)

mesh = pl.strategies.ModelParallelStrategy
for name, kind, given, strategy in (
    ("own", Module, None, "ddp"),
    ("given", Module, loader, "ddp"),
    ("sharded", Sharded, None, mesh(data_parallel_size=2, tensor_parallel_size=1)),
    ("divided", Divided, None, mesh(data_parallel_size=1, tensor_parallel_size=2)),
    ("older", Module, None, Older(process_group_backend="gloo")),
):
    callback = SnapshotCallback(f"{path}/{name}", given, outputs="logits", on_error="raise")
    trainer = pl.Trainer(
        accelerator="cpu", devices=count, strategy=strategy, max_epochs=2, callbacks=[callback],
        logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(kind(), DataLoader(dataset, batch_size=8), loader)
"""


def test_lightning_predicts_on_every_process(tmp_path):
    run_ranks(ENVIRONMENT + DATA + LIGHTNING, 2, tmp_path)
    for name in ("own", "given", "sharded", "divided", "older"):
        # Those who predict the same examples are trained on the same ones.
        run = check(tmp_path / name, [0, 7, 14] if name == "divided" else [0, 4, 8])
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

class OfTokens(Model):
    def forward(self, x, labels=None):
        logits = self.net(x)
        if labels is None:
            return {"logits": logits}
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        return {"loss": loss, "logits": logits}

def train(name, model, rows):
    trainer = transformers.Trainer(
        model=model,
        args=transformers.TrainingArguments(
            f"{path}/out", num_train_epochs=2, per_device_train_batch_size=8, use_cpu=True,
            per_device_eval_batch_size=4, report_to=[], save_strategy="no", disable_tqdm=True,
            logging_steps=2,
        ),
        train_dataset=rows,
        eval_dataset=rows,
        callbacks=[SnapshotCallback(f"{path}/{name}", outputs="logits", on_error="raise")],
    )
    trainer.train()

train("run", Model(), [{"x": x, "labels": int(y)} for x, y in zip(FEATURES, LABELS)])
tokens = [{"x": np.stack([x, -x]), "labels": y} for x, y in zip(FEATURES, TOKENS.tolist())]
train("tokens", OfTokens(), tokens)
"""


def test_transformers_predicts_on_every_process(tmp_path):
    run_ranks(ENVIRONMENT + DATA + TRANSFORMERS, 2, tmp_path)
    run = check(tmp_path / "run", [0, 4, 8])
    assert "loss" in run.recorded
    run, counts = anim.open(tmp_path / "tokens"), TOKENS != -100
    assert run.steps.tolist() == [0, 4, 8]
    np.testing.assert_array_equal(run.labels, TOKENS[counts])
    expected = np.stack([FEATURES, -FEATURES], axis=1)[counts]
    np.testing.assert_allclose(run.logits(0), expected, rtol=1e-6)


LOADED_DIVIDED = """
import transformers
from transformers.distributed import DistributedConfig
from anim.integrations.transformers import SnapshotCallback
torch.distributed.init_process_group("gloo")
config = transformers.BertConfig(
    vocab_size=20, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
    intermediate_size=32, num_labels=3,
)
transformers.set_seed(0)
model = transformers.BertForSequenceClassification(config).eval()
inputs = np.random.default_rng(0).integers(3, 20, (53, 6))
if rank == 0:
    model.save_pretrained(f"{path}/model")
    with torch.no_grad():
        np.save(f"{path}/logits.npy", model(torch.from_numpy(inputs)).logits.numpy())
torch.distributed.barrier()
divided = transformers.BertForSequenceClassification.from_pretrained(
    f"{path}/model", distributed_config=DistributedConfig(fsdp_size=2)
)
rows = [{"input_ids": x, "labels": int(y)} for x, y in zip(inputs, LABELS)]
trainer = transformers.Trainer(
    model=divided,
    args=transformers.TrainingArguments(
        f"{path}/out", max_steps=2, per_device_train_batch_size=8, use_cpu=True, report_to=[],
        save_strategy="no", disable_tqdm=True,
    ),
    train_dataset=rows, eval_dataset=rows,
    callbacks=[SnapshotCallback(f"{path}/run", every=1, on_error="raise")],
)
trainer.train()
"""


def test_transformers_predicts_a_model_that_fsdp_divides(tmp_path):
    found = pytest.importorskip("transformers.distributed", reason="Transformers is too old")
    if "fsdp_size" not in found.DistributedConfig.__annotations__:
        pytest.skip("Transformers is too old to divide a model")
    run_ranks(ENVIRONMENT + DATA + LOADED_DIVIDED, 2, tmp_path)
    run = anim.open(tmp_path / "run")
    assert run.steps.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(run.labels, LABELS)
    np.testing.assert_allclose(run.logits(0), np.load(tmp_path / "logits.npy"), atol=1e-6)
