"""Several processes of JAX share networks and experiments."""

import json
import re

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.run.ranks import Rank
from tests.support.processes import JAX, run_ranks

CODE = f"""{JAX}
import json
from contextlib import contextmanager
import numpy as np
import anim
from anim.settings import Experiment
from anim.train import run_experiments

folder = sys.argv[4]
data = anim.data.xor(64, 50)
knobs = dict(epochs=2, hidden=())
replicas = anim.fit_replicas(data, replicas=5, path=folder + "/many", **knobs)
alone = anim.fit(data, path=folder + "/one", **knobs)

@contextmanager
def progress(name):
    yield lambda done, total: None

sweep = {{
    f"epochs={{n}}": Experiment.of({{"epochs": n, "train_size": 64, "val_size": 20, "hidden": ()}})
    for n in (1, 2, 3)
}}
runs = run_experiments(sweep, folder + "/sweep", None, progress)
print("found", json.dumps([len(replicas), len(alone), list(runs)]))
jax.distributed.shutdown()
"""


@pytest.mark.slow
def test_each_process_trains_and_records_its_own(tmp_path):
    # Others print, too.
    said = [
        json.loads(re.search(r"^found (.*)$", one, re.M)[1]) for one in run_ranks(CODE, 2, tmp_path)
    ]
    assert said == [[3, 3, ["epochs=1", "epochs=3"]], [2, 3, ["epochs=2"]]]
    many = anim.open(tmp_path / "many")
    assert [run.name for run in many] == [f"seed={seed}" for seed in range(5)]
    here = anim.fit_replicas(anim.data.xor(64, 50), replicas=5, epochs=2, hidden=())
    for run, other in zip(many, here, strict=True):
        np.testing.assert_allclose(run.logits(2), other.logits(2), atol=1e-5)
    np.testing.assert_allclose(anim.open(tmp_path / "one").logits(2), here[0].logits(2), atol=1e-5)
    assert sorted(one.name for one in (tmp_path / "sweep").iterdir()) == [
        "epochs=1",
        "epochs=2",
        "epochs=3",
    ]


def test_fewer_networks_than_processes_are_refused(monkeypatch):
    monkeypatch.setattr("anim.train.fitting.rank_of", lambda: Rank(1, 3))
    with pytest.raises(SettingError, match=r"^replicas: expected one or more for each of 3 proc"):
        anim.fit_replicas(anim.data.xor(64, 50), replicas=2)
