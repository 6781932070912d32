"""Predictions to reduce, and what is to be kept of them."""

import numpy as np

EXAMPLES = 600


def case(classes, scale=3, seed=0):
    """Logits, half of them right, and labels."""
    rng = np.random.default_rng(seed)
    logits = (rng.normal(size=(EXAMPLES, classes)) * scale).astype(np.float32)
    labels = rng.integers(0, classes, EXAMPLES).astype(np.int32)
    labels[::2] = logits[::2].argmax(1)
    return logits, labels


def exactly(logits, labels):
    """NLL and Brier score of each example, in float64 and without losing digits near 0."""
    shifted = logits - logits[np.arange(len(labels)), labels][:, None].astype(np.float64)
    others = np.exp(shifted)
    others[np.arange(len(labels)), labels] = 0
    rest = others.sum(1)
    brier = (others**2).sum(1) / (1 + rest) ** 2 + (rest / (1 + rest)) ** 2
    return np.log1p(rest), brier * (0.5 if logits.shape[1] == 2 else 1)
