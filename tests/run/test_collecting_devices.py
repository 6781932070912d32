"""Predictions on several devices of one process are reduced there, and recorded as any other."""

import pytest

from tests.support.subprocesses import run_python

SCRIPT = """
import warnings
warnings.simplefilter("error")
import jax, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
import anim

mesh = Mesh(np.array(jax.devices()).reshape(2, 2), ("rows", "classes"))
rng = np.random.default_rng(0)
logits = (rng.normal(size=(72, 8)) * 3).astype(np.float32)
labels = rng.integers(0, 8, 72)
probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
assert len(jax.devices()) == 4
for keep in ("float32", "float16", "top"):
    for kind, values in (("logits", logits), ("probs", probs)):
        plain = anim.Recorder(labels=labels, keep=keep)
        plain.snapshot(0, **{kind: values})
        expected = plain.run().snapshots[0]
        for spec in (P("rows"), P("rows", "classes"), P(None, "classes"), P()):
            sharding = NamedSharding(mesh, spec)
            recorder = anim.Recorder(labels=labels, keep=keep)
            recorder.snapshot(0, **{kind: jax.device_put(values, sharding)})
            with recorder.collecting(1) as part:
                for start, stop in ((0, 32), (32, 64), (64, 72)):
                    part.add(**{kind: jax.device_put(values[start:stop], sharding)})
            with recorder.collecting(2) as part:
                part.add(**{kind: jax.device_put(values.astype(np.float16), sharding)})
            for i in range(3):
                found = recorder.run().snapshots[i]
                assert found.keys() == expected.keys()
                for name, one in expected.items():
                    slack = 2e-6 if i < 2 else 2e-2
                    if name != "correct":
                        np.testing.assert_allclose(found[name], one, rtol=slack, atol=slack)
                    elif i < 2:
                        np.testing.assert_array_equal(found[name], one)
print("done")
"""


@pytest.mark.slow
def test_arrays_on_four_devices_are_recorded_as_on_one():
    flags = "--xla_force_host_platform_device_count=4 --xla_backend_optimization_level=0"
    found = run_python(SCRIPT, env={"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"})
    assert found.stdout == "done\n"
