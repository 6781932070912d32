"""Folders of lm-evaluation-harness: a log of samples for each task, of each checkpoint."""

import json

import numpy as np
import pytest

import anim
from anim.record.__main__ import main
from tests.support.lm_eval import DATE, LABELS, PROBS, as_lines, of_checkpoint, sample

FIRST = [sample(row) for row in range(40)]


def log(folder, records=FIRST, task="arc_easy", second=0):
    """Write the log of a task."""
    path = folder / f"samples_{task}_{DATE.format(second)}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_lines(records))
    return path


def results(folder, second=0, name="results", **said):
    (folder / f"{name}_{DATE.format(second)}.json").write_text(json.dumps(said))


def recorded(tmp_path, *arguments, name="run"):
    assert main(["--out", str(tmp_path / name), *map(str, arguments)]) == 0
    return anim.open(tmp_path / name)


def refused(tmp_path, capsys, *arguments):
    try:
        main(["--out", str(tmp_path / "run"), *map(str, arguments)])
    except SystemExit as stop:
        assert stop.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1, error
    assert not (tmp_path / "run").exists()
    return error


FOLDERS = {
    "step1000/EleutherAI__pythia-160m": "step3000/EleutherAI__pythia-160m",
    "checkpoint-1000": "checkpoint-3000",
    "EleutherAI__pythia-160m__revision=step1000": "EleutherAI__pythia-160m__revision=step3000",
    "my-model-step_1000": "my-model-step_3000",
    "1000/EleutherAI__pythia-160m": "3000/EleutherAI__pythia-160m",
}


@pytest.mark.parametrize("first", FOLDERS)
@pytest.mark.parametrize("by_folder", [True, False])
def test_each_checkpoint_is_a_snapshot_at_the_step_of_its_folder(tmp_path, first, by_folder):
    paths = [
        log(tmp_path / "logs" / FOLDERS[first], of_checkpoint(1), second=3),
        log(tmp_path / "logs" / first, second=7),
    ]
    run = recorded(tmp_path, *([tmp_path / "logs"] if by_folder else paths))
    assert run.steps.tolist() == [1000, 3000]
    np.testing.assert_allclose(run.probs(0), PROBS, atol=1e-6)
    np.testing.assert_array_equal(run.labels, LABELS)


SAID = {
    "a text": {"config": {"model_args": "pretrained=EleutherAI/pythia-160m,revision=step{}"}},
    "an object": {"config": {"model_args": {"pretrained": "EleutherAI/p", "revision": "step{}"}}},
    "a path": {"config": {"model_args": "pretrained=out/checkpoint-{},dtype=float"}},
    "a name": {"model_name": "out/checkpoint-{}"},
}


@pytest.mark.parametrize("said", SAID)
def test_results_beside_say_the_step_where_folders_do_not(tmp_path, said):
    """All revisions of a model have one folder, and the harness names logs by their times."""
    folder = tmp_path / "logs" / "EleutherAI__pythia-160m"
    for second, step in ((4, 512), (9, 64)):
        log(folder, of_checkpoint(step), second=second)
        text = json.dumps(SAID[said]).replace("{}", str(step))
        results(folder, second, **json.loads(text))
    run = recorded(tmp_path, tmp_path / "logs")
    assert run.steps.tolist() == [64, 512]
    named = recorded(tmp_path, *sorted(folder.glob("samples_*")), name="named")
    np.testing.assert_array_equal(run.logits(1), named.logits(1))


def test_the_name_of_the_results_may_say_the_step(tmp_path):
    """As with --output_path checkpoint-64.json."""
    for second, step in ((4, 512), (9, 64)):
        log(tmp_path / "logs", of_checkpoint(step), second=second)
        results(tmp_path / "logs", second, f"checkpoint-{step}")
    assert recorded(tmp_path, tmp_path / "logs").steps.tolist() == [64, 512]


def test_of_several_logs_of_a_checkpoint_the_latest_is_taken_and_said(tmp_path, capsys):
    for second, seed in ((4, 1), (9, 2)):
        log(tmp_path / "logs" / "step10", of_checkpoint(seed), second=second)
    log(tmp_path / "logs" / "step20", of_checkpoint(3))
    run = recorded(tmp_path, tmp_path / "logs")
    assert "09.331942.jsonl: the latest of 2 logs of task arc_easy\n" in capsys.readouterr().out
    assert run.steps.tolist() == [10, 20]
    alone = recorded(tmp_path, log(tmp_path / "step10", of_checkpoint(2)), name="alone")
    np.testing.assert_array_equal(run.logits(0), alone.logits(0))


def test_logs_of_one_folder_without_steps_are_refused(tmp_path, capsys):
    for second in (4, 9):
        log(tmp_path / "logs" / "pythia", of_checkpoint(second), second=second)
    (tmp_path / "logs" / "pythia" / f"results_{DATE.format(4)}.json").write_text("[broken")
    error = refused(tmp_path, capsys, tmp_path / "logs")
    assert "holds 2 logs of task 'arc_easy', and nothing says their steps: give those" in error


def of_two_tasks(folder):
    for step in (1, 2):
        log(folder / f"step{step}", of_checkpoint(step))
        few = of_checkpoint(step)[:10]
        log(folder / f"step{step}", few, "mmlu_law", second=1)
        log(folder / f"step{step}", few[5:], "mmlu_art", second=2)
    return folder


def test_several_tasks_are_refused_with_how_to_choose(tmp_path, capsys):
    folder = of_two_tasks(tmp_path / "logs")
    error = refused(tmp_path, capsys, folder)
    assert "task: expected the samples of one task, got those of 3 (arc_easy, mmlu_art" in error
    assert "--task arc_easy takes one, --task NAME,NAME or 'mmlu_*' several together" in error
    error = refused(tmp_path, capsys, folder, "--task", "piqa")
    assert "expected one of arc_easy, mmlu_art, mmlu_law, got 'piqa'" in error
    named = [path for path in sorted(folder.rglob("*.jsonl")) if "step1" in str(path)]
    assert "got those of 3 (arc" in refused(tmp_path, capsys, *named)


def test_one_task_of_several_is_taken(tmp_path):
    run = recorded(tmp_path, of_two_tasks(tmp_path / "logs"), "--task", "arc_easy")
    assert (len(run), len(run.labels)) == (2, 40)


@pytest.mark.parametrize("tasks", ["mmlu_*", "mmlu_art,mmlu_law"])
def test_tasks_may_be_recorded_together(tmp_path, tasks, capsys):
    run = recorded(tmp_path, of_two_tasks(tmp_path / "logs"), "--task", tasks)
    assert "tasks: mmlu_art, mmlu_law, together" in capsys.readouterr().out
    assert run.groups["task"].names == ("mmlu_art", "mmlu_law")
    assert (len(run), len(run.labels)) == (2, 15)
    np.testing.assert_array_equal(run.labels, [*LABELS[5:10], *LABELS[:10]])
    hits = [one["acc"] for one in of_checkpoint(2)]
    found = (run.logits(1).argmax(1) == run.labels).tolist()
    assert found == [bool(hit) for hit in [*hits[5:10], *hits[:10]]]


def test_a_checkpoint_without_one_of_the_tasks_is_named(tmp_path, capsys):
    folder = of_two_tasks(tmp_path / "logs")
    log(folder / "step3", task="mmlu_law")
    error = refused(tmp_path, capsys, folder, "--task", "mmlu_*")
    assert "step3' has no samples of task 'mmlu_art', " in error


def test_a_folder_without_logs_and_a_file_without_a_task_are_refused(tmp_path, capsys):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "samples_of_mine.csv").write_text("label,p\n1,0.5\n")
    error = refused(tmp_path, capsys, tmp_path / "logs")
    assert "is a folder without samples_TASK_DATE.jsonl, the logs of lm-evaluation" in error
    error = refused(tmp_path, capsys, tmp_path / "logs" / "samples_of_mine.csv", "--task", "arc")
    assert "is not named as samples of a task" in error


def test_other_tables_named_as_samples_are_read_as_before(tmp_path):
    rows = [{"label": i % 2, "probs": [0.3, 0.7]} for i in range(4)]
    for step in (100, 200):
        (tmp_path / f"samples_step_{step}.jsonl").write_text(as_lines(rows))
    run = recorded(tmp_path, *sorted(tmp_path.glob("samples_*")))
    assert (run.kind, run.steps.tolist()) == ("probs", [100, 200])


def test_tables_are_not_recorded_together(tmp_path, capsys):
    rows = [{"label": i % 2, "probs": [0.3, 0.7]} for i in range(4)]
    paths = [log(tmp_path / "step1", rows, task) for task in "ab"]
    error = refused(tmp_path, capsys, *paths, "--task", "*")
    assert "expected logs of samples of multiple choice, got '" in error


def test_samples_in_another_order_are_put_in_that_of_the_first(tmp_path):
    log(tmp_path / "logs" / "step1")
    log(tmp_path / "logs" / "step2", of_checkpoint(1)[::-1])
    run = recorded(tmp_path, tmp_path / "logs")
    ordered = recorded(tmp_path, log(tmp_path / "step2", of_checkpoint(1)), name="ordered")
    np.testing.assert_array_equal(run.logits(1), ordered.logits(0))
