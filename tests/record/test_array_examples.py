"""Rows of arrays that are no examples, and weights and groups beside them."""

import re

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.record.__main__ import main
from anim.record.readers import read
from anim.record.schema import NOTHING_WANTED, Wanted
from tests.support.saved_predictions import LABELS, PROBS

N = len(LABELS)
GONE = np.isin(np.arange(N), [0, 3, N - 1])
TRUTH = np.where(GONE, -100, LABELS)
GARBLED = np.where(GONE[:, None], np.nan, PROBS[0])
RIGHT = (PROBS[0].argmax(1) == LABELS)[~GONE]
IGNORED = Wanted(ignore=("-100",))
WEIGHTS = np.random.default_rng(1).random(N)


def saved(folder, wanted=NOTHING_WANTED, **arrays):
    """The snapshots that are read from a file of these arrays."""
    np.savez(folder / "epoch_3.npz", **arrays)
    return list(read(folder / "epoch_3.npz", None, wanted))


def recorded(folder, *options, names=("epoch_3.npz",)):
    files = [str(folder / name) for name in names]
    assert main(["--out", str(folder / "run"), "--overwrite", *files, *options]) == 0
    return anim.open(folder / "run")


def test_rows_with_ignored_labels_are_left_out_before_scores_are_looked_at(tmp_path, capsys):
    # Scores without a name are probabilities, as the examples' are.
    np.savez(tmp_path / "epoch_3.npz", scores=GARBLED, labels=TRUTH)
    run = recorded(tmp_path, "--ignore", "-100")
    assert run.kind == "probs"
    np.testing.assert_array_equal(run.labels, LABELS[~GONE])
    np.testing.assert_allclose(run.snapshots[0]["probs"], PROBS[0][~GONE], atol=1e-6)
    assert f"ignore: 3 of {N} rows left out, label -100 in 3" in capsys.readouterr().out


def test_a_mask_says_which_rows_are_examples(tmp_path, capsys):
    np.savez(tmp_path / "epoch_3.npz", probs=GARBLED, labels=LABELS, mask=~GONE)
    run = recorded(tmp_path)
    np.testing.assert_array_equal(run.labels, LABELS[~GONE])
    assert f"mask: 'mask' (by its name), 3 of {N} rows left out" in capsys.readouterr().out
    (both,) = saved(tmp_path, IGNORED, probs=GARBLED, labels=TRUTH, mask=np.arange(N) > 5)
    assert both.positions is not None
    np.testing.assert_array_equal(both.positions, np.flatnonzero(~GONE & (np.arange(N) > 5)))


def test_all_steps_lose_the_same_rows_with_their_predictions_and_ids(tmp_path):
    scores = np.stack([GARBLED, GARBLED[:, ::-1]])
    found = saved(
        tmp_path,
        IGNORED,
        **{"probs": scores, "labels": TRUTH, "steps": [1, 2], "ids": np.arange(N)},
        y_pred=np.where(GONE, -100, [PROBS[0].argmax(1), PROBS[0][:, ::-1].argmax(1)]),
    )
    for snapshot, values in zip(found, (PROBS[0], PROBS[0][:, ::-1]), strict=True):
        np.testing.assert_array_equal(snapshot.given["probs"], values[~GONE])
        assert snapshot.ids == tuple(map(str, np.flatnonzero(~GONE)))


def test_confidences_and_predicted_labels_are_those_of_examples(tmp_path):
    arrays = {"confidence": GARBLED.max(1), "y_pred": np.where(GONE, -100, PROBS[0].argmax(1))}
    np.savez(tmp_path / "epoch_3.npz", labels=TRUTH, **arrays)
    run = recorded(tmp_path, "--ignore", "-100")
    np.testing.assert_array_equal(run.snapshots[0]["correct"], RIGHT)


def test_labels_of_a_file_of_their_own_say_which_rows_are_left_out(tmp_path):
    np.save(tmp_path / "truth.npy", TRUTH)
    np.save(tmp_path / "epoch_3.npy", GARBLED)
    np.savez(tmp_path / "epoch_4.npz", probs=GARBLED)
    more = ("--labels", str(tmp_path / "truth.npy"), "--ignore", "-100")
    run = recorded(tmp_path, *more, names=("epoch_3.npy", "epoch_4.npz"))
    for i in range(2):
        np.testing.assert_allclose(run.snapshots[i]["probs"], PROBS[0][~GONE], atol=1e-6)
    np.testing.assert_array_equal(run.labels, LABELS[~GONE])


def test_a_file_without_labels_loses_the_rows_of_the_first(tmp_path):
    np.savez(tmp_path / "epoch_3.npz", probs=GARBLED, labels=TRUTH)
    np.savez(tmp_path / "epoch_4.npz", probs=GARBLED)
    run = recorded(tmp_path, "--ignore", "-100", names=("epoch_3.npz", "epoch_4.npz"))
    np.testing.assert_array_equal(run.snapshots[0]["probs"], run.snapshots[1]["probs"])


def test_other_rows_in_another_file_are_refused(tmp_path, capsys):
    alike = np.zeros(N, int)
    for name, row in (("epoch_3.npz", 1), ("epoch_4.npz", 2)):
        labels = np.where(np.arange(N) == row, -100, alike)
        np.savez(tmp_path / name, probs=PROBS[0], labels=labels)
    with pytest.raises(SystemExit):
        recorded(tmp_path, "--ignore", "-100", names=("epoch_3.npz", "epoch_4.npz"))
    assert "expected the rows that are left out of the first file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["weights", "sample_weight", "weight"])
def test_weights_and_groups_are_read_by_their_names(tmp_path, name):
    sites = np.where(LABELS == 0, "a", "b")
    arrays = {"probs": GARBLED, "labels": TRUTH, "groups": sites, name: WEIGHTS[:, None]}
    (found,) = saved(tmp_path, IGNORED, **arrays)
    np.testing.assert_array_equal(found.weights, WEIGHTS[~GONE])
    np.testing.assert_array_equal(found.groups["group"], sites[~GONE])
    assert f"weight: {name!r} (by its name)" in found.notes
    assert "group: 'groups' (by its name)" in found.notes
    assert not any(note.startswith("ignored") for note in found.notes)


def test_weights_and_groups_of_other_names_are_read_if_they_are_asked_for(tmp_path):
    arrays = {"probs": PROBS[0], "labels": LABELS, "site": LABELS % 2, "age": LABELS, "w": WEIGHTS}
    (found,) = saved(tmp_path, Wanted(weight="w", group=("site", "age")), **arrays)
    np.testing.assert_array_equal(found.weights, WEIGHTS)
    assert [*found.groups] == ["site", "age"]
    assert found.groups["site"].tolist() == [str(one) for one in LABELS % 2]
    assert "weight: 'w' (asked for)" in found.notes
    (found,) = saved(tmp_path, **arrays)
    assert found.weights is None and not found.groups
    assert "ignored: 'site', 'age', 'w'" in found.notes
    with pytest.raises(SettingError, match="has no array 'v'; it has 'probs', 'labels', 'site'"):
        saved(tmp_path, Wanted(weight="v"), **arrays)


def test_weights_of_something_else_are_left_out_and_said(tmp_path):
    arrays = {"probs": PROBS[0], "labels": LABELS, "weights": np.ones((3, 4)), "group": np.ones(2)}
    (found,) = saved(tmp_path, **arrays)
    assert found.weights is None and not found.groups
    assert "ignored: 'weights', 'group'" in found.notes


@pytest.mark.parametrize(
    ("arrays", "problem"),
    [
        (
            {"weights": np.where(GONE, -1, 1.0)},
            "weights: expected numbers >= 0, got -1.0 at index 0",
        ),
        (
            {"weights": np.where(GONE, np.nan, 1)},
            "weights: expected numbers >= 0, got nan at index",
        ),
        ({"weights": np.zeros(N)}, "weights: expected weights above 0, got none"),
        ({"sample_weight": np.ones(2)}, f"expected an array of shape [{N}], one for each example"),
        ({"mask": np.ones((N, 2), bool)}, f"mask: expected an array of shape [{N}], one for each"),
        ({"mask": np.arange(N)}, "mask: expected an array of shape"),
        ({"mask": np.zeros(N, bool)}, "expected rows that are examples, got none"),
    ],
)
def test_what_is_no_weight_and_no_mask_is_refused(tmp_path, arrays, problem):
    with pytest.raises(SettingError, match=re.escape(problem)):
        saved(tmp_path, probs=PROBS[0], labels=LABELS, **arrays)


def test_weights_and_groups_are_the_same_at_every_step(tmp_path):
    arrays = {"probs": PROBS[:2], "labels": LABELS, "steps": [1, 2]}
    found = saved(tmp_path, **arrays, weights=np.stack([WEIGHTS] * 2))
    np.testing.assert_array_equal(found[1].weights, WEIGHTS)
    with pytest.raises(SettingError, match="weights: expected the same at every step, got others"):
        saved(tmp_path, **arrays, weights=np.stack([WEIGHTS, WEIGHTS[::-1]]))
