"""Runs of some of the examples, and of the examples of each group."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import anim
from anim.errors import RecordingError, SettingError
from anim.run.about import About
from anim.run.examples import Groups
from tests.run.test_run import a_run as drawn
from tests.support.amounts import slow

N, SITES = 120, ("north", "east", "south", "nowhere")
RNG = np.random.default_rng(3)
LOGITS = 2 * RNG.normal(size=(2, N, 3)).astype(np.float32)
LABELS = (LOGITS[0] + 2 * RNG.normal(size=(N, 3))).argmax(1)
# Groups of the same size: each size is compiled anew.
SITE, SEX = RNG.permutation(np.arange(N) % 3), RNG.permutation(np.arange(N) % 2)
GROUPS = {"site": Groups(SITES, SITE), "sex": Groups(("f", "m"), SEX)}


class Counted:
    """Snapshots that know how often each of them was read."""

    def __init__(self, broken=()):
        self.reads, self.broken = [], broken

    def __len__(self):
        return 2

    def __getitem__(self, i, /):
        self.reads.append(i)
        if i in self.broken:
            raise RecordingError(f"snapshot {i} is damaged")
        return {"logits": LOGITS[i]}


def a_run(snapshots=None, groups=GROUPS, **options):
    snapshots = Counted() if snapshots is None else snapshots
    options = {"kind": "logits", "classes": ("a", "b", "c"), **options}
    return anim.Run([0, 7], LABELS, snapshots, groups=groups, **options)


def same(found, expected, **tolerance):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        if isinstance(values, np.ndarray):
            np.testing.assert_allclose(found[name], values, err_msg=name, **tolerance)


def of_rows(rows):
    """The run of some of the examples, without what is tested here."""
    return anim.from_arrays([0, 7], LABELS[rows], logits=LOGITS[:, rows], classes=["a", "b", "c"])


def test_a_run_of_some_examples_is_that_of_their_predictions():
    rows = np.flatnonzero(SITE == 1)
    weights = RNG.integers(1, 4, N).astype(float)
    for examples in (SITE == 1, rows, rows[::-1]):
        run = a_run(weights=weights).where(examples)
        picked = np.arange(N)[examples]
        np.testing.assert_array_equal(run.labels, LABELS[picked])
        np.testing.assert_array_equal(run.weights, weights[picked])
        np.testing.assert_array_equal(run.groups["sex"].codes, SEX[picked])
        np.testing.assert_array_equal(run.logits(1), LOGITS[1, picked])
    same(a_run().where(rows).metrics(), of_rows(rows).metrics(), atol=1e-6)


def test_all_examples_are_the_run():
    run = a_run()
    whole = run.where(np.ones(N, bool))
    assert whole.about == run.about
    same(whole.metrics(), run.metrics(), rtol=0)
    same(vars(whole.dots()), vars(run.dots()), rtol=0)


@pytest.mark.parametrize(
    ("examples", "problem"),
    [
        (np.zeros(N, bool), "some of the 120 examples, got none"),
        ([], "some of the 120 examples, got none"),
        (np.zeros(0, int), "some of the 120 examples, got none"),
        (np.ones(N - 1, bool), "120 bool, got 119"),
        ([0, N], r"indices in \[0, 120\), got 120"),
        ([-1], r"indices in \[0, 120\), got -1"),
        ([4, 2, 4], "at most once, got 4 again"),
        ([0.5], r"\[120\] bool, or indices"),
        ([[True]], r"\[120\] bool, or indices"),
    ],
)
def test_examples_that_there_are_not_are_refused_in_one_line(examples, problem):
    with pytest.raises(SettingError, match=rf"^examples: expected .*{problem}") as caught:
        a_run().where(examples)
    assert "\n" not in str(caught.value)


def test_the_caption_says_how_many_points_of_how_many():
    run = a_run()
    assert run.where(SITE == 0).about.caption == "40 of 120 validation points"
    assert run.where(SITE == 0).where([1, 2]).about.caption == "2 of 120 validation points"
    about = About("a network, tested twice", title="Title")
    named = a_run(about=about).where(SITE == 0)
    assert named.about == About("a network, tested twice, 40 of 120 points", title="Title")
    assert named.where([5]).about.caption == "a network, tested twice, 1 of 120 points"
    # Not what it says itself.
    about = About("7 of 9 points")
    assert a_run(about=about).where([3]).about.caption == "7 of 9 points, 1 of 120 points"


def some(bits):
    """A mask with at least one example."""
    return np.array(bits) if any(bits) else np.arange(N) == 0


masks = st.lists(st.booleans(), min_size=N, max_size=N).map(some)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(masks, st.integers(0, 1000))
def test_some_of_some_are_those_of_both(mask, seed):
    run, rows = a_run(), np.flatnonzero(mask)
    rng = np.random.default_rng(seed)
    inner = np.sort(rng.permutation(len(rows))[: rng.integers(1, len(rows) + 1)])
    twice, once = run.where(mask).where(inner), run.where(rows[inner])
    np.testing.assert_array_equal(twice.logits(1), once.logits(1))
    np.testing.assert_array_equal(twice.labels, once.labels)
    np.testing.assert_array_equal(twice.groups["site"].codes, once.groups["site"].codes)
    assert twice.about == once.about


def test_the_order_of_examples_changes_nothing():
    order = RNG.permutation(N)
    same(a_run().where(order).metrics(), a_run().metrics(), atol=1e-6)
    # As groups are named, not numbered.
    swapped = {"site": Groups(SITES[::-1], 3 - SITE)}
    for name, part in a_run(groups=swapped).by_group().items():
        same(part.metrics(), a_run().by_group("site")[name].metrics(), rtol=0)


def test_groups_are_the_runs_of_their_examples():
    parts = a_run().by_group("site")
    assert [*parts] == ["north", "east", "south"]
    assert [part.name for part in parts.values()] == [*parts]
    for code, part in enumerate(parts.values()):
        alone = of_rows(np.flatnonzero(code == SITE))
        same(vars(part.reliability("class:b", 4)), vars(alone.reliability("class:b", 4)), atol=1e-6)
        same(vars(part.dots()), vars(alone.dots()), atol=1e-6)
        np.testing.assert_array_equal(part.logits(0), alone.logits(0))


@pytest.mark.slow
def test_errors_of_groups_are_those_of_the_runs_of_their_examples():
    for code, part in enumerate(a_run().by_group("site").values()):
        same(part.errors(), of_rows(np.flatnonzero(code == SITE)).errors(), atol=1e-6)


def test_groups_crossed_are_called_by_both_names():
    parts = a_run().by_group(["sex", "site"])
    assert [*parts][:3] == ["f, north", "f, east", "f, south"]
    for name, part in parts.items():
        sex, site = name.split(", ")
        is_in = ("fm".index(sex) == SEX) & (SITES.index(site) == SITE)
        np.testing.assert_array_equal(part.labels, LABELS[is_in])
    # One after the other is the same.
    again = a_run().by_group("site")["east"].by_group("sex")["m"]
    np.testing.assert_array_equal(again.logits(1), parts["m, east"].logits(1))


@pytest.mark.parametrize(
    ("groups", "given", "problem"),
    [
        ({}, (), "by: this run has no groups"),
        (GROUPS, (), "by: expected one of site, sex, or several, got none"),
        (GROUPS, ("sight",), "by: expected one of site, sex, got 'sight'; did you mean 'site'"),
        (GROUPS, ([],), "by: expected groupings, each once"),
        (GROUPS, (["sex", "sex"],), "by: expected groupings, each once"),
        (GROUPS, ("site", ["nort"]), "only: expected one of north, east, south, got 'nort'"),
        (GROUPS, ("site", ["nowhere"]), "only: expected one of north, east, south, got"),
        (GROUPS, ("site", ["east", "east"]), "only: expected groups, each once"),
        (GROUPS, ("site", []), "only: expected groups, each once"),
    ],
)
def test_groups_that_there_are_not_are_refused_in_one_line(groups, given, problem):
    with pytest.raises(SettingError) as caught:
        a_run(groups=groups).by_group(*given)
    assert str(caught.value).startswith(problem)
    assert "\n" not in str(caught.value)


def test_two_groups_of_one_name_are_refused():
    groups = {
        "one": Groups(("a, b", "a"), np.arange(N) % 2),
        "two": Groups(("c", "b, c"), np.arange(N) % 2),
    }
    with pytest.raises(SettingError, match="two groups are called 'a, b, c'"):
        a_run(groups=groups).by_group(["one", "two"])


def test_all_groups_are_computed_from_one_pass():
    run = a_run(Counted())
    parts = run.by_group("site")
    for part in parts.values():
        part.errors()
    assert run.snapshots.reads == [0, 1]
    # Groups of two sizes have different numbers of bins.
    run = a_run(Counted(), {"half": Groups(("few", "many"), np.minimum(np.arange(N) // 40, 1))})
    parts = run.by_group()
    told = []
    for part in parts.values():
        part.prepare(["confidence"], progress=lambda *step: told.append(step))
        part.reliability("confidence")
        part.dots("confidence")
    assert told == [(0, 2), (1, 2)]
    assert run.snapshots.reads == [0, 1]


def test_groups_of_more_classes_than_memory_has_room_for_take_several_passes(monkeypatch):
    from anim.run import selection

    monkeypatch.setattr(selection, "_MOST_ROWS", 7)
    run = a_run(Counted())
    accuracy = {name: part.metrics()["accuracy"] for name, part in run.by_group("site").items()}
    assert run.snapshots.reads == [0, 1] * 2
    for name, part in a_run().by_group("site").items():
        np.testing.assert_array_equal(accuracy[name], part.metrics()["accuracy"])


def test_a_snapshot_that_cannot_be_read_is_missing_in_each_group():
    run = a_run(Counted(broken={0}))
    with pytest.warns(UserWarning, match="snapshot 0 is damaged; it is left out") as told:
        parts = [part.metrics()["ece"] for part in run.by_group("site").values()]
    assert len(told) == 1
    assert [np.isfinite(ece).tolist() for ece in parts] == [[False, True]] * 3


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 3), min_size=N, max_size=N).map(np.array))
def test_groups_add_up_to_the_whole(codes):
    # Bins of equal width are the same program for any number of examples below this.
    run = a_run(groups={"site": Groups(SITES, codes)})
    parts = [run.by_group(only=[name])[name] for name in run.by_group()]
    assert sum(len(part.labels) for part in parts) == N
    dots = [np.asarray(part.labels) for part in parts]
    np.testing.assert_array_equal(np.sort(np.concatenate(dots)), np.sort(LABELS))


def test_sums_of_groups_are_those_of_the_whole():
    run = a_run()
    parts = run.by_group("site").values()
    for view in ("confidence", "class:c"):
        whole, found = run.reliability(view, 6), [part.reliability(view, 6) for part in parts]
        np.testing.assert_array_equal(sum(one.counts for one in found), whole.counts)
        np.testing.assert_array_equal(sum(one.hits for one in found), whole.hits)
    for name in ("accuracy", "nll", "brier"):
        mean = sum(part.metrics()[name] for part in parts) / 3
        np.testing.assert_allclose(mean, run.metrics()[name], rtol=1e-6)


def uneven(counts, weights=None):
    """A run whose groups have these sizes."""
    codes = np.repeat(np.arange(len(counts)), counts)
    return a_run(groups={"size": Groups(tuple("abcdefgh"[: len(counts)]), codes)}, weights=weights)


@pytest.mark.parametrize("has_weights", slow(False, True))
def test_curves_and_errors_of_groups_of_any_size_are_those_of_their_examples(has_weights):
    weights = RNG.integers(1, 4, N) / 2 if has_weights else None
    run = uneven([70, 50], weights)
    codes = run.groups["size"].codes
    for code, part in enumerate(run.by_group().values()):
        alone = run.where(codes == code)
        same(part.errors(), alone.errors(), atol=2e-6)
        np.testing.assert_allclose(part.curve(), alone.curve(), atol=1e-6)
        np.testing.assert_allclose(part.curve_band(), alone.curve_band(), atol=1e-6)
        for binning in ("width", "mass"):
            found, expected = (one.reliability(None, 6, binning) for one in (part, alone))
            same(vars(found), vars(expected), atol=1e-6)
            assert found.counts.dtype == expected.counts.dtype


def test_weights_of_groups_add_up_to_those_of_the_whole():
    weights = RNG.integers(1, 4, N) / 2
    run = a_run(weights=weights)
    parts = run.by_group("site").values()
    whole, found = run.reliability(bins=6), [part.reliability(bins=6) for part in parts]
    np.testing.assert_allclose(sum(one.counts for one in found), whole.counts, rtol=1e-9)
    np.testing.assert_allclose(sum(one.hits for one in found), whole.hits, rtol=1e-9)
    mean = sum(part.weights.sum() * part.metrics()["brier"] for part in parts) / weights.sum()
    np.testing.assert_allclose(mean, run.metrics()["brier"], rtol=1e-6)


def test_groups_of_many_sizes_share_their_programs(caplog):
    """A program for each size takes longer than anything else."""
    import jax

    def programs(counts):
        parts = uneven(counts).by_group()
        caplog.clear()
        with jax.log_compiles():
            for part in parts.values():
                part.errors()
                part.prepare(["confidence"])
        return sum("Finished XLA compilation" in one.getMessage() for one in caplog.records)

    programs([20] * 6)
    assert programs([31, 29, 23, 21, 11, 5]) == 0


def test_runs_without_scores_have_groups():
    run, labels = drawn(examples=N, classes=3)
    probs = [run.probs(i) for i in range(2)]
    kept = [{"confidence": one.max(1), "correct": one.argmax(1) == labels} for one in probs]
    run = anim.Run([0, 7], labels, kept, kind="confidence", classes=("a", "b", "c"), groups=GROUPS)
    for code, part in enumerate(run.by_group("site").values()):
        assert part.gap().shape == (2,)
        right = [one["correct"][code == SITE].mean() for one in kept]
        np.testing.assert_allclose(part.errors()["accuracy"], right)


@pytest.mark.slow
def test_recalibrated_groups_are_groups_of_the_recalibrated():
    raw, recalibrated = anim.calibrate(a_run().only([0]))
    for run in (raw, recalibrated):
        parts = run.by_group("sex")
        assert sum(len(part.labels) for part in parts.values()) == N // 2
        for part in parts.values():
            assert part.is_recalibrated == run.is_recalibrated
            assert np.isfinite(part.metrics()["ece"]).all()


def test_replicas_have_groups():
    replicas = anim.Replicas([a_run(), a_run()], "both")
    parts = replicas.by_group("sex")
    assert [*parts] == ["f", "m"]
    assert parts["m"].name == "m"
    assert [len(run.labels) for run in parts["m"]] == [60, 60]
    some = replicas.where(SEX == 1)
    assert some.name == "both"
    np.testing.assert_array_equal(some[1].labels, LABELS[SEX == 1])
