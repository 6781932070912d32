"""Processes of JAX that compute the same numbers divide the snapshots among them."""

import json

import numpy as np
import pytest

import anim
from anim.report import report
from tests.support.processes import JAX, run_ranks
from tests.support.recordings import record

CODE = """
import json, sys, time
import anim
from anim.report import report
from anim.run import passes

read, row = [], passes.Passes._row
passes.Passes._row = lambda self, i, statistics: read.append(i) or row(self, i, statistics)
path, out = sys.argv[4:6]
found = report(anim.open(path), at=range(6))
said = {"report": found, "read": list(read)}
read.clear()
picture = anim.animate(anim.open(path), f"{out}/{rank}.png")
said["drawn"] = list(read)
read.clear()
# One that is alone waits for nobody.
client = jax._src.distributed.global_state.client
if rank == 0:
    said["alone"] = report(anim.open(path), at=range(6))
    said["all"] = list(read)
client.wait_at_barrier("test", 60_000)
read.clear()
said["again"] = report(anim.open(path), at=range(6))
said["read again"] = list(read)
# They do not wait for each other where one of them has something else to do.
said["different"] = report(anim.open(path), at=range(6 - rank))
print(json.dumps(said))
# The service is process 0's.
jax.distributed.shutdown()
"""


@pytest.mark.slow
def test_each_process_reads_a_part_of_the_snapshots_and_all_get_the_same_numbers(tmp_path):
    record(tmp_path / "r", range(6))
    expected = report(anim.open(tmp_path / "r"), at=range(6))
    anim.animate(anim.open(tmp_path / "r"), tmp_path / "alone.png")
    first, second = map(json.loads, run_ranks(JAX + CODE, 2, tmp_path / "r", tmp_path))
    for said in (first, second):
        for one in (
            said[name] for name in ("report", "again", "different", "alone") if name in said
        ):
            for row, known in zip(one, expected, strict=False):
                assert row.keys() == known.keys()
                np.testing.assert_allclose([*row.values()], [*known.values()], rtol=1e-6)
    assert set(first["read"]) | set(second["read"]) == set(range(6))
    assert len(first["read"]) == len(second["read"]) == 3
    assert first["all"] == list(range(6))
    assert len(first["read again"]) == len(second["read again"]) == 3
    assert [len(said["different"]) for said in (first, second)] == [6, 5]
    assert set(first["drawn"]).isdisjoint(second["drawn"])
    pictures = [(tmp_path / f"{name}.png").read_bytes() for name in (0, 1, "alone")]
    assert pictures[0] == pictures[1] == pictures[2]
