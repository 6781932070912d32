"""Statistics of snapshots that cannot always be read."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import anim
from anim.errors import RecordingError
from tests.support.subprocesses import run_python

STEPS = (0, 10, 20)
EXAMPLES = 60
RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, EXAMPLES)
LOGITS = RNG.normal(size=(3, EXAMPLES, 3)).astype(np.float32)


class Unreliable:
    """Snapshots, of which those at ``unreadable`` cannot be read now."""

    def __init__(self):
        self.unreadable = set()
        self.reads = []

    def __len__(self):
        return len(STEPS)

    def __getitem__(self, i, /):
        self.reads.append(i)
        if i in self.unreadable:
            raise RecordingError(f"snapshot {i} is damaged")
        return {"logits": LOGITS[i]}


def a_run():
    snapshots = Unreliable()
    run = anim.Run(STEPS, LABELS, snapshots, kind="logits", classes=("a", "b", "c"))
    return run, snapshots


CALLS = {
    "metrics": lambda run: run.metrics(),
    "errors": lambda run: run.errors(),
    "curve": lambda run: {"curve": run.curve()},
    "class bins": lambda run: vars(run.reliability("class:b", 5)),
    "quantile bins": lambda run: vars(run.reliability(binning="mass", bins=4)),
    "interval": lambda run: run.error_interval()._asdict(),
    "gap": lambda run: {"gap": run.gap()},
    "chance": lambda run: {"chance": run.chance()},
    "dots": lambda run: vars(run.dots()),
    "mean": lambda run: vars(run.dots("class:b")),
    "band": lambda run: {"band": run.curve_band()},
}


def read_of(found):
    """[S] bool: whether a snapshot has any value that is not NaN or 0, in each result."""
    return {
        name: np.any(np.nan_to_num(values).reshape(len(STEPS), -1) != 0, axis=1)
        for name, values in found.items()
        if isinstance(values, np.ndarray) and len(values) == len(STEPS)
    }


@pytest.fixture(scope="module")
def expected():
    """What a run returns whose snapshots can all be read."""
    return {name: call(a_run()[0]) for name, call in CALLS.items()}


calls = st.lists(
    st.tuples(st.sampled_from(sorted(CALLS)), st.sets(st.integers(0, 2), max_size=2)),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True)
@given(calls)
@pytest.mark.filterwarnings("ignore:snapshot . is damaged")
def test_no_result_depends_on_what_was_asked_before(expected, asked):
    """A snapshot has the right values, or none; none only if it cannot be read now."""
    run, snapshots = a_run()
    for name, unreadable in asked:
        snapshots.unreadable = unreadable
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = CALLS[name](run)
        is_missing = {key: ~is_read for key, is_read in read_of(found).items()}
        for key, missing in is_missing.items():
            assert set(np.flatnonzero(missing)) <= unreadable, (name, key)
            np.testing.assert_allclose(
                found[key][~missing], expected[name][key][~missing], rtol=1e-12
            )


@pytest.mark.parametrize("first", ["curve", "errors", "class bins"])
def test_a_snapshot_that_becomes_unreadable_keeps_its_metrics(expected, first):
    run, snapshots = a_run()
    run.metrics()
    snapshots.unreadable = {1}
    with pytest.warns(UserWarning, match=r"^snapshot 1 is damaged; it is left out"):
        CALLS[first](run)
    for name, values in run.metrics().items():
        np.testing.assert_array_equal(values, expected["metrics"][name])


def test_a_snapshot_that_becomes_readable_has_its_metrics(expected):
    run, snapshots = a_run()
    snapshots.unreadable = {1}
    with pytest.warns(UserWarning, match=r"^snapshot 1 is damaged; it is left out"):
        accuracy = run.metrics()["accuracy"]
    assert np.isnan(accuracy).tolist() == [False, True, False]
    snapshots.unreadable = set()
    run.curve()
    for name, values in run.metrics().items():
        np.testing.assert_array_equal(values, expected["metrics"][name])


def test_a_snapshot_that_stays_unreadable_is_named_once():
    run, snapshots = a_run()
    snapshots.unreadable = {2}
    with pytest.warns(UserWarning) as warned:
        run.metrics()
        run.errors()
    assert [str(one.message) for one in warned] == ["snapshot 2 is damaged; it is left out"]


@pytest.mark.parametrize("name", CALLS)
def test_the_warning_of_an_unreadable_snapshot_is_at_the_line_of_the_call(name):
    run, snapshots = a_run()
    snapshots.unreadable = {1}
    with pytest.warns(UserWarning, match=r"^snapshot 1 is damaged; it is left out") as warned:
        CALLS[name](run)
    assert [one.filename for one in warned] == [__file__]


def test_each_snapshot_is_read_once_for_what_is_prepared():
    run, snapshots = a_run()
    run.prepare(["confidence", "class:a"], curve="smooth", band="simultaneous")
    assert snapshots.reads == [0, 1, 2]
    run.metrics(), run.reliability("class:a"), run.curve(), run.curve_band(), run.error_interval()
    run.dots(), run.dots("class:a")
    assert snapshots.reads == [0, 1, 2]


def test_a_run_none_of_which_can_be_read_is_an_error():
    run, snapshots = a_run()
    snapshots.unreadable = {0, 1, 2}
    with (
        pytest.warns(UserWarning, match="is damaged"),
        pytest.raises(RecordingError, match=r"^no snapshot can be read$"),
    ):
        run.metrics()


def test_a_snapshot_unread_when_its_scale_was_fitted_is_not_recalibrated():
    run, snapshots = a_run()
    snapshots.unreadable = {1}
    raw, recalibrated = anim.calibrate(run, "isotonic")
    snapshots.unreadable = set()
    assert np.isfinite(raw.metrics()["nll"]).all()
    with pytest.warns(UserWarning, match=r"^snapshot 1 is damaged; it is left out"):
        nll = recalibrated.metrics()["nll"]
    assert np.isnan(nll[1])
    assert not recalibrated.lacks_recalibration[1]


# In a process of its own, as programs that other tests need are compiled already.
FIRST_ERRORS = """
import jax, numpy as np, anim
logits = np.random.default_rng(0).normal(size=(1, 60, 3))
run = anim.from_arrays([0], np.arange(60) % 3, logits=logits)
found = []
jax.monitoring.register_event_duration_secs_listener(
    lambda name, *_, **__: "backend_compile" in name and found.append(name)
)
run.errors()
print(len(found))
"""


@pytest.mark.slow
def test_the_first_errors_take_few_programs():
    assert int(run_python(FIRST_ERRORS).stdout) <= 14
