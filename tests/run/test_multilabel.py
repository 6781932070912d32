"""Examples that may have several labels, each with a sigmoid."""

import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.calibration import calibration_curve

import anim
from anim import calibration
from anim.compose import views_to_choose
from anim.errors import RecordingError, SettingError
from anim.settings import Picture

# As many labels in all as reports have examples: a shape is compiled once.
N, L = 150, 4
NAMES = ["cat", "ant", "dog", "bee"]
RNG = np.random.default_rng(11)
LOGITS = RNG.normal(size=(2, N, L)).astype(np.float32)
SIGMOIDS = 1 / (1 + np.exp(-LOGITS.astype(np.float64)))
LABELS = (RNG.random((N, L)) < SIGMOIDS[1]).astype(int)


def from_torch(values):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    return torch.from_numpy(values)


def recorded(path=None, logits=LOGITS, **options):
    given = {"labels": LABELS, "classes": NAMES, "multilabel": True, **options}
    with anim.Recorder(path, **given) as recorder:
        for step, values in enumerate(logits):
            recorder.snapshot(step, logits=values)
    return recorder.run()


def test_pooled_labels_are_those_of_all_examples(tmp_path):
    run = recorded(tmp_path / "r")
    opened = anim.open(tmp_path / "r")
    for one in (run, opened):
        assert one.default_view() == "pooled"
        bins = one.reliability(bins=10)
        for i, scores in enumerate(SIGMOIDS):
            np.testing.assert_array_equal(
                bins.counts[i], np.histogram(scores.astype(np.float32), 10, (0, 1))[0]
            )
            share, _ = calibration_curve(LABELS.ravel(), scores.ravel(), n_bins=10)
            np.testing.assert_allclose(bins.accuracy[i][bins.counts[i] > 0], share)
        accuracy = ((SIGMOIDS >= 0.5) == LABELS).mean((1, 2))
        np.testing.assert_allclose(one.metrics()["accuracy"], accuracy)


def test_each_label_has_a_view_and_an_error(tmp_path):
    run = recorded(tmp_path / "r")
    errors = run.errors()
    for k, name in enumerate(NAMES):
        of_label = run.reliability(f"label:{name}", bins=5)
        share, _ = calibration_curve(LABELS[:, k], SIGMOIDS[1, :, k], n_bins=5)
        np.testing.assert_allclose(of_label.accuracy[1][of_label.counts[1] > 0], share)
        counts, edges = np.histogram(SIGMOIDS[1, :, k], 15, (0, 1))
        bins = np.digitize(SIGMOIDS[1, :, k], edges[1:-1])
        off = np.bincount(bins, LABELS[:, k] - SIGMOIDS[1, :, k], 15)
        np.testing.assert_allclose(
            run.label_errors()[name][1], np.abs(off).sum() / counts.sum(), atol=1e-6
        )
    macro = np.mean(list(run.label_errors().values()), axis=0)
    np.testing.assert_allclose(errors["macro_ece"], macro)
    assert list(run.by_group("label")) == NAMES
    with pytest.raises(SettingError, match="view: expected one of cat, ant, dog, bee, got 'cow'"):
        run.reliability("label:cow")


@pytest.mark.parametrize("convert", [jnp.asarray, pytest.param(from_torch, id="pytorch")])
def test_batches_of_several_labels(convert, tmp_path):
    whole = recorded()
    order = np.array_split(RNG.permutation(N), 5)
    with anim.Recorder(tmp_path / "r", classes=NAMES, multilabel=True) as recorder:
        for step, logits in enumerate(LOGITS):
            with recorder.collecting(step) as part:
                for rows in order:
                    labels = convert(LABELS[rows].astype(np.float32))
                    part.add(logits=convert(logits[rows]), labels=labels, index=rows)
    run = anim.open(tmp_path / "r")
    np.testing.assert_array_equal(run.labels, whole.labels)
    np.testing.assert_array_equal(run.logits(1), whole.logits(1))
    assert run.groups["label"].names == tuple(NAMES)


def test_labels_that_are_not_known_and_weights_of_examples():
    unknown = np.where(RNG.random((N, L)) < 0.2, -1, LABELS)
    weights = RNG.uniform(1, 2, N)
    run = recorded(labels=unknown, ignore=-1, weights=weights)
    np.testing.assert_array_equal(run.labels, unknown[unknown >= 0])
    np.testing.assert_array_equal(run.weights, np.repeat(weights, L)[unknown.ravel() >= 0])
    one = run.of_view("label:dog")
    np.testing.assert_array_equal(one.labels, unknown[:, 2][unknown[:, 2] >= 0])


def test_arrays_in_memory_may_have_several_labels():
    run = anim.from_arrays([0, 1], LABELS, logits=LOGITS, classes=NAMES, multilabel=True)
    np.testing.assert_array_equal(run.logits(1), recorded().logits(1))
    assert run.label_errors().keys() == set(NAMES)


def test_what_is_no_multilabel_model_is_refused():
    softmax = np.exp(LOGITS) / np.exp(LOGITS).sum(2, keepdims=True)
    recorder = anim.Recorder(labels=LABELS, multilabel=True)
    with pytest.raises(SettingError, match="probs: expected a sigmoid for each label, got rows"):
        recorder.snapshot(0, probs=softmax[0])
    recorder.snapshot(0, probs=SIGMOIDS[0])
    with pytest.raises(SettingError, match=r"logits: expected shape \[N, L\].*, got \[150\]"):
        recorder.snapshot(1, logits=LOGITS[0, :, 0])
    with pytest.raises(SettingError, match=r"labels: expected shape \[N, 4\] with multilabel"):
        anim.Recorder(labels=LABELS[:, :3], classes=NAMES, multilabel=True)
    with pytest.raises(ValueError, match=r"integers in \[0, 2\) .*, got 2 at index \[3, 1\]"):
        wrong = LABELS.copy()
        wrong[3, 1] = 2
        anim.Recorder(labels=wrong, multilabel=True)
    with pytest.raises(ValueError, match="several labels for one example, pass multilabel=True"):
        recorded(multilabel=False, classes=None)
    # Of a shape that reports have, too.
    # Classes may be called as those of each label are.
    given = {"logits": np.zeros((1, 600, 2)), "classes": ["no", "yes"]}
    plain = anim.from_arrays([0], np.arange(600) % 2, **given)
    assert views_to_choose([plain], Picture()) == ["score", "confidence"]
    assert views_to_choose([recorded()], Picture())[0] == "pooled"
    with pytest.raises(SettingError, match="expected a run of several labels for 'label:cat'"):
        plain.reliability("label:cat")
    with pytest.raises(SettingError, match="pooled is for several labels"):
        plain.reliability("pooled")
    assert "macro_ece" not in plain.errors()


def test_a_picture_shows_all_labels_or_one(tmp_path):
    run = recorded()
    anim.animate(run, tmp_path / "all.svg")
    assert "how likely it says a label is" in (tmp_path / "all.svg").read_text()
    anim.animate(run, tmp_path / "one.svg", view="label:ant")
    assert "how likely it says “ant” is" in (tmp_path / "one.svg").read_text()
    scores = calibration.view_of("label:ant", ("no", "yes"))
    assert scores.name == "label:ant"


def test_the_grouping_of_labels_is_not_replaced():
    with pytest.raises(SettingError, match="groups: expected another name than 'label'"):
        recorded(groups={"label": np.arange(N) % 2})


def test_a_recording_of_several_labels_is_continued_as_one(tmp_path):
    place = tmp_path / "r"
    recorded(place)
    for options in ({"labels": LABELS}, {"classes": NAMES}, {}):
        with anim.Recorder(place, multilabel=True, resume=0, **options) as recorder:
            with pytest.raises(SettingError, match=r"expected shape \[N, 4\] with multilabel=True"):
                recorder.snapshot(5, logits=LOGITS[1].reshape(-1, 5))
            recorder.snapshot(5, logits=LOGITS[1])
        assert list(anim.open(place).by_group("label")) == NAMES
    for options, problem in (
        ({"multilabel": True, "classes": NAMES[::-1]}, "classes: expected cat, ant, dog, bee as"),
        ({}, "multilabel: expected True, as in the recording, got False"),
    ):
        with pytest.raises(RecordingError, match=problem):
            anim.Recorder(place, resume=True, **options)
    with anim.Recorder(place, labels=LABELS.ravel(), overwrite=True) as recorder:
        recorder.snapshot(0, logits=LOGITS[0].ravel())
    with pytest.raises(RecordingError, match="multilabel: expected False, as in the recording"):
        anim.Recorder(place, multilabel=True, resume=True)


@pytest.mark.slow
def test_numbers_are_those_of_torchmetrics():
    metrics = pytest.importorskip("torchmetrics.classification", reason="it is not installed")
    unknown = np.where(RNG.random((N, L)) < 0.3, -1, LABELS)
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    probs = torch.tensor(SIGMOIDS[1].astype(np.float32))
    for ignore in (None, -1):
        labels = LABELS if ignore is None else unknown
        truth = torch.tensor(labels)
        run = recorded(labels=labels, ignore=ignore)
        micro = metrics.MultilabelAccuracy(L, average="micro", ignore_index=ignore)
        accuracy = run.metrics()["accuracy"][1]
        assert accuracy == pytest.approx(float(micro(probs, truth)), abs=1e-6)
        for k, name in enumerate(NAMES):
            error = metrics.BinaryCalibrationError(15, norm="l1", ignore_index=ignore)
            found = float(error(probs[:, k], truth[:, k]))
            assert run.label_errors()[name][1] == pytest.approx(found, abs=1e-6)
