"""Several labels for one example: four questions about each digit, each with a sigmoid of its own.

Of a hundred digits the network learns to be sure, more than to be right.
Needs scikit-learn, which ships the digits: pip install scikit-learn. Then `python -m anim.report
runs/labels` has a row for each label, and the mean of their errors.
"""

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

import anim

data = anim.data.digits()
LABELS = {"even": [0, 2, 4, 6, 8], "large": [5, 6, 7, 8, 9], "prime": [2, 3, 5, 7]}
LABELS["has a loop"] = [0, 6, 8, 9]


def labels_of(digits):
    """Labels [N, 4] of 0 and 1: a digit may have several, or none, as 1 has."""
    return np.stack([np.isin(digits, those) for those in LABELS.values()], 1).astype(np.float32)


model = nnx.Sequential(
    nnx.Linear(64, 64, rngs=nnx.Rngs(0)), nnx.relu, nnx.Linear(64, 4, rngs=nnx.Rngs(1))
)
optimizer = nnx.Optimizer(model, optax.sgd(0.1, momentum=0.9), wrt=nnx.Param)


@nnx.jit
def train_step(model, optimizer, x, y):
    def loss(model):
        return optax.sigmoid_binary_cross_entropy(model(x), y).mean()

    optimizer.update(model, nnx.grad(loss)(model))


predict = nnx.jit(lambda model, x: model(x))
x_train, y_train = data.x_train[:100], labels_of(data.y_train[:100])
rng = np.random.default_rng(0)
with anim.Recorder(
    "runs/labels",
    labels=labels_of(data.y_val),
    classes=[*LABELS],
    multilabel=True,
    overwrite=True,
) as recorder:
    for step in range(601):
        if step % 10 == 0:
            recorder.snapshot(step, logits=predict(model, data.x_val))
        batch = rng.integers(0, len(y_train), 32)
        train_step(model, optimizer, jnp.asarray(x_train[batch]), y_train[batch])

run = anim.open("runs/labels")
look = {"title": "Four questions about a digit", "pace": "log", "bins": 10}
anim.animate(run, "multilabel.png", "multilabel.gif", by="label", **look)
anim.animate(run, "pooled.png", **look)
for name, errors in run.label_errors().items():
    print(f"{name}: ECE {errors[-1]:.3f}")
