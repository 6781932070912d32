"""Nothing flashes, little changes side, and what is no data stands still."""

import numpy as np
import pytest

from anim.settings import Picture
from tests.support.calm import Flashing, seen, sides, still_pixels
from tests.support.seeing import compose
from tests.support.stories import trained

# The largest share of pixels that may flash; WCAG allows a quarter of 10 degrees of the view.
MOST = 0.005
SIDES, FULL_TO_FULL = 15, 6
CASES = {
    "xor": ("xor", {}),
    "digits": ("digits", {}),
    "breast-cancer": ("breast-cancer", {}),
    "by heart": ("by heart", {}),
    "log": ("xor", {"pace": "log"}),
    "dark": ("xor", {"theme": "dark"}),
    "large": ("xor", {"size": (1920, 1080)}),
    "smooth": ("breast-cancer", {"curve": "smooth"}),
    "isotonic": ("digits", {"curve": "isotonic"}),
    "equal mass": ("xor", {"binning": "mass"}),
    "digits, equal mass": ("digits", {"binning": "mass"}),
    "breast-cancer, equal mass": ("breast-cancer", {"binning": "mass"}),
    "xor, equal mass, intervals": ("xor", {"binning": "mass", "intervals": True}),
    "a class, smooth": ("digits", {"view": "class:3", "curve": "smooth"}),
    "a class, isotonic": ("digits", {"view": "class:3", "curve": "isotonic"}),
    "classes": ("digits", {"view": "classes"}),
    "classes, smooth": ("digits", {"view": "classes", "curve": "smooth"}),
    "classes, equal mass": ("digits", {"view": "classes", "binning": "mass"}),
    "overlaid": ("xor+breast-cancer", {"overlay": True}),
    "three overlaid": ("xor+digits+breast-cancer", {"overlay": True}),
    "digits, equal mass, counts": (
        "digits",
        {"binning": "mass", "panels": ("reliability", "counts")},
    ),
}
# Other cases draw these with intervals or counts, too.
IN_STRESS = {"equal mass", "digits, equal mass"}
STILL = {
    "score": ("small", {}),
    "confidence": ("small", {"view": "confidence", "bins": 12}),
    "curve": ("small", {"curve": "smooth", "panels": ("reliability", "counts", "ece")}),
    "paper": ("small", {"theme": "paper", "intervals": True}),
    "phone": ("small", {"size": (320, 300)}),
}


def a_reel(name, picture, epochs=100):
    """Return what draws a run, or several whose names are joined by +."""
    return compose([trained(one, epochs) for one in name.split("+")], Picture(**picture))


def cases():
    """Each case, those that others contain in stress only."""
    for name, case in CASES.items():
        yield pytest.param(case, id=name, marks=pytest.mark.stress if name in IN_STRESS else ())


def frames_of(*levels):
    """Return one grey frame [2, 2, 3] for each level in [0, 255]."""
    return [np.full((2, 2, 3), level, np.uint8) for level in levels]


@pytest.mark.parametrize(
    ("levels", "fps", "flashes"),
    [
        ((0, 255) * 3 + (0,), 7, True),
        ((255, 0) * 3 + (255,), 7, True),
        # One change less.
        ((0, 255) * 3, 7, False),
        # Six changes, of which the first and the last are a second apart.
        ((0, 255) * 3 + (0,), 5, False),
        # A change in steps is one change; so is one that pauses.
        ((0, 130, 190, 255, 255, 0) + (0, 255) * 2 + (0,), 10, True),
        (tuple(range(0, 256, 20)), 20, False),
        # Less than a tenth of the luminance, and bright enough for nobody to mind.
        ((0, 80) * 6, 20, False),
        ((240, 255) * 6, 20, False),
    ],
)
def test_flashes_are_pairs_of_opposing_changes_within_a_second(levels, fps, flashes):
    flashing = Flashing()
    for k, frame in enumerate(frames_of(*levels)):
        flashing.see(frame, k / fps)
    assert flashing.share == float(flashes)


def test_only_the_pixels_that_flash_are_counted():
    flashing = Flashing()
    for k in range(8):
        frame = np.full((4, 6, 3), 200, np.uint8)
        frame[:2, :2] = 255 * (k % 2)
        # A checkerboard that turns: the same to an eye that cannot part its pixels.
        frame[2:, 4:] = (255 * ((np.indices((2, 2)).sum(0) + k) % 2))[..., None]
        flashing.see(frame, k / 20)
    assert flashing.share == pytest.approx(1 / 6)


@pytest.mark.slow
@pytest.mark.parametrize("case", [*cases()])
def test_few_pixels_flash(case):
    (flashing,) = seen(*a_reel(*case))
    assert flashing.share < MOST


@pytest.mark.slow
@pytest.mark.parametrize("name", ["xor", "digits", "breast-cancer", "by heart"])
def test_few_bars_change_side(name):
    reel, _ = a_reel(name, {})
    changed, from_full = sides(reel)
    assert changed <= SIDES
    assert from_full <= FULL_TO_FULL


@pytest.mark.slow
@pytest.mark.parametrize("case", STILL.values(), ids=STILL)
def test_what_shows_no_data_is_the_same_in_all_frames(case):
    check_still(*a_reel(*case))


def test_no_axis_label_or_panel_moves():
    check_still(*a_reel("small", {"size": (480, 400), "fps": 10}, epochs=8))


def check_still(reel, scene):
    is_still = still_pixels(scene)
    assert 0.15 < is_still.mean() < 0.7
    first = None
    for shot in reel:
        pixels = scene.draw(shot)[is_still]
        first = pixels.copy() if first is None else first
        assert (pixels == first).all()
