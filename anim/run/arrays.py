"""Runs of predictions that are in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from anim.errors import SettingError
from anim.run.recorder import Recorder
from anim.run.run import Run
from anim.settings import value_text


def from_arrays(
    steps: Sequence[int] | np.ndarray,
    labels,
    *,
    logits=None,
    probs=None,
    classes: Sequence[str] | None = None,
    weights=None,
    groups=None,
    ignore=None,
    mask=None,
    class_axis: int | None = None,
    keep_fraction: float = 1.0,
    seed: int = 0,
    multilabel: bool = False,
) -> Run:
    """Return a run of predictions that are already in memory.

    Args:
        steps: S increasing integers.
        labels: [N] integers in [0, K), or one-hot [N, K]; of tokens and pixels [...].
        logits: [S, N, K] float, or
        probs: [S, N, K] in [0, 1], or [S, N] as P(class 1) of a binary model; of tokens and pixels
            [S, ..., K] or [S, B, K, ...].
        classes: K names; None names them "0", "1", ...
        weights, groups, ignore, mask: what is known of the examples, as for `anim.Recorder`.
        class_axis: that of the classes in the predictions of a step, as for `anim.Recorder`.
        keep_fraction, seed: as for `anim.Recorder`.
        multilabel: whether an example may have several of L labels: [N, L] of 0 and 1, with logits
            or probs [S, N, L].

    Raises:
        ValueError: as for `Recorder.snapshot`.
    """
    if labels is None:
        raise SettingError("labels", "expected integers of shape [N], got None")
    known: dict[str, Any] = {"weights": weights, "groups": groups, "ignore": ignore, "mask": mask}
    known |= {"class_axis": class_axis, "keep_fraction": keep_fraction, "seed": seed}
    known["multilabel"] = multilabel
    recorder = Recorder(labels=labels, classes=classes, **known)
    given = {"logits": logits, "probs": probs}
    for name, values in given.items():
        if values is not None and len(values) != len(steps):
            raise ValueError(f"{name}: expected {len(steps)} snapshots, got {len(values)}")
    for i, step in enumerate(np.asarray(steps).tolist()):
        if not isinstance(step, int) and not (isinstance(step, float) and step.is_integer()):
            raise SettingError("steps", f"expected integers, got {value_text(step)}")
        at_step = {name: None if values is None else values[i] for name, values in given.items()}
        recorder.snapshot(int(step), **at_step)
    return recorder.run()
