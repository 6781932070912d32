"""Packing there and back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from anim.page.pack import Packer
from tests.support.packing import unpack

SHAPES = st_numpy.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=6)
PRECISIONS = st.sampled_from([1, 1000, 20_000, 10_000_000, 0.5])
# Counts of examples may be large, NaN marks what is missing.
NUMBERS = st.one_of(st.floats(0, 1), st.floats(0, 1e8), st.integers(0, 10**8), st.just(np.nan))
ARRAYS = SHAPES.flatmap(lambda shape: st_numpy.arrays(np.float64, shape, elements=NUMBERS))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(ARRAYS, PRECISIONS), min_size=1, max_size=3))
def test_unpacked_arrays_differ_by_at_most_half_a_unit(packed):
    packer = Packer()
    for number, (values, per) in enumerate(packed):
        packer.add(str(number), values, per)
    found = unpack(packer.text(), packer.arrays)
    assert list(found) == [str(number) for number in range(len(packed))]
    for (values, per), unpacked in zip(packed, found.values(), strict=True):
        assert unpacked.shape == values.shape
        np.testing.assert_array_equal(np.isnan(unpacked), np.isnan(values))
        np.testing.assert_allclose(unpacked, values, atol=0.5 / per * (1 + 1e-6), rtol=1e-15)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st_numpy.arrays(np.int64, SHAPES, elements=st.integers(0, 2**45)))
def test_counts_are_unpacked_exactly(counts):
    packer = Packer()
    packer.add("counts", counts)
    np.testing.assert_array_equal(unpack(packer.text(), packer.arrays)["counts"], counts)


def test_an_array_without_numbers_has_its_shape():
    packer = Packer()
    packer.add("nothing", np.zeros((3, 0)))
    packer.add("missing", np.full((2, 2), np.nan))
    found = unpack(packer.text(), packer.arrays)
    assert found["nothing"].shape == (3, 0)
    assert np.isnan(found["missing"]).all()


def test_numbers_that_do_not_change_take_almost_no_space():
    packer = Packer()
    packer.add("constant", np.full((1000, 50), 0.25), 10_000_000)
    assert len(packer.text()) < 1000
