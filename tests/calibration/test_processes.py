"""Every public function takes arrays of which each process holds a part."""

import pytest

from tests.support.processes import JAX, run_ranks

CODE = f"""{JAX}
from jax.sharding import Mesh, NamedSharding, PartitionSpec
import numpy as np
from anim.calibration.placing import in_memory
from tests.support.shardings import _difference, calls

mesh = Mesh(np.array(jax.devices()), ("d",))
assert len(jax.devices()) == 2 * count

def put(name, values, axes):
    lead = [None] if values.ndim > axes else []
    spec = PartitionSpec(*([*lead, "d", None][: values.ndim] if name != "edges" else []))
    sharding = NamedSharding(mesh, spec)
    return jax.make_array_from_callback(values.shape, sharding, lambda index: values[index])

problems = []
for call in calls():
    if call.has_snapshots:
        continue
    expected = jax.device_get(call(jax.tree.map(jax.numpy.asarray, call.arrays)))
    try:
        arrays = {{
            name: jax.tree.map(
                lambda part, name=name: put(name, part, 2 if name in ("probs", "logits") else 1),
                values,
            )
            for name, values in call.arrays.items()
        }}
        found = call(arrays)
        whole = jax.tree.map(in_memory, found)
        pairs = zip(jax.tree.leaves(whole), jax.tree.leaves(expected), strict=True)
        problem = "; ".join(filter(None, (_difference(*pair) for pair in pairs)))
    except Exception as error:
        problem = f"{{type(error).__name__}}: {{str(error).splitlines()[0]}}"
    if problem:
        problems.append(f"{{call}}: {{problem}}")
# Others print, too.
print(*(f"problem: {{one}}" for one in problems), sep="\\n")
print("done")
jax.distributed.shutdown()
"""


@pytest.mark.slow
def test_the_numbers_are_those_of_whole_arrays():
    for said in run_ranks(CODE, 2):
        lines = said.splitlines()
        assert [line for line in lines if line.startswith("problem")] == []
        assert "done" in lines
