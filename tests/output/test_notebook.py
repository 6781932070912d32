"""Runs and animations in a notebook."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

import anim

PLAYERS = "[...document.querySelectorAll('calibration-player')]"


def a_run(snapshots=4):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 500)
    margin = rng.normal(size=(snapshots, 500)) + (2 * labels - 1) * np.arange(snapshots)[:, None]
    return anim.from_arrays(np.arange(snapshots), labels, probs=1 / (1 + np.exp(-margin)))


def test_a_run_is_a_player_with_a_gif_where_scripts_do_not_run():
    run = a_run()
    bundle = run._repr_mimebundle_()
    assert bundle["text/plain"] == repr(run)
    html = bundle["text/html"]
    assert html.startswith("<calibration-player>")
    gif = base64.b64decode(re.search(r'src="data:image/gif;base64,([^"]+)"', html)[1])
    with Image.open(io.BytesIO(gif)) as image:
        assert image.is_animated
        assert image.size == (768, 600)
    assert len(html) < 500_000


def test_replicas_and_animations_are_players(tmp_path):
    replicas = anim.Replicas([a_run(), a_run()])
    assert "<calibration-player>" in replicas._repr_mimebundle_()["text/html"]
    shown = anim.animate(a_run(), theme="dark")
    assert shown.outputs == ()
    assert '"background":"#0d1117"' in shown._repr_mimebundle_()["text/html"]
    written = anim.animate(a_run(), tmp_path / "a.png")
    assert [output.path for output in written.outputs] == [tmp_path / "a.png"]
    assert "<calibration-player>" in written._repr_mimebundle_()["text/html"]


def test_an_animation_is_represented_by_its_files(tmp_path):
    gif, still = tmp_path / "a.gif", tmp_path / "a.png"
    shown = anim.animate(a_run(), gif, still, size=(320, 240), fps=10, seconds=0.5, hold=0.5)
    step = a_run().steps[-1]
    expected = (
        f"Animation({str(gif)!r}: 320x240 pixels, 10 frames, 1 s, {gif.stat().st_size:,} bytes; "
        f"{str(still)!r}: 320x240 pixels, step {step}, {still.stat().st_size:,} bytes)"
    )
    assert repr(shown) == expected
    assert shown._repr_mimebundle_()["text/plain"] == expected


def test_an_animation_without_files_is_represented_by_its_snapshots():
    assert repr(anim.animate(a_run())) == "Animation(no files; 4 snapshots, shown in a notebook)"


@pytest.mark.slow
def test_an_executed_notebook_plays_in_a_browser(visit):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    from nbconvert.preprocessors import ExecutePreprocessor

    setup = (
        "import anim, numpy as np\n"
        "labels = np.arange(200) % 2\n"
        "probs = np.clip(labels + np.random.default_rng(0).normal(0, 0.3, (3, 200)), 0, 1)\n"
        "run = anim.from_arrays([0, 1, 2], labels, probs=probs)\nrun"
    )
    cells = [setup, "anim.animate(run, title='The second')"]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    ExecutePreprocessor(timeout=120).preprocess(notebook)
    exporter = nbconvert.HTMLExporter(template_name="basic")
    body, _ = exporter.from_notebook_node(notebook)
    text = f"<!doctype html><html><body>{body}</body></html>"
    page = visit(text, reduced_motion="reduce")
    page.wait_for_function(f"{PLAYERS}.length == 2 && {PLAYERS}.every(p => p.duration > 0)")
    assert page.evaluate(f"{PLAYERS}[1].shadowRoot.querySelector('.title').textContent") == (
        "The second"
    )
    assert page.evaluate(f"{PLAYERS}[0].step") == 2
    # Without scripts, the GIF is shown.
    plain = visit(re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL))
    for image in plain.locator("calibration-player img").all():
        assert image.is_visible()
        assert image.evaluate("image => image.naturalWidth") == 768


def test_panels_without_room_in_a_gif_are_shown_in_the_player(tmp_path):
    panels = "reliability,counts,accuracy,ece,loss"
    short = {"seconds": 0.2, "hold": 0, "size": (320, 240)}
    for options in (short, {**short, "panels": panels}):
        shown = anim.animate(a_run(), tmp_path / "a.html", **options)
        assert "<calibration-player>" in shown._repr_mimebundle_()["text/html"]
