"""Commands, callbacks and the page that grows, with recordings in a bucket."""

import json

import numpy as np
import pytest

import anim
from anim.integrations.base import CallbackRecorder
from anim.record.__main__ import main as record_main
from anim.render import labels_of
from anim.render import main as render_main
from anim.report.__main__ import main as report_main
from anim.settings import Picture
from anim.train.__main__ import main as train_main
from anim.watch.follow import WAITING, Follower
from tests.support.buckets import BUCKET
from tests.support.recordings import CLASSES, LABELS, logits, record

SMALL = ["--size", "320x240", "--seconds", "1", "--hold", "0", "--fps", "2"]


@pytest.fixture
def url(request):
    return f"memory://{BUCKET}/{request.node.name}/run"


@pytest.mark.slow
def test_a_run_is_trained_into_a_bucket_and_rendered_and_reported_from_there(url, tmp_path, capsys):
    asked = ["--epochs", "4", "--train-size", "50", "--val-size", "50"]
    assert train_main(["--out", url, *asked]) == 0
    assert url in capsys.readouterr().out
    assert render_main([url, "--out", str(tmp_path / "x.gif"), *SMALL]) == 0
    assert (tmp_path / "x.gif").stat().st_size > 0
    capsys.readouterr()
    assert report_main([url, "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == [url]
    with pytest.raises(SystemExit):
        train_main(["--out", url, *asked])
    assert f"argument --out: '{url}' exists already" in capsys.readouterr().err


@pytest.mark.slow
def test_replicas_and_sweeps_are_saved_in_a_bucket(url, tmp_path, capsys):
    asked = ["--epochs", "2", "--train-size", "50", "--val-size", "50", "--quiet"]
    assert train_main(["--out", url, *asked, "--replicas", "2"]) == 0
    assert [run.name for run in anim.open(url)] == ["seed=0", "seed=1"]
    assert report_main([url, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert list(said) == [f"{url}/seed=0", f"{url}/seed=1"]
    assert train_main(["--out", f"{url}/sw", *asked, "--sweep", "hidden=2,3"]) == 0
    assert len(anim.open(f"{url}/sw/hidden=2")) == len(anim.open(f"{url}/sw/hidden=3"))


def test_saved_predictions_are_recorded_whole_or_not_at_all(url, tmp_path, capsys):
    for step in (1, 2):
        np.savez(tmp_path / f"step_{step}.npz", logits=logits(step), labels=LABELS)
    files = [str(tmp_path / f"step_{step}.npz") for step in (1, 2)]
    np.savez(tmp_path / "step_3.npz", logits=logits(3)[:5], labels=LABELS)
    with pytest.raises(SystemExit):
        record_main(["--out", url, *files, str(tmp_path / "step_3.npz")])
    with pytest.raises(anim.RecordingError, match="there is no recording at"):
        anim.open(url)
    assert record_main(["--out", url, *files]) == 0
    assert f"{url}: 2 snapshots" in capsys.readouterr().out
    np.testing.assert_array_equal(anim.open(url).logits(1), logits(2))
    with pytest.raises(SystemExit):
        record_main(["--out", url, *files])
    assert record_main(["--out", url, *files, "--overwrite", "--quiet"]) == 0


@pytest.mark.slow
def test_a_page_follows_a_recording_in_a_bucket(url):
    follower = Follower(url, Picture())
    assert follower.store.title == "run"
    assert not follower.look()
    assert follower.state.text == WAITING
    with anim.Recorder(url, labels=LABELS, classes=CLASSES) as recorder:
        for step in range(3):
            recorder.snapshot(step, logits=logits(step), metrics={"loss": 1.0})
            recorder.flush()
            follower.look()
            assert follower.state.last_step == step
        assert follower.state.text == "recording, 3 snapshots"
        generation = follower.state.generation
    record(url, [3, 4], resume=True)
    follower.look()
    assert follower.state.text == "the run has ended, 5 snapshots"
    # They were added to those that browsers have.
    assert follower.state.generation == generation
    record(url, [3], resume=1)
    follower.look()
    assert (follower.state.last_step, follower.state.text) == (3, "the run has ended, 3 snapshots")


def test_a_callback_records_to_a_bucket(url):
    callback = CallbackRecorder(url, LABELS, every=None, outputs=None, options={})
    callback.begin()
    callback.take(0, lambda: logits(0), None)
    callback.end()
    np.testing.assert_array_equal(anim.open(url).logits(0), logits(0))
    with pytest.raises(anim.RecordingError, match="already a recording at"):
        CallbackRecorder(url, LABELS, every=None, outputs=None, options={})


@pytest.mark.slow
def test_runs_are_named_by_the_ends_of_their_urls(url, tmp_path):
    assert labels_of(["s3://a/x/run", "s3://a/y/run", tmp_path / "run"]) == (
        *("x/run", "y/run", f"{tmp_path.name}/run"),
    )
    record(f"{url}/a", [0, 10])
    record(f"{url}/b", [0, 10])
    out = str(tmp_path / "both.gif")
    assert render_main([f"{url}/a", f"{url}/b", "--out", out, *SMALL]) == 0
    anim.animate([f"{url}/a"], str(tmp_path / "one.png"))


def test_an_error_of_a_command_is_one_line(url, capsys):
    with pytest.raises(SystemExit):
        report_main([url])
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit):
        report_main(["az://box/run"])
    said = capsys.readouterr().err
    assert "expected a folder, or a URL of file://, gs://, memory:// or s3://" in said
