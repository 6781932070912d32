"""Recording in several processes: of JAX, of PyTorch, or told which they are."""

import numpy as np
import pytest

import anim
from anim.errors import OtherRowsError, SettingError
from anim.run.held import HeldExamples
from anim.run.intake import Intake, Told
from anim.run.local_rows import LocalRows
from anim.run.own_rows import OwnRows
from anim.run.ranks import Rank
from tests.support.processes import GIVEN, JAX, TORCH, run_ranks

# What each process imports: 103 examples, and the predictions of all of them at a step.
DATA = """
import sys
import numpy as np
import anim
from anim.run.store.processes import session
from tests.run.test_many_processes import LABELS, logits, loss, sampled
path = sys.argv[4]
session.LEAVE_LIMIT = 5.0
"""
LABELS = np.arange(103) % 3


def logits(step):
    return np.random.default_rng(step).normal(size=(len(LABELS), 3)).astype(np.float32)


def loss(step):
    return 1 / (step + 1)


def sampled(rank, count):
    """Positions that a DistributedSampler gives a rank, without shuffling."""
    padded = np.arange(-(-len(LABELS) // count) * count) % len(LABELS)
    return padded[rank::count]


def check(path, steps, kind="logits"):
    steps, run = list(steps), anim.open(path)
    assert run.steps.tolist() == steps
    np.testing.assert_array_equal(run.labels, LABELS)
    for i, step in enumerate(steps):
        if kind == "logits":
            np.testing.assert_array_equal(run.logits(i), logits(step))
    np.testing.assert_array_equal(run.metrics()["loss"], [loss(step) for step in steps])
    hits = [(logits(step).argmax(1) == LABELS).mean() for step in steps]
    np.testing.assert_allclose(run.metrics()["accuracy"], hits, rtol=1e-6)
    return run


OWN_ROWS = """
index = sampled(rank, count)
with anim.Recorder(
    path, labels=LABELS[index], index=index, process_index=rank, process_count=count
) as recorder:
    for step in range(3):
        recorder.snapshot(step, logits=logits(step)[index], metrics={"loss": loss(step)})
"""


COLLECTED = """
def collect(recorder, step, rows):
    with recorder.collecting(step, metrics={"loss": loss(step)}) as part:
        for some in np.array_split(rows, 5):
            part.add(logits=logits(step)[some], labels=LABELS[some], index=some)

own = {"process_index": rank, "process_count": count}
with anim.Recorder(path + "-collected", **own) as recorder:
    for step in range(2):
        # In another order at each step.
        collect(recorder, step, np.random.default_rng(step).permutation(index))
    for rows in (index[:-1], np.append(index, index[:1]), np.append(index, index[:1] + 1)):
        try:
            collect(recorder, 2, rows)
        except ValueError as error:
            print(error)
with anim.Recorder(path + "-collected", labels=LABELS[index], index=index, resume=True, **own) as r:
    with r.collecting(2, metrics={"loss": loss(2)}) as part:
        for some in np.array_split(index, 5):
            part.add(logits=logits(2)[some])
    r.snapshot(3, logits=logits(3)[index], labels=LABELS[index], metrics={"loss": loss(3)})
    bad = logits(4)[index]
    bad[4, 1] = np.nan
    for add in ({"logits": bad}, {"logits": logits(4)[index], "labels": LABELS[index] + 1}):
        try:
            with r.collecting(4) as part:
                part.add(**add)
        except ValueError as error:
            print(error)
"""


def test_each_process_records_its_own_rows(tmp_path):
    said = run_ranks(GIVEN + DATA + OWN_ROWS + COLLECTED, 2, tmp_path / "r")
    check(tmp_path / "r", range(3))
    check(tmp_path / "r-collected", range(4))
    # Positions are those in the whole.
    assert said[1].splitlines() == [
        "collecting: expected 52 examples, got 51: index 0 is missing",
        "collecting: expected each example once, got index 1 more often than once",
        "index: expected the rows of process 1 as before, got 2",
        "logits: expected finite numbers that float32 holds, got nan at index [9, 1]",
        "labels: expected 1 at index 1 as before, got 2; if a loader shuffles the examples, use "
        "shuffle=False, or pass index= to part.add of collecting",
    ]


WITHOUT_CLOSE = """
import time
recorder = anim.Recorder(
    path, labels=[0, 1], index=[2 * rank, 2 * rank + 1], process_index=rank, process_count=count
)
recorder.snapshot(0, logits=np.ones((2, 2)))
recorder.flush()
time.sleep(bool(rank))
recorder.snapshot(1, logits=np.ones((2, 2)))
"""


@pytest.mark.slow
def test_the_last_snapshot_of_many_processes_is_there_without_close(tmp_path):
    assert run_ranks(GIVEN + DATA + WITHOUT_CLOSE, 6, tmp_path / "r") == [""] * 6
    assert anim.open(tmp_path / "r").steps.tolist() == [0, 1]


OVER_ALL = """
from jax.sharding import NamedSharding, PartitionSpec as P
mesh = jax.make_mesh((count, 2), ("host", "device"))

def whole(values, *spec):
    # 103 rows cannot be sharded: as many as fill up, which have no label.
    values = np.concatenate([values, values[:1]])
    return jax.make_array_from_callback(
        values.shape, NamedSharding(mesh, P(*spec)), lambda index: values[index]
    )

def record(name, labels, *spec, **options):
    with anim.Recorder(f"{path}/{name}", labels=labels, **options) as recorder:
        for step in range(2):
            given = whole(logits(step), *spec)
            recorder.snapshot(step, logits=given, metrics={"loss": loss(step)})

y = whole(LABELS, ("host", "device"))
record("rows", y, ("host", "device"))
record("classes", whole(LABELS), "device", None)
record("top", y, ("host", "device"), keep="top")
with anim.Recorder(f"{path}/collected") as recorder:
    for step in range(2):
        with recorder.collecting(step, metrics={"loss": loss(step)}) as part:
            for i in range(0, 103, 20):
                rows = slice(i, min(i + 20, 103))
                size = rows.stop - i
                # A last batch of odd size is in all processes.
                spec = () if size % 8 else (("host", "device"),)
                shardings = NamedSharding(mesh, P(*spec))
                x, y = (
                    jax.make_array_from_callback(v[rows].shape, shardings, lambda at: v[rows][at])
                    for v in (logits(step), LABELS)
                )
                part.add(logits=x, labels=y)
with anim.Recorder(f"{path}/rows", labels=whole(LABELS), resume=True) as recorder:
    print(recorder.last_step)
    recorder.snapshot(2, logits=whole(logits(2), ("host", "device")), metrics={"loss": loss(2)})
"""


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 4])
def test_processes_of_jax_record_arrays_over_all_of_them(tmp_path, count):
    said = run_ranks(JAX + DATA + OVER_ALL, count, tmp_path)
    assert said == ["1\n"] * count
    check(tmp_path / "collected", range(2))
    for name, steps in (("rows", 3), ("classes", 2), ("top", 2)):
        run = anim.open(tmp_path / name)
        assert run.steps.tolist() == list(range(steps))
        np.testing.assert_array_equal(run.labels, [*LABELS, LABELS[0]])
        if name != "top":
            for i in range(steps):
                np.testing.assert_array_equal(run.logits(i)[:-1], logits(i))


OF_TORCH = """
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Replicate, Shard, distribute_tensor
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel

torch.manual_seed(0)
features = torch.from_numpy(logits(0))
dataset = TensorDataset(features, torch.from_numpy(LABELS))
sampler = DistributedSampler(dataset, shuffle=False)
loader = DataLoader(dataset, batch_size=7, sampler=sampler)
mesh = init_device_mesh("cpu", (count,))

def fresh():
    model = torch.nn.Linear(3, 3)
    torch.nn.init.eye_(model.weight)
    torch.nn.init.zeros_(model.bias)
    return model

def ddp():
    return DistributedDataParallel(fresh())

def fsdp():
    model = fresh()
    fully_shard(model, mesh=mesh)
    return model

for make in (ddp, fsdp):
    model, index = make(), list(sampler)
    with anim.Recorder(f"{path}/{make.__name__}", labels=LABELS[index], index=index) as recorder:
        for step in range(2):
            with torch.no_grad():
                outputs = torch.cat([model(x + step) for x, _ in loader])
            recorder.snapshot(step, logits=outputs, metrics={"loss": loss(step)})

y = torch.from_numpy(LABELS)
for name, placement in (("sharded", Shard(0)), ("replicated", Replicate())):
    labels = distribute_tensor(y, mesh, [Replicate()])
    with anim.Recorder(f"{path}/{name}", labels=labels) as recorder:
        for step in range(2):
            given = distribute_tensor(features + step, mesh, [placement])
            recorder.snapshot(step, logits=given, metrics={"loss": loss(step)})
"""


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 4])
def test_ranks_of_torch_record_their_rows(tmp_path, count):
    run_ranks(TORCH + DATA + OF_TORCH, count, tmp_path)
    for name in ("ddp", "fsdp", "sharded", "replicated"):
        run = anim.open(tmp_path / name)
        assert run.steps.tolist() == [0, 1]
        np.testing.assert_array_equal(run.labels, LABELS)
        for step in range(2):
            np.testing.assert_array_equal(run.logits(step), logits(0) + step)


def test_a_process_of_many_must_say_which_rows_it_has(tmp_path):
    given = {"process_index": 1, "process_count": 4}
    with pytest.raises(SettingError, match="labels: expected index= with the positions of its "):
        anim.Recorder(tmp_path / "r", labels=LABELS, **given)
    with pytest.raises(SettingError, match="nan: expected 'raise' with several processes"):
        anim.Recorder(tmp_path / "r", labels=LABELS, index=range(103), nan="skip", **given)
    with pytest.raises(SettingError, match="index: expected 103 positions, as there are labels"):
        anim.Recorder(tmp_path / "r", labels=LABELS, index=range(3), **given)
    assert not (tmp_path / "r").exists()
    with anim.Recorder(tmp_path / "r", labels=LABELS, process_count=1) as recorder:
        recorder.snapshot(0, logits=logits(0), metrics={"loss": loss(0)})
    check(tmp_path / "r", [0])


@pytest.mark.parametrize("place", ["folder", "memory"])
def test_one_process_may_give_examples_in_another_order(tmp_path, place):
    # What DistributedSampler makes, gathered: padding comes twice.
    index = np.concatenate([sampled(rank, 4) for rank in range(4)])
    path = tmp_path / "r" if place == "folder" else None
    with anim.Recorder(path, labels=LABELS[index], index=index) as recorder:
        for step in range(2):
            recorder.snapshot(step, logits=logits(step)[index], labels=LABELS[index])
        run = recorder.run()
    np.testing.assert_array_equal(run.labels, LABELS)
    np.testing.assert_array_equal(run.logits(1), logits(1))
    with pytest.raises(
        SettingError, match="index: expected each position from 0 on, got none of 1"
    ):
        anim.Recorder(labels=[0, 1], index=[0, 2])
    for wrong in ([0.5, 1], [[0]], [-1, 0]):
        with pytest.raises(SettingError, match="index: expected"):
            anim.Recorder(labels=[0, 1], index=wrong)


def test_keep_top_of_examples_in_another_order_is_that_of_their_labels():
    index = np.random.default_rng(0).permutation(103)
    with anim.Recorder(labels=LABELS[index], index=index, keep="top") as recorder:
        recorder.snapshot(0, logits=logits(0)[index])
        hits = recorder.run().metrics()["accuracy"]
    assert hits == pytest.approx((logits(0).argmax(1) == LABELS).mean())
    with pytest.raises(ValueError, match=r"at index \[7, 1\]$"):
        bad = logits(0)[index]
        bad[np.flatnonzero(index == 7)[0], 1] = np.nan
        anim.Recorder(labels=LABELS[index], index=index).snapshot(0, logits=bad)


def test_rows_of_others_and_labels_that_are_none_are_named():
    rows = OwnRows(Rank(1, 2), [1, 3])
    with pytest.raises(OtherRowsError, match="process 1 recorded other rows to 'r' before"):
        rows.settle(np.array([0, 2]), np.zeros(2, np.int32), "r")
    # Positions are those in the whole.
    found = LocalRows([np.array([0, -1])], np.array([4, 7]), 8)
    with pytest.raises(ValueError, match=r"non-negative integers \(.*\), got -1 at index 7"):
        HeldExamples(found, Told(), Intake())
