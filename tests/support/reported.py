"""Runs to report, in memory and recorded."""

import numpy as np
from sklearn.metrics import brier_score_loss, log_loss

import anim
from tests.support.predictions import model, softmax, textbook_error

EXAMPLES = 600
STEPS = [0, 30, 40, 100]


def logits_and_labels(classes=3, seed=0):
    """Four snapshots [4, N, K] float32, the last over-confident, and labels."""
    logits, labels = model(EXAMPLES, classes, 1.0, seed)
    return np.stack([logits * k for k in (0.3, 1, 2, 4)]).astype(np.float32), labels


def a_run(classes=3, seed=0):
    logits, labels = logits_and_labels(classes, seed)
    return anim.from_arrays(STEPS, labels, logits=logits)


def record(path, keep="float32", seed=0, **metrics):
    logits, labels = logits_and_labels(seed=seed)
    about = anim.run.About(caption="a model")
    with anim.Recorder(path, labels=labels, keep=keep, about=about) as recorder:
        for step, values in zip(STEPS, logits, strict=True):
            recorder.snapshot(step, logits=values, metrics=metrics)
    return anim.open(path)


def expected_of(logits, labels) -> dict[str, float]:
    """Errors by NumPy and scikit-learn."""
    probs = softmax(logits.astype(float))
    scores, hits = probs.max(1), probs.argmax(1) == labels
    edges, classes = np.linspace(0, 1, 16), probs.shape[1]
    brier = np.square(probs - np.eye(classes)[labels]).sum(1).mean()
    return {
        "accuracy": hits.mean(),
        "gap": scores.mean() - hits.mean(),
        "ece": textbook_error(scores, hits, edges),
        "mce": textbook_error(scores, hits, edges, "max"),
        "nll": log_loss(labels, probs, labels=range(classes)),
        "brier": brier_score_loss(labels, probs[:, 1]) if classes == 2 else brier,
    }
