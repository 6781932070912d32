"""A real browser, for what is seen in one."""

import shutil

import pytest


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Opens a page at an address of its own; what it complains of fails the test.

    Called with the page's text, headers of its answer, and options of the browser's context.
    """
    contexts, complaints = [], []

    def visit(text, headers=None, address="http://page.test/", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        answer = {"content_type": "text/html; charset=utf-8", "headers": headers or {}}
        page.route("**/*", lambda route: _answer(route, address, text, answer))
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not complaints


def _answer(route, address, text, answer):
    """Nothing but the page is there: one that needs more complains."""
    if route.request.url == address:
        headers = {"content-type": answer["content_type"], **answer["headers"]}
        route.fulfill(body=text, headers=headers)
    else:
        route.abort()
