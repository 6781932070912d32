"""Size, time, fidelity and memory of each animated format, for the post's experiment.

    python tests/benchmarks/formats.py            # all of it
    python tests/benchmarks/formats.py --only time

The time is that of encoding frames that were drawn before. Fidelity is the minimum over some
frames, in RGB and in luma.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np
from PIL import Image

import anim
from anim.compose import compose_views
from anim.encode import Clip, animation_writer, format_of, suffixes
from anim.scene import Scene
from anim.settings import Picture

NAMES = (*(f"a{suffix}" for suffix in suffixes("animation")), "frames/%04d.png")
LUMA = (0.2126, 0.7152, 0.0722)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = np.square(one.astype(float) - other).mean()
    return np.inf if error == 0 else 10 * np.log10(255**2 / error)


def pictures(path: Path):
    """Yield the decoded RGB pictures of a file."""
    if path.name.startswith("%"):
        for frame in sorted(path.parent.iterdir()):
            yield np.asarray(Image.open(frame).convert("RGB"))
    elif format_of(path).shown_as == "video":
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24")
    else:
        with Image.open(path) as image:
            for k in range(image.n_frames):
                image.seek(k)
                yield np.asarray(image.convert("RGB"))


def measure(name: str, folder: Path, run: anim.Run) -> str:
    picture = Picture()
    ((reel, subject),) = compose_views([run], picture, ["score"])
    scene = Scene(subject, reel, picture)
    frames = [(scene.draw(shot).copy(), shot.moment.ticks) for shot in reel]
    samples = [frame for frame, _ in frames[:: len(frames) // 10]]
    writer = animation_writer(
        folder / name, Clip(picture.pixels, reel.clock), samples, scene.flat_colours()
    )
    start = time.perf_counter()
    for frame, ticks in frames:
        writer.write(writer.take(frame), ticks)
    writer.end()
    took = time.perf_counter() - start
    size = writer.bytes
    writer.commit()
    rgb, luma = [], []
    for k, decoded in enumerate(pictures(folder / name)):
        if k % 25 == 12 and k < len(frames):
            drawn = frames[k][0][..., :3]
            rgb.append(psnr(decoded, drawn))
            luma.append(psnr(decoded @ LUMA, drawn @ LUMA))
    return (
        f"{name}: {size:,} bytes, {took:.1f} s for {len(frames)} frames, "
        f"RGB {min(rgb):.1f} dB, luma {min(luma):.1f} dB"
    )


def peak_memory(frames: int, name: str) -> float:
    """Return the peak memory in MiB of a process that draws this number of frames (Linux)."""
    # Not resource.getrusage, which starts at the peak of the parent process.
    code = (
        "import re, sys; sys.path.insert(0, sys.argv[1]); from formats import *\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    path = Path(folder) / sys.argv[2]\n"
        f"    anim.animate(a_run(), path, seconds={frames} / 25, hold=0)\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())\n"
        "print(int(peak[1]) / 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent), name],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def a_run(snapshots=101, examples=2000) -> anim.Run:
    """Return a run of a binary model that learns, with few examples."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, examples)
    margin = rng.normal(size=(snapshots, examples)) * np.linspace(0.1, 3, snapshots)[:, None]
    margin += (labels * 2 - 1) * np.linspace(0, 2, snapshots)[:, None]
    return anim.from_arrays(np.arange(snapshots) * 63, labels, probs=1 / (1 + np.exp(-margin)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("time", "memory"), help="half of it")
    parser.add_argument("--names", nargs="+", default=NAMES, help="which files to write")
    arguments = parser.parse_args()
    if arguments.only != "memory":
        run = anim.fit(anim.data.xor(train_size=2000), hidden=(3,), epochs=100)
        with tempfile.TemporaryDirectory() as folder:
            for name in arguments.names:
                print(measure(name, Path(folder), run), flush=True)
    if arguments.only != "time":
        for name in arguments.names:
            few, many = peak_memory(300, name), peak_memory(3000, name)
            print(
                f"{name} peak memory: 300 frames {few:.0f} MiB, 3000 frames {many:.0f} MiB, "
                f"{many / few:.3f} times",
                flush=True,
            )


if __name__ == "__main__":
    main()
