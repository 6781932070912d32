"""The trainer: snapshots, losses, and the result of the default experiment."""

import numpy as np
import pytest

import anim
from anim.errors import DivergedError
from anim.settings import OPTIMIZERS

PLAIN = {"gradient_noise": 0, "weight_decay": 0, "schedule": "constant"}


def train_is_val(size=256):
    """A dataset whose training and validation parts are the same points."""
    data = anim.data.xor(size, 1)
    same = (data.x_train, data.y_train)
    return anim.Dataset("same", *same, *same, data.classes)


def test_snapshots_begin_at_step_0_and_include_the_last_step():
    run = anim.fit(anim.data.xor(100, 50), epochs=3, every=5)
    assert run.steps.tolist() == [0, 5, 10, 12]
    assert np.isfinite(run.logits(3)).all()


def test_by_default_there_is_one_snapshot_an_epoch():
    run = anim.fit(anim.data.xor(100, 50), epochs=3, batch_size=32)
    assert run.steps.tolist() == [0, 4, 8, 12]


def test_the_training_loss_of_a_full_batch_is_the_nll_before_the_step():
    run = anim.fit(train_is_val(), epochs=20, every=1, batch_size=256, **PLAIN)
    metrics = run.metrics()
    assert np.isnan(metrics["train_loss"][0])
    np.testing.assert_allclose(metrics["train_loss"][1:], metrics["nll"][:-1], rtol=1e-5)


def test_logistic_regression_follows_gradient_descent_in_numpy():
    data = train_is_val()
    run = anim.fit(
        data, hidden=(), epochs=5, every=1, batch_size=256, optimizer="sgd", learning_rate=0.5,
        **PLAIN,
    )  # fmt: skip
    x = np.column_stack([data.x_train, np.ones(256)]).astype(np.float64)
    weights = np.linalg.lstsq(x, run.logits(0), rcond=None)[0]
    for step in range(1, 6):
        scores = np.exp(x @ weights)
        probs = scores / scores.sum(1, keepdims=True)
        weights -= 0.5 * x.T @ (probs - np.eye(2)[data.y_train]) / 256
        np.testing.assert_allclose(run.logits(step), x @ weights, atol=1e-5)


def test_the_last_batch_of_an_epoch_has_the_remaining_examples():
    """33 examples make batches of 32 and 1: their losses average to the mean of the two."""
    data = train_is_val(33)
    run = anim.fit(data, epochs=1, every=1, batch_size=32, learning_rate=1e-30, **PLAIN)
    losses = run.metrics()["train_loss"][1:]
    mean = run.metrics()["nll"][0]
    assert (32 * losses[0] + losses[1]) / 33 == pytest.approx(mean, rel=1e-5)


@pytest.mark.slow
def test_the_interval_of_snapshots_does_not_change_the_training():
    data = anim.data.xor(300, 100)
    often, seldom = (anim.fit(data, epochs=8, every=every) for every in (1, 80))
    np.testing.assert_allclose(often.logits(80), seldom.logits(1), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_learns(optimizer):
    run = anim.fit(
        anim.data.breast_cancer(), epochs=20, optimizer=optimizer, learning_rate=0.02, **PLAIN
    )
    nll = run.metrics()["nll"]
    assert nll[-1] < 0.8 * nll[0]


@pytest.mark.slow
def test_deep_networks_and_many_classes_train():
    run = anim.fit(anim.data.digits(), hidden=(32, 16), epochs=30, learning_rate=0.05)
    assert run.logits(0).shape == (899, 10)
    assert run.metrics()["accuracy"][-1] > 0.8


@pytest.mark.slow
def test_a_run_may_have_one_step():
    run = anim.fit(anim.data.xor(8, 10), epochs=1)
    assert run.steps.tolist() == [0, 1]


def test_divergence_names_its_step():
    """Plain descent with a rate of 1e30 is infinite after the first step or two."""
    with pytest.raises(DivergedError) as caught:
        anim.fit(
            anim.data.xor(320, 10), epochs=10, every=50, optimizer="sgd", learning_rate=1e38,
            **PLAIN,
        )  # fmt: skip
    assert 2 <= caught.value.step <= 3
    assert f"at step {caught.value.step}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 0), ("every", 1000), ("hidden", (3, 0)), ("learning_rate", -1), ("seed", -1)],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        anim.fit(anim.data.xor(64, 10), **{"epochs": 2, name: value})


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_the_default_experiment_learns_xor_and_is_miscalibrated_on_the_way(seed):
    metrics = anim.fit(anim.data.xor(seed=seed), seed=seed).metrics()
    assert metrics["accuracy"][0] < 0.75
    assert metrics["accuracy"][-1] >= 0.93
    assert metrics["ece"].max() > 0.15
    assert metrics["ece"][-1] < 0.1
