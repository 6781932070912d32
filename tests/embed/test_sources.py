"""Files beside a file, what replaces it, and their addresses."""

from pathlib import Path

import pytest

from anim import embed
from anim.errors import SettingError
from tests.support.embedding import Tags, said


def test_an_address_is_the_given_path_or_follows_a_base(files, monkeypatch):
    monkeypatch.chdir(files.parent)
    gif = Path(files.name) / "calib.gif"
    assert embed.embed(gif, "markdown").endswith(f"]({files.name}/calib.gif)")
    for base in ("https://x.org/img", "https://x.org/img/"):
        assert embed.embed(gif, "markdown", base=base).endswith("](https://x.org/img/calib.gif)")


def test_an_image_replaces_a_dark_video_in_markdown(pair):
    dark = pair / "d (1)" / "dark.mp4"
    found = Tags(embed.embed(pair / "calib.mp4", "markdown", dark=dark)).found
    assert (found["img"]["src"], found["source"]["srcset"]) == (
        "calib.gif",
        "d%20%281%29/dark.gif",
    )
    dark.with_suffix(".gif").unlink()
    with pytest.raises(
        SettingError, match=r"^dark: MP4 cannot be shown there; put one of 'dark.gif', "
    ):
        embed.embed(pair / "calib.mp4", "markdown", dark=dark)


def test_an_image_beside_a_file_replaces_it_where_it_cannot_be_shown(files, tmp_path):
    page, alt = files / "calib.html", embed.about(files / "calib.html").alt
    assert embed.embed(page, "markdown") == f"[![{alt}](calib.gif)](calib.html)"
    rst = embed.embed(page, "rst")
    assert rst.startswith(f".. figure:: calib.gif\n   :alt: {alt}\n   :width: 320px\n")
    image = Tags(embed.embed(files / "calib.pdf")).found["img"]
    assert (image["src"], image["width"]) == ("calib.png", "320")
    for name in ("calib.html", "calib.pdf", "calib.mp4"):
        (tmp_path / name).write_bytes((files / name).read_bytes())
    for name, kind in (
        ("calib.html", "markdown"),
        ("calib.html", "rst"),
        ("calib.pdf", "html"),
        ("calib.pdf", "mdx"),
        ("calib.mp4", "markdown"),
    ):
        with pytest.raises(SettingError, match=r"cannot be shown there; .*'calib.gif'.* beside it"):
            embed.embed(tmp_path / name, kind)
    with pytest.raises(
        SettingError, match=r"LaTeX cannot show GIF; put 'b\.pdf' or 'b\.png' beside it"
    ):
        embed.embed(said(tmp_path / "b.gif"), "latex")
