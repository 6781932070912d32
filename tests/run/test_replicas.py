"""Replicas: runs that differ only in their seed, trained in one program and shown as one."""

import warnings

import numpy as np
import pytest

import anim
from anim.compose.tracks import track_of
from anim.errors import DivergedError, SettingError
from anim.render import main
from anim.settings import Picture
from tests.support.runs import noisy

DATA = anim.data.xor(90, 60, seed=4)


SLOW = [
    {"epochs": 2, "batch_size": 90, "hidden": (), "optimizer": "sgd", "gradient_noise": 0},
    {"epochs": 2, "batch_size": 7, "every": 5, "hidden": (5, 4), "schedule": "constant"},
    {"epochs": 2, "optimizer": "lion", "learning_rate": 0.01, "weight_decay": 0, "seed": 11},
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "knobs",
    [
        # 90 examples make batches of 32, 32 and 26; 6 steps are looked at after 4 and 2.
        {"epochs": 2, "every": 4},
        *(pytest.param(knobs, marks=pytest.mark.slow) for knobs in SLOW),
    ],
    ids=str,
)
def test_each_replica_is_the_run_of_its_seed(knobs):
    together = anim.fit_replicas(DATA, replicas=2, **knobs)
    first = knobs.get("seed", 0)
    for i, run in enumerate(together):
        alone = anim.fit(DATA, **{**knobs, "seed": first + i})
        assert run.steps.tolist() == alone.steps.tolist()
        for k in range(len(run)):
            np.testing.assert_allclose(run.logits(k), alone.logits(k), atol=1e-4)
        losses = (one.metrics()["train_loss"] for one in (run, alone))
        np.testing.assert_allclose(next(losses), next(losses), atol=1e-4)
        assert run.about == alone.about
    for k in (0, len(together[0]) - 1):
        assert np.abs(together[0].logits(k) - together[1].logits(k)).max() > 1e-3


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return replicas, the folder of their recording, and the reported progress."""
    path, told = tmp_path_factory.mktemp("runs") / "many", []
    runs = anim.fit_replicas(
        DATA,
        replicas=3,
        epochs=2,
        every=4,
        seed=9,
        path=path,
        progress=lambda *step: told.append(step),
    )
    return runs, path, told


@pytest.mark.slow
def test_steps_and_progress_are_reported(trained):
    runs, _, told = trained
    assert told == [(0, 6), (4, 6), (6, 6)]
    assert len(runs) == 3
    assert runs[1].steps.tolist() == [0, 4, 6]


@pytest.mark.parametrize("count", [0, 1, 257, 1000, 2.5, True])
def test_a_wrong_number_of_replicas_is_an_error(count):
    with pytest.raises(SettingError, match=r"^replicas: expected a whole number from 2 to 256"):
        anim.fit_replicas(DATA, replicas=count)


def test_a_wrong_setting_is_named():
    with pytest.raises(SettingError, match=r"^learning_rate: "):
        anim.fit_replicas(DATA, replicas=2, learning_rate=-1)


def test_divergence_of_one_is_reported():
    plain = {"optimizer": "sgd", "gradient_noise": 0, "weight_decay": 0, "schedule": "constant"}
    with pytest.raises(DivergedError) as caught:
        anim.fit_replicas(DATA, replicas=3, epochs=5, every=9, learning_rate=1e38, **plain)
    assert 2 <= caught.value.step <= 3


def test_what_was_saved_opens_again_as_replicas_in_the_order_of_seeds(trained):
    runs, path, _ = trained
    assert sorted(one.name for one in path.iterdir()) == ["seed=10", "seed=11", "seed=9"]
    opened = anim.open(path)
    assert isinstance(opened, anim.Replicas)
    assert opened.name == "many"
    assert [run.name for run in opened] == ["seed=9", "seed=10", "seed=11"]
    for run, again in zip(runs, opened, strict=True):
        np.testing.assert_array_equal(again.logits(1), run.logits(1))
    assert isinstance(anim.open(path / "seed=10"), anim.Run)


def test_folders_with_different_labels_are_not_replicas(tmp_path):
    for seed, labels in enumerate(([0, 1], [1, 1])):
        with anim.Recorder(tmp_path / f"seed={seed}", labels=labels) as recorder:
            recorder.snapshot(0, probs=[0.2, 0.7])
    with pytest.raises(anim.RecordingError, match=r"holds no replicas: .*same labels"):
        anim.open(tmp_path)


RUNS = [noisy(seed) for seed in range(7)]


@pytest.mark.parametrize(
    "runs",
    [
        [],
        [RUNS[0], noisy(0, labels=np.arange(120) % 3 % 2)],
        [RUNS[0], noisy(0, labels=np.arange(119) % 2)],
        [RUNS[0], anim.from_arrays([0], RUNS[0].labels, logits=np.zeros((1, 120, 3)))],
    ],
    ids=["none", "other labels", "fewer labels", "other classes"],
)
def test_runs_with_different_labels_or_classes_are_not_replicas(runs):
    with pytest.raises(ValueError, match=r"^runs: expected"):
        anim.Replicas(runs)


def of(runs, **picture):
    """Return the tracks of runs, and their names."""
    picture = Picture(**{"seconds": 1, "hold": 0, **picture})
    if picture.calibrate is not None:
        runs = [one for run in runs for one in anim.calibrate(run, picture.calibrate)]
    tracks = [track_of(run, "score", picture, runs=len(runs)) for run in runs]
    return tracks, [run.name for run in runs]


def most_of(values):
    """Return the ends [..., 2] between which nine tenths of the finite values lie, or more."""
    low = np.nanquantile(values, 0.05, axis=0, method="lower")
    return np.stack([low, np.nanquantile(values, 0.95, axis=0, method="higher")], axis=-1)


def bars_of(run, i, bins=50):
    """Return counts and shares [B] of the score view; NaN where empty."""
    probs = run.probs(i)
    edges = np.linspace(0, 1, bins + 1, dtype=np.float32)
    index = np.clip(np.searchsorted(edges, probs[:, 1], side="right") - 1, 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    hits = np.bincount(index, probs.argmax(1) == run.labels, bins)
    return counts, np.divide(hits, counts, out=np.full(bins, np.nan), where=counts > 0)


def test_bars_are_medians_and_their_whiskers_hold_nine_tenths():
    tracks, _ = of([anim.Replicas(RUNS)], bins=50)
    (track,) = tracks
    for i in range(3):
        counts, shares = map(np.array, zip(*(bars_of(run, i) for run in RUNS), strict=True))
        assert np.isnan(shares).any(0).any()
        np.testing.assert_allclose(track.counts[i], counts.mean(0))
        for k, column in enumerate(shares.T):
            found = track.shares[i, k], *track.intervals[i, :, k]
            if np.isnan(column).all():
                assert np.isnan(found).all()
            else:
                expected = [np.nanmedian(column), *most_of(column)]
                np.testing.assert_allclose(found, expected, atol=1e-12)


def test_strips_are_medians_and_their_areas_hold_nine_tenths():
    tracks, _ = of([anim.Replicas(RUNS)], panels=("accuracy", "ece"))
    (track,) = tracks
    right = [[(run.probs(i).argmax(1) == run.labels).mean() for i in range(3)] for run in RUNS]
    np.testing.assert_allclose(track.series["accuracy"], np.median(right, axis=0))
    np.testing.assert_allclose(track.spreads["accuracy"], most_of(right))
    errors = [run.metrics()["ece"] for run in RUNS]
    np.testing.assert_allclose(track.series["ece"], np.nanmedian(errors, axis=0))
    np.testing.assert_allclose(track.spreads["ece"], most_of(errors))


def test_replicas_with_different_steps_are_shown_at_common_steps():
    runs = [noisy(0, [0, 5, 10, 20]), noisy(1, [0, 10, 15, 20]), noisy(2, [5, 10, 20, 30])]
    tracks, _ = of([anim.Replicas(runs)])
    (track,) = tracks
    assert track.steps.tolist() == [10, 20]
    at = [(2, 3), (1, 3), (1, 2)]
    right = [
        [(run.probs(i).argmax(1) == run.labels).mean() for i in its]
        for run, its in zip(runs, at, strict=True)
    ]
    np.testing.assert_allclose(track.series["accuracy"], np.median(right, axis=0))


def test_replicas_without_a_step_in_common_are_an_error():
    with pytest.raises(SettingError, match=r"^runs: the replicas have no step in common"):
        of([anim.Replicas([noisy(0, [0, 2]), noisy(1, [1, 3])])])


def test_curves_of_replicas_are_medians():
    tracks, _ = of([anim.Replicas(RUNS)], curve="isotonic")
    curves = np.stack([run.curve("score", "isotonic") for run in RUNS])
    known = np.isfinite(curves).all(0)
    assert known.sum() > 500
    np.testing.assert_allclose(tracks[0].curve[known], np.median(curves, axis=0)[known])


def test_replicas_stand_beside_their_recalibration_and_beside_other_runs():
    runs = [noisy(seed, examples=400) for seed in range(3)]
    both = [anim.Replicas(runs, "many"), runs[0]]
    tracks, names = of(both, calibrate="temperature", size=(1600, 700))
    medians = tracks[1].series["temperature"]
    alone = [anim.calibrate(run)[1].recorded["temperature"] for run in runs]
    np.testing.assert_allclose(medians, np.nanmedian(alone, axis=0))
    assert {"many", "many, temperature-scaled"} < set(names)


def test_a_replica_without_a_recalibration_does_not_affect_the_others():
    labels = np.arange(400) % 2
    certain = anim.from_arrays([0, 10, 20], labels, logits=[5 * np.eye(2)[labels]] * 3)
    replicas = anim.Replicas([certain, *(noisy(seed, examples=400) for seed in range(2))])
    with pytest.warns(UserWarning, match="3 of 9 snapshots"):
        tracks, _ = of([replicas], calibrate="temperature")
    alone = [anim.calibrate(run)[1].recorded["temperature"] for run in replicas[1:]]
    found = tracks[1].series["temperature"]
    np.testing.assert_allclose(found, np.median(alone, axis=0))


@pytest.mark.slow
def test_the_command_trains_sweeps_of_replicas_and_their_recalibrations(tmp_path):
    out, save = tmp_path / "a.png", tmp_path / "D"
    options = ["--replicas", "3", "--sweep", "hidden=2,3", "--calibrate", "temperature"]
    with warnings.catch_warnings():
        # Networks that have not learnt anything yet have no recalibration.
        warnings.simplefilter("default")
        options += ["--epochs", "15", "--train-size", "300", "--gradient-noise", "0", "--quiet"]
        assert main(["--out", str(out), "--save", str(save), *options]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    for width in (2, 3):
        runs = anim.open(save / f"hidden={width}")
        assert [run.name for run in runs] == ["seed=0", "seed=1", "seed=2"]
        assert f"2-{width}-2 network" in runs.about.caption
        # A single run would have 50 validation examples for each training example.
        assert len(runs.labels) == 10 * 300


@pytest.mark.parametrize("count", ["1", "1000", "0"])
def test_a_wrong_number_of_replicas_is_one_line(tmp_path, capsys, count):
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(tmp_path / "a.png"), "--replicas", count])
    assert stop.value.code == 2
    printed = capsys.readouterr().err
    assert "argument --replicas: expected a whole number from 2 to 256" in printed
    assert printed.count("\n") == 1
