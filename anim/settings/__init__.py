"""Every number of an experiment and of a picture, with its default and its limits.

Light on purpose: the command line checks a call against these dataclasses before it imports JAX
or matplotlib.
"""

from anim.settings.clock import ALIGNMENTS, PACES, SECONDS, Clock
from anim.settings.curves import BARS, CURVES, FEWEST, CurveKind
from anim.settings.datasets import DATASETS
from anim.settings.experiment import (
    KEEPS,
    MAX_REPLICAS,
    OPTIMIZERS,
    SCHEDULES,
    Experiment,
)
from anim.settings.fields import (
    Setting,
    Settings,
    settings_of,
)
from anim.settings.limits import (
    one_of,
    share,
    whole,
)
from anim.settings.look import Look, Output
from anim.settings.panels import METRIC, PANELS
from anim.settings.parsing import BANDS
from anim.settings.picture import (
    COLUMNS,
    MAX_RUNS,
    MAX_SIDE,
    NARROW,
    SMALLEST,
    Picture,
)
from anim.settings.statistics import BINNINGS, MAX_BINS, RECALIBRATIONS, TEMPERATURE, Statistics
from anim.settings.text import one_line, plain, printable, shortened, value_text
from anim.settings.themes import THEMES

__all__ = [
    "ALIGNMENTS",
    "BANDS",
    "BARS",
    "BINNINGS",
    "COLUMNS",
    "CURVES",
    "DATASETS",
    "FEWEST",
    "KEEPS",
    "MAX_BINS",
    "MAX_REPLICAS",
    "MAX_RUNS",
    "MAX_SIDE",
    "METRIC",
    "NARROW",
    "OPTIMIZERS",
    "PACES",
    "PANELS",
    "RECALIBRATIONS",
    "SCHEDULES",
    "SECONDS",
    "SMALLEST",
    "TEMPERATURE",
    "THEMES",
    "Clock",
    "CurveKind",
    "Experiment",
    "Look",
    "Output",
    "Picture",
    "Setting",
    "Settings",
    "Statistics",
    "one_line",
    "one_of",
    "plain",
    "printable",
    "settings_of",
    "share",
    "shortened",
    "value_text",
    "whole",
]
