"""A real browser, how tests are divided between workers, and programs that are compiled once."""

import mimetypes
import os
import shutil
import tempfile

import pytest

ADDRESS = "http://page.test/"
PROGRAMS = "JAX_COMPILATION_CACHE_DIR"


def pytest_configure(config):
    """Let all workers, and the processes that they start, compile each program of JAX once.

    The folder of the programs is new in each session, unless the variable of JAX names one.
    """
    if PROGRAMS not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="programs-", ignore_cleanup_errors=True)
        # Variables, which workers inherit, and JAX reads when it is imported.
        os.environ[PROGRAMS] = folder.name
        config.add_cleanup(folder.cleanup)
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each worker its part in one piece; one that is done takes what another has left.

    Tests of one file then share their fixtures, and the programs that a process has compiled.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Run what is seen in a browser with the slow tests."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        # CI must not skip these tests silently.
        give_up = pytest.fail if "CI" in os.environ else pytest.skip
        give_up("there is no Chromium")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def node():
    """The path of Node, which runs the player's modules without a browser."""
    program = shutil.which("node")
    if program is None:
        give_up = pytest.fail if "CI" in os.environ else pytest.skip
        give_up("there is no Node")
    return program


@pytest.fixture
def visit(browser):
    """Open a page in a context of its own; errors on its console fail the test.

    Called with the page's text, headers of its answer, files that stand beside it, and options of
    the browser's context.
    """
    contexts, complaints = [], []

    def visit(text, headers=None, files=(), **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        found = {path.name: path.read_bytes() for path in files}
        page.route("**/*", lambda route: _answer(route, text, headers or {}, found))
        page.goto(ADDRESS)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not complaints


def _answer(route, text, headers, found):
    """Answer with the page or one of its files; a request for anything else fails."""
    name = route.request.url.removeprefix(ADDRESS)
    if not name:
        headers = {"content-type": "text/html; charset=utf-8", **headers}
        route.fulfill(body=text, headers=headers)
    elif name in found:
        route.fulfill(body=found[name], content_type=mimetypes.guess_type(name)[0])
    else:
        route.abort()
