"""Types of keywords; ``python -m tests.support.readme`` makes them from the settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypedDict


class PictureOptions(TypedDict, total=False):
    """Keywords of `Picture`."""

    view: str | None
    calibrate: str | None
    held_out: float | None
    by: Sequence[str] | str | None
    only: Sequence[str] | str | None
    curve: str
    band: str | bool | None
    intervals: bool
    bins: int | None
    binning: str
    fps: float
    seconds: float | None
    hold: float
    tween: bool
    pace: str
    align: str
    panels: Sequence[str] | str | None
    size: Sequence[int] | None
    scale: float
    theme: str | None
    style: str | os.PathLike[str] | None
    transparent: bool
    title: str | None
    words: str | None
    overlay: bool
    label: Sequence[str] | None
    at: float | None
    max_bytes: int | None
    embed: bool
    nonce: str | None


class TrainingOptions(TypedDict, total=False):
    """Keywords of `Experiment`."""

    hidden: Sequence[int]
    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float
    schedule: str
    gradient_noise: float
    weight_decay: float
    seed: int
    every: int | None
