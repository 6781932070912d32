"""A small transformer that learns to write as Python's manual does: how sure is it of each word?

It reads four fifths of the pages that ``help("topics")`` names, and is asked for each next word of
the others. It soon knows its own pages by heart, and then is as sure of those that it never read.
"""

import re
from collections import Counter
from pydoc_data.topics import topics

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

import anim

WORDS, LENGTH, WIDTH, STEPS = 1500, 32, 64, 600
HELD_OUT = 5  # each fifth page


def words_of(page):
    return [found[0] for found in re.finditer(r"[a-z_]+|[0-9]+|([^\w\s])\1*", page.lower())]


pages = [words_of(topics[name]) for name in sorted(topics)]
known = Counter(word for i, page in enumerate(pages) if i % HELD_OUT for word in page)
names = ["(other)", *(word for word, _ in known.most_common(WORDS - 1))]
number = {name: i for i, name in enumerate(names)}


def pieces(is_held_out):
    """The numbers of words, in pieces [B, LENGTH + 1]: each after the first is to be said."""
    some = [page for i, page in enumerate(pages) if (i % HELD_OUT == 0) == is_held_out]
    text = np.array([number.get(word, 0) for page in some for word in page], np.int32)
    return np.stack([text[i : i + LENGTH + 1] for i in range(0, len(text) - LENGTH, LENGTH)])


class Block(nnx.Module):
    def __init__(self, rngs):
        self.norms = nnx.List([nnx.LayerNorm(WIDTH, rngs=rngs) for _ in range(2)])
        self.attend = nnx.MultiHeadAttention(4, WIDTH, decode=False, rngs=rngs)
        self.up = nnx.Linear(WIDTH, 4 * WIDTH, rngs=rngs)
        self.down = nnx.Linear(4 * WIDTH, WIDTH, rngs=rngs)

    def __call__(self, x):
        x = x + self.attend(self.norms[0](x), mask=nnx.make_causal_mask(x[..., 0]))
        return x + self.down(nnx.gelu(self.up(self.norms[1](x))))


class Transformer(nnx.Module):
    def __init__(self, rngs):
        self.words = nnx.Embed(WORDS, WIDTH, rngs=rngs)
        self.places = nnx.Embed(LENGTH, WIDTH, rngs=rngs)
        self.blocks = nnx.List([Block(rngs) for _ in range(2)])
        self.norm = nnx.LayerNorm(WIDTH, rngs=rngs)

    def __call__(self, words):
        x = self.words(words) + self.places(jnp.arange(LENGTH))
        for block in self.blocks:
            x = block(x)
        return self.words.attend(self.norm(x))


model = Transformer(nnx.Rngs(0))
optimizer = nnx.Optimizer(model, optax.adam(4e-3), wrt=nnx.Param)


@nnx.jit
def train_step(model, optimizer, batch):
    def loss(model):
        logits = model(batch[:, :-1])
        return optax.softmax_cross_entropy_with_integer_labels(logits, batch[:, 1:]).mean()

    optimizer.update(model, nnx.grad(loss)(model))


predict = nnx.jit(lambda model, words: model(words))
train, held_out = pieces(False), pieces(True)
# 1: 13 bytes are kept of a word, not 6000; rare words are not asked for.
recorder = anim.Recorder("runs/words", classes=names, keep="top", ignore=0)


def record(step):
    with recorder.collecting(step) as part:  # 2
        for i in range(0, len(held_out), 64):
            batch = held_out[i : i + 64]
            part.add(logits=predict(model, batch[:, :-1]), labels=batch[:, 1:])  # 3: [B, T, K]


rng = np.random.default_rng(0)
shown = {*np.geomspace(1, STEPS, 28).astype(int).tolist()}
record(0)
for step in range(1, STEPS + 1):
    train_step(model, optimizer, train[rng.integers(0, len(train), 64)])
    if step in shown:
        record(step)

anim.animate(recorder.run(), "words.gif", title="The next word, and how sure it is", pace="log")
