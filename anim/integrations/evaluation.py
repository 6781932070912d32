"""PyTorch: predictions of a model in evaluation mode, which leave no trace in the training."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from anim.errors import SettingError
from anim.integrations.base import require
from anim.integrations.batches import call, checked_rows, moved, scores_of, unpack
from anim.integrations.loaders import own_workers
from anim.integrations.randomness import kept_random_state
from anim.integrations.sharing import divided_again, is_dtensor

torch = require("torch", "torch")


def unwrapped(model: Any) -> Any:
    """Return the module in ``DataParallel``, ``DistributedDataParallel`` and ``torch.compile``."""
    wrappers = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)
    while True:
        if isinstance(model, wrappers):
            model = model.module
        elif isinstance(original := getattr(model, "_orig_mod", None), torch.nn.Module):
            model = original
        else:
            return model


def device_of(model):
    """Return the device of a model's first parameter or buffer; the CPU if it has none."""
    tensors = (one for part in (model.parameters(), model.buffers()) for one in part)
    return next((one.device for one in tensors if not one.is_meta), torch.device("cpu"))


@contextmanager
def evaluating(model) -> Iterator[None]:
    """Disable gradients and switch to evaluation mode; leave the model as it was.

    Each module gets its own mode back, and buffers that the predictions changed (observers of a
    quantized model have a mode of their own) their values.
    """
    modes = {module: module.training for module in model.modules()}
    own = [module for module in modes if _switches_more(module)]
    kept = [*model.buffers(), *(one for module in own for one in module.parameters(recurse=False))]
    before = [(one, one.detach().clone()) for one in kept]
    try:
        # Not `inference_mode`: what a module keeps for later could not be used in training.
        with torch.no_grad(), _without_cache_of_autocast():
            model.eval()
            yield
    finally:
        for module in own:
            if modes[module]:
                module.train()
        for module, mode in modes.items():
            module.training = mode
        with torch.no_grad():
            for tensor, values in before:
                # Only what changed: a write between forward and backward pass is an error there.
                if not torch.equal(tensor, values):
                    tensor.copy_(values)


def _switches_more(module) -> bool:
    """Return whether a module does more than to set its mode when it is switched.

    Some merge their weights for evaluation, and take them apart again.
    """
    base = torch.nn.Module
    return type(module).train is not base.train or type(module).eval is not base.eval


@contextmanager
def _without_cache_of_autocast() -> Iterator[None]:
    """Keep autocast from caching weights that were converted without gradients.

    The forward pass of a training step in the same context would take them from the cache, and the
    weights would get no gradients.
    """
    enabled = torch.is_autocast_cache_enabled()
    torch.set_autocast_cache_enabled(False)
    try:
        yield
    finally:
        torch.set_autocast_cache_enabled(enabled)


def predictions(
    model,
    batches: Iterable,
    *,
    forward: Callable | None = None,
    unpack: Callable = unpack,
    move: Callable | None = None,
    rows: Callable = checked_rows,
    is_multilabel: bool = False,
) -> Iterator[tuple]:
    """Yield the scores and the labels of each batch, and what the model says that the scores are.

    The scores are a tensor where the model is, the labels one on the CPU. The third is ``probs`` if
    the scores are what a module ``Sigmoid`` of the model returned, else None.

    Args:
        model: a ``torch.nn.Module``.
        batches: of inputs and labels.
        forward: called with the model and the inputs of a batch; None calls the model.
        unpack: called with a batch; returns its inputs and labels.
        move: called with a batch; returns it on the model's device. None moves its tensors.
        rows: called with scores and labels of a batch; returns those of its examples.
        is_multilabel: whether an example may have several labels.

    Raises:
        SettingError: batches or outputs that are not understood, or no batch.
    """
    device = device_of(model)
    forward = call if forward is None else forward
    is_empty = True
    for batch in batches:
        inputs, labels = unpack(moved(batch, device) if move is None else move(batch))
        labels = torch.as_tensor(labels)
        if not labels.ndim:
            raise SettingError("labels", "expected shape [n], got a number")
        count = labels.numel() if labels.ndim > 2 or is_multilabel else len(labels)
        with _sigmoids(model, count) as returned:
            scores = scores_of(forward(model, inputs), len(labels))
        is_sigmoid = any(_are_equal(scores, one) for one in returned)
        if is_dtensor(scores):
            scores = scores.full_tensor()
        scores, labels = rows(scores, labels)
        is_empty = False
        yield scores, labels.cpu(), "probs" if is_sigmoid else None
    if is_empty:
        raise SettingError("loader", "expected at least one batch, got none")


@contextmanager
def _sigmoids(model, rows: int) -> Iterator[list]:
    """Collect what modules ``Sigmoid`` return, one number for each of some rows or pixels.

    Which module was registered last says nothing of the output: it may be a gate. Compiled code is
    left alone, as it would be compiled with these hooks.
    """
    returned = []

    def keep(_, __, output) -> None:
        if isinstance(output, torch.Tensor) and output.numel() == rows:
            # A copy, as the model may go on to change it in place.
            returned.append(output.detach().clone())

    found = [one for one in _not_compiled(model) if isinstance(one, torch.nn.Sigmoid)]
    handles = [one.register_forward_hook(keep) for one in found]
    try:
        yield returned
    finally:
        for handle in handles:
            handle.remove()


def _not_compiled(module) -> Iterator:
    """Yield a module and those in it, each once, without those whose calls are compiled."""
    seen, waiting = set(), [module]
    while waiting:
        one = waiting.pop()
        is_compiled = getattr(one, "_compiled_call_impl", None) is not None
        if one in seen or is_compiled or isinstance(one, torch.jit.ScriptModule):
            continue
        if isinstance(getattr(one, "_orig_mod", None), torch.nn.Module):
            continue
        seen.add(one)
        yield one
        waiting.extend(one.children())


def _are_equal(scores, output) -> bool:
    """Return whether scores are an output of a module, in any shape and precision."""
    same = output.reshape(-1).to(scores.device, scores.dtype)
    return scores.numel() == same.numel() and torch.allclose(
        scores.reshape(-1), same, rtol=0, atol=0, equal_nan=True
    )


def streamed(model, batches: Iterable, **options) -> Generator[tuple]:
    """Yield what `predictions` does; the model, and every random generator, are left as they were.

    Args:
        model: a ``torch.nn.Module``.
        batches: of inputs and labels, in the same order each time.
        options: more arguments of `predictions`.
    """
    kept = kept_random_state(model, batches)
    with kept, own_workers(batches), divided_again(model), evaluating(model):
        yield from predictions(model, batches, **options)


def gathered(model, batches: Iterable, **options) -> tuple:
    """Return the scores [N, ...] and the labels [N, ...] of all batches, as tensors on the CPU.

    The arguments are those of `streamed`.
    """
    found = [(scores.cpu(), labels) for scores, labels, _ in streamed(model, batches, **options)]
    scores, labels = zip(*found, strict=True)
    del found
    return torch.cat(scores), torch.cat(labels)
