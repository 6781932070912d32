"""How colours are seen, held to published figures."""

import numpy as np
import pytest

from anim.scene.contrast import EYES, ciede2000, contrast, difference, lab, lightness

# Two colours in CIELAB and their difference: Sharma, Wu and Dalal, "The CIEDE2000 color-difference
# formula", Color Research and Application 30 (2005), table 1.
PUBLISHED = [
    (50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425),
    (50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615),
    (50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412),
    (50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000),
    (50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000),
    (50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000),
    (50, 0, 0, 50, -1, 2, 2.3669),
    (50, -1, 2, 50, 0, 0, 2.3669),
    (50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792),
    (50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792),
    (50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195),
    (50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195),
    (50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045),
    (50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045),
    (50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461),
    (50, 2.5, 0, 50, 0, -2.5, 4.3065),
    (50, 2.5, 0, 73, 25, -18, 27.1492),
    (50, 2.5, 0, 61, -5, 29, 22.8977),
    (50, 2.5, 0, 56, -27, -3, 31.9030),
    (50, 2.5, 0, 58, 24, 15, 19.4535),
    (50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000),
    (50, 2.5, 0, 50, 3.2972, 0, 1.0000),
    (50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000),
    (50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000),
    (60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644),
    (63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630),
    (61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731),
    (35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645),
    (22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373),
    (36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146),
    (90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441),
    (90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381),
    (6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377),
    (2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082),
]


@pytest.mark.parametrize("row", PUBLISHED)
def test_the_difference_of_two_colours_is_the_published_one(row):
    one, other = np.array(row[:3], float), np.array(row[3:6], float)
    assert ciede2000(one, other) == pytest.approx(row[6], abs=5e-5)
    assert ciede2000(other, one) == pytest.approx(row[6], abs=5e-5)


def test_coordinates_of_primaries_are_the_known_ones():
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=1e-6)
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.03)
    assert lab("#0000ff") == pytest.approx([32.30, 79.19, -107.86], abs=0.03)
    assert lightness("#ff0000") == pytest.approx(53.24, abs=0.02)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_dichromats_see_greys_as_they_are_and_confuse_red_with_green():
    for eye in EYES:
        assert lab("#808080", eye) == pytest.approx(lab("#808080"), abs=1e-3)
    red, green = "#b04a20", "#7a6f00"
    seen = {eye: ciede2000(lab(red, eye), lab(green, eye)) for eye in EYES}
    assert seen["deuteranope"] < 0.4 * seen["normal"]
    assert difference(red, green) == min(seen.values())
