"""A page's player, played frame by frame at a clock of its own, and photographed."""

import io

import numpy as np
from PIL import Image

from tests.support.calm import Flashing
from tests.support.players import PLAYER

# The page's clock stands still between two frames, however long a photograph takes.
_CLOCK = """(() => {
  window.now = 0;
  performance.now = () => window.now;
  window.requestAnimationFrame = (act) => ((window.next = act), 1);
})()"""
_STEP = "(passed => { const act = window.next; window.now += passed; act?.(window.now); })"


def photographed(shown, fps):
    """Yield the time in seconds and RGB pixels [H, W, 3] of each frame from beginning to end.

    Args:
        shown: a page with a player that is not playing.
        fps: frames per second, 10 at least.
    """
    shown.evaluate(_CLOCK)
    shown.evaluate(f"{PLAYER}.currentTime = 0; {PLAYER}.play()")
    seconds = shown.evaluate(f"{PLAYER}.duration")
    for number in range(int(seconds * fps)):
        with Image.open(io.BytesIO(shown.screenshot())) as image:
            yield number / fps, np.asarray(image.convert("RGB"))
        shown.evaluate(f"{_STEP}({1000 / fps})")


def flashing_of(shown, fps=20):
    """Return what `Flashing` tells of a page that plays; see `photographed`."""
    flashing = Flashing()
    for time, pixels in photographed(shown, fps):
        flashing.see(pixels, time)
    return flashing
