"""Errors and temperatures of snapshots, against the packages that people call for each.

    python tests/benchmarks/errors.py

Snapshots of 100,000 x 10 float32, in milliseconds a snapshot; both sides take turns. Ours is given
the NumPy array of all snapshots in one call, the others one snapshot after another. What is
missing of `pip install -e ".[test,reference]"` is left out.
"""

import importlib.util
import statistics
import time
import warnings

import jax
import numpy as np

from anim import calibration

EXAMPLES, CLASSES, SNAPSHOTS, ROUNDS = 100_000, 10, 10, 7


def a_run() -> tuple[np.ndarray, np.ndarray]:
    """Logits [S, N, K] that grow more confident than they are right, and labels [N]."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, EXAMPLES)
    logits = rng.normal(size=(EXAMPLES, CLASSES))
    logits[np.arange(EXAMPLES), labels] += 1.5
    sharpness = np.linspace(0.3, 4, SNAPSHOTS)[:, None, None]
    return (sharpness * logits).astype(np.float32), labels


def seconds(action) -> float:
    # The other side's threads wait for more work a while, and busily.
    time.sleep(0.3)
    start = time.perf_counter()
    jax.block_until_ready(action())
    return time.perf_counter() - start


def compare(name: str, ours, other: str, theirs, snapshots: int, rounds: int = ROUNDS) -> None:
    """Ours for all snapshots, against theirs for one after another of ``snapshots`` of them."""
    ours(), theirs(0)
    pairs = [
        (
            seconds(ours) / SNAPSHOTS,
            seconds(lambda: [theirs(i) for i in range(snapshots)]) / snapshots,
        )
        for _ in range(rounds)
    ]
    fast, slow = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(
        f"{name}: ours {1e3 * fast:.2f} ms a snapshot, {other} {1e3 * slow:.2f} ms: "
        f"{slow / fast:.1f} times ours",
        flush=True,
    )


def lbfgs(logits, labels) -> float:
    """The temperature as github.com/gpleiss/temperature_scaling finds it."""
    import torch

    temperature = torch.nn.Parameter(torch.ones(1) * 1.5)
    loss_of = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.LBFGS([temperature], lr=0.01, max_iter=50)

    def closure():
        optimizer.zero_grad()
        loss = loss_of(logits / temperature.unsqueeze(1).expand(*logits.shape), labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    return temperature.item()


def main() -> None:
    warnings.simplefilter("ignore")
    logits, labels = a_run()
    probs = np.asarray(jax.nn.softmax(logits, axis=-1))
    confidence, correct = probs.max(-1), probs.argmax(-1) == labels

    if importlib.util.find_spec("netcal"):
        from netcal.metrics import ECE

        compare(
            "ECE", lambda: calibration.calibration_error(probs, labels),
            "netcal", lambda i: ECE(15).measure(probs[i], labels), SNAPSHOTS,
        )  # fmt: skip
    if importlib.util.find_spec("torchmetrics"):
        import torch
        from torchmetrics.functional.classification import multiclass_calibration_error

        given = torch.from_numpy(probs), torch.from_numpy(labels)
        compare(
            "ECE", lambda: calibration.calibration_error(probs, labels),
            "torchmetrics", lambda i: multiclass_calibration_error(given[0][i], given[1], CLASSES),
            SNAPSHOTS,
        )  # fmt: skip
    if importlib.util.find_spec("relplot"):
        import relplot

        compare(
            "smooth ECE", lambda: calibration.smooth_calibration_error(confidence, correct),
            "relplot", lambda i: relplot.smECE(confidence[i], correct[i]), SNAPSHOTS,
        )  # fmt: skip
    if importlib.util.find_spec("torch"):
        import torch

        given = torch.from_numpy(logits), torch.from_numpy(labels)
        compare(
            "temperature", lambda: calibration.fit_temperature(logits, labels),
            "LBFGS of PyTorch", lambda i: lbfgs(given[0][3 * i + 2], given[1]), 2, rounds=3,
        )  # fmt: skip


if __name__ == "__main__":
    main()
