"""How calm animations are: a table of pixels that flash and of bars that change side.

    PYTHONPATH=. python tests/benchmarks/calm.py            # all cases
    PYTHONPATH=. python tests/benchmarks/calm.py xor digits

Pixels are averaged over 2 x 2. One flashes that changes by more than 10 % of the largest luminance
back and forth three times within a second (WCAG 2.2, 2.3.1); how many do so twice is the margin.
"""

import argparse

from anim.settings import Picture
from tests.support.calm import seen, sides
from tests.support.seeing import compose
from tests.support.stories import trained

CASES = {
    "xor": ("xor", {}),
    "digits": ("digits", {}),
    "breast-cancer": ("breast-cancer", {}),
    "by heart": ("by heart", {}),
    "small": ("small", {}),
    "xor, by step": ("xor", {"pace": "step"}),
    "xor, log": ("xor", {"pace": "log"}),
    "digits, log": ("digits", {"pace": "log"}),
    "xor, no band": ("xor", {"band": None}),
    "xor, dark": ("xor", {"theme": "dark"}),
    "xor, paper": ("xor", {"theme": "paper"}),
    "xor, equal mass": ("xor", {"binning": "mass"}),
    "digits, equal mass": ("digits", {"binning": "mass"}),
    "breast-cancer, equal mass": ("breast-cancer", {"binning": "mass"}),
    "digits, confidence and counts": ("digits", {"panels": ("reliability", "counts")}),
    "xor, smooth": ("xor", {"curve": "smooth"}),
    "xor, 1920x1080": ("xor", {"size": (1920, 1080)}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", default=list(CASES), help=f"of {', '.join(CASES)}")
    print(f"{'':30} {'flash':>9} {'twice':>9} {'sides/s':>8} {'full/s':>7} {'frames':>7} {'s':>5}")
    for case in parser.parse_args().cases:
        name, picture = CASES[case]
        reel, scene = compose([trained(name)], Picture(**picture))
        thrice, twice = seen(reel, scene, flashes=(3, 2))
        changed, from_full = sides(reel) if reel.tracks[0].curve is None else (0, 0)
        print(
            f"{case:30} {thrice.share:9.3%} {twice.share:9.3%} {changed:8.1f} {from_full:7.1f} "
            f"{len(reel):7} {reel.clock.seconds:5.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
