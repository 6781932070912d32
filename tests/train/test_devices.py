"""Networks and experiments are spread over the devices of a process, and stay the same."""

import json

import jax
import pytest

from anim.calibration.placing import local_devices
from anim.train.devices import Spread
from tests.support.shardings import FOUR_DEVICES
from tests.support.subprocesses import run_python

CODE = """
import json, sys, threading
from contextlib import contextmanager
import jax, jax.numpy as jnp, numpy as np
import anim
from anim.settings import Experiment
from anim.train import fitting
from anim.calibration.placing import local_devices
from anim.train.side_by_side import side_by_side

loops = []
class Kept(fitting.Loop):
    def __init__(self, *args):
        super().__init__(*args)
        loops.append(self)
fitting.Loop = Kept

data = anim.data.xor(64, 50)
knobs = {"replicas": 6, "epochs": 3, "every": 2, "seed": 3}
# The mesh of the caller is another one.
with jax.set_mesh(jax.make_mesh((4,), ("d",))):
    spread = anim.fit_replicas(data, **knobs)
with jax.default_device(jax.devices()[1]):
    on_one = anim.fit_replicas(data, **knobs)
    alone = local_devices() == [jax.devices()[1]]
far = max(
    np.abs(one.logits(k) - other.logits(k)).max()
    for one, other in zip(spread, on_one, strict=True)
    for k in range(len(one))
)
losses = [[run.metrics()["train_loss"][1:].tolist() for run in runs] for runs in (spread, on_one)]
leaves = [*jax.tree.leaves((loops[0]._params, loops[0]._state)), loops[0].predict()]
shards = [[one.data.shape[0] for one in leaf.addressable_shards] for leaf in leaves]

told = []
@contextmanager
def progress(name):
    def report(done, total):
        told.append([name, done, threading.current_thread() is threading.main_thread()])
    yield report

def train(name, report):
    report(0, 1)
    barrier.wait(60)
    if name == "c":
        raise RuntimeError("c failed")
    return jnp.zeros(()).device.id

barrier = threading.Barrier(4)
used = side_by_side("abde", train, progress, jax.devices())
try:
    side_by_side("abcd", train, progress, jax.devices())
    error = None
except RuntimeError as one:
    error = str(one)
barrier = threading.Barrier(2)
fitting.run_experiment = lambda experiment, path, report, replicas: [experiment, train("", report)]
runs = fitting.run_experiments({"x": 1, "y": 2}, None, None, progress)
print(json.dumps({
    "replicas": len(spread), "far": float(far), "losses": losses, "alone": alone,
    "shards": shards, "used": used, "told": told, "error": error, "runs": runs,
}))
"""


@pytest.fixture(scope="module")
def found():
    return json.loads(run_python(CODE, env=FOUR_DEVICES).stdout)


@pytest.mark.slow
def test_replicas_on_four_devices_are_those_on_one(found):
    assert found["replicas"] == 6
    assert found["far"] < 1e-5
    spread, on_one = found["losses"]
    assert [pytest.approx(one, abs=1e-5) for one in on_one] == spread


@pytest.mark.slow
def test_devices_hold_networks_states_and_predictions(found):
    # Counts of steps, one for each network, too.
    assert all(shards == [2, 2, 2] for shards in found["shards"])


@pytest.mark.slow
def test_a_default_device_is_the_only_one(found):
    assert found["alone"]


@pytest.mark.slow
def test_experiments_are_trained_side_by_side(found):
    assert sorted(found["used"].values()) == [0, 1, 2, 3]
    assert list(found["used"]) == list("abde")
    assert found["error"] == "c failed"
    assert [(name, one) for name, (one, _) in found["runs"].items()] == [("x", 1), ("y", 2)]
    assert len({device for _, device in found["runs"].values()}) == 2


@pytest.mark.slow
def test_progress_is_told_in_order_by_the_calling_thread(found):
    assert all(is_main for *_, is_main in found["told"])
    names = [name for name, *_ in found["told"]]
    assert names[:4] == list("abde")
    assert names[-2:] == ["x", "y"]


WIDE = """
import faulthandler, jax, anim
from anim.settings import Experiment
from anim.train.loop import Loop

faulthandler.dump_traceback_later(120, exit=True)
wide = Experiment.of({"hidden": (64, 64, 64)})
for _ in range(3):
    jax.block_until_ready(Loop(anim.data.xor(64, 50), wide, range(32), 4, 2)._params)
"""


@pytest.mark.slow
def test_wide_networks_on_several_devices_of_a_cpu_are_made_without_waiting_for_each_other():
    run_python(WIDE, env=FOUR_DEVICES)


@pytest.mark.parametrize(
    ("networks", "known", "total", "used"),
    [(1, 4, 1, 1), (2, 4, 2, 2), (5, 4, 6, 3), (6, 4, 6, 3), (32, 4, 32, 4), (7, 1, 7, 1)],
)
def test_devices_have_equally_many_networks(monkeypatch, networks, known, total, used):
    monkeypatch.setattr("anim.train.devices.local_devices", lambda: list(range(known)))
    monkeypatch.setattr("anim.train.devices.Mesh", lambda devices, _: list(devices))
    spread = Spread(networks)
    assert spread.total == total
    assert len(spread._mesh or [0]) == used


def test_all_local_devices_are_used_by_default():
    assert local_devices() == jax.local_devices()
