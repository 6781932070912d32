"""Data frames in memory: pandas, polars and Arrow give the accuracy that NumPy counts."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anim
from anim.errors import SettingError
from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame

PROB = [f"prob_{k}" for k in range(3)]
NAMES = np.array(["ant", "bee", "cat"])
LISTS = {"label": LABELS.tolist(), "probs": PROBS.tolist()}
FRAMES = {
    "pandas": frame(PROB),
    "pandas, columns are numbers": pd.DataFrame(PROBS).assign(label=LABELS),
    "pandas, an index": frame(NAMES, NAMES[LABELS]).set_index(pd.Index(NAMES[LABELS], name="key")),
    "polars": pl.DataFrame(frame(PROB).to_dict("list")),
    "polars, texts": pl.DataFrame(frame(NAMES, NAMES[LABELS]).to_dict("list")),
    "polars, lists": pl.DataFrame(LISTS),
    "arrow": pa.table(LISTS),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_gives_the_accuracy_of_its_numbers(name):
    assert accuracy(anim.from_table(FRAMES[name], quiet=True)) == ACCURACY


def test_a_mapping_of_steps_is_put_in_order_and_said(capsys):
    run = anim.from_table({20: frame(PROB), 5: frame([*PROB[1:], PROB[0]])})
    assert run.steps.tolist() == [5, 20]
    turned = float((np.roll(PROBS, 1, axis=1).argmax(1) == LABELS).mean())
    assert [accuracy(run, 0), accuracy(run, 1)] == [turned, ACCURACY]
    assert "label: 'label' (by its name), 0, 1, 2" in capsys.readouterr().out


def test_a_column_of_steps_separates_snapshots_whose_ids_are_in_another_order():
    first = frame(PROB, id=np.arange(60), step=0)
    second = frame(PROB, id=np.arange(60), step=7).sample(frac=1, random_state=1)
    run = anim.from_table(pd.concat([second, first]), quiet=True)
    assert run.steps.tolist() == [0, 7]
    assert [accuracy(run, 0), accuracy(run, 1)] == [ACCURACY, ACCURACY]


def test_keywords_say_what_columns_are():
    table = frame(["u", "v", "w"], label="answer", y=0)
    run = anim.from_table(table, label="answer", scores=["u", "v", "w"], quiet=True)
    assert accuracy(run) == ACCURACY


WRONG = {
    "no frame": (5, "got int"),
    "names for steps": ({"a": frame(PROB)}, "got the key 'a'"),
    "no frames": ({}, "at least one frame, got none"),
    "no rows": (frame(PROB)[:0], "4 columns, 0 rows"),
    "an empty label": (frame(PROB, [None, *LABELS[1:]]), "row 0, column 'label'"),
    "other labels": ({0: frame(PROB), 1: frame(PROB, LABELS[::-1])}, "expected the labels of"),
    "mixed types": (frame(PROB, [*LABELS[1:], "x"]), "cannot be read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_frame_that_does_not_fit_is_refused(name):
    frames, problem = WRONG[name]
    with pytest.raises(SettingError) as error:
        anim.from_table(frames, quiet=True)
    assert problem in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("by_step", [False, True])
def test_labels_whose_index_is_in_another_order_are_refused(by_step):
    scores = pd.DataFrame(PROBS)
    labels = pd.Series(LABELS).sample(frac=1, random_state=1)
    with pytest.raises(SettingError, match=r"expected the index of the frame, .* at row \d+, got"):
        anim.from_table({1: scores} if by_step else scores, labels=labels, quiet=True)


@pytest.mark.parametrize("offset", [0, 1000])
def test_labels_with_the_index_of_the_frame_or_of_their_own_are_taken_by_row(offset):
    index = np.random.default_rng(1).permutation(len(LABELS))
    scores, labels = pd.DataFrame(PROBS, index=index), pd.Series(LABELS, index=index + offset)
    assert accuracy(anim.from_table(scores, labels=labels, quiet=True)) == ACCURACY


@pytest.mark.parametrize("name", ["sample_index", "image_idx", "item_id"])
def test_indices_of_examples_put_shuffled_rows_in_one_order(name):
    first = frame(PROB, **{name: np.arange(60)}, epoch=1)
    second = frame(PROB, **{name: np.arange(60)}, epoch=2).sample(frac=1, random_state=1)
    run = anim.from_table(pd.concat([first, second]), quiet=True)
    np.testing.assert_array_equal(run.probs(0), run.probs(1))
