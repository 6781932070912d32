"""The Content-Security-Policy that a part of a page names."""

import re
from html import unescape

import pytest

import anim
from anim.compose import compose_views
from anim.page import page_data, script_hash, snippet
from anim.settings import Picture
from tests.support.embedding import Tags, a_run


@pytest.mark.parametrize("nonce", [None, "bm9uY2U=", '--><script>"'])
def test_a_part_of_a_page_names_the_policy_that_allows_it(nonce):
    picture = Picture()
    data = page_data(compose_views([a_run()], picture, ["score"]), picture)
    text = snippet(data, nonce=nonce, names_policy=True)
    policy, _, rest = text.partition("\n")
    named = re.fullmatch("<!-- Content-Security-Policy: script-src '([^<>]*)' -->", policy)[1]
    assert unescape(named) == (script_hash() if nonce is None else f"nonce-{nonce}")
    # In a notebook, where nobody can look for it, there is none.
    assert rest == f"<div>\n{snippet(data, nonce=nonce)}</div>\n"
    script = Tags(rest.rpartition("</calibration-player>")[2]).found["script"]
    assert script == ({} if nonce is None else {"nonce": nonce})


def test_a_written_part_of_a_page_names_its_policy(tmp_path):
    anim.animate(a_run(), tmp_path / "p.html", embed=True, nonce="bm9uY2U=")
    first = (tmp_path / "p.html").read_text().splitlines()[0]
    assert first == "<!-- Content-Security-Policy: script-src 'nonce-bm9uY2U=' -->"
