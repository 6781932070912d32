"""The table of metrics and what is computed have the same names."""

import subprocess
import sys

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.metrics import BY_NAME, METRICS, names_of


def a_run(keep, classes):
    rng = np.random.default_rng(0)
    with anim.Recorder(labels=rng.integers(0, classes, 40), keep=keep) as recorder:
        recorder.snapshot(0, logits=rng.normal(size=(40, classes)), metrics={"rate": 0.5})
    return recorder.run()


@pytest.mark.parametrize("keep", ["float32", "top"])
@pytest.mark.parametrize("method", ["metrics", "errors"])
@pytest.mark.parametrize("classes", [2, 3])
def test_a_run_has_the_metrics_of_the_table_in_its_order(keep, method, classes):
    run = a_run(keep, classes)
    found = getattr(run, method)()
    names = names_of(method, run.has_scores, classes == 2, True, has_labels=False)
    assert list(found) == ["rate", *names]
    assert all(np.isfinite(values).all() for values in found.values())


def test_proper_scores_of_examples_are_those_of_all_scores():
    """With ``keep="top"`` they are recorded, as they cannot be computed any more."""
    whole, top = (a_run(keep, 3).metrics() for keep in ("float32", "top"))
    assert whole.keys() == top.keys()
    for name, values in whole.items():
        np.testing.assert_allclose(top[name], values, rtol=1e-5)


def test_a_run_of_confidences_alone_has_no_proper_scores():
    with anim.Recorder(labels=[0, 1, 1]) as recorder:
        recorder.snapshot(0, confidence=[0.5, 0.7, 0.9], correct=[True, False, True])
    names = list(recorder.run().errors())
    assert names == list(names_of("errors", has_scores=False))
    assert "nll" not in names


def test_every_metric_is_computed_by_one_of_the_methods():
    assert list(BY_NAME) == list(names_of("errors")) == [metric.name for metric in METRICS]


def test_titles_have_a_meaning():
    assert all(metric.meaning for metric in METRICS if metric.title)


@pytest.mark.parametrize("name", BY_NAME)
def test_no_recorded_scalar_takes_the_name_of_a_metric(name):
    recorder = anim.Recorder(labels=[0, 1])
    with pytest.raises(SettingError, match=rf"'{name}' is computed .* such as 'train_{name}'"):
        recorder.snapshot(0, probs=[0.2, 0.7], metrics={name: 1.0})


def test_the_table_is_read_without_numpy():
    code = "import sys, anim.metrics; assert not {'numpy', 'jax'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
