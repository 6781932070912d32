"""What `anim.run.reduction` does, for tensors of PyTorch on an accelerator: they stay there."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from anim.checks.rounding import FLOAT32_SUM

_LEAST, _MOST = (float(limit) for limit in (np.finfo(np.float32).tiny, np.finfo(np.float32).max))


def reduced_there(name: str, scores: Any, labels: np.ndarray) -> list[np.ndarray]:
    """Return the fields of `anim.run.reduction.Reduced`, as NumPy arrays [n].

    Args:
        name: ``logits`` or ``probs``.
        scores: a tensor [n, K] float32, float16 or bfloat16.
        labels: [n] int32 in [0, K).
    """
    torch: Any = importlib.import_module("torch")
    with torch.no_grad():
        columns = _columns(
            torch, name, scores.float(), torch.as_tensor(labels, device=scores.device)
        )
        stacked = torch.stack([column.float() for column in columns]).cpu().numpy()
    confidence, correct, *others = stacked
    return [confidence, correct > 0, *others]


def _columns(torch: Any, name: str, scores: Any, labels: Any) -> tuple:
    labels = labels.long()[:, None]
    classes = torch.arange(scores.shape[1], device=scores.device)
    low, high = scores.amin(1), scores.amax(1)
    total = scores.sum(1) if name == "probs" else torch.ones_like(high)
    of_label = scores.gather(1, labels)[:, 0]
    # Of equal scores the first is predicted, which `max` does not promise on a GPU.
    earlier = scores.masked_fill(classes >= labels, -torch.inf).amax(1)
    correct = (of_label == high) & (earlier < high)
    if name == "logits" and scores.shape[1] == 2:
        margin = scores[:, 1] - scores[:, 0]
        against = torch.where(labels[:, 0] == 1, -margin, margin)
        nll = torch.nn.functional.softplus(against, threshold=50).clamp(0, _MOST)
        confidence, brier = torch.sigmoid(margin.abs()), torch.sigmoid(against) ** 2
        return confidence, correct, nll, brier, low, high, total
    if name == "logits":
        weights = torch.exp(scores - high[:, None])
        confidence = 1 / weights.sum(1)
        others = weights.scatter(1, labels, 0)
        rest = others.sum(1)
        whole = torch.exp(of_label - high) + rest
        nll = torch.where(of_label == high, rest.log1p(), whole.log() + (high - of_label))
        brier = (others * others).sum(1) / whole**2 + (rest / whole) ** 2
    else:
        scale = torch.where((total - 1).abs() > FLOAT32_SUM, total, 1.0)
        confidence, of_label = high / scale, of_label / scale
        nll = -of_label.clamp(_LEAST, 1).log()
        others = (scores / scale[:, None]).scatter(1, labels, 0)
        others = others if scores.shape[1] > 2 else others * 0
        brier = (others * others).sum(1) + (1 - of_label) ** 2
    return confidence, correct, nll.clamp(0, _MOST), brier.clamp(0, 2), low, high, total
