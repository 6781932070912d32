"""Your own training loop: two lines record it, one animates it.

Needs scikit-learn, which ships the digits: pip install scikit-learn
"""

import jax
import numpy as np
import optax
from flax import nnx

import anim

data = anim.data.digits()
model = nnx.Sequential(
    nnx.Linear(64, 64, rngs=nnx.Rngs(0)), nnx.relu, nnx.Linear(64, 10, rngs=nnx.Rngs(1))
)
optimizer = nnx.Optimizer(model, optax.sgd(0.1, momentum=0.9), wrt=nnx.Param)


@nnx.jit
def train_step(model, optimizer, x, y):
    def loss(model):
        return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()

    optimizer.update(model, nnx.grad(loss)(model))


predict = nnx.jit(lambda model, x: model(x))
recorder = anim.Recorder("runs/flax", labels=data.y_val, classes=data.classes)  # 1
rng = np.random.default_rng(0)
for step in range(601):
    if step % 10 == 0:
        recorder.snapshot(step, logits=predict(model, data.x_val))  # 2
    batch = rng.integers(0, len(data.y_train), 32)
    train_step(model, optimizer, jax.numpy.asarray(data.x_train[batch]), data.y_train[batch])

anim.animate(recorder.run(), "digits.gif", title="Digits, and how sure it is of them", pace="log")
