"""Nothing flashes on a page that plays, as in a picture: tests/scene/test_calm.py."""

import numpy as np
import pytest

from tests.support.played import flashing_of, photographed
from tests.support.players import INSIDE, PLAYER, STILL, a_run, page_of, ready
from tests.support.stories import trained

# The largest share of pixels that may flash, as in pictures.
MOST = 0.005
PHONE, DESK = (390, 700), (960, 760)
CASES = {
    "xor": ("xor", DESK, {}),
    "digits, dark": ("digits", DESK, {"theme": "dark"}),
    "breast-cancer on a phone": ("breast-cancer", PHONE, {}),
    "overlaid": ("xor+breast-cancer", DESK, {"overlay": True, "view": "confidence"}),
}


def playing(visit, run, size, **options):
    width, height = size
    viewport = {"width": width, "height": height}
    return ready(visit(page_of(run, **options), viewport=viewport, **STILL))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_few_pixels_of_a_page_flash(visit, case):
    name, size, options = case
    runs = [trained(one) for one in name.split("+")]
    shown = playing(visit, runs, size, seconds=None, **options)
    assert flashing_of(shown).share < MOST


def test_frames_are_those_of_the_clock_and_each_moment_is_painted(visit):
    shown = playing(visit, a_run(), PHONE, seconds=2, hold=0.5)
    times, last, changes = [], None, 0
    for _, pixels in photographed(shown, 10):
        times.append(shown.evaluate(f"{PLAYER}.currentTime"))
        changes += last is not None and not np.array_equal(pixels, last)
        last = pixels
    np.testing.assert_allclose(times, np.arange(25) / 10, atol=1e-9)
    assert changes > 8


def test_a_page_that_flashes_is_seen(visit):
    shown = playing(visit, a_run(), PHONE, seconds=2, hold=0.5)
    shown.evaluate(
        f"{PLAYER}.addEventListener('timeupdate', () => {INSIDE}.classList.toggle('waiting'))"
    )
    assert flashing_of(shown, 10).share > 0.005
