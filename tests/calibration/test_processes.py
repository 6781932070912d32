"""Every public function takes arrays of which each process holds a part."""

import pytest

from tests.support.processes import JAX, run_ranks

CODE = f"""{JAX}
# Programs for a few numbers are compiled faster than they would be well.
os.environ["XLA_FLAGS"] += " --xla_backend_optimization_level=0"
import hashlib
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
for number, call in enumerate(one for one in calls() if not one.has_snapshots):
    try:
        arrays = {{
            name: jax.tree.map(
                lambda part, name=name: put(name, part, 2 if name in ("probs", "logits") else 1),
                values,
            )
            for name, values in call.arrays.items()
        }}
        found = call(arrays)
        whole = jax.tree.leaves(jax.device_get(jax.tree.map(in_memory, found)))
        digest = hashlib.sha256(b"".join(np.asarray(one).tobytes() for one in whole)).hexdigest()
        print(f"\\nfound {{call}}: {{digest}}")
        problem = ""
        # Each process compiles a share of the calls for arrays of its own.
        if number % count == rank:
            expected = jax.device_get(call(jax.tree.map(jax.numpy.asarray, call.arrays)))
            pairs = zip(whole, jax.tree.leaves(expected), strict=True)
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
    """One of two processes compares each number, and the other one has the same to the last bit."""
    said = [said.splitlines() for said in run_ranks(CODE, 2)]
    for lines in said:
        assert [line for line in lines if line.startswith("problem")] == []
        assert "done" in lines
    one, other = ([line for line in lines if line.startswith("found ")] for lines in said)
    assert one == other
    assert len(one) > 40
