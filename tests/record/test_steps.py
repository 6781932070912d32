"""The step in the name of a file: what other programs call their files, and what is no step."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anim.errors import SettingError
from anim.record.__main__ import main
from anim.record.steps import said_of, steps_of
from tests.support.saved_predictions import LABELS, PROBS

NAMED = {
    # Keras.
    "weights-epoch-07.h5": 7,
    "checkpoint.10-0.28.keras": 10,
    "cp-0010.weights.h5": 10,
    "model_epoch10-val_loss_0.31.npz": 10,
    # Lightning.
    "epoch=10-val_loss=0.28.npz": 10,
    "epoch=9-step=500.ckpt": 500,
    "sample-mnist-epoch=02-val_loss=0.32.ckpt": 2,
    "epoch=10-v1.ckpt": 10,
    # Hugging Face, Accelerate, Diffusers.
    "out/checkpoint-500/predictions.npz": 500,
    "checkpoint_3/preds.npy": 3,
    "epoch_0.npz": 0,
    # timm, fairseq.
    "checkpoint-12.pth.tar": 12,
    "checkpoint3.pt": 3,
    # DeepSpeed, Megatron, Orbax with a prefix.
    "global_step500/mp_rank_00_preds.npz": 500,
    "iter_0002000/mp_rank_01/preds.npz": 2000,
    "checkpoint_1000/default/preds.npy": 1000,
    # mmengine.
    "epoch_12.pth": 12,
    "iter_2000.pth": 2000,
    # TensorFlow.
    "model.ckpt-1200.npz": 1200,
    "model.ckpt-1200": 1200,
    # Hive partitions of data frames.
    "epoch=10/part-0.parquet": 10,
    # Seeds, folds, versions and settings beside a step.
    "epoch_3_seed42.npz": 3,
    "fold3_step_100.csv": 100,
    "max_epoch=100_epoch=7.npz": 7,
    "warmup_step_100-epoch_3.npz": 3,
    "resnet50_lr0.01_epoch_4_bs128.npy": 4,
    "EPOCH 12.CSV": 12,
    "valEpoch3.npz": 3,
    "step1000-tokens4B.npz": 1000,
    "epoch_5_2024-01-05.npz": 5,
    # Of one file, where only the number can be the step.
    "preds_000100.npz": 100,
    "100.npz": 100,
    "val.20.npy": 20,
}

NOT_NAMED = [
    "model_v2.csv",
    "seed42.npz",
    "fold3.npz",
    "lr0.01.npz",
    "model.npy",
    "last.ckpt",
    "ckpt.pt",
    "best_model.pth.tar",
    "epoch_0.5.npz",
    "epoch=-1.npz",
    "epoch_1e3.npz",
    "step_10k.npz",
    "step_1_000.npz",
    "step=1,000.npz",
    "checkpoint_3f2a1b.npz",
    "checkpoint_3_500.pt",
    "checkpoint_2024-01-05.npz",
    "checkpoint_20240105.npz",
    "checkpoint_05-01-2024.npz",
    "checkpoint-1712345678.npz",
    "max_epochs=100.npz",
    "n_step_5.npz",
    "timestep_50.npz",
    "footstep5.npz",
    "resnet_50.npz",
    "weights.10-0.28.hdf5",
    "0.28.npz",
    "-5.npz",
    "2024-01-05.npz",
    "cp311.npz",
    "predictions_500_3f2a1b.table.csv",
    "step_1_vs_step_2.npz",
    "epoch_\u0663.npz",
]


@pytest.mark.parametrize("name", NAMED)
def test_the_step_is_the_number_after_its_word(name):
    assert steps_of([name])[0] == NAMED[name]


@pytest.mark.parametrize("name", NOT_NAMED)
def test_another_number_is_not_a_step(name):
    assert steps_of([name]) == [None]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    word=st.sampled_from(["step", "epoch", "iter", "iteration", "checkpoint", "ckpt"]),
    sign=st.sampled_from(["=", "-", "_", ""]),
    step=st.integers(0, 2**53),
    loss=st.floats(0, 10).map(lambda x: f"{x:.3f}"),
    seed=st.integers(0, 999),
)
def test_any_step_after_a_word_is_read_whatever_stands_around_it(word, sign, step, loss, seed):
    if len(str(step)) in (8, 10, 12, 13, 14):
        step = step % 10_000_000
    name = f"net-seed{seed}/{word}{sign}{step}-loss={loss}.npz"
    assert steps_of([name])[0] == step


WITHOUT_WORDS = {
    "padded": (["preds_000100.npz", "preds_000200.npz"], [100, 200]),
    "bare": (["9.npz", "10.npz", "100.npz"], [9, 10, 100]),
    "of Orbax": (["run/1000/preds.npz", "run/2000/preds.npz"], [1000, 2000]),
    "a version that all share": (["v2_out_1.npy", "v2_out_30.npy"], [1, 30]),
    "the unit after it": (["rl_model_10000_steps.csv", "rl_model_20000_steps.csv"], [10000, 20000]),
}

UNCLEAR = {
    "seeds": ["seed1.npz", "seed2.npz"],
    "folds": ["fold_1.npz", "fold_2.npz"],
    "folders of folds": ["folds/1.npz", "folds/2.npz"],
    "runs": ["run_1/preds.npz", "run_2/preds.npz"],
    "versions": ["model_v1.npz", "model_v2.npz"],
    "decimals": ["lr_0.1.npz", "lr_0.2.npz"],
    "two numbers that differ": ["weights.01-0.90.npz", "weights.02-0.85.npz"],
    "another text": ["train_1.npz", "test_2.npz"],
    "another kind of file": ["1.npz", "2.npy"],
    "not the last part": ["p_1_final.npz", "p_2_final.npz"],
    "dates": ["preds_20240101.npz", "preds_20240102.npz"],
    "dates with marks": ["preds_2024-01-01.npz", "preds_2024-01-02.npz"],
    "days first": ["01-02-2024.csv", "01-02-2025.csv"],
    "folders of dates": ["2024/01/03/p.npz", "2024/01/04/p.npz"],
    "years": ["2021.csv", "2022.csv"],
    "models": ["resnet_18.npz", "resnet_50.npz"],
    "signed": ["preds_-1.npz", "preds_-2.npz"],
    "exponents": ["x1e3.npz", "x1e4.npz"],
    "hashes": ["ab12.npz", "ab34.npz", "cd56.npz"],
    "the same file twice": ["preds_1.npz", "preds_1.npz"],
}


@pytest.mark.parametrize("kind", WITHOUT_WORDS)
def test_the_one_number_in_which_names_differ_is_the_step(kind):
    paths, steps = WITHOUT_WORDS[kind]
    assert steps_of(paths) == steps
    assert "the number in which names differ" in said_of(sorted(steps), paths)


@pytest.mark.parametrize("kind", UNCLEAR)
def test_a_number_that_may_mean_something_else_is_not_a_step(kind):
    assert steps_of(UNCLEAR[kind]) == [None] * len(UNCLEAR[kind])


def test_step_wins_over_epoch_and_the_word_is_known():
    paths = ["epoch=0-step=50.npz", "epoch=1-step=100.npz"]
    assert steps_of(paths) == [50, 100]
    assert "the number after 'step'" in said_of([50, 100], paths)


def test_a_file_without_a_step_beside_others_has_none():
    assert steps_of(["epoch_1.npz", "last.npz"]) == [1, None]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_steps_that_restart_with_each_epoch_are_refused(order):
    names = ["epoch_1_step_50.npz", "epoch_1_step_100.npz", "epoch_2_step_50.npz"]
    with pytest.raises(SettingError, match=r"expected a step after 100, that of epoch 1, got step"):
        steps_of([names[i] for i in order])


def test_names_by_different_words_are_refused():
    with pytest.raises(SettingError, match=r"one word before the steps in names, got 'epoch' in"):
        steps_of(["epoch_1.npz", "step_500.npz"])


@pytest.mark.parametrize("name", ["step_99999999999999999999.npz", "p_99999999999999999999.npy"])
def test_a_step_that_no_training_reaches_is_refused(name):
    with pytest.raises(SettingError, match=r"expected a step below 2\*\*53, got 99999"):
        steps_of([name])


RESULTS = {
    "step 0": ["model_v2.npz"],
    "step 10 (the number after 'epoch')": ["epoch=10-val_loss=0.28.npz"],
    "steps 50 to 100 (the number after 'step')": ["epoch=0-step=50.npz", "epoch=1-step=100.npz"],
    "steps 9 to 100 (the number in which names differ)": ["100.npz", "9.npz", "10.npz"],
    "steps 5 to 500 (the number after 'checkpoint')": [
        "checkpoint-500/preds.npz",
        "checkpoint-5/preds.npz",
    ],
}


@pytest.mark.parametrize("said", RESULTS)
def test_the_result_line_says_which_steps_and_where_they_were_found(tmp_path, said, capsys):
    paths = [tmp_path / name for name in RESULTS[said]]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        np.savez(path, probs=PROBS[0], labels=LABELS)
    assert main(["--out", str(tmp_path / "run"), *map(str, paths)]) == 0
    assert f"; {said}\n" in capsys.readouterr().out
