"""A setting is stated once: options, keywords, docs and the README's tables come out of it."""

import argparse
import inspect
import re
from dataclasses import FrozenInstanceError, dataclass, fields, replace

import numpy as np
import pytest

import anim
from anim import command
from anim.errors import SettingError
from anim.settings import Experiment, Output, Picture, Settings, settings_of
from anim.settings.docs import table, takes
from anim.settings.fields import WATCHED, setting
from anim.settings.limits import OneOf, Whole


def parsed(*arguments, kind=None):
    parser = argparse.ArgumentParser(argument_default=argparse.SUPPRESS, exit_on_error=False)
    command.add_picture(parser, kind)
    return vars(parser.parse_args(arguments))


@pytest.mark.parametrize("kind", [Experiment, Picture])
def test_every_field_is_a_setting_with_help(kind):
    known = [field.name for field in fields(kind) if field.name not in ("runs", "snapshots")]
    assert [one.name for one in settings_of(kind)] == known
    assert all(one.help for one in settings_of(kind))
    assert all(one.instead_of_none for one in settings_of(kind) if one.default is None)


def test_every_setting_of_a_picture_is_an_option_of_the_command():
    parser = argparse.ArgumentParser()
    command.add_picture(parser)
    help_ = parser.format_help()
    assert set(re.findall(r"--[a-z-]+", help_)) >= {one.flag for one in settings_of(Picture)}


def test_options_give_the_values_that_keywords_take():
    given = parsed(
        *("--panels", "reliability, ece", "--size", "800x640", "--bins", "7"),
        *("--max-bytes", "1.5MiB", "--no-band", "--label", "one run", "another", "--at", "3"),
    )
    assert given == {
        "panels": ("reliability", "ece"),
        "size": (800, 640),
        "bins": 7,
        "max_bytes": 1_572_864,
        "band": None,
        "label": ["one run", "another"],
        "at": 3.0,
    }
    assert Picture.of(given) == Picture(**given | {"label": ("one run", "another")})


@pytest.mark.parametrize(
    ("given", "band"),
    [
        ((), "simultaneous"),
        (("--band", "simultaneous"), "simultaneous"),
        (("--band", "pointwise"), "pointwise"),
        (("--no-band",), None),
        (("--no-band", "--band", "pointwise"), "pointwise"),
    ],
)
def test_the_band_has_a_kind_or_is_off(given, band):
    assert Picture.of(parsed(*given)).band == band


@pytest.mark.parametrize(
    ("given", "band"),
    [(True, "simultaneous"), (False, None), (None, None), ("pointwise", "pointwise")],
)
def test_the_band_of_python_may_be_true_or_false(given, band):
    assert Picture(band=given) == Picture.of({"band": given}) == Picture(band=band)
    assert Picture(band=given).band == band


@pytest.mark.parametrize("band", ["Pointwise", "both", "", 1, 0.95])
def test_another_band_is_an_error(band):
    with pytest.raises(SettingError, match="band: expected "):
        Picture(band=band)


def test_the_command_refuses_what_its_outputs_do_not_have():
    assert parsed("--bins", "5", kind=WATCHED) == {"bins": 5}
    with pytest.raises(argparse.ArgumentError, match="--fps: does not apply to a watched page"):
        parsed("--fps", "5", kind=WATCHED)


@pytest.mark.parametrize(
    ("function", "kind", "own"),
    [
        (anim.animate, Picture, ["runs", "outputs", "progress"]),
        (anim.fit, Experiment, ["dataset", "path", "progress"]),
    ],
    ids=["animate", "fit"],
)
def test_keywords_and_docs_come_from_the_settings(function, kind, own):
    parameters = dict(inspect.signature(function).parameters)
    names = [one.name for one in settings_of(kind)]
    if kind is Experiment:
        names = [name for name in names if name not in ("data", "train_size", "val_size", "noise")]
    assert set(parameters) == {*own, *names}
    for one in settings_of(kind):
        if one.name in parameters:
            assert parameters[one.name].default == one.default
            assert f"\n    {one.name}: {one.help.split()[0]}" in inspect.cleandoc(function.__doc__)


def test_an_unknown_keyword_names_the_nearest_one():
    with pytest.raises(TypeError, match=r"animate\(\) got .* 'them'; did you mean 'theme'"):
        anim.animate([], them="dark")


def test_rules_of_combination_hold_in_python():
    with pytest.raises(SettingError, match="held_out: requires calibrate"):
        Picture(held_out=0.2)
    with pytest.raises(SettingError, match=r"embed: applies only to .html outputs, got 'c.png'"):
        Picture(embed=True).check_page(False, "c.png")
    Picture(embed=True).check_page(True, "c.png")
    assert Picture(calibrate="vector", held_out=0.2).held_out_share == 0.2
    assert Picture(calibrate="vector").held_out_share == 0.5


def test_a_replaced_picture_is_the_one_made_like_that():
    for theme in ("paper", "dark", None):
        assert replace(Picture(), theme=theme) == Picture(theme=theme)
        assert replace(Picture(), theme=theme).canvas == Picture(theme=theme).canvas
    with pytest.raises(FrozenInstanceError):
        Picture().theme = "dark"  # type: ignore[misc]


def test_settings_of_another_class_are_checked_and_documented():
    @dataclass(frozen=True, kw_only=True)
    class Knobs(Settings):
        speed: int = setting(3, "how fast", Whole(1, 9))
        colour: str | None = setting(None, "which", OneOf(("red", "blue")), instead_of_none="any")

    @takes(Knobs)
    def go(place, **options):
        """Go.

        Args:
            {settings}
        """
        return place, Knobs.of(options)

    assert go(1, speed=4) == (1, Knobs(speed=4))
    assert "speed: how fast (1 to 9; default: 3)." in go.__doc__
    with pytest.raises(SettingError, match="colour: expected one of red, blue, got 'bleu'"):
        go(1, colour="bleu")
    assert "| `--speed` | how fast (1 to 9) | 3 |" in table(Knobs)


def test_a_watched_page_has_no_settings_of_files():
    assert not [one.name for one in settings_of(Output) if WATCHED in one.applies_to]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"size": 768}, "size: expected a width and a height, got 768"),
        ({"size": "768x600"}, "size: expected a width and a height, got '768x600'"),
        ({"panels": 5}, "panels: expected Sequence[str] | str | None, got 5"),
        ({"label": 5}, "label: expected Sequence[str] | None, got 5"),
        ({"style": 5}, "style: expected str | os.PathLike[str] | None, got 5"),
        ({"view": 1}, "view: expected a string, got 1"),
        ({"fps": "25"}, "fps: expected a number of at least 0.1 and at most 240, got '25'"),
    ],
)
def test_a_value_of_another_type_is_one_line(given, problem):
    with pytest.raises(SettingError, match=re.escape(problem)):
        Picture.of(given)


def test_numbers_of_numpy_become_those_of_python():
    assert Picture.of({"size": np.array([800, 640])}).size == (800, 640)
    assert type(Picture.of({"size": np.array([800, 640])}).canvas[0]) is int


def test_outputs_are_positional():
    with pytest.raises(TypeError, match="unexpected keyword argument 'outputs'"):
        anim.animate([], outputs="x.png")


def test_no_run_at_all_is_one_line():
    with pytest.raises(SettingError, match="runs: expected 1 to 6 runs, got 0"):
        anim.animate([], "x.png")


def test_an_error_names_other_settings_as_keywords_or_options():
    error = SettingError("fps", "expected `seconds`, got 3")
    assert str(error) == "fps: expected seconds, got 3"
    assert error.problem_of_command == "expected --seconds, got 3"


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (
            lambda: anim.Recorder(label=[0, 1]),
            r"Recorder\(\) got .* 'label'; did you mean 'labels'",
        ),
        (
            lambda: anim.Recorder(labels=[0, 1]).snapshot(0, logit=[[0, 1], [1, 0]]),
            r"snapshot\(\) got .* 'logit'; did you mean 'logits'",
        ),
        (
            lambda: anim.from_table(None, labls=[0]),
            r"from_table\(\) .* 'labls'; did you mean 'label",
        ),
        (lambda: anim.Recorder(zzz=1), r"got an unexpected keyword argument 'zzz'$"),
    ],
)
def test_an_unknown_keyword_of_a_recorder_or_table_names_the_nearest_one(call, problem):
    with pytest.raises(TypeError, match=problem):
        call()


def test_the_batches_of_collecting_name_the_nearest_keyword():
    with (
        pytest.raises(TypeError, match=r"add\(\) got .* 'prob'; did you mean 'probs'"),
        anim.Recorder(labels=[0, 1]).collecting(0) as part,
    ):
        part.add(prob=[0.5, 0.5])
