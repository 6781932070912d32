"""The experiments of a sweep: names, values and errors."""

import math
import re

import pytest

import anim
from anim.errors import SettingError
from anim.settings import MAX_RUNS, Experiment
from anim.train.sweep import SWEPT, swept

BASE = Experiment()


@pytest.mark.parametrize(
    ("text", "setting", "values"),
    [
        ("seed=3,1,2", "seed", [3, 1, 2]),
        ("val-size=10,20", "val_size", [10, 20]),
        ("epochs=1,2", "epochs", [1, 2]),
        ("every=5,7", "every", [5, 7]),
        ("batch-size=8,16", "batch_size", [8, 16]),
        ("noise=0,0.25", "noise", [0.0, 0.25]),
        ("learning-rate=0.1,1e-3", "learning_rate", [0.1, 0.001]),
        ("weight_decay=0,1", "weight_decay", [0.0, 1.0]),
        ("gradient-noise=0,0.5", "gradient_noise", [0.0, 0.5]),
        ("data=xor,digits", "data", ["xor", "digits"]),
        ("optimizer=adam,sgd", "optimizer", ["adam", "sgd"]),
        ("schedule=cosine,constant", "schedule", ["cosine", "constant"]),
        ("hidden=3,16,16-8", "hidden", [(3,), (16,), (16, 8)]),
        (" hidden = 2 , 3 ", "hidden", [(2,), (3,)]),
    ],
)
def test_a_sweep_changes_one_setting_and_no_other(text, setting, values):
    base = Experiment(seed=9, epochs=4)
    name, _, parts = text.replace(" ", "").partition("=")
    found = swept(text, base)
    assert list(found) == [f"{name.replace('_', '-')}={part}" for part in parts.split(",")]
    for experiment, value in zip(found.values(), values, strict=True):
        assert vars(experiment) == {**vars(base), setting: value}
        assert type(vars(experiment)[setting]) is type(value)


def test_every_setting_of_an_experiment_can_be_swept():
    assert set(SWEPT) == {*vars(BASE), "depth"}


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (BASE, [(3,), (3, 3, 3)]),
        (Experiment(hidden=(8, 4)), [(8,), (8, 8, 8)]),
        (Experiment(hidden=()), [(3,), (3, 3, 3)]),
    ],
)
def test_depth_repeats_the_first_width(base, expected):
    found = swept("depth=1,3", base)
    assert [one.hidden for one in found.values()] == expected
    assert [*found] == ["depth=1", "depth=3"]


def steps(experiment, train_size) -> int:
    return experiment.epochs * math.ceil(train_size / experiment.batch_size)


@pytest.mark.parametrize("sizes", [(50, 200, 2000), (7, 63, 1000), (2000, 4000)])
def test_runs_of_different_sizes_have_equal_steps_and_snapshots(sizes):
    found = swept("train-size=" + ",".join(map(str, sizes)), BASE)
    assert [one.train_size for one in found.values()] == list(sizes)
    for one, size in zip(found.values(), sizes, strict=True):
        epoch = math.ceil(size / one.batch_size)
        # The post's run of 2000 takes 63 steps an epoch, 100 times.
        assert abs(steps(one, size) - 6300) <= epoch / 2
        assert one.every == 63
        assert one.val_size == 50 * 2000


def test_settings_chosen_explicitly_are_kept():
    found = swept("train-size=50,100", Experiment(val_size=70, every=3, batch_size=10, epochs=6))
    assert {(one.val_size, one.every, one.batch_size) for one in found.values()} == {(70, 3, 10)}


def test_runs_of_different_sizes_are_validated_on_equally_many_examples():
    """All digits that are not trained on would be more for the smaller one."""
    found = swept("train-size=100,800", Experiment(data="digits", epochs=4))
    looks = [
        len(anim.data.load("digits", train_size=one.train_size, val_size=one.val_size).y_val)
        for one in found.values()
    ]
    assert looks[0] == looks[1]
    # 800 make 25 steps an epoch.
    assert [steps(one, one.train_size) for one in found.values()] == [100, 100]


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("hiden=2,3", "sweep", "did you mean 'hidden'"),
        ("learning_rat=2,3", "sweep", "did you mean 'learning_rate'"),
        ("", "sweep", "expected one of data"),
        ("title=a,b", "sweep", "got 'title'"),
        ("hidden", "sweep", "with 2 to 6 values, got 'hidden'"),
        ("hidden=", "sweep", "with 2 to 6 values"),
        ("hidden=3", "sweep", "with 2 to 6 values"),
        ("hidden=3,", "sweep", "with 2 to 6 values"),
        ("seed=0,1,2,3,4,5,6", "sweep", f"with 2 to {MAX_RUNS} values"),
        ("hidden=3,4,3", "sweep", "expected each value once, got '3,4,3'"),
        ("learning-rate=0.1,1e-1", "sweep", "expected each value once"),
        ("epochs=1.5,2", "sweep", "expected whole numbers, got '1.5,2'"),
        ("noise=much,little", "sweep", "expected numbers, got"),
        ("hidden=3,wide", "sweep", "expected widths such as 3 or 16-16"),
        ("hidden=3,4-", "sweep", "expected widths"),
        ("epochs=0,2", "epochs", "at least 1, got 0"),
        ("hidden=0,2", "hidden", "at least 1, got 0"),
        ("learning-rate=nan,1", "learning_rate", "got nan"),
        ("optimizer=adam,sdg", "optimizer", "did you mean 'sgd'"),
        ("data=xor,digit", "data", "did you mean 'digits'"),
        ("train-size=0,5", "train_size", "at least 1, got 0"),
        ("train-size=-5,5", "train_size", "at least 1, got -5"),
        ("depth=-1,2", "depth", "got -1"),
    ],
)
def test_a_wrong_sweep_names_the_setting_and_the_problem(text, name, problem):
    with pytest.raises(SettingError) as caught:
        swept(text, BASE)
    assert caught.value.name == name
    assert problem in caught.value.problem


def test_a_setting_and_a_sweep_of_it_are_an_error():
    problem = "--learning-rate cannot be combined with --sweep learning-rate=..."
    with pytest.raises(SettingError, match=re.escape(problem)):
        swept("learning-rate=0.1,0.2", BASE, {"learning_rate": 0.1})
    assert swept("depth=1,2", BASE, {"hidden": (3,)})
