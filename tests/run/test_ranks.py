"""Which process this is, and which rows of an array over several processes it records."""

import json
import sys

import numpy as np
import pytest

from anim.errors import SettingError
from anim.run import Recorder
from anim.run.local_rows import local_rows
from anim.run.ranks import Rank, rank_for, rank_of
from tests.support.processes import JAX, TORCH, run_ranks
from tests.support.subprocesses import run_python


def test_a_process_is_alone_unless_it_is_told_otherwise():
    assert rank_of() == rank_of(process_count=1) == Rank(0, 1)
    assert rank_of(2, 4) == Rank(2, 4)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ((1, None), "process_count: expected one with process_index, got None"),
        ((None, 4), "process_index: expected one with process_count 4, got None"),
        ((4, 4), "process_index: expected "),
        ((-1, 4), "process_index: expected "),
        ((0, 0), "process_count: expected "),
    ],
)
def test_half_a_rank_is_refused(given, problem):
    with pytest.raises(SettingError, match=problem):
        rank_of(*given)


def test_memory_is_not_shared():
    assert rank_for(None) == rank_for(None, process_count=1) == Rank(0, 1)
    with pytest.raises(SettingError, match="path: expected one that all processes share, got None"):
        rank_for(None, 0, 2)
    assert rank_for("runs/r", 0, 2) == Rank(0, 2)


class Initialized:
    """Of torch.distributed, what is asked."""

    is_available = is_initialized = staticmethod(lambda: True)
    get_rank, get_world_size = staticmethod(lambda: 3), staticmethod(lambda: 8)


def test_torch_is_asked_where_it_is_initialized(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.distributed", Initialized)
    assert rank_of() == Rank(3, 8)
    assert rank_of(process_count=1) == Rank(0, 1)


def test_a_share_in_memory_says_that_a_path_is_needed(monkeypatch):
    with pytest.raises(SettingError, match=r"got none of 0$"):
        Recorder(index=[1, 3])
    monkeypatch.setitem(sys.modules, "torch.distributed", Initialized)
    with pytest.raises(SettingError, match=r"got none of 0; to record with .* pass a path"):
        Recorder(index=[1, 3])


def test_a_process_with_two_ranks_must_be_told_which(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.distributed", Initialized)
    monkeypatch.setattr("anim.run.ranks._ASK", {
        "jax.distributed": lambda: Rank(0, 2), "torch.distributed": lambda: Rank(3, 8),
    })  # fmt: skip
    with pytest.raises(SettingError, match=r"is 0 of 2 \(jax.distributed\) and 3 of 8 \(torch"):
        rank_of()
    assert rank_of(1, 2) == Rank(1, 2)


def test_asking_imports_nothing_and_initializes_no_backend():
    code = (
        "import sys\nfrom anim.run.ranks import rank_of\nrank_of()\n"
        "import jax\nrank_of()\n"
        "print(jax._src.xla_bridge.backends_are_initialized(), 'torch' in sys.modules)"
    )
    assert run_python(code).stdout == "False False\n"


ROWS = """
import json
import numpy as np
from anim.run.local_rows import local_rows
from anim.run.ranks import rank_of

def look(given, x):
    try:
        found = local_rows("logits", given)
    except ValueError as error:
        return str(error)
    values = [np.asarray(block) for block in found.blocks]
    assert found.count == len(x)
    np.testing.assert_array_equal(np.concatenate([x[:0], *values]), x[found.index])
    return found.index.tolist()

x = np.arange(8 * 6, dtype=np.float32).reshape(8, 6)
rank = rank_of()
before = [rank.index, rank.count]
"""
OF_JAX = (
    JAX
    + ROWS
    + """
from jax.sharding import NamedSharding, PartitionSpec as P
assert not jax._src.xla_bridge.backends_are_initialized()
mesh = jax.make_mesh((2, 2), ("host", "device"))

def sharded(*spec, mesh=mesh, x=x):
    return jax.make_array_from_callback(x.shape, NamedSharding(mesh, P(*spec)), lambda i: x[i])

found = {
    "rows": look(sharded(("host", "device")), x),
    "rows, twice": look(sharded("host"), x),
    "rows that both have": look(sharded("device"), x),
    "all in both": look(sharded(), x),
    "classes over devices": look(sharded("host", "device"), x),
    "classes over hosts": look(sharded("device", "host"), x),
    "labels": look(sharded("host", x=x[:, 0]), x[:, 0]),
    "classes, all rows": look(sharded(None, "device"), x),
    "none of its own": look(sharded(("host", "device"), x=x[:4]), x[:4]),
    "held": local_rows("logits", sharded("device"), shares=False).index.tolist(),
    "local": local_rows("logits", jax.numpy.ones((3, 2))) is None,
}
jit = jax.jit(lambda x: x.astype("bfloat16") * 2, out_shardings=NamedSharding(mesh, P("host")))
found["bfloat16"] = look(jit(sharded("host")), 2 * x)
print(json.dumps([before, found]))
"""
)


@pytest.mark.slow
def test_a_process_finds_its_rows_of_an_array_of_jax_under_any_sharding():
    (zero, found), (one, other) = map(json.loads, run_ranks(OF_JAX, 2))
    assert (zero, one) == ([0, 2], [1, 2])
    assert found["rows"] == found["rows, twice"] == found["bfloat16"] == [0, 1, 2, 3]
    assert other["rows"] == other["rows, twice"] == other["bfloat16"] == [4, 5, 6, 7]
    assert found["all in both"] == found["classes, all rows"] == [0, 1, 2, 3]
    assert other["all in both"] == other["classes, all rows"] == [4, 5, 6, 7]
    # Each span of rows is in both processes, which share it out.
    assert (found["rows that both have"], other["rows that both have"]) == (
        [0, 1, 4, 5],
        [2, 3, 6, 7],
    )
    assert (found["classes over devices"], other["classes over devices"]) == (
        [0, 1, 2, 3],
        [4, 5, 6, 7],
    )
    assert (found["labels"], other["labels"]) == ([0, 1, 2, 3], [4, 5, 6, 7])
    assert (found["none of its own"], other["none of its own"]) == ([0, 1], [2, 3])
    assert found["held"] == other["held"] == list(range(8))
    assert found["local"] is True
    for said in (found, other):
        assert said["classes over hosts"].startswith(
            "logits: expected rows that are whole in one process, got classes sharded over several"
        )


OF_TORCH = (
    TORCH
    + ROWS
    + """
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Replicate, Shard, distribute_tensor

mesh = init_device_mesh("cpu", (count // 2, 2), mesh_dim_names=("far", "near"))
x = x[:7]
given = torch.from_numpy(x)

def at(*placements, mesh=mesh):
    return look(distribute_tensor(given, mesh, list(placements)), x)

found = {
    "rows": at(Shard(0), Shard(0)),
    "rows, replicated": at(Replicate(), Shard(0)),
    "replicated": at(Replicate(), Replicate()),
    "classes": at(Shard(0), Shard(1)),
    "part of the ranks": at(Shard(0), mesh=mesh["near"]),
    "local": local_rows("logits", given) is None,
}
print(json.dumps([before, found]))
"""
)


@pytest.mark.slow
def test_a_rank_finds_its_rows_of_a_dtensor():
    said = [json.loads(one) for one in run_ranks(OF_TORCH, 4)]
    assert [rank for rank, _ in said] == [[i, 4] for i in range(4)]
    by_name = {name: [found[name] for _, found in said] for name in said[0][1]}
    assert by_name["rows"] == [[0, 1], [2, 3], [4, 5], [6]]
    assert by_name["rows, replicated"] == [[0, 1], [4], [2, 3], [5, 6]]
    assert by_name["replicated"] == [[0], [1, 2], [3, 4], [5, 6]]
    assert all("placements Shard(0) or Replicate(), got S" in one for one in by_name["classes"])
    assert all("over 2 of them" in one for one in by_name["part of the ranks"])
    assert by_name["local"] == [True] * 4


def test_what_lies_in_one_process_is_no_array_over_several():
    assert local_rows("logits", np.ones((3, 2))) is None
    assert local_rows("labels", [0, 1, 2]) is None
