"""Tables that were once read wrongly without a word; accuracies are counted by NumPy."""

import numpy as np
import pytest

from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame, recorded, refused

PROB = [f"prob_{k}" for k in range(3)]
NAMES = np.array(["a", "b", "c"])


def test_a_prediction_is_not_a_class(tmp_path, capsys):
    text = "y_true,y_pred,prob_0,prob_1\n" + "0,0,.9,.1\n1,1,.1,.9\n" * 5
    run = recorded(tmp_path, text)
    assert (run.kind, run.classes, accuracy(run)) == ("probs", ("0", "1"), 1.0)
    assert "'y_pred' (by its name), the largest score in 10 of 10 rows" in capsys.readouterr().out


@pytest.mark.parametrize("labels", [LABELS, NAMES[LABELS]], ids=["places", "names"])
def test_weights_are_said_and_are_not_a_class(tmp_path, labels, capsys):
    table = frame("abc", labels, weight=np.linspace(0.5, 2, 60))
    run = recorded(tmp_path, table, "--classes", "a,b,c")
    assert (run.kind, run.classes, accuracy(run)) == ("probs", ("a", "b", "c"), ACCURACY)
    said = "weight: 'weight', not used: each example counts the same; --weight weight takes it"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("name", ["loss", "fold", "subject", "seed", "age", "entropy", "split"])
@pytest.mark.parametrize("labels", [LABELS, NAMES[LABELS]], ids=["places", "names"])
def test_columns_of_something_else_are_left_out_and_said(tmp_path, name, labels, capsys):
    table = frame("abc", labels, **{name: np.arange(60) / 8})
    run = recorded(tmp_path, table, "--classes", "a,b,c")
    assert (run.classes, accuracy(run)) == (("a", "b", "c"), ACCURACY)
    assert f"ignored: {name}" in capsys.readouterr().out


@pytest.mark.parametrize("second", ["target", "y_true", "true_label"])
def test_a_second_column_of_labels_is_refused_until_one_is_asked_for(tmp_path, second, capsys):
    table = frame("abc", NAMES[LABELS], **{second: NAMES[LABELS[::-1]]})
    problem = refused(tmp_path, capsys, table)
    assert f"columns label, {second} are all named as a label; --label COL" in problem
    assert accuracy(recorded(tmp_path, table, "--label", "label")) == ACCURACY
    other = float((PROBS.argmax(1) == LABELS[::-1]).mean())
    assert accuracy(recorded(tmp_path, table, "--label", second)) == other


def test_columns_beside_scores_that_only_together_sum_to_1_are_refused(tmp_path, capsys):
    few = np.where(LABELS == 2, 0, LABELS)
    problem = refused(tmp_path, capsys, frame("abc", NAMES[few]))
    assert "c: neither classes that occur" in problem
    assert "--scores a,b,c takes all of them" in problem
    run = recorded(tmp_path, frame("abc", NAMES[few]), "--scores", "a,b,c")
    assert accuracy(run) == float((PROBS.argmax(1) == few).mean())


def test_names_of_images_do_not_disturb(tmp_path):
    ids = [f"{i}.jpg" for i in range(60)]
    table = frame(PROB, image_id=ids, true_label=LABELS, pred_label=PROBS.argmax(1))
    run = recorded(tmp_path, table.drop(columns="label"))
    assert accuracy(run) == ACCURACY


def test_cells_and_headers_are_stripped(tmp_path):
    text = "true_label, pred_label, confidence\ncat , cat, 0.9\n dog,  cat , 0.8\ncat,cat,0.7\n"
    run = recorded(tmp_path, text)
    assert (run.classes, accuracy(run)) == (("cat", "dog"), 2 / 3)


MIXED = "true_label,pred_label,confidence\ncat,0,0.9\ndog,0,0.8\ncat,1,0.7\n"


def test_names_and_numbers_go_through_one_list_of_classes(tmp_path, capsys):
    problem = refused(tmp_path, capsys, MIXED)
    assert "line 2, column 'pred_label': expected one of cat, dog, got '0'; --classes" in problem
    assert accuracy(recorded(tmp_path, MIXED, "--classes", "cat,dog")) == 1 / 3
    assert accuracy(recorded(tmp_path, MIXED, "--classes", "dog,cat")) == 2 / 3


@pytest.mark.parametrize(
    ("labels", "predicted"),
    [("True,False,True", "1,1,1"), ("yes,no,yes", "1,1,1"), ("1,0,1", "true,true,true")],
)
def test_pairs_that_are_known_need_no_list(tmp_path, labels, predicted):
    rows = zip(labels.split(","), predicted.split(","), strict=True)
    text = "label,pred,confidence\n" + "".join(f"{y},{p},0.9\n" for y, p in rows)
    assert accuracy(recorded(tmp_path, text)) == 2 / 3


@pytest.mark.parametrize("cell", ["", "NaN", "null", "N/A"])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_missing_cell_is_refused_with_its_line(tmp_path, cell, column, capsys):
    cells = ["cat", "cat", "0.8"]
    cells[column] = cell
    text = "label,pred,confidence\ncat,cat,0.9\n\n" + ",".join(cells) + "\n"
    assert f"line 4, column '{text.split(chr(10))[0].split(',')[column]}'" in refused(
        tmp_path, capsys, text
    )


@pytest.mark.parametrize("order", [[2, 1, 0], [1, 2, 0], [0, 2, 1]])
def test_a_class_whose_name_is_an_integer_is_that_label(tmp_path, order):
    run = recorded(tmp_path, frame(PROB)[["label", *(PROB[k] for k in order)]])
    assert (run.classes, accuracy(run)) == (("0", "1", "2"), ACCURACY)


def test_columns_in_the_order_of_the_alphabet_are_numbers(tmp_path):
    rng = np.random.default_rng(1)
    probs, labels = rng.dirichlet(np.full(12, 0.1), 80), rng.integers(0, 12, 80)
    order = sorted(range(12), key=lambda k: f"prob_{k}")
    header = ",".join(f"prob_{k}" for k in order)
    lines = [
        ",".join([str(y), *(repr(float(p[k])) for k in order)])
        for y, p in zip(labels, probs, strict=True)
    ]
    run = recorded(tmp_path, "\n".join([f"label,{header}", *lines]))
    assert accuracy(run) == float((probs.argmax(1) == labels).mean())


def test_numbers_of_classes_may_start_at_1(tmp_path):
    run = recorded(tmp_path, frame(["p_1", "p_2", "p_3"], LABELS + 1))
    assert (run.classes, accuracy(run)) == (("1", "2", "3"), ACCURACY)


@pytest.mark.parametrize("cell", ["NaN", "", "x", "inf", "0x1", "1_0"])
def test_a_column_of_scores_with_a_wrong_cell_is_not_left_out(tmp_path, cell, capsys):
    text = f"label,prob_0,prob_1\n0,.9,.1\n1,.9,{cell}\n"
    assert "line 3, column 'prob_1': expected a number" in refused(tmp_path, capsys, text)


@pytest.mark.parametrize("steps", [("1,000", "2,000"), ("100%", "200%")])
def test_steps_with_more_than_digits_are_refused(tmp_path, steps, capsys):
    rows = [f'"{step}",{label},0.4' for step in steps for label in (0, 1)]
    problem = refused(tmp_path, capsys, "\n".join(["step,label,prob", *rows]) + "\n")
    expected = "line 2, column 'step': expected a step, an integer from 0 in digits alone, got"
    assert f"{expected} '{steps[0]}'" in problem


@pytest.mark.parametrize("second", [50, 100])
def test_steps_that_start_anew_in_each_epoch_are_refused(tmp_path, second, capsys):
    steps, epochs = np.repeat([20, 100, second], 20), np.repeat([1, 1, 2], 20)
    table = frame(PROB, step=steps, epoch=epochs)
    problem = refused(tmp_path, capsys, table)
    assert f"expected steps after 100, the last of 'epoch' 1, got {second} in 'epoch' 2" in problem
    assert "--step epoch takes epochs as steps" in problem


@pytest.mark.parametrize("name", ["split", "Subset"])
def test_rows_of_training_and_validation_are_not_one_recording(tmp_path, name, capsys):
    parts = np.where(np.arange(60) < 30, "train", "test")
    problem = refused(tmp_path, capsys, frame(PROB, **{name: parts}))
    expected = f"column '{name}': expected the rows of one part of the data, got those of 2"
    assert f"{expected} (test, train)" in problem
    assert accuracy(recorded(tmp_path, frame(PROB, **{name: "train"}))) == ACCURACY
