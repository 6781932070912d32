"""Files whose rows come in different orders: aligned by ids, else refused with what to do."""

import numpy as np
import pandas as pd
import pytest

import anim
from anim.errors import SettingError
from anim.record.__main__ import main

RNG = np.random.default_rng(4)
IDS = np.array([f"e{i:02}" for i in range(30)])
LABELS = RNG.integers(0, 3, 30)
PROBS = RNG.dirichlet(np.ones(3), (2, 30))
SHUFFLED = RNG.permutation(30)


def frame(step, rows, *, key="id", labels=True):
    columns = {key: IDS[rows]} if key else {}
    columns |= {"label": LABELS[rows]} if labels else {}
    return pd.DataFrame(columns | {f"prob_{k}": PROBS[step, rows, k] for k in range(3)})


def files(folder, *frames):
    """Save a frame per step and return the arguments of the command."""
    paths = [folder / f"step_{step}.csv" for step in range(len(frames))]
    for path, one in zip(paths, frames, strict=True):
        one.to_csv(path, index=False)
    return ["--out", str(folder / "run"), *map(str, paths)]


def assert_is_aligned(run, rows=slice(None)):
    np.testing.assert_array_equal(run.labels, LABELS[rows])
    for step in range(2):
        np.testing.assert_allclose(run.snapshots[step]["probs"], PROBS[step, rows], atol=1e-6)


def problem_of(capsys, arguments):
    with pytest.raises(SystemExit):
        main(arguments)
    return capsys.readouterr().err


@pytest.mark.parametrize("first", [np.arange(30), SHUFFLED])
def test_rows_of_later_files_are_put_in_the_order_of_the_first_by_their_ids(tmp_path, first):
    assert main(files(tmp_path, frame(0, first), frame(1, first[::-1]))) == 0
    assert_is_aligned(anim.open(tmp_path / "run"), first)


@pytest.mark.parametrize("key", ["id", "case"])
def test_labels_with_ids_follow_files_in_different_orders(tmp_path, key):
    arguments = files(
        tmp_path,
        frame(0, np.arange(30), key=key, labels=False),
        frame(1, SHUFFLED, key=key, labels=False),
    )
    truth = pd.DataFrame({key: IDS, "label": LABELS}).sample(frac=1, random_state=0)
    truth.to_csv(tmp_path / "labels.csv", index=False)
    assert main([*arguments, "--labels", str(tmp_path / "labels.csv")]) == 0
    assert_is_aligned(anim.open(tmp_path / "run"))


def test_frames_by_their_steps_are_aligned_by_ids():
    frames = {0: frame(0, np.arange(30)), 1: frame(1, SHUFFLED)}
    assert_is_aligned(anim.from_table(frames, quiet=True))


def test_confidences_are_aligned_by_ids():
    guesses = PROBS.argmax(2)

    def top(step, rows):
        columns = {"id": IDS, "label": LABELS, "pred": guesses[step]}
        return pd.DataFrame(columns | {"confidence": PROBS[step].max(1)}).iloc[rows]

    run = anim.from_table({0: top(0, np.arange(30)), 1: top(1, SHUFFLED)}, quiet=True)
    np.testing.assert_array_equal(run.snapshots[1]["correct"], guesses[1] == LABELS)
    np.testing.assert_allclose(run.snapshots[1]["confidence"], PROBS[1].max(1), atol=1e-6)


def test_ids_are_one_whether_they_are_numbers_or_texts():
    first, later = frame(0, np.arange(30)), frame(1, SHUFFLED)
    first["id"], later["id"] = np.arange(30), SHUFFLED.astype(str)
    assert_is_aligned(anim.from_table({0: first, 1: later}, quiet=True))


def test_ids_that_occur_twice_are_no_obstacle_in_one_order():
    frames = {step: frame(step, np.arange(30)) for step in range(2)}
    for one in frames.values():
        one["id"] = np.arange(30) // 2
    assert_is_aligned(anim.from_table(frames, quiet=True))


def test_other_examples_are_refused_with_the_first_id_that_is_missing(tmp_path, capsys):
    shorter = frame(1, SHUFFLED[~np.isin(SHUFFLED, (7, 12))])
    problem = problem_of(capsys, files(tmp_path, frame(0, np.arange(30)), shorter))
    assert "got no row with id 'e07' (28 rows, " in problem
    assert "step_0.csv' has 30)" in problem


def test_examples_that_the_first_file_lacks_are_refused(tmp_path, capsys):
    problem = problem_of(
        capsys, files(tmp_path, frame(0, np.arange(29)), frame(1, np.arange(30)[::-1]))
    )
    assert "which has no row with id 'e29' (30 rows, " in problem


def test_an_id_that_occurs_twice_in_another_order_is_refused(tmp_path, capsys):
    later = frame(1, SHUFFLED)
    later.loc[4, "id"] = later.loc[3, "id"]
    problem = problem_of(capsys, files(tmp_path, frame(0, np.arange(30)), later))
    assert f"got '{IDS[SHUFFLED[3]]}' twice" in problem


def test_labels_without_ids_do_not_follow_rows_in_another_order():
    frames = {0: frame(0, np.arange(30), labels=False), 1: frame(1, SHUFFLED, labels=False)}
    with pytest.raises(SettingError, match="which labels without ids do not follow"):
        anim.from_table(frames, labels=LABELS, quiet=True)


def test_a_label_that_differs_is_named_by_its_id():
    later = frame(1, np.arange(30))
    later.loc[5, "label"] = (LABELS[5] + 1) % 3
    with pytest.raises(SettingError, match=rf"got different ones: {later.label[5]} at id 'e05', "):
        anim.from_table({0: frame(0, np.arange(30)), 1: later}, quiet=True)


def test_without_ids_the_first_row_with_another_label_is_named(tmp_path, capsys):
    first = int((LABELS[::-1] != LABELS).argmax())
    arguments = files(
        tmp_path, frame(0, np.arange(30), key=None), frame(1, np.arange(30)[::-1], key=None)
    )
    problem = problem_of(capsys, arguments)
    got = f"got different ones: {LABELS[::-1][first]} at index {first}, "
    assert got + f"the first file has {LABELS[first]}" in problem
    assert "may be in another order: add a column of ids to each table, or sort" in problem


def test_without_ids_the_numbers_of_rows_are_named_if_they_differ(tmp_path, capsys):
    arguments = files(
        tmp_path, frame(0, np.arange(30), key=None), frame(1, np.arange(25), key=None)
    )
    assert "got 25 rows, the first file has 30" in problem_of(capsys, arguments)


def archives(folder, *contents):
    """Save arrays per step and return the arguments of the command."""
    paths = [folder / f"step_{step}.npz" for step in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        np.savez(path, **content)
    return ["--out", str(folder / "run"), *map(str, paths)]


def arrays(step, rows, **more):
    return {"probs": PROBS[step, rows], "labels": LABELS[rows], **more}


@pytest.mark.parametrize("name", ["ids", "id", "idx", "sample_id", "filenames", "imageIds"])
@pytest.mark.parametrize("ids", [IDS, IDS.astype("S"), np.arange(30) + 7, np.arange(30.0)])
def test_arrays_of_later_files_are_put_in_the_order_of_the_first_by_their_ids(
    tmp_path, capsys, name, ids
):
    every = np.arange(30)
    contents = [arrays(0, every, **{name: ids}), arrays(1, SHUFFLED, **{name: ids[SHUFFLED]})]
    assert main(archives(tmp_path, *contents)) == 0
    assert_is_aligned(anim.open(tmp_path / "run"))
    assert f"id: {name!r} (by its name)" in capsys.readouterr().out


def test_arrays_and_tables_are_aligned_by_ids(tmp_path):
    np.savez(tmp_path / "step_1.npz", **arrays(1, SHUFFLED, ids=IDS[SHUFFLED]))
    arguments = files(tmp_path, frame(0, np.arange(30)))
    assert main([*arguments, str(tmp_path / "step_1.npz")]) == 0
    assert_is_aligned(anim.open(tmp_path / "run"))


@pytest.mark.parametrize(
    ("ids", "problem"),
    [
        (IDS[:9], r"ids: expected integers or texts of shape [30], one for each example, got <U3"),
        (np.linspace(0, 1, 30), "ids: expected integers or texts of shape [30]"),
        (np.roll(IDS, 1), "expected the labels of the first file, got different ones"),
        (np.where(IDS == "e05", "x", IDS), "got no row with id 'e05'"),
        (np.where(IDS == "e05", "e06", IDS), "got 'e06' twice"),
    ],
)
def test_ids_of_arrays_that_do_not_fit_are_refused(tmp_path, capsys, ids, problem):
    every = np.arange(30)
    contents = [arrays(0, every, ids=IDS), arrays(1, every, ids=ids)]
    assert problem in problem_of(capsys, archives(tmp_path, *contents))


def test_ids_of_arrays_with_steps_are_the_same_at_each(tmp_path, capsys):
    both = {"probs": PROBS, "labels": LABELS, "steps": [0, 1]}
    assert main(archives(tmp_path, {**both, "ids": np.stack([IDS, IDS])})) == 0
    assert_is_aligned(anim.open(tmp_path / "run"))
    others = {**both, "ids": np.stack([IDS, IDS[SHUFFLED]])}
    given = [*archives(tmp_path, others), "--overwrite"]
    assert "got others at step 1; save examples in one order" in problem_of(capsys, given)


@pytest.mark.parametrize("more", [{"image": np.zeros((30, 2, 2))}, {"name": "resnet"}])
def test_arrays_that_may_be_something_else_are_no_ids(tmp_path, capsys, more):
    assert main(archives(tmp_path, arrays(0, np.arange(30), **more))) == 0
    assert f"ignored: {next(iter(more))!r}" in capsys.readouterr().out


def test_labels_with_ids_are_not_joined_to_arrays(tmp_path, capsys):
    pd.DataFrame({"id": IDS, "label": LABELS}).to_csv(tmp_path / "labels.csv", index=False)
    content = {"probs": PROBS[0], "ids": IDS}
    given = [*archives(tmp_path, content), "--labels", str(tmp_path / "labels.csv")]
    assert "labels with ids are joined to tables only" in problem_of(capsys, given)
