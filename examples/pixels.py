"""Is there ink under the noise? A network says it of each pixel of a scan, and how sure it is.

Pixels at the edge of the ink are ambiguous: their label is 255, and they count nowhere. A tenth of
the others, drawn at random, are enough to see how far the scores can be believed.
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from sklearn.datasets import load_digits

import anim

ink = load_digits().images / 16
scans = ink + np.random.default_rng(0).normal(0, 0.5, ink.shape)
labels = np.where(ink > 0.6, 1, np.where(ink < 0.3, 0, 255))
scans, labels = jnp.asarray(scans[..., None], jnp.float32), jnp.asarray(labels)
seen, held_out = slice(0, 200), slice(200, None)


class Network(nnx.Module):
    def __init__(self, rngs):
        self.first = nnx.Conv(1, 32, (3, 3), rngs=rngs)
        self.second = nnx.Conv(32, 32, (3, 3), rngs=rngs)
        self.last = nnx.Conv(32, 2, (1, 1), rngs=rngs)

    def __call__(self, x):
        return self.last(nnx.relu(self.second(nnx.relu(self.first(x)))))


model = Network(nnx.Rngs(0))
optimizer = nnx.Optimizer(model, optax.adam(3e-3), wrt=nnx.Param)


@nnx.jit
def train_step(model, optimizer, x, y):
    def loss(model):
        losses = optax.softmax_cross_entropy_with_integer_labels(model(x), jnp.where(y < 255, y, 0))
        return jnp.mean(losses, where=y < 255)

    optimizer.update(model, nnx.grad(loss)(model))


predict = nnx.jit(lambda model, x: model(x))
options = {"classes": ["paper", "ink"], "ignore": 255, "keep_fraction": 0.1, "overwrite": True}
with anim.Recorder("runs/pixels", labels=labels[held_out], **options) as recorder:
    for step in range(601):
        if step % 20 == 0:
            recorder.snapshot(step, logits=predict(model, scans[held_out]))
        picked = jax.random.randint(jax.random.key(step), 32, 0, 200)
        train_step(model, optimizer, scans[seen][picked], labels[seen][picked])

anim.animate(anim.open("runs/pixels"), "pixels.gif", title="Is there ink?")
