"""The kinds of input, and how a number of each is tried."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis
from hypothesis import strategies as st

from tests.fuzz.arrays import arrays
from tests.fuzz.cases import Case
from tests.fuzz.commands import commands
from tests.fuzz.media import media
from tests.fuzz.recordings import recordings
from tests.fuzz.running import Figures, Worker
from tests.fuzz.tables import tables

KINDS: dict[str, Callable[[], st.SearchStrategy[Case]]] = {
    "tables": tables,
    "arrays": arrays,
    "recordings": recordings,
    "media": media,
    "command lines": commands,
}


def tried(
    worker: Worker, cases: st.SearchStrategy[Case], count: int, seed: int | None = None
) -> Figures:
    """Return what came of a number of cases.

    Args:
        worker: that runs them.
        cases: where they are drawn from.
        count: how many.
        seed: of the draws; None draws the same cases each time.
    """
    figures = Figures()

    @hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=seed is None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(cases)
    def one(case: Case) -> None:
        figures.add(case, worker.run(case))

    (one if seed is None else hypothesis.seed(seed)(one))()
    return figures
