"""Steps per second of the built-in trainer, against eager PyTorch; what snapshots and seeds cost.

    python tests/benchmarks/training.py

Both sides train the post's Model 3 with Adam on batches of 32 XOR points. Compilation is left
out, but of the replicas: each figure is the difference between a long and a short run. PyTorch's
part needs `pip install torch`, and is left out where that is missing.
"""

import importlib.util
import statistics
import time

import jax
import numpy as np
from flax import nnx

import anim
from anim.model import MLP

TRAIN_SIZE, VAL_SIZE, BATCH = 2000, 100_000, 32
STEPS_PER_EPOCH = -(-TRAIN_SIZE // BATCH)


def seconds(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def seconds_per_epoch(train, short: int, long: int) -> float:
    """What an epoch adds to ``train(epochs)``: the median of five comparisons."""
    took = [seconds(lambda: train(long)) - seconds(lambda: train(short)) for _ in range(5)]
    return statistics.median(took) / (long - short)


def torch_trainer(dataset):
    import torch

    torch.set_num_threads(1)
    x, y = torch.from_numpy(dataset.x_train), torch.from_numpy(dataset.y_train).long()

    def train(epochs: int) -> None:
        model = torch.nn.Sequential(
            torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 2)
        )
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        loss_of = torch.nn.CrossEntropyLoss()
        for _ in range(epochs):
            for picked in torch.randperm(len(x)).split(BATCH):
                optimizer.zero_grad()
                loss_of(model(x[picked]), y[picked]).backward()
                optimizer.step()

    return train


def our_trainer(dataset, **options):
    def train(epochs: int) -> None:
        last = epochs * STEPS_PER_EPOCH
        anim.fit(dataset, epochs=epochs, **{"every": last, **options})

    return train


REPLICAS = 32


def compare_replicas() -> None:
    """Fits of one seed and of many, in turns, as they are called: compilation, 20,000 points to
    validate on and 101 snapshots of them included; and steps alone."""
    full, small = anim.data.xor(TRAIN_SIZE, 20_000), anim.data.xor(TRAIN_SIZE, 100)

    def many(dataset, epochs: int = 100, **options) -> None:
        anim.fit_replicas(dataset, replicas=REPLICAS, epochs=epochs, **options)

    pairs = [(seconds(lambda: anim.fit(full)), seconds(lambda: many(full))) for _ in range(3)]
    one, all_of_them = map(statistics.median, zip(*pairs, strict=True))
    alone = seconds_per_epoch(our_trainer(small), 100, 600)
    together = seconds_per_epoch(
        lambda epochs: many(small, epochs, every=epochs * STEPS_PER_EPOCH), 100, 600
    )
    print(
        f"{REPLICAS} replicas: {all_of_them:.2f} s, one {one:.2f} s: {all_of_them / one:.2f} times "
        f"that; steps alone {together / alone:.2f} times"
    )


def prediction_alone(x_val: np.ndarray, times: int = 200) -> float:
    """Seconds to predict all validation points and have them in host memory."""
    graph, params = nnx.split(MLP(2, (3,), 2, rngs=nnx.Rngs(0)))
    predict = jax.jit(lambda params, x: nnx.merge(graph, params)(x))
    x = jax.numpy.asarray(x_val)
    np.asarray(predict(params, x))
    return seconds(lambda: [np.asarray(predict(params, x)) for _ in range(times)]) / times


def main() -> None:
    small = anim.data.xor(TRAIN_SIZE, 100)
    plain = {"gradient_noise": 0, "weight_decay": 0, "schedule": "constant"}
    alone = seconds_per_epoch(our_trainer(small, **plain), 100, 2100)
    default = seconds_per_epoch(our_trainer(small), 100, 2100)
    for name, took in (("plain Adam", alone), ("default recipe", default)):
        print(f"ours, {name}: {STEPS_PER_EPOCH / took:,.0f} steps a second")
    if importlib.util.find_spec("torch"):
        slow = seconds_per_epoch(torch_trainer(small), 5, 35)
        print(
            f"eager PyTorch, plain Adam: {STEPS_PER_EPOCH / slow:,.0f} steps a second; "
            f"ours {slow / alone:.1f} times that"
        )
    full = anim.data.xor(TRAIN_SIZE, VAL_SIZE)
    with_snapshots = seconds_per_epoch(our_trainer(full, every=STEPS_PER_EPOCH), 50, 450)
    predicting = prediction_alone(full.x_val)
    print(
        f"an epoch: training alone {1e3 * default:.2f} ms, predicting {VAL_SIZE:,} points alone "
        f"{1e3 * predicting:.2f} ms, training with a snapshot {1e3 * with_snapshots:.2f} ms: "
        f"{with_snapshots / (default + predicting):.2f} times their sum"
    )
    compare_replicas()


if __name__ == "__main__":
    main()
