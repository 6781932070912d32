"""The whole command, imports and compilation included, against the same job the usual way.

    python tests/benchmarks/whole.py

The command runs first with an empty cache of compiled programs, then with a filled one. The usual
way: a jitted step called from a Python loop, numpy.histogram for the bins, FuncAnimation with
PillowWriter for the 250 frames and the held still.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EPOCHS, TRAIN_SIZE, BATCH, FRAMES, HELD, BINS = 100, 2000, 32, 250, 50, 50


def usual_training():
    """Counts and hits by bin [E + 1, B], and accuracy [E + 1]."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax
    from flax import nnx

    rng = np.random.default_rng(0)

    def points(size):
        x = rng.random((size, 2), dtype=np.float32)
        return x, ((x[:, 0] > 0.5) ^ (x[:, 1] > 0.5)).astype(np.int32)

    x_train, y_train = points(TRAIN_SIZE)
    x_val, y_val = points(50 * TRAIN_SIZE)
    rngs = nnx.Rngs(0)
    model = nnx.Sequential(nnx.Linear(2, 3, rngs=rngs), nnx.sigmoid, nnx.Linear(3, 2, rngs=rngs))
    graph, params = nnx.split(model)
    optimizer = optax.adam(0.01)
    state = optimizer.init(params)

    @jax.jit
    def step(params, state, x, y):
        def loss(params):
            logits = nnx.merge(graph, params)(x)
            return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

        updates, state = optimizer.update(jax.grad(loss)(params), state)
        return optax.apply_updates(params, updates), state

    @jax.jit
    def predict(params):
        return jax.nn.softmax(nnx.merge(graph, params)(jnp.asarray(x_val)))

    counts, hits, accuracy = [], [], []
    for epoch in range(EPOCHS + 1):
        probs = np.asarray(predict(params))
        right = probs.argmax(1) == y_val
        counts.append(np.histogram(probs[:, 1], BINS, (0, 1))[0])
        hits.append(np.histogram(probs[right, 1], BINS, (0, 1))[0])
        accuracy.append(right.mean())
        if epoch < EPOCHS:
            order = rng.permutation(TRAIN_SIZE)
            for start in range(0, TRAIN_SIZE, BATCH):
                picked = order[start : start + BATCH]
                params, state = step(params, state, x_train[picked], y_train[picked])
    return np.array(counts), np.array(hits), np.array(accuracy)


def usual(path: str) -> None:
    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib.animation import FuncAnimation, PillowWriter

    counts, hits, accuracy = usual_training()
    centres = (np.arange(BINS) + 0.5) / BINS
    figure, (top, middle, bottom) = plt.subplots(
        3, 1, figsize=(7.68, 6), dpi=100, height_ratios=(5, 1, 2)
    )
    share = top.bar(centres, np.zeros(BINS), 0.9 / BINS)
    gap = top.bar(centres, np.zeros(BINS), 0.9 / BINS)
    number = middle.bar(centres, np.zeros(BINS), 0.9 / BINS)
    top.plot([0, 0.5, 1], [1, 0.5, 1], "k")
    top.set(xlim=(0, 1), ylim=(0, 1), ylabel="accuracy in bin")
    middle.set(xlim=(0, 1), ylim=(0, 1), xlabel="score")
    (line,) = bottom.plot([], [])
    bottom.set(xlim=(0, EPOCHS), ylim=(0.4, 1), ylabel="accuracy", xlabel="epoch")
    title = figure.suptitle("")
    ideal = np.maximum(centres, 1 - centres)

    def draw(frame):
        at = min(frame, FRAMES) / FRAMES * EPOCHS
        i = min(int(at), EPOCHS - 1)
        count = counts[i] + (at - i) * (counts[i + 1] - counts[i])
        hit = hits[i] + (at - i) * (hits[i + 1] - hits[i])
        shares = np.divide(hit, count, out=np.zeros(BINS), where=count > 0)
        for k in range(BINS):
            share[k].set_height(shares[k])
            gap[k].set_y(min(shares[k], ideal[k]))
            gap[k].set_height(abs(shares[k] - ideal[k]) if count[k] > 0 else 0)
            gap[k].set_color("skyblue" if shares[k] > ideal[k] else "salmon")
            number[k].set_height(np.sqrt(count[k] / count.max()))
        line.set_data(np.arange(i + 1), accuracy[: i + 1])
        title.set_text(f"epoch {at:.0f}, accuracy {accuracy[i]:.3f}")

    animation = FuncAnimation(figure, draw, frames=FRAMES + HELD)
    animation.save(path, writer=PillowWriter(fps=25))


def seconds(command: list[str], cache: Path) -> float:
    """Return how long a command takes that keeps compiled programs in a folder."""
    environment = {**os.environ, "JAX_COMPILATION_CACHE_DIR": str(cache)}
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--usual", metavar="GIF", help="only write this file, the usual way")
    parser.add_argument("--repeats", type=int, default=2, metavar="N", help="the minimum of N")
    arguments = parser.parse_args()
    if arguments.usual:
        usual(arguments.usual)
        return
    with tempfile.TemporaryDirectory() as folder:
        path, run = str(Path(folder) / "calib.gif"), str(Path(folder) / "run")
        default, recorded = ["-m", "anim.render", "--out", path], ["-m", "anim.render", run]
        repeats = range(arguments.repeats)
        first = min(seconds(default, Path(folder) / f"cache {i}") for i in repeats)
        second = min(seconds(default, Path(folder) / "cache 0") for _ in repeats)
        seconds(["-m", "anim.train", "--out", run], Path(folder) / "cache 0")
        times = [seconds([*recorded, "--out", path], Path(folder) / "cache") for _ in (0, *repeats)]
        slow = seconds([__file__, "--usual", path], Path(folder) / "unused")
    print(f"the usual way               {slow:5.1f} s")
    for name, fast in (("first", first), ("second", second)):
        print(f"python -m anim.render, {name:6} {fast:5.1f} s: {slow / fast:.1f} times faster")
    print(f"a recorded run, first {times[0]:.1f} s, second {min(times[1:]):.1f} s")


if __name__ == "__main__":
    main()
