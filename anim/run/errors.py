"""How far off a run is, in numbers by snapshot; `anim.metrics` says what they are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from anim import calibration
from anim.metrics import MACRO, names_of
from anim.run import summaries
from anim.run.examples import Examples
from anim.run.passes import Passes
from anim.run.statistics import CLASS_ERRORS


class RunErrors(ABC):
    """The methods of `anim.Run` that return numbers by snapshot."""

    recorded: dict[str, np.ndarray]
    examples: Examples
    _passes: Passes

    @property
    @abstractmethod
    def has_scores(self) -> bool: ...

    @property
    @abstractmethod
    def _has_score_view(self) -> bool: ...

    @abstractmethod
    def _check_scores(self) -> None: ...

    @abstractmethod
    def label_errors(self) -> dict[str, np.ndarray]:
        """Return the ECE [S] of each of several labels."""

    def metrics(self) -> dict[str, np.ndarray]:
        """Return arrays [S]: the recorded scalars, and accuracy, ece, mce, nll and brier.

        NLL and Brier score need the scores of all classes, or that those of each example were
        recorded. `anim.metrics.METRICS` says what each of them is.
        """
        return self._scalars(summaries.metrics(self._passes), "metrics")

    def errors(self) -> dict[str, np.ndarray]:
        """Return arrays [S]: those of `metrics`, and the errors that take longer.

        - ``confidence``: the mean confidence; ``gap``: the same minus accuracy;
        - ``ece_low``, ``ece_high``: see `error_interval`;
        - ``ece_if_calibrated``: the mean ECE of a calibrated model with these confidences;
        - ``ece_p``: how likely a calibrated model shows an ECE this large, by chance: see
          `anim.calibration.error_p_value`; ``score_p``: the same of 20 bins of the ``score`` view,
          where errors do not cancel that do in the ECE, if there are two classes;
        - ``ece_mass``, ``debiased_l2``: of 15 equal-mass bins;
        - ``smooth_ece``;
        - ``corp_mcb``, ``corp_dsc``, ``corp_unc``: see `anim.calibration.corp_decomposition`;
          ``kuiper``, ``kuiper_p``: see `anim.calibration.cumulative_differences`; all of the
          confidence, and of the score of class 1 of two as ``score_corp_mcb``, ...;
        - ``spiegelhalter_z``, ``spiegelhalter_p``: see `anim.calibration.spiegelhalter_test`;
        - ``classwise_ece``, ``pooled_ece``, ``top_label_ece``, and ``brier_reliability``,
          ``brier_resolution``, ``brier_uncertainty``, ``brier_within``, if the scores of all
          classes are there; ``macro_ece``, if examples have several labels.

        Each is a function of `anim.calibration`.
        """
        found = summaries.errors(self._passes, has_score_view=self._has_score_view)
        if self.examples.is_multilabel and self.has_scores:
            found[MACRO] = np.mean(list(self.label_errors().values()), axis=0)
        return self._scalars(found, "errors")

    def class_errors(self) -> np.ndarray:
        """Return the ECE [S, K] of each class against the rest: ``classwise_ece`` is their mean.

        Raises:
            ValueError: the run has only the confidence of the predicted class.
        """
        self._check_scores()
        return np.asarray(self._passes.compute([CLASS_ERRORS])[CLASS_ERRORS].values, np.float64)

    def gap(self) -> np.ndarray:
        """Return mean confidence minus accuracy [S]; above 0 the model is over-confident."""
        return summaries.gap(self._passes)

    def chance(self) -> np.ndarray:
        """Return the mean ECE [S] of a calibrated model with these confidences."""
        return summaries.chance(self._passes)

    def error_interval(self) -> calibration.Interval:
        """Return a 95 % interval of the ECE that examples without end would show, [S] each.

        Chance adds to the ECE of a few, so it may lie above; see `anim.calibration.error_interval`.
        """
        return summaries.error_interval(self._passes)

    def _scalars(self, computed: Mapping[str, np.ndarray], method: str) -> dict[str, np.ndarray]:
        """Return the recorded scalars, then the computed ones in the order of their table."""
        has_labels = self.examples.is_multilabel
        known = self.has_scores, self._has_score_view, "nll" in computed, has_labels
        names = names_of(method, *known)
        return {**self.recorded, **{name: computed[name] for name in names}}
