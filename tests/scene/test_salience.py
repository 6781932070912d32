"""What a picture says is what is seen first: its gaps have the most colour, by their pixels."""

from functools import cache

import numpy as np
import pytest

from anim.scene.contrast import contrast, difference, lab
from anim.settings import Picture
from anim.settings.themes import THEMES
from tests.support.amounts import slow
from tests.support.seeing import compose
from tests.support.stories import calibrated_up_to

# The smallest area that counts, as a share of all pixels, and how far two colours are one: in an
# 8-bit channel.
AREA, SAME = 0.002, 2
SIDES = {"under": 0.4, "over": 2.5}
each_theme = pytest.mark.parametrize("theme", ["light", "dark", *slow("paper")])
each_side = pytest.mark.parametrize("side", SIDES)


@cache
def areas_of(side, theme):
    """Return the colours [C, 3] uint8 of the last frame with an area, and their shares [C]."""
    # About as sharp as it is printed: blends at edges are no areas.
    picture = Picture(theme=theme, scale=3 if theme == "paper" else 1)
    reel, scene = compose([calibrated_up_to(SIDES[side])], picture)
    pixels = scene.draw(reel.at(None))[..., :3].reshape(-1, 3)
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    is_large = counts > AREA * len(pixels)
    return colours[is_large], counts[is_large] / len(pixels)


def as_hex(colour):
    return "#" + bytes(colour.tolist()).hex()


def chroma(colour):
    return float(np.hypot(*lab(as_hex(colour))[1:]))


def saturation(colour):
    """Return chroma as HSV has it: how far the largest and the smallest part are apart."""
    return int(colour.max()) - int(colour.min())


def is_of(colour, theme, name):
    wanted = np.frombuffer(bytes.fromhex(getattr(THEMES[theme], name)[1:]), np.uint8)
    return np.abs(colour.astype(int) - wanted).max() <= SAME


@each_theme
@each_side
@pytest.mark.parametrize("strength", [chroma, saturation])
def test_the_full_gap_is_the_most_saturated_area(side, theme, strength):
    colours, _ = areas_of(side, theme)
    ranked = sorted(colours, key=strength, reverse=True)
    assert is_of(ranked[0], theme, side)
    others = [one for one in ranked if not is_of(one, theme, side)]
    assert strength(ranked[0]) > 1.3 * max(map(strength, others))


@each_theme
@each_side
def test_more_of_the_colour_is_full_than_pale_where_chance_explains_little(side, theme):
    colours, shares = areas_of(side, theme)
    full, pale, other = (
        sum(share for one, share in zip(colours, shares, strict=True) if is_of(one, theme, name))
        for name in (side, f"{side}_pale", {"under": "over", "over": "under"}[side])
    )
    assert full > pale
    assert full > 0.015
    assert other == 0


@each_theme
@each_side
def test_only_gaps_have_colour(side, theme):
    colours, _ = areas_of(side, theme)
    gaps = [f"{one}{end}" for one in ("under", "over") for end in ("", "_pale")]
    for colour in colours:
        assert chroma(colour) < 10 or any(is_of(colour, theme, name) for name in gaps)


@each_theme
@each_side
def test_a_gap_is_seen_on_what_it_lies_on(side, theme):
    """Bars and the background are the largest neutral areas."""
    colours, shares = areas_of(side, theme)
    full = next(as_hex(one) for one in colours if is_of(one, theme, side))
    order = np.argsort(-shares)
    neutral = [as_hex(colours[i]) for i in order if chroma(colours[i]) < 10]
    assert contrast(full, neutral[0]) >= 3
    assert all(difference(full, one) > 25 for one in neutral[:2])
