"""Animations as a browser plays them."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.support.clips import (
    a_timeline,
    drawn,
    psnr,
    write,
)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_browser_plays_videos_to_the_end(written, visit, suffix):
    path = written / f"a{suffix}"
    page = visit(f'<video muted src="{path.name}"></video>', files=[path])
    ended = """async () => {
        const video = document.querySelector('video');
        const ended = new Promise((good, bad) => { video.onended = good; video.onerror = bad; });
        await video.play(); await ended;
        return [video.videoWidth, video.videoHeight, video.duration];
    }"""
    width, height, duration = page.evaluate(ended)
    assert (width, height) == (320, 240)
    assert duration == pytest.approx(1, abs=0.01)
    assert_shows(page, "video", drawn()[-1], 38 if suffix == ".webm" else 28)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".avif"])
def test_a_browser_plays_moving_images(written, visit, suffix):
    path = written / f"a{suffix}"
    page = visit(f'<img src="{path.name}">', files=[path])
    page.evaluate("document.querySelector('img').decode()")
    first = page.locator("img").screenshot()
    for _ in range(20):
        page.wait_for_timeout(50)
        if page.locator("img").screenshot() != first:
            return
    pytest.fail("the image does not change")


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".avif"])
def test_a_browser_shows_the_colours_of_moving_images(tmp_path, visit, suffix):
    colours = np.array([[255, 255, 255], [31, 111, 235], [225, 225, 225], [240, 138, 60]])
    flat = np.repeat(np.append(colours, np.full((4, 1), 255), axis=1), 24, axis=0)
    flat = np.repeat(flat[None], 32, axis=0).astype(np.uint8)

    def frames():
        for k, moment in enumerate(a_timeline()):
            frame = flat.copy()
            frame[28:, : 8 * k] = (0, 114, 178, 255)
            yield frame, moment.ticks

    path = tmp_path / f"a{suffix}"
    write(path, frames=frames(), size=(96, 32), samples=[flat], exact=colours)
    page = visit(f'<body style="margin:0"><img src="{path.name}">', files=[path])
    page.evaluate("document.querySelector('img').decode()")
    page.wait_for_timeout(100)
    with Image.open(io.BytesIO(page.locator("img").screenshot())) as image:
        seen = np.asarray(image.convert("RGB"))[12, 12::24].astype(int)
    assert np.abs(seen - colours).max() <= (3 if suffix == ".avif" else 0)


def test_a_browser_shows_a_transparent_video(transparent, visit):
    path = transparent / "a.webm"
    page = visit(f'<video muted src="{path.name}"></video>', files=[path])
    frame = drawn(transparent=True)[0]
    pixels = pixels_of(page, "video", frame)
    assert pixels[0, 0, 3] == 0
    assert psnr(pixels[..., 3], frame[..., 3]) > 38


def pixels_of(page, kind, frame):
    height, width = frame.shape[:2]
    data = page.evaluate(
        """async ([kind, width, height]) => {
            const shown = document.querySelector(kind), canvas = document.createElement('canvas');
            while (shown.readyState < 2) await new Promise((done) => setTimeout(done, 20));
            canvas.width = width; canvas.height = height;
            const context = canvas.getContext('2d');
            context.drawImage(shown, 0, 0);
            return [...context.getImageData(0, 0, width, height).data];
        }""",
        [kind, width, height],
    )
    return np.array(data).reshape(height, width, 4)


def assert_shows(page, kind, frame, minimum):
    assert psnr(pixels_of(page, kind, frame)[..., :3], frame[..., :3]) > minimum
