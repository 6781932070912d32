"""Several runs in one picture, from the command line and from Python."""

import numpy as np
import pytest

import anim
from anim.render import labels_of, main


def a_run(steps):
    rng = np.random.default_rng(len(steps))
    labels = rng.integers(0, 2, 400)
    logits = rng.normal(size=(len(steps), 400, 2))
    logits[:, np.arange(400), labels] += np.linspace(0, 3, len(steps))[:, None]
    return anim.from_arrays(steps, labels, logits=logits)


SHORT, LONG = a_run([0, 50, 100]), a_run(range(0, 401, 20))


def test_the_command_compares_recordings(tmp_path, capsys):
    for name in ("one/run", "two/run", "two/other"):
        with anim.Recorder(tmp_path / name, labels=SHORT.labels) as recorder:
            for i, step in enumerate(SHORT.steps):
                recorder.snapshot(int(step), logits=SHORT.logits(i), metrics={"lr": -i})
    folders = [str(tmp_path / name) for name in ("one/run", "two/run", "two/other")]
    out = tmp_path / "compare.gif"
    assert (
        main([*folders, "--out", str(out), "--seconds", "1", "--panels", "counts,metric:lr"]) == 0
    )
    assert out.stat().st_size > 5000
    assert main([folders[0], folders[0], "--out", str(out), "--seconds", "1"]) == 0
    for wrong, problem in (
        (["--label", "a", "b"], "argument --label: expected 3 names"),
        (["--align", "setp"], "did you mean 'step'"),
        (["--panels", "metric:rl"], "no run has rl"),
    ):
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([*folders, "--out", str(out), *wrong])
        assert stop.value.code == 2
        assert problem in capsys.readouterr().err


def test_folders_of_the_same_name_get_different_labels(tmp_path):
    for names, expected in (
        (["a", "b"], ("a", "b")),
        (["x/run", "y/run"], ("x/run", "y/run")),
        (["a", "a", "b"], ("a", "a (2)", "b")),
    ):
        assert labels_of([tmp_path / name for name in names]) == expected


def test_animate_takes_one_run_a_list_or_a_mapping(tmp_path):
    for runs in (SHORT, [SHORT, LONG], {"small": SHORT, "large": LONG}):
        (written,) = anim.animate(runs, tmp_path / "a.png").outputs
        assert written.bytes > 5000


def test_animate_opens_folders(tmp_path):
    for name, run in (("one", SHORT), ("two", LONG)):
        with anim.Recorder(tmp_path / name, labels=run.labels) as recorder:
            for i, step in enumerate(run.steps):
                recorder.snapshot(int(step), logits=run.logits(i))
    one, two = tmp_path / "one", str(tmp_path / "two")
    for given, same in (
        (one, anim.open(one)),
        (two, anim.open(two)),
        ([one, LONG], [anim.open(one), LONG]),
        ({"a": one, "b": two}, {"a": anim.open(one), "b": anim.open(two)}),
    ):
        anim.animate(given, tmp_path / "given.png")
        anim.animate(same, tmp_path / "same.png")
        given_bytes = (tmp_path / "given.png").read_bytes()
        assert given_bytes == (tmp_path / "same.png").read_bytes()


@pytest.mark.parametrize("wrong", ["missing", ["missing"], {"a": "missing"}])
def test_a_folder_without_a_recording_is_an_error_that_names_it(tmp_path, monkeypatch, wrong):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(anim.RecordingError, match="missing"):
        anim.animate(wrong, "a.png")
