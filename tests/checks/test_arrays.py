"""Arrays of any library are read."""

import jax.numpy as jnp
import numpy as np
import pytest

from anim.checks.arrays import as_array, raise_first
from anim.errors import NotFiniteError

VALUES = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)


@pytest.mark.parametrize(
    "convert",
    [
        np.ndarray.tolist,
        lambda x: x.astype(np.float64),
        lambda x: x[:, ::-1].copy()[:, ::-1],
        jnp.asarray,
        lambda x: memoryview(x),
    ],
    ids=["list", "float64", "strided", "jax", "buffer"],
)
def test_anything_that_numpy_reads_is_an_array(convert):
    np.testing.assert_array_equal(as_array("logits", convert(VALUES)), VALUES)


def test_an_object_with_dlpack_alone_is_an_array():
    class Foreign:
        __array__ = None

        def __dlpack__(self, **options):
            return VALUES.__dlpack__(**options)

        def __dlpack_device__(self):
            return VALUES.__dlpack_device__()

    np.testing.assert_array_equal(as_array("logits", Foreign()), VALUES)


def test_tensors_of_pytorch_are_read_with_gradient_and_as_bfloat16():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    tensor = torch.tensor(VALUES, requires_grad=True)
    np.testing.assert_array_equal(as_array("logits", tensor), VALUES)
    np.testing.assert_allclose(as_array("logits", tensor.bfloat16()), VALUES, rtol=2**-8)
    np.testing.assert_array_equal(as_array("labels", torch.arange(5)), np.arange(5))
    half = tensor.detach().bfloat16()
    np.testing.assert_array_equal(as_array("logits", half.T), half.float().numpy().T)
    # Not converted, which would take longer than most of what is computed from it.
    assert as_array("logits", half).ctypes.data == half.data_ptr()


def test_the_error_for_another_object_names_its_type():
    class Opaque:
        __array__ = None

    with pytest.raises(ValueError, match="logits: expected an array, got Opaque"):
        as_array("logits", Opaque())


@pytest.mark.parametrize(
    ("shape", "place"), [((12,), "7 at index 7"), ((3, 4), r"7 at index \[1, 3\]")]
)
def test_an_error_names_the_first_wrong_element(shape, place):
    values = np.arange(12).reshape(shape)
    with pytest.raises(NotFiniteError, match=f"labels: expected small ones, got {place}"):
        raise_first("labels", "small ones", values, values > 6, NotFiniteError)


def test_tensors_of_pytorch_without_plain_numbers_are_refused():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    odd = [torch.eye(3).to_sparse(), torch.ones(3, device="meta"), torch.ones(2).to_mkldnn()]
    for given in odd:
        with pytest.raises(ValueError, match=r"^probs: expected an array, got Tensor$"):
            as_array("probs", given)
    np.testing.assert_array_equal(as_array("probs", torch._neg_view(torch.ones(3))), -np.ones(3))
