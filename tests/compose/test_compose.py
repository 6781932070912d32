"""Several runs in one picture: one clock, one colour and one name a run."""

import itertools
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

import anim
from anim.errors import SettingError
from anim.render import labels_of, main
from anim.settings import MAX_RUNS, Picture
from anim.settings.themes import THEMES
from tests.support.seeing import check_texts, compose, contrast, difference_in_grey, distance


def a_run(steps, classes=2, examples=400):
    rng = np.random.default_rng(len(steps))
    labels = rng.integers(0, classes, examples)
    logits = rng.normal(size=(len(steps), examples, classes))
    logits[:, np.arange(examples), labels] += np.linspace(0, 3, len(steps))[:, None]
    return anim.from_arrays(steps, labels, logits=logits)


SHORT, LONG, LATE = a_run([0, 50, 100]), a_run(range(0, 401, 20)), a_run([200, 300])
QUICK = {"seconds": 2, "fps": 10, "hold": 0}


def test_by_step_all_show_the_same_step_and_a_shorter_one_stands_still_at_its_end():
    reel, _ = compose([SHORT, LONG, LATE], Picture(**QUICK))
    assert reel.clock.steps[[0, -1]].tolist() == [0, 400]
    for shot in reel:
        short, long, late = (frame.moment.step for frame in shot.frames)
        assert long == pytest.approx(shot.moment.step)
        assert short == pytest.approx(min(shot.moment.step, 100))
        assert late == pytest.approx(min(max(shot.moment.step, 200), 300))


def test_by_fraction_all_begin_and_end_together():
    reel, _ = compose([SHORT, LONG, LATE], Picture(align="fraction", **QUICK))
    for shot in reel:
        done = shot.moment.step / 100
        steps = [frame.moment.step for frame in shot.frames]
        np.testing.assert_allclose(steps, [100 * done, 400 * done, 200 + 100 * done])


@pytest.mark.parametrize("align", ["step", "fraction"])
def test_without_tween_each_shows_its_own_snapshots_only(align):
    reel, _ = compose([SHORT, LONG], Picture(align=align, tween=False, **QUICK))
    shown = [[frame.moment.step for frame in shot.frames] for shot in reel]
    for run, steps in zip((SHORT, LONG), zip(*shown, strict=True), strict=True):
        assert set(steps) <= set(run.steps.tolist())
        assert steps[-1] == run.steps[-1]


def test_a_run_looks_the_same_alone_and_beside_others():
    """Its values do, that is: bars of one frame."""
    alone, _ = compose([LONG], Picture(**QUICK))
    beside, _ = compose([LONG, SHORT], Picture(**QUICK))
    for one, two in zip(alone, beside, strict=True):
        np.testing.assert_array_equal(one.frames[0].counts, two.frames[0].counts)


def test_runs_of_different_numbers_of_classes_share_the_confidence_view():
    reel, scene = compose([SHORT, a_run([0, 10], classes=5)], Picture(**QUICK))
    assert "confidence" in words(scene, reel.at(None))
    assert reel.lanes[0][1].counts.shape[1] == 15
    with pytest.raises(SettingError, match="two classes"):
        compose([SHORT, a_run([0, 10], classes=5)], Picture(view="score", **QUICK))


def words(scene, shot):
    scene.update(shot)
    return [text.get_text() for text in scene.figure.findobj(Text) if text.get_visible()]


def test_names_come_from_label_or_the_recording_or_a_number(tmp_path):
    with anim.Recorder(tmp_path / "wide", labels=[0, 1]) as recorder:
        recorder.snapshot(0, probs=[0.2, 0.7])
    runs = [anim.open(tmp_path / "wide"), SHORT]
    assert {"wide", "run 2"} <= set(words(*drawn(runs)))
    assert {"a", "b"} <= set(words(*drawn(runs, label=("a", "b"))))
    with pytest.raises(SettingError, match="2 names, one a run, got 1"):
        drawn(runs, label=("a",))


def drawn(runs, **picture):
    reel, scene = compose(runs, Picture(**QUICK, **picture))
    return scene, reel.at(None)


def test_the_caption_is_what_the_runs_have_in_common():
    def captioned(caption):
        recorder = anim.Recorder(labels=SHORT.labels, about=anim.run.About(caption))
        recorder.snapshot(0, logits=SHORT.logits(0))
        return recorder.run()

    for captions, expected in (
        (["XOR, wide, 400 points", "XOR, deep, 400 points"], "XOR, 400 points"),
        (["XOR, wide"], "XOR, wide"),
        (["one", "another"], "400 validation points"),
        (["", ""], "400 validation points"),
        ([""], "400 validation points"),
    ):
        shown = words(*drawn([captioned(caption) for caption in captions]))
        assert expected in [text.replace("\u2009", " ") for text in shown]


def test_too_many_runs_and_too_little_room_are_said():
    with pytest.raises(SettingError, match=f"1 to {MAX_RUNS}"):
        compose([SHORT] * (MAX_RUNS + 1), Picture())
    with pytest.raises(SettingError, match="panels of 6 runs need a larger picture"):
        compose([SHORT] * 6, Picture(size=(320, 240)))


@pytest.mark.parametrize("count", range(2, MAX_RUNS + 1))
@pytest.mark.parametrize("size", [(768, 600), (1280, 720), (600, 900)], ids=str)
@pytest.mark.parametrize("panels", [("reliability", "accuracy"), ("counts",), ("ece", "loss")])
def test_no_text_of_a_grid_is_clipped_or_over_another(count, size, panels):
    long = "a name that goes on and on, well past any cell " * 2
    scene, shot = drawn([SHORT] * count, size=size, panels=panels, label=(long,) * count)
    check_texts(scene, shot)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("rank", range(MAX_RUNS))
def test_the_colours_of_a_run_stay_apart_for_every_eye_and_in_grey(theme, rank):
    colours = theme.of_run(rank)
    for pair in (("accuracy", "under"), ("accuracy", "over"), ("under", "over")):
        one, other = (getattr(colours, name) for name in pair)
        assert distance(one, other) >= 15
        assert difference_in_grey(one, other) >= 9
    assert contrast(colours.accuracy, theme.background) >= 3


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_lines_of_two_runs_stay_apart_for_every_eye(theme):
    colours = [theme.of_run(rank).accuracy for rank in range(MAX_RUNS)]
    for one, other in itertools.combinations(colours, 2):
        assert distance(one, other) >= 8


def test_each_run_has_its_colour_on_the_picture():
    scene, shot = drawn([SHORT, LONG, LATE])
    pixels = {tuple(pixel) for pixel in scene.draw(shot)[..., :3].reshape(-1, 3).tolist()}
    for rank in range(3):
        colour = to_rgb(THEMES["light"].of_run(rank).accuracy)
        assert tuple(round(part * 255) for part in colour) in pixels


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


def test_names_of_folders_tell_them_apart(tmp_path):
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
    with pytest.raises(TypeError, match="got str"):
        anim.animate(["runs/a"], tmp_path / "b.png")


@pytest.mark.parametrize("picture", [{"panels": ("reliability", "ece", "loss")}, {}], ids=str)
def test_where_there_is_no_room_the_size_that_is_named_has_some(picture):
    runs = [SHORT] * 4
    with pytest.raises(SettingError) as caught:
        compose(runs, Picture(size=(320, 240), **picture))
    named = re.search(r"; (\d+)x(\d+) has room", str(caught.value))
    scene, shot = drawn(runs, size=(int(named[1]), int(named[2])), **picture)
    check_texts(scene, shot)
