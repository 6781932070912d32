"""Labels in a table of their own, joined by ids."""

import numpy as np
import pandas as pd
import pytest

from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame, recorded, refused

IDS = np.array([f"img_{i}" for i in range(60)])
BREEDS = np.array(["beagle", "boxer", "collie"])
PAIR = {
    # Kaggle: sample_submission.csv and labels.csv.
    "names": (frame(BREEDS, id=IDS), pd.DataFrame({"id": IDS, "breed": BREEDS[LABELS]})),
    "numbers": (
        frame([f"prob_{k}" for k in range(3)], Id=np.arange(60)),
        pd.DataFrame({"id": np.arange(60), "target": LABELS, "when": 7})[["id", "target"]],
    ),
    "integers for classes": (
        frame(["0", "1", "2"], id=IDS),
        pd.DataFrame({"id": IDS, "label": LABELS, "source": "web"}),
    ),
}


def saved(folder, labels, name="labels.csv"):
    labels.to_csv(folder / name, index=False)
    return ("--labels", str(folder / name))


@pytest.mark.parametrize("name", PAIR)
def test_labels_are_joined_by_id_in_any_order(tmp_path, name):
    predictions, labels = PAIR[name]
    shuffled = labels.sample(frac=1, random_state=0)
    run = recorded(tmp_path, predictions.drop(columns="label"), *saved(tmp_path, shuffled))
    assert accuracy(run) == ACCURACY


def changed(labels, row, **values):
    labels = labels.copy()
    for name, value in values.items():
        labels.loc[row, name] = value
    return labels


KAGGLE, TRUTH = PAIR["names"][0].drop(columns="label"), PAIR["names"][1]
WRONG = {
    "an id without a label": (KAGGLE, TRUTH.drop(5), "line 7: 'id' 'img_5' has no label in"),
    "a label without predictions": (KAGGLE.drop(5), TRUTH, "line 7: 1 of 60 labels have no"),
    "an id twice in the labels": (
        KAGGLE,
        changed(TRUTH, 5, id="img_4"),
        "line 7: 'id' 'img_4' is in line 6, too",
    ),
    "an id twice in the predictions": (
        changed(KAGGLE, 5, id="img_4"),
        TRUTH,
        "line 7: 'id' 'img_4' is there twice",
    ),
    "no ids in the predictions": (KAGGLE.drop(columns="id"), TRUTH, "expected one column of ids"),
    "two columns that may be labels": (
        KAGGLE,
        TRUTH.assign(size="big"),
        "expected one column of labels",
    ),
    "a label that is no class": (KAGGLE, changed(TRUTH, 5, breed="cat"), "'cat' has no column"),
    "an empty label": (KAGGLE, changed(TRUTH, 5, breed=""), "line 7, column 'breed'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_ids_that_do_not_fit_are_refused(tmp_path, name, capsys):
    predictions, labels, problem = WRONG[name]
    assert problem in refused(tmp_path, capsys, predictions, *saved(tmp_path, labels))


@pytest.mark.parametrize("header", ["label", "survived", None])
def test_one_column_is_in_the_order_of_rows(tmp_path, header):
    lines = [*([header] if header else []), *map(str, LABELS)]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    table = frame([f"prob_{k}" for k in range(3)]).drop(columns="label")
    run = recorded(tmp_path, table, "--labels", str(tmp_path / "labels.csv"))
    assert accuracy(run) == ACCURACY


def test_ids_beside_arrays_are_refused(tmp_path, capsys):
    from anim.record.__main__ import main

    np.save(tmp_path / "1.npy", PROBS)
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "run"), str(tmp_path / "1.npy"), *saved(tmp_path, TRUTH)])
    assert "have ids" in capsys.readouterr().err
