"""Samples as lm-evaluation-harness logs them, in the forms of its versions."""

import json

import numpy as np

RNG = np.random.default_rng(11)
# Of 40 questions with two to five choices; the last ones are those that a question has not.
COUNTS = RNG.integers(2, 6, 40)
VALUES = np.where(np.arange(5) < COUNTS[:, None], RNG.normal(-300, 2, (40, 5)), -np.inf)
LABELS = np.where(RNG.random(40) < 0.6, VALUES.argmax(1), RNG.integers(0, COUNTS))
WEIGHTS = np.exp(VALUES - VALUES.max(1, keepdims=True))
PROBS = WEIGHTS / WEIGHTS.sum(1, keepdims=True)
DATE = "2024-05-01T12-00-{:02d}.331942"


def sample(row, values=VALUES, labels=LABELS, **more):
    """A sample as version 0.4.3 and later log it: all numbers are texts."""
    own = [value for value in values[row].tolist() if value > -np.inf]
    answers = [[str(value), "False"] for value in own]
    texts = [f" answer {row} {choice}" for choice in range(len(own))]
    requests = {
        f"gen_args_{i}": {"arg_0": f"Question: {row}\nAnswer:", "arg_1": text}
        for i, text in enumerate(texts)
    }
    return {
        "doc_id": row,
        "doc": {"question": f"{row}", "choices": {"text": [text.strip() for text in texts]}},
        "target": str(labels[row]),
        "arguments": requests,
        "resps": [[answer] for answer in answers],
        "filtered_resps": answers,
        "filter": "none",
        "metrics": ["acc", "acc_norm"],
        "doc_hash": f"{row:064x}",
        "prompt_hash": "0" * 64,
        "target_hash": "1" * 64,
        "acc": float(np.argmax(own) == labels[row]),
        "acc_norm": 1.0,
        **more,
    }


def as_lines(records):
    """An object a line."""
    return "".join(json.dumps(record) + "\n" for record in records)


def as_before(record):
    """A sample as version 0.4.2 and earlier log it: numbers, and lists of requests."""
    answers = [[float(value), value == "True"] for value, _ in record["filtered_resps"]]
    requests = [list(one.values()) for one in record["arguments"].values()]
    target = int(record["target"])
    return record | {
        "target": target,
        "arguments": requests,
        "resps": [[answer] for answer in answers],
        "filtered_resps": answers,
    }


def of_checkpoint(seed):
    """The samples of one checkpoint: the same questions, other log-likelihoods."""
    values = VALUES + np.random.default_rng(seed).normal(0, 1, VALUES.shape)
    return [sample(row, values) for row in range(40)]
