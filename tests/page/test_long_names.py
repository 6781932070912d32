"""Long names in a page are cut or wrapped, with the whole name in a tooltip."""

import pytest

import anim
from tests.support.embedding import a_run

LONG = "n" * 300
WIDE = {
    "names": (2, {"label": (LONG, f"b{LONG}")}),
    "names in a legend": (2, {"label": (LONG, f"b{LONG}"), "panels": ("accuracy",)}),
    "title": (1, {"title": LONG}),
    "names and a title": (3, {"label": (LONG, f"b{LONG}", LONG.upper()), "title": LONG}),
}


@pytest.mark.parametrize("case", WIDE)
@pytest.mark.parametrize("width", [380, 1000])
def test_long_names_do_not_make_a_page_wide(tmp_path, visit, case, width):
    count, options = WIDE[case]
    anim.animate([a_run(seed) for seed in range(count)], tmp_path / "p.html", **options)
    size = {"width": width, "height": 800}
    shown = visit((tmp_path / "p.html").read_text(), viewport=size)
    shown.wait_for_function("document.querySelector('calibration-player').duration > 0")
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    if "names" in case:
        whole = shown.locator(f'[title="{LONG}"], svg text:has(title)')
        assert whole.first.is_visible()
