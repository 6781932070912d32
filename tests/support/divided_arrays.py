"""Arrays that devices divide: arguments of the functions of `anim.calibration`."""

import numpy as np

from anim import calibration
from tests.support.predictions import softmax

S, N, K, B = 4, 64, 8, 16
RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(S, N, K)).astype(np.float32)
PROBS = softmax(LOGITS.astype(np.float64)).astype(np.float32)
LABELS = np.append(np.arange(K), RNG.integers(0, K, N - K)).astype(np.int32)
WEIGHTS = RNG.integers(0, 4, (S, N)).astype(np.float32)
SCORES, HITS = PROBS.max(2), PROBS.argmax(2) == LABELS
EDGES = calibration.width_edges(B)
INDEX = np.minimum((SCORES * B).astype(int), B - 1)[..., None] == np.arange(B)
COUNTS, HITS_OF_BINS = INDEX.sum(1, np.int32), (INDEX & HITS[..., None]).sum(1, np.int32)
OFFSETS = (INDEX * (SCORES[..., None] - EDGES[:-1])).sum(1, np.float32)
FILLED = np.where(COUNTS > 0, COUNTS, np.nan)
ACCURACY, CONFIDENCE = HITS_OF_BINS / FILLED, EDGES[:-1] + OFFSETS / FILLED
KNOTS = (np.array([0.1, 0.9]), np.array([0.0, 1.0]))

# Arguments for several snapshots. The number of axes for one is that of its spec, see `Place`.
ARRAYS = {
    "probs": PROBS,
    "logits": LOGITS,
    "labels": LABELS,
    "scores": SCORES,
    "hits": HITS,
    "weights": WEIGHTS,
    "counts": COUNTS,
    "accuracy": ACCURACY,
    "confidence": CONFIDENCE,
    "ideal": CONFIDENCE,
    "sums": calibration.BinSums(COUNTS, HITS_OF_BINS, OFFSETS),
    "edges": EDGES,
    "n": COUNTS,
    "p": np.linspace(0, 1, B, dtype=np.float32),
}
OPTIONS = {"q": 0.3, "bins": B, "points": 5, "binning": "mass", "view": calibration.ClassView(2)}
OF_WEIGHTS = {"weights": WEIGHTS, "effective": np.where(COUNTS > 0, 1 + COUNTS / 2, 0)}
