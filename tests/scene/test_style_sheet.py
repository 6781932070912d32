"""Reading style sheets: warnings for bad lines, errors for anything else."""

import re

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.render import main
from anim.scene.theme import theme_of
from anim.settings import Picture
from tests.support.scenes import a_sheet


def a_run():
    return anim.from_arrays([0], [0, 1], probs=np.array([[0.2, 0.7]]))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("text.colour: 101010", r"^style: Bad key text\.colour in file"),
        ("text.color: #101010", r"^style: Bad value .*text\.color.* without #"),
        ("font.family: No Such Font", r"^style: no font of font\.family is installed"),
    ],
)
def test_a_line_without_effect_is_named_in_one_warning(tmp_path, line, problem):
    style = a_sheet(tmp_path, f"{line}\nxtick.color: 303030\n")
    with pytest.warns(UserWarning, match=problem) as caught:
        assert theme_of(Picture(style=style)).muted == "#303030"
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("style", "problem"),
    [
        ("gplot", "'gplot', which is neither; did you mean 'ggplot'"),
        ("seaborn-whitegrid", "did you mean 'seaborn-v0_8-whitegrid'"),
        ("nowhere/own.mplstyle", "'nowhere/own.mplstyle', which is neither"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "expected a matplotlib style sheet, got .*utf-8"),
        (b"import numpy\n\nprint(1)\n", "expected a matplotlib style sheet, got .*Missing colon"),
        (b"# nothing\n", "it sets nothing"),
    ],
)
def test_anything_but_a_style_sheet_is_an_error_before_any_file_is_written(
    tmp_path, capsys, style, problem
):
    if isinstance(style, bytes):
        (tmp_path / "sheet").write_bytes(style)
        style = str(tmp_path / "sheet")
    with pytest.raises(SettingError, match=f"^style: .*{problem}"):
        anim.animate(a_run(), tmp_path / "a.png", style=style)
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(tmp_path / "a.png"), "--style", style])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert re.search(problem, said)
    assert said.startswith("anim.render: error: argument --style: ")
    assert said.count("\n") == 1
    assert not list(tmp_path.glob("a.png"))
