"""Every number of an experiment and of a picture, with its default and its limits.

Light on purpose: the command line checks a call against these dataclasses before it imports JAX
or matplotlib.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from anim.settings.experiment import (
    DATASETS,
    KEEPS,
    MAX_REPLICAS,
    OPTIMIZERS,
    SCHEDULES,
    SIZES,
    VAL_PER_TRAIN,
    VAL_PER_TRAIN_OF_REPLICAS,
    XOR_TRAIN_SIZE,
    Experiment,
)
from anim.settings.limits import one_line, one_of, share, whole
from anim.settings.picture import (
    ALIGNMENTS,
    BINNINGS,
    COLUMN,
    CURVES,
    MAX_BINS,
    MAX_RUNS,
    MAX_SIDE,
    METRIC,
    PACES,
    PANELS,
    RECALIBRATIONS,
    SIZE,
    SMALLEST,
    TEMPERATURE,
    THEMES,
    Picture,
)

__all__ = [
    "ALIGNMENTS",
    "BINNINGS",
    "COLUMN",
    "CURVES",
    "DATASETS",
    "KEEPS",
    "MAX_BINS",
    "MAX_REPLICAS",
    "MAX_RUNS",
    "MAX_SIDE",
    "METRIC",
    "OPTIMIZERS",
    "PACES",
    "PANELS",
    "RECALIBRATIONS",
    "SCHEDULES",
    "SIZE",
    "SIZES",
    "SMALLEST",
    "TEMPERATURE",
    "THEMES",
    "VAL_PER_TRAIN",
    "VAL_PER_TRAIN_OF_REPLICAS",
    "XOR_TRAIN_SIZE",
    "Experiment",
    "Picture",
    "one_line",
    "one_of",
    "pick",
    "share",
    "whole",
]


def pick(kind: type, given: Mapping):
    """Settings of a kind, with those of its fields that are given."""
    return kind(**{field.name: given[field.name] for field in fields(kind) if field.name in given})
