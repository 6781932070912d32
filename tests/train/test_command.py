"""Sweeps on the command line, trained and drawn."""

import numpy as np
import pytest

import anim
from anim.render import main
from anim.settings import Picture
from anim.train.__main__ import main as train_main
from tests.support.seeing import compose, texts_of

SMALL = ["--epochs", "2", "--train-size", "64", "--val-size", "40", "--quiet"]


@pytest.mark.slow
def test_rendering_a_sweep_shows_and_saves_a_run_for_each_value(tmp_path):
    out, save = tmp_path / "x.png", tmp_path / "D"
    arguments = ["--sweep", "hidden=2,3", *SMALL, "--out", str(out), "--save", str(save)]
    assert main(arguments) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in save.iterdir()) == ["hidden=2", "hidden=3"]
    runs = [anim.open(path) for path in sorted(save.iterdir())]
    for run, width in zip(runs, (2, 3), strict=True):
        assert run.steps.tolist() == [0, 2, 4]
        assert f"2-{width}-2 network" in run.about.caption
    alone = anim.fit(anim.data.xor(64, 40), hidden=(3,), epochs=2)
    np.testing.assert_allclose(runs[1].logits(2), alone.logits(2), atol=1e-5)
    reel, scene = compose(runs, Picture(label=("hidden=2", "hidden=3")))
    named = {text.get_text() for text in texts_of(scene, reel.at(None))}
    assert {"hidden=2", "hidden=3"} < named
    # The picture names its cells as the recordings are called.
    again = tmp_path / "again.png"
    assert main([*map(str, sorted(save.iterdir())), "--out", str(again), "--quiet"]) == 0
    assert again.read_bytes() == out.read_bytes()


@pytest.mark.slow
def test_training_a_sweep_records_a_run_for_each_value(tmp_path, capsys):
    out = tmp_path / "D"
    loud = [option for option in SMALL if option != "--quiet"]
    assert train_main(["--out", str(out), "--sweep", "learning-rate=0.1,0.01", *loud]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{out / name}: 3 snapshots of 40 predictions"
        for name in ("learning-rate=0.1", "learning-rate=0.01")
    ]
    assert len(anim.open(out / "learning-rate=0.01")) == 3


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--sweep", "hidden=2,3"], "argument --sweep: cannot be used with a recorded run"),
        (["--replicas", "3"], "argument --replicas: cannot be used with a recorded run"),
    ],
)
def test_a_recorded_run_cannot_be_swept(tmp_path, capsys, arguments, problem):
    with anim.Recorder(tmp_path / "r", labels=[0, 1]) as recorder:
        recorder.snapshot(0, probs=[0.2, 0.7])
    with pytest.raises(SystemExit) as stop:
        main([str(tmp_path / "r"), "--out", str(tmp_path / "a.png"), *arguments])
    assert stop.value.code == 2
    printed = capsys.readouterr().err
    assert problem in printed
    assert printed.count("\n") == 1


@pytest.mark.parametrize("command", [main, train_main], ids=["render", "train"])
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--sweep", "hiden=2,3"], "argument --sweep: expected one of"),
        (
            ["--sweep", "hidden=2,3", "--hidden", "4"],
            "argument --sweep: --hidden cannot be combined with",
        ),
        (["--sweep", "epochs=0,3"], "argument --epochs: expected a whole number"),
        (["--sweep", "train-size=0,3"], "argument --train-size: expected a whole number"),
    ],
)
def test_a_wrong_sweep_is_one_line(tmp_path, capsys, command, arguments, problem):
    with pytest.raises(SystemExit) as stop:
        command(["--out", str(tmp_path / "a.png"), *arguments])
    assert stop.value.code == 2
    printed = capsys.readouterr().err
    assert problem in printed
    assert printed.count("\n") == 1
    assert not list(tmp_path.iterdir())
