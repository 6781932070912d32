"""What a recorder takes and what it keeps of it, in memory and on disk."""

import jax.numpy as jnp
import numpy as np
import pytest

import anim
from anim.errors import SettingError

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 500)
LOGITS = (RNG.normal(size=(500, 4)) * 3).astype(np.float32)


@pytest.fixture(params=["memory", "disk"])
def place(request, tmp_path):
    return None if request.param == "memory" else tmp_path / "run"


def recorded(place, *snapshots, **options):
    with anim.Recorder(place, labels=options.pop("labels", LABELS), **options) as recorder:
        for step, snapshot in enumerate(snapshots):
            recorder.snapshot(step, **snapshot)
    return recorder.run()


def softmax(logits):
    values = np.exp(logits - logits.max(1, keepdims=True, initial=-np.inf), dtype=np.float64)
    return values / values.sum(1, keepdims=True)


def test_an_array_may_be_changed_as_soon_as_snapshot_returns(place):
    mine = LOGITS.copy()
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=mine)
        mine[:] = 0
    np.testing.assert_array_equal(recorder.run().logits(0), LOGITS)


@pytest.mark.parametrize(
    "convert",
    [
        np.ndarray.tolist,
        lambda x: x.astype(np.float64),
        lambda x: x[:, ::-1].copy()[:, ::-1],
        jnp.asarray,
        lambda x: memoryview(x),
    ],
    ids=["list", "float64", "strided", "jax", "buffer"],
)
def test_anything_numpy_reads_is_an_array(convert):
    np.testing.assert_array_equal(recorded(None, {"logits": convert(LOGITS)}).logits(0), LOGITS)


def test_bfloat16_of_jax_is_read():
    half = jnp.asarray(LOGITS, jnp.bfloat16)
    run = recorded(None, {"logits": half})
    np.testing.assert_array_equal(run.logits(0), np.asarray(half, np.float32))


def test_what_only_speaks_dlpack_is_read():
    class Foreign:
        __array__ = None

        def __dlpack__(self, **options):
            return LOGITS.__dlpack__(**options)

        def __dlpack_device__(self):
            return LOGITS.__dlpack_device__()

    np.testing.assert_array_equal(recorded(None, {"logits": Foreign()}).logits(0), LOGITS)


def test_tensors_of_pytorch_are_read_with_grad_and_as_bfloat16():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    tensor = torch.tensor(LOGITS, requires_grad=True)
    labels = torch.tensor(LABELS)
    run = recorded(None, {"logits": tensor}, {"logits": tensor.bfloat16()}, labels=labels)
    np.testing.assert_array_equal(run.logits(0), LOGITS)
    np.testing.assert_allclose(run.logits(1), LOGITS, rtol=2**-8)


def test_float16_is_half_of_the_bytes_and_nearly_the_same(tmp_path):
    run = recorded(tmp_path / "half", {"logits": LOGITS}, keep="float16")
    recorded(tmp_path / "full", {"logits": LOGITS})
    sizes = [(tmp_path / name / "logits/c/0/0/0").stat().st_size for name in ("half", "full")]
    assert sizes[0] < 0.51 * sizes[1]
    assert run.logits(0).dtype == np.float32
    np.testing.assert_allclose(run.logits(0), LOGITS, rtol=2**-11)


def test_float16_refuses_what_it_cannot_hold():
    large = LOGITS.copy()
    large[7, 2] = 1e5
    with pytest.raises(ValueError, match=r"float16 can represent, got 100000.0 at index \[7, 2\]"):
        recorded(None, {"logits": large}, keep="float16")


def test_top_labels_give_the_same_confidence_view(place):
    probs = softmax(LOGITS).astype(np.float32)
    given = {"confidence": probs.max(1), "correct": probs.argmax(1) == LABELS}
    for run in (recorded(place, given), recorded(None, {"logits": LOGITS}, keep="top")):
        whole = recorded(None, {"logits": LOGITS})
        bins, expected = run.reliability(), whole.reliability()
        np.testing.assert_array_equal(bins.counts, expected.counts)
        np.testing.assert_array_equal(bins.hits, expected.hits)
        assert run.metrics().keys() == {"accuracy", "ece", "mce"}
        for name, values in run.metrics().items():
            np.testing.assert_allclose(values, whole.metrics()[name], atol=1e-6)


def test_top_labels_have_the_confidence_view_only_and_say_why(place):
    run = recorded(place, {"logits": LOGITS[:, :2]}, labels=LABELS % 2, keep="top")
    assert run.default_view() == "confidence"
    for view in ("score", "class:1"):
        with pytest.raises(SettingError, match="predicted class's confidence"):
            run.reliability(view)
    for method in (run.logits, run.probs):
        with pytest.raises(ValueError, match="no other score"):
            method(0)


def test_top_labels_of_very_many_classes_stay_small(tmp_path):
    labels = np.arange(200) * 500
    run = recorded(
        tmp_path / "run",
        {"confidence": np.full(200, 0.5), "correct": np.arange(200) % 2},
        labels=labels,
    )
    assert len(run.classes) == labels.max() + 1
    assert run.metrics()["ece"] == pytest.approx(0, abs=1e-6)
    assert sum(f.stat().st_size for f in (tmp_path / "run").rglob("*") if f.is_file()) < 100_000


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"confidence": np.full(500, 0.5)}, "got confidence"),
        ({"confidence": np.full(500, 1.5), "correct": np.ones(500)}, "got 1.5 at index 0"),
        ({"confidence": np.full(500, 0.5), "correct": np.full(500, 2)}, "got 2 at index 0"),
        (
            {"confidence": np.full(9, 0.5), "correct": np.ones(9)},
            r"expected shape \[500\], got \[9\]",
        ),
        ({"confidence": np.full(500, np.nan), "correct": np.ones(500)}, "finite"),
        ({"logits": LOGITS, "probs": LOGITS}, "got logits and probs"),
        ({"logits": LOGITS, "metrics": {"accuracy": 0.5}}, "train_accuracy"),
        ({"logits": LOGITS, "metrics": {"loss": "low"}}, "got 'low'"),
        ({"logits": LOGITS, "metrics": {"../loss": 1}}, "do not begin with"),
    ],
)
def test_a_wrong_snapshot_is_named_and_not_kept(place, given, problem):
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=LOGITS)
        with pytest.raises(ValueError, match=problem):
            recorder.snapshot(1, **given)
    assert recorder.run().steps.tolist() == [0]


def test_one_kind_of_snapshot_and_one_number_of_classes_to_a_run(place):
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(0, logits=LOGITS)
        with pytest.raises(ValueError, match="expected logits as in earlier snapshots, got probs"):
            recorder.snapshot(1, probs=softmax(LOGITS))
        with pytest.raises(ValueError, match="expected 4 classes, got 3"):
            recorder.snapshot(1, logits=LOGITS[:, :3])


def test_a_step_that_goes_back_or_repeats_is_refused(place):
    with anim.Recorder(place, labels=LABELS) as recorder:
        recorder.snapshot(5, logits=LOGITS)
        for step in (5, 3):
            with pytest.raises(ValueError, match=f"expected a step after 5, got {step}"):
                recorder.snapshot(step, logits=LOGITS)
        with pytest.raises(ValueError, match="step: expected a whole number"):
            recorder.snapshot(6.5, logits=LOGITS)


def test_a_snapshot_with_nan_raises_or_is_left_out_with_a_warning(place):
    bad = LOGITS.copy()
    bad[41, 1] = np.nan
    with pytest.raises(ValueError, match=r"got nan at index \[41, 1\]"):
        recorded(None, {"logits": bad})
    with pytest.warns(UserWarning, match="step 1 is skipped"):
        run = recorded(place, *({"logits": x} for x in (LOGITS, bad, LOGITS)), nan="skip")
    assert run.steps.tolist() == [0, 2]


def test_a_scalar_that_comes_late_or_not_always_is_nan_where_it_is_missing(place):
    metrics = [{}, {"train/loss": jnp.float32(0.5)}, {"lr": 0.1}, {"lr": 0.2, "train/loss": 0.25}]
    run = recorded(place, *({"logits": LOGITS, "metrics": m} for m in metrics))
    np.testing.assert_array_equal(run.metrics()["train/loss"], [np.nan, 0.5, np.nan, 0.25])
    np.testing.assert_array_equal(run.metrics()["lr"], [np.nan, np.nan, 0.1, 0.2])


def test_binary_outputs_are_the_score_of_class_1():
    labels, logit = LABELS % 2, LOGITS[:, 0]
    for given in (logit, logit[:, None]):
        run = recorded(None, {"logits": given}, labels=labels)
        np.testing.assert_allclose(run.probs(0)[:, 1], 1 / (1 + np.exp(-logit)), atol=1e-6)
    run = recorded(None, {"probs": 1 / (1 + np.exp(-logit))}, labels=labels)
    np.testing.assert_allclose(run.probs(0)[:, 1], 1 / (1 + np.exp(-logit)), atol=1e-6)


def test_one_hot_labels_are_labels():
    run = recorded(None, {"logits": LOGITS}, labels=np.eye(4)[LABELS])
    np.testing.assert_array_equal(run.labels, LABELS)


def test_names_are_labels_where_classes_tell_their_order():
    names = np.array(["ant", "bee", "cat", "dog"])
    for labels in (names[LABELS], names[LABELS].tolist(), names[LABELS].astype(object)):
        run = recorded(None, {"logits": LOGITS}, labels=labels, classes=names)
        np.testing.assert_array_equal(run.labels, LABELS)
    with pytest.raises(ValueError, match=r"expected one of ant, bee, cat, got 'dog' at index"):
        anim.Recorder(labels=names[LABELS], classes=names[:3])
    with pytest.raises(ValueError, match="names need classes="):
        anim.Recorder(labels=names[LABELS])


def test_probs_passed_as_logits_are_warned_of_once():
    probs = softmax(LOGITS)
    with pytest.warns(UserWarning, match="pass probs=") as caught:
        recorded(None, *({"logits": probs} for _ in range(3)))
    assert len(caught) == 1
    assert caught[0].filename == __file__
