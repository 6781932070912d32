"""Logs of lm-evaluation-harness, of several checkpoints of a model, as one animation.

Everything after training is what you do with your own logs, which the harness writes with

    lm_eval --model_args pretrained=...,revision=step1000 --log_samples --output_path logs/step1000

The logs are in its format, but made here: a small model that reads Python's manual is asked, at
several steps, which of two to five lines comes next on pages that it has not read.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from pydoc_data.topics import topics

import jax
import jax.numpy as jnp
import numpy as np
import optax

import anim

WORDS, CONTEXT, ANSWER, STEPS, QUESTIONS = 2000, 6, 4, 2000, 1500


def words_of(page):
    return [found[0] for found in re.finditer(r"[a-z_]+|[0-9]+|([^\w\s])\1*", page.lower())]


pages = [words_of(topics[name]) for name in sorted(topics)]
read = Counter(word for i, page in enumerate(pages) if i % 4 for word in page)
number = {word: i for i, (word, _) in enumerate(read.most_common(WORDS - 1), start=1)}
texts = [np.array([number.get(word, 0) for word in page]) for page in pages]


def windows(pages, length):
    """All that is that long on some pages: [n, length] numbers of words, 0 for rare ones."""
    return np.concatenate([np.lib.stride_tricks.sliding_window_view(p, length) for p in pages])


train = windows([text for i, text in enumerate(texts) if i % 4], CONTEXT + 1)
others = windows(texts[::4], CONTEXT + ANSWER)[::ANSWER]
rng = np.random.default_rng(0)
others = rng.permutation(others[(others > 0).all(1)])

# A network of one hidden layer that says the next word from those before.
keys = jax.random.split(jax.random.key(0), 3)
params = {
    "words": 0.1 * jax.random.normal(keys[0], (WORDS, 32)),
    "hidden": 0.1 * jax.random.normal(keys[1], (CONTEXT * 32, 128)),
    "out": 0.1 * jax.random.normal(keys[2], (128, WORDS)),
}


def log_probs(params, context):
    x = params["words"][context].reshape(len(context), -1)
    return jax.nn.log_softmax(jnp.tanh(x @ params["hidden"]) @ params["out"])


def loss(params, batch):
    found = log_probs(params, batch[:, :CONTEXT])
    return -jnp.take_along_axis(found, batch[:, CONTEXT:], 1).mean()


optimizer = optax.adam(3e-3)


@jax.jit
def train_step(params, state, batch):
    updates, state = optimizer.update(jax.grad(loss)(params, batch), state)
    return optax.apply_updates(params, updates), state


@jax.jit
def log_likelihoods(params, lines):
    """The sum over the words of each answer [n] of their log-probabilities, as the harness has."""
    pieces = [lines[:, i : i + CONTEXT + 1] for i in range(ANSWER)]
    found = [log_probs(params, piece[:, :CONTEXT]) for piece in pieces]
    said = [jnp.take_along_axis(f, p[:, -1:], 1) for f, p in zip(found, pieces, strict=True)]
    return sum(said)[:, 0]


# Each question is a context with the answer that follows it, among some that follow others.
counts = rng.integers(2, 6, QUESTIONS)
targets = rng.integers(0, counts)
choices = []
for own, count, target in zip(others, counts, targets, strict=False):
    some = rng.choice(others[QUESTIONS:], count)
    some[:, :CONTEXT] = own[:CONTEXT]
    some[target] = own
    choices.append(some)
lines = np.concatenate(choices)
named = {i: word for word, i in number.items()}


def written(words):
    return " ".join(named[i] for i in words)


def write_log(step, params):
    """A line for each question, as the harness writes it: all numbers are texts."""
    scores = np.split(np.asarray(log_likelihoods(params, lines), float), np.cumsum(counts)[:-1])
    folder = Path(f"logs/step{step}/small-model")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "samples_manual_2026-01-01T12-00-00.000000.jsonl").open("w") as file:
        for i, (own, found, target) in enumerate(zip(choices, scores, targets, strict=True)):
            answers = [[str(value), "False"] for value in found]
            requests = [[written(one[:CONTEXT]), " " + written(one[CONTEXT:])] for one in own]
            sample = {
                "doc_id": i,
                "target": str(target),
                "arguments": {
                    f"gen_args_{j}": {"arg_0": context, "arg_1": answer}
                    for j, (context, answer) in enumerate(requests)
                },
                "resps": [[answer] for answer in answers],
                "filtered_resps": answers,
                "filter": "none",
                "acc": float(found.argmax() == target),
            }
            file.write(json.dumps(sample) + "\n")


state = optimizer.init(params)
shown = {*np.geomspace(10, STEPS, 20).astype(int).tolist()}
for step in range(STEPS + 1):
    if step == 0 or step in shown:
        write_log(step, params)
    params, state = train_step(params, state, train[rng.integers(0, len(train), 256)])

# What you do with logs of your own.
record = [sys.executable, "-m", "anim.record", "--out", "runs/cloze", "--overwrite", "logs"]
subprocess.run(record, check=True)
anim.animate(anim.open("runs/cloze"), "cloze.gif", title="Which line comes next?", pace="log")
