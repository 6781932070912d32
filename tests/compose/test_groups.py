"""Groups of examples side by side."""

import numpy as np
import pytest

import anim
from anim.compose import alternative, compose_views
from anim.errors import SettingError
from anim.page import page_data
from anim.panels.contents import words_for
from anim.render import main
from anim.settings import Picture
from tests.support.grouped import SITES, grouped

QUICK = {"seconds": 2, "fps": 10, "hold": 0}
RUN = grouped()


def composed(run=RUN, runs=None, **picture):
    picture = Picture(**{**QUICK, **picture})
    ((reel, subject),) = compose_views(runs or [run], picture, ["confidence"])
    return reel, subject


def sizes(reel):
    return [int(track.counts[-1].sum()) for track in reel.tracks]


def test_each_group_is_shown_as_a_run_the_largest_first():
    reel, subject = composed(by="site")
    assert subject.names == ("north", "east", "south")
    assert sizes(reel) == [300, 150, 150]
    headings = ("north, 300 points", "east, 150 points", "south, 150 points")
    assert subject.headings == headings
    parts = RUN.by_group("site")
    for track, name in zip(reel.tracks, subject.names, strict=True):
        np.testing.assert_allclose(track.series["ece"], parts[name].metrics()["ece"])


def test_the_headline_says_by_what_and_the_caption_how_many_points_are_shown():
    assert composed(by="site")[1].title == "How sure it is, and how often it is right, by site"
    assert composed(by="site")[1].caption == "600 validation points"
    named = RUN.replaced(name="mine")
    assert composed(named, by=["sex", "site"])[1].title == "mine, by sex and site"
    _, subject = composed(named, by="site", only=["south"])
    assert subject.title == "mine, south"
    assert subject.caption == "600 validation points, 150 of 600 points in these groups"
    assert composed(named, by="site", title="Own")[1].title == "Own"
    assert composed(named)[1].headings == ()


def test_groups_are_chosen_in_their_order_by_name():
    reel, subject = composed(by=("sex", "site"), only=("m, east", "f, north"))
    assert subject.names == ("m, east", "f, north")
    assert sizes(reel) == [
        len(RUN.by_group(["sex", "site"])[name].labels) for name in subject.names
    ]
    assert composed(by="site", only="east")[1].title.endswith(", east")


@pytest.mark.parametrize(
    ("examples", "expected"),
    [
        # Of 300 and 150 points each shows a hundred dots.
        (600, ("100", "of them")),
        # Of 120 and 60, and of 60 and 30.
        (240, ("at most", "100")),
        (120, ("all", "of them")),
    ],
)
def test_what_dots_are_is_right_beside_every_panel_of_a_row(examples, expected):
    picture = Picture(**QUICK, by="site")
    ((reel, subject),) = compose_views([grouped(examples=examples)], picture, ["score"])
    assert words_for(reel, subject, picture).dots == expected
    (view,) = page_data([(reel, subject)], picture)["views"]
    assert tuple(view["words"]["dots"]) == expected


def test_what_dots_with_weights_are_says_no_number_that_differs():
    run = grouped(examples=240)
    run = run.replaced(weights=np.linspace(0.5, 1.5, 240))
    picture = Picture(**QUICK, by="site")
    ((reel, subject),) = compose_views([run], picture, ["score"])
    assert len({track.dots.shape[1] for track in reel.tracks}) == 2
    assert words_for(reel, subject, picture).dots == ("dots by", "weight")


MANY = grouped(sites=7)


@pytest.mark.parametrize(
    ("run", "options", "problem"),
    [
        (RUN, {"by": "sight"}, "by: expected one of site, sex, got 'sight'; did you mean 'site'?"),
        (RUN, {"by": "site", "only": "nord"}, "only: expected one of north, east, south"),
        (
            MANY,
            {"by": "site"},
            "by: expected at most 6 groups, got 7; choose with only north east south west inland "
            "abroad",
        ),
        (MANY, {"by": "site", "only": SITES}, "only: expected at most 6 groups, got 7"),
        (
            MANY,
            {"by": "site", "calibrate": "temperature"},
            "by: expected at most 3 groups with a recalibration each, got 7; choose with only",
        ),
        (grouped().replaced(groups={}), {"by": "site"}, "by: this run has no groups"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_in_one_line(run, options, problem):
    with pytest.raises(SettingError) as caught:
        composed(run, **options)
    assert str(caught.value).startswith(problem)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("names", [[], "", ["a", "a"], [1]])
def test_names_are_given_once_each(names):
    with pytest.raises(SettingError, match=r"^by: expected names, each once"):
        Picture(by=names)
    with pytest.raises(SettingError, match=r"^only: "):
        Picture(by="site", only=names or [])
    with pytest.raises(SettingError, match=r"^only: requires by"):
        Picture(only="east")


def test_groups_of_several_runs_are_refused():
    with pytest.raises(SettingError, match=r"^by: shows groups of one run, got 2 runs"):
        composed(runs=[RUN, RUN], by="site")


@pytest.mark.slow
def test_groups_of_a_recalibration_share_its_temperature():
    reel, subject = composed(by="sex", calibrate="temperature", seconds=1)
    assert [name.partition(", ")[2] for name in subject.names] == ["", "temperature-scaled"] * 2
    assert subject.headings[1] == f"{subject.names[1]}, {sizes(reel)[1]} points"
    assert sum(sizes(reel)) == 600
    temperatures = [reel.tracks[i].series["temperature"] for i in (1, 3)]
    np.testing.assert_array_equal(*temperatures)
    assert subject.caption.endswith("half of the points to fit the temperature")


def test_groups_of_replicas_are_medians():
    replicas = anim.Replicas([RUN, RUN.replaced(name="again")], "many")
    reel, subject = composed(replicas, by="site")
    assert subject.names == ("north", "east", "south")
    assert all(track.is_median for track in reel.tracks)
    swapped = {**RUN.groups, "site": grouped(seed=1).groups["site"]}
    others = anim.Replicas([RUN, RUN.replaced(groups=swapped)])
    with pytest.raises(SettingError, match=r"^by: expected replicas to have the same groups"):
        composed(others, by="site")


def test_progress_counts_each_snapshot_once():
    told = []
    compose_views([RUN], Picture(**QUICK, by="site"), ["confidence"], lambda *at: told.append(at))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_pages_and_alternative_texts_name_the_groups():
    reel, subject = composed(by="site")
    picture = Picture(**QUICK, by="site")
    assert [part.partition(":")[0] for part in alternative(reel, subject, picture).split(". ")] == [
        *subject.names
    ]
    data = page_data([(reel, subject)], picture)
    assert [run["heading"] for run in data["runs"]] == [*subject.headings]
    reel, subject = composed()
    assert "heading" not in page_data([(reel, subject)], Picture(**QUICK))["runs"][0]


@pytest.fixture
def path(tmp_path):
    names = {name: np.array(one.names)[one.codes] for name, one in RUN.groups.items()}
    with anim.Recorder(tmp_path / "mine", labels=RUN.labels, groups=names) as recorder:
        for i, step in enumerate(RUN.steps):
            recorder.snapshot(int(step), logits=RUN.logits(i))
    return str(tmp_path / "mine")


def command(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([*map(str, arguments)])
    return stop.value.code


def test_the_command_shows_groups_of_a_recording(tmp_path, path, capsys):
    out, small = tmp_path / "a.png", ["--size", "700x500"]
    options = ["--by", "site", "--only", "south", "north", "--overlay"]
    assert main([path, "--out", str(out), *options, *small]) == 0
    assert out.stat().st_size
    assert {name: len(run.labels) for name, run in anim.open(path).by_group("site").items()} == {
        "east": 150,
        "north": 300,
        "south": 150,
    }
    said = capsys.readouterr()
    assert "no effect" not in said.err
    assert command(path, "--out", out, "--by", "site", "--only", "norht") == 2
    problem = "argument --only: expected one of east, north, south, got 'norht'"
    assert problem in capsys.readouterr().err
    assert command("--out", out, "--by", "site") == 2
    assert "argument --by: shows groups of a recorded run" in capsys.readouterr().err
