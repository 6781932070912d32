"""What all callbacks share, without a framework."""

import sys

import ml_dtypes
import numpy as np
import pytest

from anim.errors import MissingExtraError
from anim.integrations.base import CallbackRecorder, require
from tests.support.subprocesses import run_python

LABELS = np.arange(30) % 3
LOGITS = np.random.default_rng(0).normal(size=(30, 3)) * 3


def recorder(every=None, outputs=None, labels=LABELS):
    return CallbackRecorder(None, labels, every=every, outputs=outputs, options={})


@pytest.mark.parametrize("module", ["xgboost", "keras", "torch"])
def test_the_error_for_a_missing_framework_is_its_pip_command(monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"anim.integrations.{module}", raising=False)
    with pytest.raises(MissingExtraError, match=f"{module} is not installed: pip install {module}"):
        __import__(f"anim.integrations.{module}")


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import no_such_dependency", "No module named 'no_such_dependency'"),
        ("raise ImportError('libcudart.so.12 not found')", "libcudart.so.12 not found"),
    ],
)
def test_a_framework_that_fails_to_import_shows_its_own_error(tmp_path, monkeypatch, code, problem):
    (tmp_path / "broken_framework.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=problem) as caught:
        require("broken_framework", "broken-framework")
    assert not isinstance(caught.value, MissingExtraError)


def test_importing_anim_imports_no_framework():
    run_python(
        "import sys, anim, anim.integrations, anim.run\n"
        "frameworks = {'torch', 'keras', 'lightning', 'transformers', 'xgboost', 'lightgbm'}\n"
        "assert not frameworks & set(sys.modules), frameworks & set(sys.modules)"
    )


def test_a_snapshot_is_due_once_a_multiple_of_every_is_reached_or_passed():
    shared = recorder(every=10)
    shared.begin()
    shared.take(0, lambda: LOGITS)
    taken = []
    for step in (3, 6, 12, 18, 20, 41):
        if shared.is_due(step):
            shared.take(step, lambda: LOGITS)
            taken.append(step)
    assert taken == [12, 20, 41]


@pytest.mark.parametrize("outputs", [None, "logits"])
def test_rows_that_sum_to_1_are_probs_unless_outputs_says_otherwise(outputs):
    exponents = np.exp(LOGITS)
    probs = exponents / exponents.sum(1, keepdims=True)
    shared = recorder(outputs=outputs)
    shared.begin()
    if outputs is None:
        shared.take(0, lambda: probs)
    else:
        with pytest.warns(UserWarning, match="pass probs="):
            shared.take(0, lambda: probs)
    assert shared.run().kind == ("probs" if outputs is None else "logits")


def test_probabilities_in_bfloat16_are_probs():
    probs = np.random.default_rng(0).dirichlet(np.ones(10), len(LABELS)).astype(ml_dtypes.bfloat16)
    shared = recorder()
    shared.begin()
    shared.take(0, lambda: probs)
    exact = probs.astype(np.float64)
    expected = exact / exact.sum(1, keepdims=True)
    np.testing.assert_allclose(shared.run().probs(0), expected, rtol=1e-6)


def test_a_model_with_one_output_needs_outputs():
    shared = recorder(labels=LABELS % 2)
    shared.begin()
    with pytest.raises(ValueError, match="outputs: expected 'logits' or 'probs'"):
        shared.take(0, lambda: LOGITS[:, :1])


def test_only_numbers_are_recorded_of_what_is_logged_and_computed_names_get_a_prefix():
    shared = recorder()
    shared.begin()
    logged = {"loss": 0.5, "accuracy": 0.25, "note": "text", "_hidden": 1.0, "lr": float("inf")}
    with pytest.warns(UserWarning, match="'accuracy' is computed .* recorded as 'train_accuracy'"):
        shared.take(0, lambda: LOGITS, logged)
    # Said once.
    shared.take(1, lambda: LOGITS, {"accuracy": 0.5})
    expected = {
        "loss": [0.5, np.nan],
        "train_accuracy": [0.25, 0.5],
    }
    np.testing.assert_equal(dict(shared.run().recorded), expected)


def test_a_logged_name_is_recorded_if_a_recorder_accepts_it_and_left_out_else():
    shared = recorder()
    shared.begin()
    shared.take(0, lambda: LOGITS, {"1/loss": 0.5, "a" * 201: 1.0, "": 2.0, ".b": 3.0})
    assert list(shared.run().recorded) == ["1/loss"]


def test_a_run_before_training_is_an_error():
    with pytest.raises(RuntimeError, match="training has not begun"):
        recorder().run()
