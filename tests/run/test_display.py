"""A run is displayed by the renderer that is enabled."""

import subprocess
import sys

import pytest

import anim
from anim.errors import SettingError


@pytest.fixture
def renderers():
    """The renderers; the one that was active is enabled again after the test."""
    before = anim.run.renderers.active
    yield anim.run.renderers
    anim.run.renderers.enable(before)


def a_run():
    return anim.from_arrays([0, 5], [0, 1], probs=[[0.2, 0.7], [0.1, 0.9]])


@pytest.mark.parametrize("shown", [a_run(), anim.Replicas([a_run(), a_run()])])
def test_another_renderer_displays_runs_and_replicas(renderers, shown):
    renderers.register("short", lambda run: {"text/html": f"<b>{len(run.labels)} points</b>"})
    renderers.enable("short")
    assert shown._repr_mimebundle_() == {"text/html": "<b>2 points</b>"}


def test_a_renderer_is_imported_by_name_when_a_run_is_displayed(renderers, tmp_path, monkeypatch):
    (tmp_path / "my_renderer.py").write_text("def show(run):\n    return {'text/plain': 'mine'}\n")
    monkeypatch.syspath_prepend(tmp_path)
    renderers.register("named", "my_renderer:show")
    renderers.enable("named")
    assert "my_renderer" not in sys.modules
    assert a_run()._repr_mimebundle_() == {"text/plain": "mine"}


def test_the_text_renderer_shows_what_a_terminal_shows(renderers):
    renderers.enable("text")
    assert a_run()._repr_mimebundle_() == {"text/plain": repr(a_run())}


def test_an_unknown_renderer_is_an_error_that_names_the_known_ones(renderers):
    with pytest.raises(SettingError, match=r"^renderer: expected one of .*got 'vega'"):
        renderers.enable("vega")


def test_a_run_is_read_without_what_draws_or_trains():
    code = (
        "import sys, anim.run\n"
        "heavy = {'matplotlib', 'flax', 'optax', 'orbax', 'av', 'anim.output', 'anim.compose'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
