"""Arrays of tokens and pixels are recorded one example for each of these."""

import re

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.record.__main__ import main
from anim.record.readers import read
from anim.record.schema import NOTHING_WANTED, Wanted

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, (6, 4, 5))
PROBS = RNG.dirichlet(np.ones(3), (2, 6, 4, 5))
ROWS = PROBS.reshape(2, -1, 3)
IMAGES = np.moveaxis(PROBS, -1, 2)


def saved(folder, wanted=NOTHING_WANTED, labels_elsewhere=None, **arrays):
    np.savez(folder / "epoch_3.npz", **arrays)
    return list(read(folder / "epoch_3.npz", labels_elsewhere, wanted))


@pytest.mark.parametrize(("scores", "axis"), [(PROBS, 3), (IMAGES, 1)])
def test_tokens_and_pixels_are_read_with_the_axis_of_the_classes(tmp_path, scores, axis):
    (found,) = saved(tmp_path, probs=scores[0], labels=LABELS)
    np.testing.assert_array_equal(found.given["probs"], ROWS[0])
    np.testing.assert_array_equal(found.labels, LABELS.ravel())
    assert f"examples: labels of shape [6, 4, 5], classes at axis {axis}" in found.notes
    both = saved(tmp_path, probs=scores, labels=LABELS, steps=[1, 2], y_pred=PROBS.argmax(-1))
    for one, expected in zip(both, ROWS, strict=True):
        np.testing.assert_array_equal(one.given["probs"], expected)


def test_the_command_records_them_without_what_is_ignored(tmp_path, capsys):
    labels = np.where(LABELS == 2, 255, LABELS)
    np.savez(tmp_path / "epoch_3.npz", probs=IMAGES[0], labels=labels, ids=np.arange(6))
    out, path = str(tmp_path / "run"), str(tmp_path / "epoch_3.npz")
    assert main(["--out", out, path, "--ignore", "255"]) == 0
    run = anim.open(out)
    np.testing.assert_array_equal(run.labels, LABELS[LABELS < 2])
    np.testing.assert_allclose(run.probs(0), ROWS[0][LABELS.ravel() < 2], atol=1e-6)
    assert "ignored: 'ids'" in capsys.readouterr().out


def test_labels_of_a_file_of_their_own_have_that_shape_too(tmp_path):
    (found,) = saved(tmp_path, Wanted(ignore=("2",)), LABELS, probs=IMAGES[0])
    np.testing.assert_array_equal(found.labels, LABELS[LABELS < 2])
    np.testing.assert_array_equal(found.given["probs"], ROWS[0][LABELS.ravel() < 2])


def test_confidences_have_the_shape_of_labels(tmp_path):
    arrays = {"confidence": PROBS[0].max(-1), "correct": PROBS[0].argmax(-1) == LABELS}
    (found,) = saved(tmp_path, labels=LABELS, **arrays)
    np.testing.assert_array_equal(found.given["correct"], arrays["correct"].ravel())
    (found,) = saved(tmp_path, labels=LABELS, y_pred=LABELS, confidence=arrays["confidence"])
    np.testing.assert_array_equal(found.given["pred_label"], LABELS.ravel())


def test_weights_groups_and_masks_are_of_examples_or_of_their_rows(tmp_path):
    arrays = {"probs": PROBS[0], "labels": LABELS, "groups": np.array([*"abcdef"])}
    weights, mask = RNG.random(LABELS.shape), np.arange(6) > 1
    (found,) = saved(tmp_path, weights=weights, mask=mask, **arrays)
    np.testing.assert_array_equal(found.weights, weights[2:].ravel())
    assert found.groups["group"].tolist() == [one for one in "cdef" for _ in range(20)]


def test_class_axis_says_which_of_two_axes_has_the_classes(tmp_path, capsys):
    scores = RNG.dirichlet(np.ones(3), (6, 3))
    with pytest.raises(SettingError, match="class_axis: expected 1 or -1"):
        saved(tmp_path, probs=scores, labels=LABELS[:, 0, :3])
    for axis, values in ((-1, scores), (1, np.moveaxis(scores, -1, 1))):
        arrays = {"probs": values, "labels": LABELS[:, 0, :3]}
        (found,) = saved(tmp_path, Wanted(class_axis=axis), **arrays)
        np.testing.assert_array_equal(found.given["probs"], scores.reshape(-1, 3))
    path = str(tmp_path / "epoch_3.npz")
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "run"), path])
    assert "argument --class-axis: expected 1 or -1" in capsys.readouterr().err
    assert main(["--out", str(tmp_path / "run"), path, "--class-axis", "1"]) == 0


@pytest.mark.parametrize(
    ("arrays", "problem"),
    [
        (
            {"probs": PROBS[0, :, 0], "labels": np.tile(LABELS[0, 0], (6, 1))},
            "expected several for each row, got the same ones in all rows; several snapshots need",
        ),
        ({"probs": PROBS[0], "labels": LABELS[..., :2]}, "expected shape [6, 4, 2, K] or [6, K, 4"),
        ({"probs": PROBS[0], "labels": LABELS[:, 0, 0]}, "expected shape [N, K] or [N], got [6, 4"),
    ],
)
def test_other_shapes_are_refused(tmp_path, arrays, problem):
    with pytest.raises(SettingError, match=re.escape(problem)):
        saved(tmp_path, **arrays)


def test_class_axis_of_something_else_is_refused(tmp_path):
    arrays = {"probs": ROWS[0], "labels": LABELS.ravel()}
    with pytest.raises(SettingError, match="class_axis: expected scores of tokens or pixels"):
        saved(tmp_path, Wanted(class_axis=0), **arrays)
    np.save(tmp_path / "epoch_3.npy", ROWS[0])
    with pytest.raises(SettingError, match="class_axis: applies to arrays of tokens or pixels"):
        list(read(tmp_path / "epoch_3.npy", LABELS.ravel(), Wanted(class_axis=1)))
