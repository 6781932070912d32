"""A page in Chromium, while its run is recorded."""

import pytest

import anim
from anim.watch.follow import WAITING
from tests.support.serving import Server
from tests.support.watching import LABELS, logits

pytest.importorskip("starlette", reason="the extra watch is not installed")
pytest.importorskip("uvicorn", reason="the extra watch is not installed")


@pytest.fixture
def page(browser):
    """A page; what it complains of is in ``complaints``."""
    context = browser.new_context()
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    yield page
    context.close()


def test_a_page_grows_and_reports_the_end_of_the_run(page, tmp_path):
    path, player = tmp_path / "r", "document.querySelector('calibration-player')"
    with Server(path) as server:
        page.goto(server.url)
        page.get_by_text(WAITING).wait_for()
        assert not page.get_by_role("button").is_visible()
        with anim.Recorder(path, labels=LABELS) as recorder:
            for step, text in enumerate(("recording, 1 snapshot", "recording, 2 snapshots")):
                recorder.snapshot(step, logits=logits(step))
                page.get_by_text(text, exact=True).wait_for()
                assert page.evaluate(f"{player}.step") == step
            field = page.locator(".bins").first
            field.focus()
            recorder.snapshot(2, logits=logits(2))
            page.get_by_text("recording, 3 snapshots").wait_for()
            assert field.evaluate("field => field.matches(':focus')")
        page.get_by_text("the run has ended, 3 snapshots").wait_for()
        counts = page.evaluate(f"{player}.bins[0].map(bin => bin.count)")
        assert counts == anim.open(path).reliability().counts[-1].tolist()
        assert page.title() == "r"
        assert page.complaints == []
        server.end()
        page.get_by_text("The server does not answer.").wait_for()
