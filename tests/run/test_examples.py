"""What is no example, weights and groups: recorded, read, compared."""

import json

import jax.numpy as jnp
import numpy as np
import pytest

import anim
from anim.errors import ElementError, RecordingError, SettingError
from tests.support.buckets import BUCKET

N, K = 120, 3
RNG = np.random.default_rng(7)
LABELS = RNG.integers(0, K, N)
LOGITS = RNG.normal(size=(2, N, K)).astype(np.float32)
IGNORED = RNG.random(N) < 0.3
GIVEN = np.where(IGNORED, -100, LABELS)
WEIGHTS = RNG.uniform(0.5, 3, N)
SITES = np.array(["north", "south", "east"])[RNG.integers(0, 3, N)]


@pytest.fixture(params=["memory", "folder", "bucket"])
def place(request, tmp_path):
    urls = {
        "memory": None,
        "folder": tmp_path / "r",
        "bucket": f"memory://{BUCKET}/{tmp_path.name}",
    }
    return urls[request.param]


def recorded(place, logits=LOGITS, **options):
    with anim.Recorder(place, **options) as recorder:
        for step, values in enumerate(logits):
            recorder.snapshot(step, logits=values)
    return recorder.run()


def check_like(run, expected):
    np.testing.assert_array_equal(run.labels, expected.labels)
    for name, values in expected.metrics().items():
        np.testing.assert_array_equal(run.metrics()[name], values, err_msg=name)
    for i in range(len(expected)):
        np.testing.assert_array_equal(run.probs(i), expected.probs(i))


def test_what_is_ignored_or_masked_is_as_if_it_were_not_there(place):
    rest = recorded(None, LOGITS[:, ~IGNORED], labels=LABELS[~IGNORED])
    broken = LOGITS.copy()
    broken[:, IGNORED] = np.nan
    options = {} if place is None else {"overwrite": True}
    check_like(recorded(place, broken, labels=GIVEN, ignore=-100, **options), rest)
    check_like(recorded(place, broken, labels=LABELS, mask=~IGNORED, **options), rest)
    check_like(recorded(place, broken, labels=GIVEN, ignore=[255, -100], **options), rest)


def test_top_and_stated_confidences_leave_out_what_is_ignored(tmp_path):
    broken = LOGITS.copy()
    broken[:, IGNORED] = np.inf
    for dtype in (np.float32, np.float64):
        given = {"labels": GIVEN, "ignore": -100, "keep": "top", "overwrite": True}
        run = recorded(tmp_path / "r", broken.astype(dtype), **given)
        rest = recorded(None, LOGITS[:, ~IGNORED], labels=LABELS[~IGNORED], keep="top")
        for name, values in rest.metrics().items():
            np.testing.assert_allclose(run.metrics()[name], values, rtol=1e-6, err_msg=name)
    confidence = np.where(IGNORED, np.nan, 0.75)
    correct = np.where(IGNORED, -1, LABELS == 1)
    with anim.Recorder(labels=GIVEN, ignore=-100) as recorder:
        recorder.snapshot(0, confidence=confidence, correct=correct)
    assert recorder.run().metrics()["accuracy"] == (LABELS[~IGNORED] == 1).mean()


def test_labels_of_masked_rows_are_not_looked_at():
    names = np.array(["a", "b", "c"])[LABELS]
    for labels, options in {
        "negative": (np.where(IGNORED, -7, LABELS), {}),
        "missing": (np.where(IGNORED, np.nan, LABELS), {}),
        "none": (np.where(IGNORED, None, names), {"classes": ["a", "b", "c"]}),
    }.values():
        run = recorded(None, labels=labels, mask=~IGNORED, **options)
        np.testing.assert_array_equal(run.labels, LABELS[~IGNORED])
    wrong = LABELS.copy()
    wrong[np.flatnonzero(~IGNORED)[9]] = -5
    with pytest.raises(ElementError, match=f"got -5 at index {np.flatnonzero(~IGNORED)[9]}"):
        anim.Recorder(labels=wrong, mask=~IGNORED)
    with pytest.raises(ValueError, match=r"\(ignore=255 leaves these out\), got 255 at index"):
        recorded(None, labels=np.where(IGNORED, 255, LABELS))


def test_names_and_rows_of_probabilities_can_be_ignored():
    names = np.where(IGNORED, "pad", np.array(["a", "b", "c"])[LABELS])
    probs = np.exp(LOGITS) / np.exp(LOGITS).sum(2, keepdims=True)
    probs[:, IGNORED] = 7
    with anim.Recorder(labels=names, classes=["a", "b", "c"], ignore="pad") as recorder:
        recorder.snapshot(0, probs=probs[0])
    np.testing.assert_array_equal(recorder.run().labels, LABELS[~IGNORED])


def test_batches_bring_what_is_known_of_examples(tmp_path):
    whole = recorded(None, labels=GIVEN, ignore=-100, weights=WEIGHTS, groups={"site": SITES})
    order = np.array_split(RNG.permutation(N), 7)
    with anim.Recorder(tmp_path / "r", ignore=-100) as recorder:
        for step, logits in enumerate(LOGITS):
            with recorder.collecting(step) as part:
                for rows in order:
                    given = {"labels": GIVEN[rows], "index": rows}
                    given |= {"weights": WEIGHTS[rows], "groups": {"site": SITES[rows]}}
                    part.add(logits=jnp.asarray(logits[rows]), **given)
    run = anim.open(tmp_path / "r")
    np.testing.assert_array_equal(run.labels, whole.labels)
    np.testing.assert_array_equal(run.weights, whole.weights)
    for one in (run, whole):
        names = np.array(one.groups["site"].names)
        assert names.tolist() == ["east", "north", "south"]
        np.testing.assert_array_equal(names[one.groups["site"].codes], SITES[~IGNORED])


def test_weights_and_groups_lie_beside_labels(place):
    if place is None:
        return
    weights = np.where(IGNORED, 0, WEIGHTS)
    groups = {"a site/1": SITES, "age": RNG.integers(8, 12, N)}
    recorded(place, labels=LABELS, weights=weights, groups=groups)
    run = anim.open(place)
    np.testing.assert_array_equal(run.labels, LABELS[~IGNORED])
    np.testing.assert_array_equal(run.weights, WEIGHTS[~IGNORED])
    assert list(run.groups) == ["a site/1", "age"]
    assert run.groups["age"].names == ("8", "9", "10", "11")
    with anim.Recorder(place, labels=LABELS, weights=weights, resume=True) as recorder:
        recorder.snapshot(9, logits=LOGITS[0])
        with pytest.raises(SettingError, match="weights: expected the same as before, got others"):
            recorder.snapshot(10, logits=LOGITS[0], labels=LABELS, weights=weights * 2)
    assert anim.open(place).steps.tolist() == [0, 1, 9]
    with pytest.raises(RecordingError, match="was recorded with different weights"):
        anim.Recorder(place, labels=LABELS, weights=weights * 2, resume=True)
    with pytest.raises(RecordingError, match="was recorded with different groups"):
        given = {"labels": LABELS, "weights": weights, "groups": {"age": np.full(N, 3)}}
        anim.Recorder(place, **given, resume=True)


def test_only_recordings_with_weights_have_another_schema(tmp_path):
    for name, options in {"plain": {"groups": SITES}, "weighted": {"weights": WEIGHTS}}.items():
        recorded(tmp_path / name, labels=LABELS, **options)
        attributes = json.loads((tmp_path / name / "zarr.json").read_text())["attributes"]["anim"]
        assert attributes["schema"] == (3 if name == "weighted" else 2)


def test_what_is_ignored_stays_so(tmp_path):
    with anim.Recorder(ignore=-100) as recorder:
        recorder.snapshot(0, logits=LOGITS[0], labels=GIVEN)
        with pytest.raises(SettingError, match=r"expected no example at index \d+ as before"):
            recorder.snapshot(1, logits=LOGITS[1], labels=LABELS)
        broken = LOGITS[1].copy()
        broken[np.flatnonzero(~IGNORED)[5], 1] = np.nan
        with pytest.raises(ElementError, match="finite") as caught:
            recorder.snapshot(1, logits=broken)
        assert caught.value.index == (np.flatnonzero(~IGNORED)[5], 1)
    with pytest.raises(ElementError, match=r"\(ignore=-100 leaves these out\), got -100 at index"):
        anim.Recorder(labels=GIVEN)
    for options in ({"ignore": -100}, {"mask": np.zeros(N, bool)}, {"weights": np.zeros(N)}):
        labels = np.full(N, -100) if "ignore" in options else LABELS
        recorder = anim.Recorder(**({"ignore": -100} if "ignore" in options else {}))
        known = {name: values for name, values in options.items() if name != "ignore"}
        with pytest.raises(ValueError, match="at least one example that counts, got none: all"):
            recorder.snapshot(0, logits=LOGITS[0], labels=labels, **known)


def test_what_is_wrong_with_examples_is_said():
    for options, problem in {
        "mask": (
            {"mask": np.ones(3)},
            r"mask: expected shape \[120\], as of the labels, got \[3\]",
        ),
        "value": ({"mask": np.full(N, 2)}, "mask: expected true for examples, or false, got 2"),
        "long": ({"weights": np.ones(3)}, r"weights: expected shape \[120\], got \[3\]"),
        "below": ({"weights": -WEIGHTS}, "weights: expected finite numbers >= 0, got -"),
        "groups": ({"groups": ["a"]}, "groups: expected 120 names, as many as labels"),
        "ids": ({"groups": [{}] * N}, "expected a name for each example, got {}"),
        "part": (
            {"keep_fraction": 1e-9},
            "keep_fraction: expected a part of 120 examples, got none",
        ),
        "ignore": ({"ignore": [None]}, "ignore: expected labels, got None"),
    }.values():
        with pytest.raises(ValueError, match=problem):
            anim.Recorder(labels=LABELS, **options)
    with pytest.raises(SettingError, match="weights: expected labels= in the same call, got none"):
        anim.Recorder(weights=WEIGHTS)
    recorder = anim.Recorder()
    with pytest.raises(SettingError, match="each batch alike"), recorder.collecting(0) as part:
        part.add(logits=LOGITS[0, :60], labels=LABELS[:60], weights=WEIGHTS[:60])
        part.add(logits=LOGITS[0, 60:], labels=LABELS[60:])


def test_missing_names_of_groups_are_a_group():
    groups = [None, np.nan, "b", "a", 3.0, "10", "9"]
    run = anim.Recorder(labels=[0, 1, 0, 1, 0, 1, 0], groups=groups)
    run.snapshot(0, logits=np.zeros((7, 2)))
    assert run.run().groups["group"].names == ("3", "9", "10", "a", "b", "(none)")


@pytest.mark.parametrize("name", [".", "..", "", 1, "zarr.json", "a\nb", "\ud800", "x" * 300])
def test_groupings_that_no_folder_can_have_are_refused(name, tmp_path):
    with pytest.raises(SettingError, match="name"):
        anim.Recorder(tmp_path / "r", labels=LABELS, groups={name: SITES})
    assert not (tmp_path / "r").exists()


def test_groups_are_on_disk_as_in_memory(tmp_path):
    groups = ["a\u200b", "a", "b\x00", "b", float("nan"), None] * (N // 6)
    options = {"labels": LABELS, "groups": groups}
    kept, opened = recorded(None, **options), recorded(tmp_path / "r", **options)
    assert kept.groups["group"].names == ("a", "b", "b ", "(none)")
    assert opened.groups["group"].names == kept.groups["group"].names
    np.testing.assert_array_equal(opened.groups["group"].codes, kept.groups["group"].codes)


def test_columns_of_tables_are_groupings_and_lack_values():
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    polars = pytest.importorskip("polars")
    sites = [None if site == "east" else site for site in SITES.tolist()]
    half = {"labels": LABELS, "keep_fraction": 0.5}
    expected = recorded(None, groups={"site": sites}, **half).groups["site"]
    for table in (
        pandas.DataFrame({"site": pandas.Series(sites, dtype="string")}),
        polars.DataFrame({"site": sites}),
        pyarrow.table({"site": sites}),
    ):
        found = recorded(None, groups=table, **half).groups["site"]
        assert found.names == expected.names == ("north", "south", "(none)")
        np.testing.assert_array_equal(found.codes, expected.codes)
    of_texts = anim.Recorder(labels=np.zeros((N, 2), int), groups=pandas.DataFrame({"site": SITES}))
    of_texts.snapshot(0, logits=np.zeros((N, 2, K)))
    np.testing.assert_array_equal(
        of_texts.run().groups["site"].codes[::2], np.unique(SITES, return_inverse=True)[1]
    )
    with pytest.raises(ElementError, match="mask: expected true for examples, or false"):
        anim.Recorder(labels=LABELS, mask=pandas.Series([True, None] * (N // 2), dtype="boolean"))


def test_labels_may_come_again_without_weights_of_zero(place):
    weights = np.where(IGNORED, 0, WEIGHTS)
    with anim.Recorder(place, weights=weights, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=LOGITS[0], labels=LABELS)
        with recorder.collecting(1) as part:
            for rows in (slice(0, 50), slice(50, N)):
                part.add(logits=LOGITS[1, rows], labels=LABELS[rows])
    run = recorder.run()
    np.testing.assert_array_equal(run.weights, WEIGHTS[~IGNORED])
    if place is not None:
        with anim.Recorder(place, labels=LABELS, resume=True) as recorder:
            recorder.snapshot(2, logits=LOGITS[0], labels=LABELS)
        np.testing.assert_array_equal(anim.open(place).labels, LABELS[~IGNORED])
        changed = LABELS.copy()
        changed[np.flatnonzero(~IGNORED)[0]] += 1
        with pytest.raises(RecordingError, match="recorded with different labels"):
            anim.Recorder(place, labels=changed, resume=True)


def test_what_is_ignored_may_be_an_array_of_one():
    for ignore in (jnp.array(-100), np.array([-100]), np.int64(-100)):
        run = recorded(None, labels=GIVEN, ignore=ignore)
        np.testing.assert_array_equal(run.labels, LABELS[~IGNORED])


def test_stated_confidences_need_no_labels(tmp_path):
    confidence, correct = RNG.random(N), LABELS == 1
    weights, order = WEIGHTS, RNG.permutation(N)
    with anim.Recorder() as recorder:
        recorder.snapshot(0, confidence=confidence, correct=correct, weights=weights, groups=SITES)
    expected = recorder.run()
    with anim.Recorder(tmp_path / "r", index=order) as recorder:
        for step in range(2):
            with recorder.collecting(step) as part:
                for rows in (slice(0, 70), slice(70, N)):
                    own = order[rows]
                    known = {"weights": weights[own], "groups": SITES[own]}
                    part.add(confidence=confidence[own], correct=correct[own], **known)
    run = recorder.run()
    np.testing.assert_array_equal(run.weights, expected.weights)
    for i in range(2):
        assert run.metrics()["accuracy"][i] == expected.metrics()["accuracy"][0]
    shape = (N // 10, 10)
    with anim.Recorder() as recorder:
        recorder.snapshot(0, confidence=confidence.reshape(shape), correct=correct.reshape(shape))
        with recorder.collecting(1) as part:
            part.add(confidence=confidence.reshape(shape), correct=correct.reshape(shape))
    assert recorder.run().metrics()["accuracy"].tolist() == [correct.mean()] * 2


def test_what_has_no_example_is_refused_at_once(place):
    recorder = anim.Recorder(place, mask=np.zeros(N), labels=LABELS)
    with pytest.raises(SettingError, match="at least one example that counts, got none"):
        recorder.snapshot(0, logits=LOGITS[0])
    recorder.close()
    recorder = anim.Recorder(place, ignore=-100)
    with pytest.raises(SettingError, match="at least one example"), recorder.collecting(0) as part:
        part.add(logits=LOGITS[0], labels=np.full(N, -100))
    recorder.close()
