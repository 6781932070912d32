"""How a recording lies on disk, as read by `zarr` and `xarray`."""

import numpy as np
import pytest
import zarr

from tests.support.recordings import LABELS, check_recording, logits, record


def test_zarr_reads_a_recording_as_a_group_of_arrays(tmp_path):
    record(tmp_path / "r", [0, 10])
    group = zarr.open_group(tmp_path / "r", mode="r")
    np.testing.assert_array_equal(group["steps"][:], [0, 10])
    np.testing.assert_array_equal(group["labels"][:], LABELS)
    np.testing.assert_array_equal(group["logits"][1], logits(10))
    np.testing.assert_array_equal(group["metrics/loss"][:], [1, 1 / 11])
    assert group.attrs["anim"]["classes"] == ["a", "b", "c"]


def test_xarray_reads_a_recording_as_a_dataset(tmp_path):
    xarray = pytest.importorskip("xarray", reason="xarray is not installed")
    record(tmp_path / "r", [0, 10])
    with xarray.open_zarr(tmp_path / "r", consolidated=False) as dataset:
        assert dict(dataset.sizes) == {"snapshot": 2, "example": 300, "class": 3}
        np.testing.assert_array_equal(dataset["logits"][1], logits(10))


def test_a_recording_that_zarr_compressed_and_rechunked_still_opens(tmp_path):
    record(tmp_path / "r", [0, 10])
    there = zarr.open_group(tmp_path / "r", mode="r+")
    values = there["logits"][:]
    there.create_array("logits", data=values, chunks=(2, 100, 3), overwrite=True)
    check_recording(tmp_path / "r", [0, 10])
