"""`Snapshots` of models of which several processes have parts: each predicts when all do."""

import numpy as np
import pytest

import anim
from tests.integrations.test_several_processes import DATA, FEATURES, check
from tests.support.processes import TORCH, run_ranks

pytestmark = pytest.mark.slow

DIVIDED = """
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FullyShardedDataParallel, fully_shard
from torch.distributed.tensor import Shard
from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module
from anim.integrations.torch import Snapshots

def layers():
    # Four features between, as two processes halve them.
    found = [torch.nn.Linear(3, 4), torch.nn.Identity(), torch.nn.Linear(4, 3)]
    for one in found[::2]:
        torch.nn.init.eye_(one.weight)
        torch.nn.init.zeros_(one.bias)
    return torch.nn.Sequential(*found)

mesh = init_device_mesh("cpu", (count // 2, 2), mesh_dim_names=("data", "layers"))
both = {"0": ColwiseParallel(), "2": RowwiseParallel()}
models = {"tensors": layers(), "both": layers(), "scores": layers(), "gathered": layers()}
for name in ("tensors", "both"):
    parallelize_module(models[name], mesh["layers"], both)
parallelize_module(
    models["scores"], mesh["layers"], {"2": ColwiseParallel(output_layouts=Shard(-1),
    use_local_output=False)},
)
for name in ("both", "gathered"):
    for part in (models[name][0], models[name]):
        fully_shard(part, mesh=mesh["data"] if name == "both" else mesh["data", "layers"])
if count == 4:
    # Each pair of processes would predict all examples: nothing says which are of one pair.
    for name in ("tensors", "scores"):
        try:
            Snapshots(f"{path}/{name}", models.pop(name), loader)
        except ValueError as error:
            print(error)
models["older"] = FullyShardedDataParallel(layers(), device_id=torch.device("cpu"))
for name, model in models.items():
    before = list(model.parameters())
    options = {"outputs": "logits", "on_error": "raise"}
    with Snapshots(f"{path}/{name}", model, loader, **options) as snapshots:
        snapshots(0)
        snapshots(1)
    assert all(a is b for a, b in zip(before, model.parameters(), strict=True)), name
    try:
        Snapshots(f"{path}/alone", model, loader, process_count=1)
    except ValueError as error:
        print(error)
"""


@pytest.mark.parametrize("count", [2, 4])
def test_models_that_are_divided_predict_what_they_are_when_whole(tmp_path, count):
    said = run_ranks(TORCH + DATA + DIVIDED, count, tmp_path)[0].splitlines()
    of_layers = [line for line in said if line.startswith("model: expected layers that are divi")]
    alone = [line for line in said if line.startswith("process_count: expected none, as each for")]
    names = ["both", "gathered", "older", *(["tensors", "scores"] if count == 2 else [])]
    assert (len(of_layers), len(alone)) == (0 if count == 2 else 2, len(names))
    for name in names:
        run = check(tmp_path / name, [0, 1])
        np.testing.assert_allclose(run.logits(1), FEATURES, rtol=1e-6)


ONE_ALONE = """
from torch.distributed.fsdp import fully_shard
from anim.integrations.torch import Snapshots
from anim.run.store.processes import session
session.LEAVE_LIMIT = 0.1
model = linear()
fully_shard(model)
if rank == 0:
    import warnings
    snapshots = Snapshots(path, model, loader, timeout=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        snapshots(0)
        snapshots(1)
    print(caught[0].message)
torch.distributed.barrier()
"""


def test_one_process_that_records_a_divided_model_alone_does_not_wait_for_ever(tmp_path):
    said = run_ranks(TORCH + DATA + ONE_ALONE, 2, tmp_path / "run")
    assert "process 1 of 2 did not begin to record" in said[0]
    assert "the training goes on without it" in said[0]


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
