"""Datasets, against the rule or the package they come from."""

import sys

import numpy as np
import pytest
from sklearn import datasets

import anim
from anim.errors import MissingExtraError
from anim.settings import DATASETS


def test_xor_labels_the_off_diagonal_quarters():
    data = anim.data.xor(1000)
    assert data.x_train.shape == (1000, 2)
    assert data.x_val.shape == (50_000, 2)
    for x, y in ((data.x_train, data.y_train), (data.x_val, data.y_val)):
        assert x.min() >= 0
        assert x.max() < 1
        np.testing.assert_array_equal(y, (x > 0.5).sum(1) == 1)
    assert abs(data.x_val.mean() - 0.5) < 0.005


def test_noise_is_the_share_of_flipped_labels():
    data = anim.data.xor(10, 100_000, noise=0.2)
    flipped = data.y_val != ((data.x_val > 0.5).sum(1) == 1)
    assert flipped.mean() == pytest.approx(0.2, abs=0.006)  # 5 standard errors


def test_the_seed_determines_the_data():
    first, again, other = (anim.data.xor(50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.x_val, again.x_val)
    assert not np.array_equal(first.x_train, other.x_train)
    assert not np.isin(first.x_train, first.x_val).all()


def test_each_digit_of_scikit_learn_is_used_once():
    data = anim.data.digits()
    assert data.classes == tuple("0123456789")
    assert data.x_train.shape == (898, 64)
    assert data.x_val.shape == (899, 64)
    every = np.concatenate([data.y_train, data.y_val])
    np.testing.assert_array_equal(np.bincount(every), np.bincount(datasets.load_digits().target))


def test_inputs_are_standardised_with_the_training_part():
    data = anim.data.breast_cancer(train_size=400)
    np.testing.assert_allclose(data.x_train.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(data.x_train.std(0), 1, atol=1e-5)
    assert len(data.y_val) == 169


def test_class_1_of_the_cancer_data_is_malignant():
    data = anim.data.breast_cancer()
    assert data.classes == ("benign", "malignant")
    assert sum(data.y_train) + sum(data.y_val) == 212  # as UCI documents


@pytest.mark.parametrize("source", DATASETS.values(), ids=DATASETS)
def test_every_dataset_of_the_table_has_its_default_sizes(source):
    data = anim.data.load(source.name)
    assert len(data.y_train) == source.train_size
    assert len(data.y_val) == source.val_size(source.train_size)
    assert source.examples in (None, len(data.y_train) + len(data.y_val))


@pytest.mark.parametrize("source", DATASETS.values(), ids=DATASETS)
def test_a_dataset_is_loaded_with_the_sizes_and_seed_that_are_given(source):
    first, other = (
        anim.data.load(source.name, train_size=30, val_size=20, seed=seed) for seed in (0, 1)
    )
    assert (len(first.y_train), len(first.y_val)) == (30, 20)
    assert not np.array_equal(first.x_train, other.x_train)
    assert max(first.y_train.max(), first.y_val.max()) < len(first.classes)


def test_a_missing_package_is_named_with_its_pip_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtraError, match="pip install scikit-learn"):
        anim.data.digits()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: anim.data.xor(0), "train_size"),
        (lambda: anim.data.xor(10, -1), "val_size"),
        (lambda: anim.data.xor(10, noise=1.5), "noise"),
        (lambda: anim.data.digits(1797), "train_size"),
        (lambda: anim.data.digits(1000, 1000), "val_size"),
    ],
)
def test_a_wrong_size_is_named(make, name):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        make()
