"""Arrays of any shape are flattened where they are, and errors name places in what was given."""

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from anim.checks.labels import checked_labels
from anim.checks.layout import Layout
from anim.checks.predictions import Scores, checked_scores
from anim.checks.shapes import flattened
from anim.errors import SettingError
from anim.run.local_rows import LocalRows, flat_rows
from tests.support.subprocesses import run_python

RNG = np.random.default_rng(0)


def some(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def some_labels(*shape, classes=2):
    return RNG.integers(0, classes, shape)


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_tensors_stay_tensors_and_are_not_copied_where_memory_allows_it(kind):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    logits = torch.as_tensor(some(4, 3, 5, 6)).to(getattr(torch, kind))
    labels = torch.as_tensor(some_labels(4, 5, 6, classes=3))
    flat, own, _ = flattened({"logits": logits.requires_grad_()}, labels)
    assert isinstance(flat["logits"], torch.Tensor) and not flat["logits"].requires_grad
    assert torch.equal(flat["logits"], logits.movedim(1, -1).reshape(-1, 3))
    assert own.data_ptr() == labels.data_ptr()
    last = logits.detach().contiguous(memory_format=torch.channels_last)
    flat, _, _ = flattened({"logits": last}, labels)
    assert flat["logits"].data_ptr() == last.data_ptr()


def test_other_arrays_keep_their_dtype():
    labels = some_labels(4, 5, 6, classes=3)
    for values in (
        some(4, 3, 5, 6).astype(ml_dtypes.bfloat16),
        jnp.asarray(some(4, 3, 5, 6), jnp.bfloat16),
    ):
        flat, _, _ = flattened({"logits": values}, labels)
        expected = np.moveaxis(np.asarray(values), 1, -1).reshape(-1, 3)
        assert flat["logits"].dtype == ml_dtypes.bfloat16
        np.testing.assert_array_equal(flat["logits"], expected)


def test_rows_of_several_processes_become_rows_of_examples():
    layout = Layout((9, 2, 3), 1)
    blocks = [some(1, 4, 2, 3), some(2, 4, 2, 3)]
    found = flat_rows("logits", LocalRows(blocks, np.array([5, 2, 3]), 9), layout)
    assert found.count == 54
    np.testing.assert_array_equal(found.index, [*range(30, 36), *range(12, 24)])
    assert [block.shape for block in found.blocks] == [(6, 4), (12, 4)]
    with pytest.raises(SettingError, match="class_axis: expected another axis than the leading"):
        flat_rows("logits", LocalRows(blocks, np.array([5, 2, 3]), 9), Layout((4, 2, 3), 0))


def test_errors_name_the_place_in_what_was_given():
    labels, logits = some_labels(4, 5, 6), some(4, 3, 5, 6)
    logits[2, 1, 3, 4] = np.nan
    flat, own, layout = flattened({"logits": logits}, labels)
    assert layout is not None
    with pytest.raises(ValueError, match=r"at index \[82, 1\]$") as found:
        checked_scores(Scores("logits", flat["logits"], len(own)))
    error = layout.of_given(found.value, "logits")
    assert str(error).endswith("at index [2, 1, 3, 4]")
    assert type(error) is type(found.value)
    labels[1, 2, 5] = -1
    with pytest.raises(ValueError, match=r"at index 47$") as found:
        checked_labels(layout.flat("labels", labels))
    assert str(layout.of_given(found.value, "labels")).endswith("at index [1, 2, 5]")
    assert str(layout.of_given(found.value, "labels", 47 + 300)).endswith("at index [11, 2, 5]")


SHARDED = """
import jax, numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec as P
from anim.checks.shapes import flattened

values = np.arange(8 * 4 * 6 * 2, dtype=np.float32).reshape(8, 4, 6, 2)
expected = np.moveaxis(values, 1, -1).reshape(-1, 4)
for kind in (AxisType.Auto, AxisType.Explicit):
    mesh = jax.make_mesh((2, 2), ("b", "c"), axis_types=(kind, kind))
    for spec in (P("b"), P(("b", "c")), P("b", "c"), P(None, None, "b"), P("b", None, None, "c")):
        given = {"logits": jax.device_put(values, NamedSharding(mesh, spec))}
        flat = flattened(given, np.zeros((8, 6, 2), int))[0]["logits"]
        assert spec[0] is None or flat.sharding.spec[0] == spec[0], (kind, spec, flat.sharding)
        np.testing.assert_array_equal(flat, expected)
print("done")
"""


@pytest.mark.slow
def test_arrays_on_several_devices_stay_there():
    flags = "--xla_force_host_platform_device_count=4"
    found = run_python(SHARDED, env={"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"})
    assert found.stdout == "done\n"
