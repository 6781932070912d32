"""Sizes of files by other programs."""

import pytest

from anim import embed
from tests.support.embedding import Tags


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('width="576pt" height="450pt" viewBox="0 0 576 450"', ("768", "600")),
        ('width="300" height="20.4px"', ("300", "20")),
        ('width="2in" height="2.54cm"', ("192", "96")),
        ('width="100%" height="5em" viewBox="0,0 640 480"', ("640", "480")),
        ('viewBox="0 0 640 480"', ("640", "480")),
        ('viewBox="0 0 x -1"', None),
        ('width="1.2.3" height="99999999"', None),
        ("", None),
    ],
)
def test_the_size_of_an_svg_comes_from_its_root_element(tmp_path, root, size):
    (tmp_path / "a.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {root}></svg>')
    for kind in ("html", "markdown", "mdx", "rst"):
        assert "None" not in embed.embed(tmp_path / "a.svg", kind, alt="A")
    image = Tags(embed.embed(tmp_path / "a.svg", alt="A")).found["img"]
    assert {"width", "height"} & image.keys() == ({"width", "height"} if size else set())
    assert (image.get("width"), image.get("height")) == (size or (None, None))
