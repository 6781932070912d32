"""From predictions to bins, curves, errors and recalibrations: pure functions on arrays.

They are compiled for the device that holds the arrays, except for a few that SciPy computes.

Signatures state shapes as jaxtyping does, and only tests check them. ``*snapshots`` stands for any
number of leading axes; where it is ``*#snapshots``, an argument without them holds for all.
"""

from anim.calibration.binned_errors import (
    average_calibration_error,
    calibration_error,
    debiased_calibration_error,
    expected_calibration_error,
    maximum_calibration_error,
    root_mean_square_calibration_error,
    signed_gap,
)
from anim.calibration.bins import (
    ERROR_BINS,
    Array,
    BinSums,
    binned,
    edge_sums,
    lifts,
    mass_edges,
    shares,
    width_edges,
    width_sums,
)
from anim.calibration.noise import (
    Interval,
    binomial_quantile,
    consistency_band,
    error_interval,
    expected_error_if_calibrated,
    wilson_interval,
)
from anim.calibration.proper_scores import (
    BrierParts,
    brier_decomposition,
    brier_score,
    negative_log_likelihood,
    negative_log_likelihood_of_logits,
)
from anim.calibration.scaling import (
    IsotonicScale,
    Temperature,
    VectorScale,
    apply_isotonic,
    apply_vector_scale,
    fit_isotonic,
    fit_temperature,
    fit_vector_scale,
)
from anim.calibration.scores import probabilities
from anim.calibration.smooth import (
    Curve,
    SmoothError,
    isotonic_band,
    isotonic_curve,
    isotonic_steps,
    kernel_band,
    kernel_curve,
    smooth_calibration_error,
)
from anim.calibration.views import (
    CONFIDENCE,
    SCORE,
    VIEWS,
    ClassView,
    View,
    default_view,
    scores_and_hits,
    view_of,
    views_offered,
)

__all__ = [
    "CONFIDENCE",
    "ERROR_BINS",
    "SCORE",
    "VIEWS",
    "Array",
    "BinSums",
    "BrierParts",
    "ClassView",
    "Curve",
    "Interval",
    "IsotonicScale",
    "SmoothError",
    "Temperature",
    "VectorScale",
    "View",
    "apply_isotonic",
    "apply_vector_scale",
    "average_calibration_error",
    "binned",
    "binomial_quantile",
    "brier_decomposition",
    "brier_score",
    "calibration_error",
    "consistency_band",
    "debiased_calibration_error",
    "default_view",
    "edge_sums",
    "error_interval",
    "expected_calibration_error",
    "expected_error_if_calibrated",
    "fit_isotonic",
    "fit_temperature",
    "fit_vector_scale",
    "isotonic_band",
    "isotonic_curve",
    "isotonic_steps",
    "kernel_band",
    "kernel_curve",
    "lifts",
    "mass_edges",
    "maximum_calibration_error",
    "negative_log_likelihood",
    "negative_log_likelihood_of_logits",
    "probabilities",
    "root_mean_square_calibration_error",
    "scores_and_hits",
    "shares",
    "signed_gap",
    "smooth_calibration_error",
    "view_of",
    "views_offered",
    "width_edges",
    "width_sums",
    "wilson_interval",
]
