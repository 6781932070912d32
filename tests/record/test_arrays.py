"""Arrays of other programs: what their names mean, and how often predictions are right."""

import numpy as np
import pytest

import anim
from anim.record.__main__ import main
from tests.support.saved_predictions import LABELS, LOGITS, NAMES, PROBS

CHOICES = PROBS[0].argmax(1)
ACCURACY = float((CHOICES == LABELS).mean())
BINARY = (LABELS == 0).astype(int)
OF_0 = PROBS[0][:, 0]


def recorded(folder, *options, **content):
    """Return the run that the command makes of one file."""
    np.savez(folder / "epoch_3.npz", **content)
    call = ["--out", str(folder / "run"), str(folder / "epoch_3.npz"), *options]
    assert main(call) == 0
    return anim.open(folder / "run")


def refused(folder, capsys, *options, **content):
    """Return the one line of error that the command prints for one file."""
    np.savez(folder / "epoch_3.npz", **content)
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(folder / "run"), str(folder / "epoch_3.npz"), *options])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert not (folder / "run").exists()
    return error


READ = {
    "scikit-learn": {"y_true": LABELS, "y_prob": PROBS[0], "y_pred": CHOICES},
    "scikit-learn, scores": {"y_true": LABELS, "y_score": PROBS[0]},
    "Hugging Face": {"predictions": LOGITS[0], "label_ids": LABELS},
    "Keras": {"y_true": np.eye(3)[LABELS], "y_pred": PROBS[0]},
    "plain": {"logits": LOGITS[0], "labels": LABELS},
    "probabilities": {"probabilities": PROBS[0], "targets": LABELS},
    "softmax in float16": {"softmax": PROBS[0].astype(np.float16), "gt": LABELS},
    "scores of logits": {"scores": LOGITS[0], "target": LABELS},
    "outputs": {"outputs": LOGITS[0], "label": LABELS[:, None]},
    "capitals": {"Logits": LOGITS[0], "Labels": LABELS},
    "names as bytes": {"preds": LOGITS[0], "labels": NAMES[LABELS].astype("S")},
    "big-endian, by columns": {
        "logits": np.asfortranarray(LOGITS[0].astype(">f8")),
        "labels": LABELS.astype(">i4"),
    },
    "predicted labels": {
        "y_pred": CHOICES,
        "confidence": PROBS[0].max(1),
        "y_true": LABELS.astype(float),
    },
    "predicted names": {
        "predictions": NAMES[CHOICES],
        "confidence": PROBS[0].max(1),
        "labels": LABELS,
        "classes": NAMES,
    },
    "one step in a list": {"logits": LOGITS[0], "labels": LABELS, "steps": [3]},
    "a step as a float": {"logits": LOGITS[:1], "labels": LABELS, "epoch": np.array([3.0])},
}


@pytest.mark.parametrize("kind", READ)
def test_known_layouts_give_the_accuracy_that_numpy_counts(tmp_path, kind, capsys):
    run = recorded(tmp_path, **READ[kind])
    assert run.steps.tolist() == [3]
    np.testing.assert_allclose(run.metrics()["accuracy"], [ACCURACY])
    assert capsys.readouterr().err == ""


def test_scores_of_class_1_alone_are_read(tmp_path, capsys):
    run = recorded(tmp_path, y_true=BINARY, y_score=OF_0, y_pred=(OF_0 > 0.5).astype(float))
    np.testing.assert_allclose(run.metrics()["accuracy"], [((OF_0 > 0.5) == BINARY).mean()])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "classes", [np.array([3, 5, 9]), np.array([9, 3, 5]), np.array(["3", "5", "9"])], ids=str
)
@pytest.mark.parametrize("from_file", [False, True], ids=["inside", "--labels"])
def test_a_class_whose_name_is_an_integer_is_that_label(tmp_path, classes, from_file):
    labels = classes.astype(int)[LABELS]
    np.save(tmp_path / "labels.npy", labels)
    inside = {} if from_file else {"labels": labels}
    options = ["--labels", str(tmp_path / "labels.npy")] if from_file else []
    run = recorded(tmp_path, *options, probs=PROBS[0], classes=classes, **inside)
    assert run.classes == tuple(map(str, classes))
    np.testing.assert_allclose(run.metrics()["accuracy"], [ACCURACY])


@pytest.mark.filterwarnings("default")
def test_predictions_that_are_not_the_largest_score_are_counted(tmp_path, capsys):
    other = CHOICES.copy()
    other[:7] = (other[:7] + 1) % 3
    run = recorded(tmp_path, labels=LABELS, logits=LOGITS[0], y_pred=other)
    assert "predictions differ from the largest score in 7 of 50 rows" in capsys.readouterr().err
    np.testing.assert_allclose(run.metrics()["accuracy"], [ACCURACY])


def test_ties_of_scores_are_no_difference(tmp_path, capsys):
    even = np.full((50, 2), 0.5)
    recorded(tmp_path, labels=BINARY, probs=even, y_pred=np.arange(50) % 2)
    assert capsys.readouterr().err == ""


def test_arrays_that_are_not_known_are_named(tmp_path, capsys):
    recorded(tmp_path, logits=LOGITS[0], labels=LABELS, embedding=LOGITS[1], loss=OF_0)
    out = capsys.readouterr().out
    assert "ignored: 'embedding', 'loss'" in out
    assert "scores: 'logits' (by its name)" in out


def test_the_same_labels_at_every_step_are_read_and_others_refused(tmp_path, capsys):
    labels = np.tile(LABELS, (4, 1))
    run = recorded(tmp_path, logits=LOGITS, labels=labels, steps=np.arange(4))
    expected = [(logits.argmax(1) == LABELS).mean() for logits in LOGITS]
    np.testing.assert_allclose(run.metrics()["accuracy"], expected)
    labels[2, 0] = (labels[2, 0] + 1) % 3
    (tmp_path / "other").mkdir()
    content = {"logits": LOGITS, "labels": labels, "steps": np.arange(4)}
    assert "got others at step 2" in refused(tmp_path / "other", capsys, **content)


BOTH = {"logits": LOGITS[0], "labels": LABELS}
REFUSED = {
    "steps in a table": ({**BOTH, "step": [[1, 2]]}, "got shape [1, 2]"),
    "no steps": ({**BOTH, "steps": []}, "got shape [0]"),
    "an infinite step": ({**BOTH, "step": np.inf}, "got inf"),
    "a step that is not a number": ({**BOTH, "step": np.nan}, "got nan"),
    "half a step": ({**BOTH, "epoch": 2.5}, "got 2.5"),
    "a negative step": ({**BOTH, "step": -1}, "got -1"),
    "a step as text": ({**BOTH, "step": "first"}, "expected integers, got <U5"),
    "a step beyond all": ({**BOTH, "step": np.uint64(2**63)}, "got 9223372036854775808"),
    "more steps than scores": (
        {"logits": LOGITS, "labels": LABELS, "steps": np.arange(9)},
        "logits: expected 9 steps, got shape [4, 50, 3]",
    ),
    "predictions of fewer steps": (
        {"logits": LOGITS, "labels": LABELS, "steps": np.arange(4), "y_pred": CHOICES[None]},
        "predictions: expected 4 steps, got shape [1, 50]",
    ),
    "no steps for several": ({"logits": LOGITS, "labels": LABELS}, "need an array steps [S]"),
    "classes without an axis": ({**BOTH, "classes": "cat"}, "classes: expected a list of names"),
    "classes that are floats": ({**BOTH, "classes": [0.5, 1, 2]}, "classes: expected a list of"),
    "a label that is no class": (
        {**BOTH, "classes": [1, 2, 3]},
        "labels: expected one of 1, 2, 3, got '0'",
    ),
    "logits and probs": ({**BOTH, "probs": PROBS[0]}, "one array of scores, got logits and probs"),
    "two arrays of labels": ({**BOTH, "y_true": LABELS}, "expected one of 'labels', 'y_true'"),
    "predictions alone": ({"y_pred": CHOICES, "y_true": LABELS}, "beside the predicted labels"),
    "predictions of other classes": (
        {**BOTH, "y_pred": CHOICES + 1},
        "predictions: expected one of '0', '1', '2', got '3'",
    ),
    "predicted names without classes": (
        {"y_pred": NAMES[CHOICES], "confidence": OF_0, "labels": LABELS},
        "predictions: expected classes ('0', '1', '2'), got",
    ),
    "predictions of another length": ({**BOTH, "y_pred": CHOICES[1:]}, "predictions: expected sh"),
    "predicted tokens": ({**BOTH, "y_pred": np.ones((50, 4), int)}, "predictions: expected shape"),
    "several labels": (
        {"logits": LOGITS[0], "labels": np.tile([1, 1, 0], (50, 1))},
        "got [50, 3], the shape of the labels; with several labels for one example, pass multila",
    ),
    "soft labels": ({"logits": LOGITS[0], "labels": PROBS[1]}, "one-hot rows"),
    "complex scores": ({**BOTH, "logits": LOGITS[0] * 1j}, "got '<c8'"),
    "dates": ({**BOTH, "step": np.datetime64("2024-01-01")}, "got '<M8[D]'"),
    "records": (
        {**BOTH, "labels": np.zeros(50, [("a", "i4"), ("b", "f4")])},
        "records with named fields",
    ),
    "raw bytes": ({**BOTH, "logits": np.zeros((50, 3), "V2")}, "NumPy saves bfloat16"),
    "scores without numbers": ({**BOTH, "logits": np.zeros((0, 3))}, "logits: expected shape"),
    "a score": ({**BOTH, "logits": 0.5}, "logits: expected shape [N, K] or [N], got []"),
    "unnamed arrays": ({"arr_0": LOGITS[0], "arr_1": LABELS}, "got 'arr_0', 'arr_1'"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_other_arrays_are_refused_in_one_line(tmp_path, kind, capsys):
    content, problem = REFUSED[kind]
    assert problem in refused(tmp_path, capsys, **content)


def test_bfloat16_is_refused_not_misread(tmp_path, capsys):
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="ml_dtypes is not installed")
    content = {"probs": PROBS[0].astype(ml_dtypes.bfloat16), "labels": LABELS}
    assert "save float32" in refused(tmp_path, capsys, **content)


def test_labels_that_are_given_count_for_predicted_labels_too(tmp_path):
    np.save(tmp_path / "labels.npy", LABELS)
    content = {"y_pred": CHOICES, "confidence": PROBS[0].max(1), "y_true": (LABELS + 1) % 3}
    run = recorded(tmp_path, "--labels", str(tmp_path / "labels.npy"), **content)
    np.testing.assert_allclose(run.metrics()["accuracy"], [ACCURACY])


def test_predicted_names_are_compared_with_labels_that_are_names(tmp_path, capsys):
    content = {"logits": LOGITS[0], "labels": NAMES[LABELS], "y_pred": NAMES[CHOICES]}
    run = recorded(tmp_path, **content)
    np.testing.assert_allclose(run.metrics()["accuracy"], [ACCURACY])
    assert capsys.readouterr().err == ""
