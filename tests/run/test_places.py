"""Statistics of blocks that several devices divide are those of one device."""

import json

import numpy as np
import pytest

from tests.support.shardings import FOUR_DEVICES
from tests.support.subprocesses import run_python

CODE = """
import json
import jax, numpy as np
from anim.calibration.views import CONFIDENCE, ClassView, TopView
from anim.run import places
from anim.run.blocks import Block
from anim.run.partition import Partition
from anim.run.predictions import Needs, reduced

N, K, ROWS = 1001, 5, 298
rng = np.random.default_rng(0)
logits = rng.normal(size=(N, K)).astype(np.float32)
labels = rng.integers(0, K, N).astype(np.int32)
# The bins of a block are added up in several parts.
places.OneDevice.block = places.BLOCK = 32
places._FEWEST_VALUES = 16

def found():
    parts = [slice(start, min(start + ROWS, N)) for start in range(0, N, ROWS)]
    blocks = [Block(part, {"logits": logits[part]}) for part in parts]
    needs = Needs((CONFIDENCE, ClassView(2), TopView(2)), True)
    one = reduced(iter(blocks), labels, needs)
    leaves = [*one.views.values(), one.proper["nll"], one.proper["brier"], one.class_bins]
    # Examples of the last kind are in no part.
    halves = reduced(iter(blocks), labels, needs._replace(parts=Partition(np.arange(N) % 3, 2)))
    leaves += [part.class_bins for part in halves.parts]
    return [np.asarray(leaf).tolist() for leaf in jax.tree.leaves(leaves)]

used = []
class Seen(places.SeveralDevices):
    def columns(self, *args, **options):
        columns = super().columns(*args, **options)
        used.append([len(one.data) for one in columns.nll.addressable_shards])
        return columns
places.SeveralDevices = Seen

several = found()
rows_of_several = list(used)
with jax.set_mesh(jax.make_mesh((2,), ("d",))):
    within = found()
used.clear()
with jax.default_device(jax.devices()[1]):
    one = found()
print(json.dumps({
    "several": several, "within": within, "one": one,
    "rows": rows_of_several, "rows of one": used,
}))
"""


@pytest.fixture(scope="module")
def found():
    return json.loads(run_python(CODE, env=FOUR_DEVICES).stdout)


@pytest.mark.slow
def test_the_devices_divide_the_rows_of_each_block(found):
    assert found["rows of one"] == []
    assert found["rows"] == [[75, 75, 75, 75]] * 8


@pytest.mark.parametrize("where", ["several", "within"])
@pytest.mark.slow
def test_what_they_find_is_what_one_finds(found, where):
    assert len(found["one"]) == 17
    for several, one in zip(found[where], found["one"], strict=True):
        exact = np.asarray(one).dtype.kind in "bi"
        np.testing.assert_allclose(several, one, rtol=0, atol=0 if exact else 1e-5)
