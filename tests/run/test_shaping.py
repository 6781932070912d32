"""Predictions for tokens and pixels, and a part of them that is drawn at random."""

import jax.numpy as jnp
import numpy as np
import pytest

import anim
from anim.errors import ElementError, RecordingError, SettingError
from anim.run.about import About
from anim.run.sampling import Sampling

TEXTS, TOKENS, K = 12, 9, 4
RNG = np.random.default_rng(3)
LABELS = RNG.integers(0, K, (TEXTS, TOKENS))
LOGITS = RNG.normal(size=(TEXTS, TOKENS, K)).astype(np.float32)
GIVEN = np.where(RNG.random(LABELS.shape) < 0.3, -100, LABELS)
FLAT = LOGITS.reshape(-1, K)


def from_torch(values):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    return torch.from_numpy(values)


def recorded(logits=LOGITS, labels=GIVEN, **options):
    with anim.Recorder(ignore=-100, **options) as recorder:
        recorder.snapshot(0, logits=logits, labels=labels)
    return recorder.run()


def in_batches(path, size, index=None, labels=GIVEN, **options):
    with anim.Recorder(path, ignore=-100, **options) as recorder:
        for step in range(2):
            with recorder.collecting(step) as part:
                for rows in np.split(np.arange(TEXTS) if index is None else index, TEXTS // size):
                    given = {} if index is None else {"index": rows}
                    part.add(logits=LOGITS[rows], labels=labels[rows], **given)
    return recorder.run()


@pytest.mark.parametrize(
    "convert", [np.asarray, jnp.asarray, pytest.param(from_torch, id="pytorch")]
)
def test_tokens_and_pixels_are_recorded_one_by_one(convert):
    expected = recorded(FLAT, GIVEN.ravel())
    for logits, options in ((LOGITS, {}), (np.moveaxis(LOGITS, 2, 1), {"class_axis": 1})):
        run = recorded(convert(np.ascontiguousarray(logits)), **options)
        np.testing.assert_array_equal(run.labels, expected.labels)
        np.testing.assert_array_equal(run.logits(0), expected.logits(0))
    with anim.Recorder(labels=GIVEN, ignore=-100, weights=np.arange(1, 13)) as recorder:
        recorder.snapshot(0, logits=convert(LOGITS))
    weights = np.repeat(np.arange(1, 13), TOKENS)[GIVEN.ravel() >= 0]
    np.testing.assert_array_equal(recorder.run().weights, weights)
    np.testing.assert_array_equal(recorder.run().logits(0), expected.logits(0))


def test_batches_of_texts_come_in_any_order(tmp_path):
    expected = recorded(FLAT, GIVEN.ravel())
    for run in (
        in_batches(tmp_path / "a", 3),
        in_batches(tmp_path / "b", 3, RNG.permutation(TEXTS)),
    ):
        np.testing.assert_array_equal(run.labels, expected.labels)
        np.testing.assert_array_equal(run.logits(1), expected.logits(0))


def test_wrong_elements_are_named_by_their_place_in_what_was_given():
    broken, (text, token) = LOGITS.copy(), np.argwhere(GIVEN >= 0)[40]
    broken[text, token, 2] = np.nan
    with pytest.raises(ElementError, match=rf"got nan at index \[{text}, {token}, 2\]"):
        recorded(broken)
    with pytest.raises(ElementError, match=rf"got nan at index \[{text}, 2, {token}\]"):
        recorded(np.moveaxis(broken, 2, 1), class_axis=1)
    wrong = GIVEN.copy()
    wrong[5, 6] = -7
    with pytest.raises(ElementError, match=r"got -7 at index \[5, 6\]"):
        recorded(labels=wrong)
    with pytest.raises(ElementError, match=r"got -7 at index \[5, 6\]"):
        anim.Recorder(labels=wrong, ignore=-100)
    recorder = anim.Recorder(ignore=-100)
    place = rf"nan at index \[{text}, {token}, 2\]"
    with pytest.raises(ElementError, match=place), recorder.collecting(0) as part:
        part.add(logits=broken[:text], labels=GIVEN[:text])
        part.add(logits=broken[text:], labels=GIVEN[text:])


def test_shapes_that_fit_twice_are_refused():
    square = RNG.normal(size=(5, 4, 4))
    with pytest.raises(SettingError, match="class_axis: expected 1 or -1"):
        recorded(square, labels=RNG.integers(0, 4, (5, 4)))
    run = recorded(square, labels=RNG.integers(0, 4, (5, 4)), class_axis=-1)
    np.testing.assert_array_equal(run.logits(0), square.reshape(-1, 4).astype(np.float32))
    with pytest.raises(SettingError, match=r"weights: expected shape \[12, 9\].* or \[12\]"):
        anim.Recorder(labels=LABELS, weights=np.ones(9))


def test_a_part_is_drawn_that_is_the_same_in_any_order(tmp_path):
    options = {"keep_fraction": 0.3, "seed": 5}
    order = RNG.permutation(TEXTS)
    expected = recorded(**options)
    drawn = np.flatnonzero(Sampling(0.3, 5).drawn(np.arange(GIVEN.size)))
    counts = GIVEN.ravel()[drawn] >= 0
    np.testing.assert_array_equal(expected.labels, GIVEN.ravel()[drawn][counts])
    np.testing.assert_array_equal(expected.logits(0), FLAT[drawn][counts])
    assert expected.about.caption == "30 % of the validation points, drawn at random"
    with anim.Recorder(labels=GIVEN, ignore=-100, **options) as recorder:
        recorder.snapshot(0, logits=LOGITS)
    shuffled = {"labels": GIVEN[order], "index": order, "process_count": 1}
    with anim.Recorder(ignore=-100, **shuffled, **options) as other:
        other.snapshot(0, logits=jnp.asarray(LOGITS[order]))
    for run in (
        recorder.run(),
        other.run(),
        in_batches(tmp_path / "a", 1, **options),
        in_batches(tmp_path / "b", 2, order, **options),
    ):
        np.testing.assert_array_equal(run.labels, expected.labels)
        np.testing.assert_array_equal(run.logits(len(run) - 1), expected.logits(0))
    assert recorded(keep_fraction=0.3, seed=6).labels.tolist() != expected.labels.tolist()


def test_a_part_is_drawn_again_as_it_was(tmp_path):
    place, half = tmp_path / "r", {"keep_fraction": 0.5, "seed": 3}
    recorded(path=place, about=About("texts"), **half)
    # As many examples as of another seed, which nothing else shows.
    count = Sampling(0.5, 3).drawn(np.arange(LABELS.size)).sum()
    seeds = (s for s in range(99) if Sampling(0.5, s).drawn(np.arange(LABELS.size)).sum() == count)
    other = next(seed for seed in seeds if seed != 3)
    for options, problem in (
        (
            {"keep_fraction": 0.5, "seed": other},
            f"=0.5, seed=3, got keep_fraction=0.5, seed={other}",
        ),
        ({"keep_fraction": 0.25, "seed": 3}, "=0.5, seed=3, got keep_fraction=0.25"),
        ({}, "recorded with keep_fraction=0.5, seed=3, got keep_fraction=1"),
    ):
        with pytest.raises(RecordingError, match=problem):
            anim.Recorder(place, resume=True, **options)
    with anim.Recorder(place, resume=True, class_axis=-1, **half) as recorder:
        recorder.snapshot(1, logits=LOGITS)
    run = anim.open(place)
    np.testing.assert_array_equal(run.logits(1), run.logits(0))
    assert run.about.caption == "texts, 50 % of the points, drawn at random"


def test_errors_of_what_is_drawn_name_what_was_given():
    text, token = divmod(int(np.flatnonzero(Sampling(0.5, 0).drawn(np.arange(99)))[20]), TOKENS)
    broken = LOGITS.copy()
    broken[text, token, 1] = np.inf
    with pytest.raises(ElementError, match=rf"got inf at index \[{text}, {token}, 1\]"):
        recorded(broken, labels=LABELS, keep_fraction=0.5)


def test_draws_are_even_and_do_not_depend_on_each_other():
    for fraction in (0.01, 0.5, 0.9):
        sampling, count = Sampling(fraction, 1), 200_000
        drawn = sampling.drawn(np.arange(count))
        assert abs(drawn.mean() - fraction) < 5 * np.sqrt(fraction * (1 - fraction) / count)
        pairs = (drawn[1:] & drawn[:-1]).mean()
        assert abs(pairs - fraction**2) < 0.005
        positions = np.flatnonzero(drawn)
        np.testing.assert_array_equal(sampling.ranks(positions), np.arange(len(positions)))
        assert sampling.position(50) == positions[50]
    for wrong in (0, -0.1, 1.5, "half", True, np.nan):
        with pytest.raises(SettingError, match=r"keep_fraction: expected a number in \(0, 1\]"):
            anim.Recorder(keep_fraction=wrong)
