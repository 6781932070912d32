"""PyTorch: predictions for a whole data loader, to record in your own training loop.

    recorder = anim.Recorder("runs/mine", labels=labels_of(val_loader))
    ...
    recorder.snapshot(step, logits=logits_of(model, val_loader))

If the model takes all of the validation data at once, ``logits=model(x_val)`` is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from anim.integrations.base import require

torch = require("torch", "torch")


@contextmanager
def evaluating(model) -> Iterator[None]:
    """Disable gradients and switch to evaluation mode; restore each module's mode on exit."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module in training:
            module.training = True


def labels_of(loader: Iterable) -> np.ndarray:
    """Return the labels [N] of a loader that yields (inputs, labels)."""
    return np.concatenate([np.asarray(labels) for _, labels in loader])


def logits_of(model, loader: Iterable, *, forward: Callable | None = None) -> np.ndarray:
    """Return the output of a model for all examples of a loader, float32 [N, ...].

    Args:
        model: a ``torch.nn.Module``; it is called in evaluation mode, without gradients.
        loader: yields (inputs, labels), in the same order each time (``shuffle=False``).
        forward: called with the inputs of a batch on the model's device; None calls the model.
    """
    device = next((tensor.device for tensor in model.parameters()), "cpu")
    forward = model if forward is None else forward
    with evaluating(model):
        return np.concatenate(
            [forward(inputs.to(device)).float().cpu().numpy() for inputs, _ in loader]
        )
