"""The metrics that are computed from predictions: one table, which everything that names one reads.

To add an error: its function in `anim.calibration`, its value in `anim.run.statistics` (or in
`anim.run.summaries`, if it follows from the bins of the ECE), and a line here. Its column in the
report, its glossary line and its key in JSON follow, and a recorded scalar cannot take its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Metrics that pictures need beside those of `anim.Run.metrics`.
CONFIDENCE, GAP, CHANCE, P_VALUE = "confidence", "gap", "ece_if_calibrated", "ece_p"
# Before the name of a metric of the confidence, for that of the score of class 1 of two.
OF_SCORES = "score_"
SCORE_P_VALUE = f"{OF_SCORES}p"
MACRO = "macro_ece"
# A model is called miscalibrated at a p-value of at most this: 5 % of calibrated models are.
ALARM = 0.05


@dataclass(frozen=True)
class Metric:
    """A number per snapshot.

    Attributes:
        name: the key in `anim.Run.metrics`, in `anim.Run.errors` and in JSON.
        title: the heading of its column in the report; without one it has no column.
        meaning: what the glossary of the report says, in one or more lines.
        digits: decimals in the report.
        method: the method of `anim.Run` that computes it: ``metrics``, from the bins and scores
            that every picture needs, or ``errors``, which takes longer.
        needs_scores: whether it needs the scores of all classes.
        is_proper: whether it is a proper score, which follows from the scores of all classes, too,
            but may have been recorded of each example in their place.
        needs_two_classes: whether it is for two classes only.
        needs_labels: whether it is for examples with several labels only.
        upper: the metric that is the upper end, if this one is the lower end of an interval.
    """

    name: str
    title: str = ""
    meaning: str = ""
    digits: int = 3
    method: Literal["metrics", "errors"] = "errors"
    needs_scores: bool = False
    is_proper: bool = False
    needs_two_classes: bool = False
    needs_labels: bool = False
    upper: str = ""


# Of the confidence, and of the score of class 1 of two.
_OF_OUTCOMES = {
    "corp_mcb": "CORP miscalibration: by how much isotonic recalibration lowers the Brier score\n"
    "of {it}, which is corp_mcb - corp_dsc + corp_unc; chance keeps it above 0",
    "corp_dsc": "CORP discrimination: by how much recalibrated scores are better than the overall\n"
    "share of hits",
    "corp_unc": "CORP uncertainty: the Brier score of always saying the overall share of hits",
    "kuiper": "range of the cumulative differences between hits and {it}: the largest\n"
    "miscalibration of any interval of scores, times the share of its examples",
    "kuiper_p": "how likely a calibrated model is to have a range this large or larger, by chance",
}


METRICS = (
    Metric(
        "accuracy",
        "accuracy",
        "fraction of the examples whose predicted class is the label",
        method="metrics",
    ),
    Metric(CONFIDENCE),
    Metric(GAP, "gap", "mean confidence minus accuracy; above 0 the model is over-confident"),
    Metric(
        "ece",
        "ECE",
        "expected calibration error: mean distance between accuracy and confidence of a bin,\n"
        "weighted by its examples; top-label confidence, 15 bins of equal width",
        method="metrics",
    ),
    Metric(
        "ece_low",
        "95 % interval",
        "where the ECE of examples without end lies, if they are independent; chance adds to the\n"
        "ECE of a few, which may lie above it",
        upper="ece_high",
    ),
    Metric("ece_high"),
    Metric(CHANCE, "chance", "mean ECE of calibrated models with the same confidences"),
    Metric(
        P_VALUE,
        "p",
        "share of calibrated models with an ECE this large or larger, by chance; up to 0.05 the\n"
        "model is called miscalibrated",
    ),
    Metric(
        "smooth_ece",
        "smooth",
        "calibration error without bins (smooth ECE); chance keeps it above 0 too",
    ),
    Metric(
        "debiased_l2",
        "L2",
        "root of the mean squared error of 15 bins of equal mass, minus what chance adds; 0 if\n"
        "that is more. The square is unbiased before it is cut at 0, the root is too large near 0",
    ),
    Metric(
        "mce",
        "MCE",
        "maximum calibration error: that of the worst bin, however few examples it has",
        method="metrics",
    ),
    Metric(
        "nll",
        "NLL",
        "mean negative log-likelihood of the labels, in nats",
        method="metrics",
        is_proper=True,
    ),
    Metric(
        "brier",
        "Brier",
        "mean squared distance between probabilities and labels",
        method="metrics",
        is_proper=True,
    ),
    Metric(SCORE_P_VALUE, needs_scores=True, needs_two_classes=True),
    Metric("ece_mass"),
    Metric("classwise_ece", needs_scores=True),
    Metric(
        MACRO,
        "macro ECE",
        meaning="mean over several labels of the ECE of the score of each",
        needs_scores=True,
        needs_labels=True,
    ),
    Metric(
        "pooled_ece",
        meaning="ECE of the scores of all classes in the same bins",
        needs_scores=True,
    ),
    Metric(
        "top_label_ece",
        meaning="ECE of the examples of each predicted class, in the mean over all examples",
        needs_scores=True,
    ),
    *(
        Metric(name, meaning=meaning.format(it="the confidence"))
        for name, meaning in _OF_OUTCOMES.items()
    ),
    Metric(
        "spiegelhalter_z",
        meaning="standard deviations by which the Brier score of the confidence is above that of\n"
        "a calibrated model; above 0 it is too sure",
    ),
    Metric(
        "spiegelhalter_p",
        meaning="how likely a calibrated model is to be as far off, either way, by chance",
    ),
    *(
        Metric(
            f"{OF_SCORES}{name}",
            meaning=meaning.format(it="the score of class 1"),
            needs_scores=True,
            needs_two_classes=True,
        )
        for name, meaning in _OF_OUTCOMES.items()
    ),
    Metric("brier_reliability", needs_scores=True),
    Metric("brier_resolution", needs_scores=True),
    Metric("brier_uncertainty", needs_scores=True),
    Metric("brier_within", needs_scores=True),
)
BY_NAME = {metric.name: metric for metric in METRICS}


def names_of(
    method: str,
    has_scores: bool = True,
    has_two_classes: bool = True,
    has_proper_scores: bool | None = None,
    has_labels: bool = True,
) -> tuple[str, ...]:
    """Return the names of the metrics that a method of `anim.Run` computes, in order.

    Args:
        method: ``metrics`` or ``errors``, which returns those of ``metrics`` too.
        has_scores: whether the scores of all classes are there.
        has_two_classes: whether there are two.
        has_proper_scores: whether the proper scores are known; by default if there are scores.
        has_labels: whether examples have several labels.
    """
    has_proper_scores = has_scores if has_proper_scores is None else has_proper_scores
    return tuple(
        metric.name
        for metric in METRICS
        if metric.method in ("metrics", method)
        and (has_scores or not metric.needs_scores)
        and (has_proper_scores or not metric.is_proper)
        and (has_two_classes or not metric.needs_two_classes)
        and (has_labels or not metric.needs_labels)
    )
