"""Models of tokens and pixels are recorded one example for each of these."""

import numpy as np
import pytest

import anim
from anim.errors import SettingError
from anim.integrations.flattening import Flattening

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from anim.integrations.base import CallbackRecorder  # noqa: E402
from anim.integrations.torch import Snapshots, predictions_of  # noqa: E402

# Third-party packages warn about each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")
RNG = np.random.default_rng(0)
IMAGES = torch.tensor(RNG.normal(size=(6, 2, 5, 7)).astype(np.float32))
PIXELS = torch.tensor(RNG.integers(0, 3, (6, 5, 7)))
TEXTS, TAGS = torch.tensor(RNG.integers(0, 9, (6, 4))), torch.tensor(RNG.integers(0, 3, (6, 4)))


def batched(x, y, size=4):
    """Batches of which the last one is smaller."""
    return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]


def recorded(model, batches, step=0, **options):
    snapshots = Snapshots(None, model, batches, on_error="raise", **options)
    snapshots(step)
    return snapshots.run()


def rows_of(scores, axis=1):
    """Scores with one row for each example, by NumPy."""
    moved = np.moveaxis(scores.detach().numpy(), axis, -1)
    return moved.reshape(-1, moved.shape[-1])


def test_images_are_recorded_pixel_by_pixel():
    model = torch.nn.Conv2d(2, 3, 1)
    run = recorded(model, batched(IMAGES, PIXELS))
    np.testing.assert_array_equal(run.labels, PIXELS.reshape(-1))
    np.testing.assert_allclose(run.snapshots[0]["logits"], rows_of(model(IMAGES)), atol=1e-6)


def test_texts_are_recorded_token_by_token():
    model = torch.nn.Embedding(9, 3)
    run = recorded(model, batched(TEXTS, TAGS))
    np.testing.assert_array_equal(run.labels, TAGS.reshape(-1))
    np.testing.assert_allclose(run.snapshots[0]["logits"], rows_of(model(TEXTS), 2), atol=1e-6)


def test_batches_of_texts_may_have_several_lengths():
    batches = [*batched(TEXTS, TAGS), *batched(TEXTS[:, :2], TAGS[:, :2])]
    run = recorded(torch.nn.Embedding(9, 3), batches)
    np.testing.assert_array_equal(run.labels, np.r_[TAGS.reshape(-1), TAGS[:, :2].reshape(-1)])


def test_a_binary_model_of_pixels_may_have_an_axis_of_length_1_or_none():
    model, labels = torch.nn.Conv2d(2, 1, 1), (PIXELS > 0).long()
    run = recorded(model, batched(IMAGES, labels))
    without = recorded(torch.nn.Sequential(model, torch.nn.Flatten(1, 2)), batched(IMAGES, labels))
    for one in (run, without):
        np.testing.assert_array_equal(one.labels, labels.reshape(-1))
        logits = model(IMAGES).detach().numpy().reshape(-1)
        np.testing.assert_allclose(one.snapshots[0]["logits"][:, 1], logits, atol=1e-6)


def test_a_sigmoid_of_pixels_gives_probabilities():
    model = torch.nn.Sequential(torch.nn.Conv2d(2, 1, 1), torch.nn.Sigmoid())
    run = recorded(model, batched(IMAGES, (PIXELS > 0).long()))
    assert run.kind == "probs"


def test_class_axis_says_which_of_two_axes_has_the_classes():
    model, labels = torch.nn.Conv1d(2, 3, 1), PIXELS[:, 0, :3]
    batches = batched(IMAGES[:, :, 0, :3], labels)
    with pytest.raises(SettingError, match="class_axis: expected 1 or -1 with labels of shape"):
        recorded(model, batches)
    run = recorded(model, batches, class_axis=1)
    expected = rows_of(model(IMAGES[:, :, 0, :3]))
    np.testing.assert_allclose(run.snapshots[0]["logits"], expected, atol=1e-6)


def test_an_error_names_the_pixel():
    wrong = PIXELS.clone()
    wrong[5, 2, 3] = 7
    with pytest.raises(ValueError, match=r"labels: expected integers in .*, got 7 at index"):
        recorded(torch.nn.Conv2d(2, 3, 1), batched(IMAGES, wrong), keep="top")
    images = IMAGES.clone()
    images[5, :, 2, 3] = torch.nan
    with pytest.raises(ValueError, match=r"got nan at index \[5, 0, 2, 3\]$"):
        recorded(torch.nn.Conv2d(2, 3, 1), batched(images, PIXELS))


def test_scores_of_a_whole_loader_keep_their_shape():
    scores, labels = predictions_of(torch.nn.Conv2d(2, 3, 1), batched(IMAGES, PIXELS))
    assert scores.shape == (6, 3, 5, 7) and labels.shape == (6, 5, 7)


def test_labels_that_are_known_say_the_shape_of_those_of_a_batch():
    weights = RNG.random((6, 5, 7))
    flat = Flattening(PIXELS.numpy(), {"weights": weights, "keep": "top"})
    np.testing.assert_array_equal(flat.labels, PIXELS.reshape(-1))
    np.testing.assert_array_equal(flat.options["weights"], weights.reshape(-1))
    assert flat.options["keep"] == "top"
    found, none = flat.batch(np.zeros((2, 5, 7, 3)), None)
    assert found.shape == (70, 3) and none is None
    with pytest.raises(SettingError, match=r"expected shape \[2, 5, 7, K\] or \[2, K, 5, 7\]"):
        flat.batch(np.zeros((2, 5, 8, 3)), None)
    with pytest.raises(SettingError, match=r"expected shape \[2, K\] for labels of shape \[2\]"):
        Flattening(np.zeros(6, int), {}).batch(np.zeros((2, 5, 3)), None)


def test_rows_of_several_processes_have_one_label():
    with pytest.raises(SettingError, match="expected one label for each example in several proc"):
        Flattening(None, {}).batch(np.zeros((2, 5, 3)), np.zeros((2, 5), int), has_positions=True)
    plain = np.zeros((2, 3)), np.zeros(2, int)
    assert Flattening(None, {}).batch(*plain, has_positions=True) == plain


def test_a_recording_of_images_is_read_as_any_other(tmp_path):
    with Snapshots(tmp_path / "run", torch.nn.Conv2d(2, 3, 1), batched(IMAGES, PIXELS)) as take:
        take(0)
        take(1)
    assert anim.open(tmp_path / "run").metrics()["ece"].shape == (2,)


def test_ignored_pixels_are_left_out():
    labels = torch.where(PIXELS == 2, 255, PIXELS)
    model = torch.nn.Conv2d(2, 2, 1)
    for keep in ("float32", "top"):
        run = recorded(model, batched(IMAGES, labels), ignore=255, keep=keep)
        counts = (PIXELS != 2).reshape(-1)
        np.testing.assert_array_equal(run.labels, PIXELS.reshape(-1)[counts])
        right = (model(IMAGES).argmax(1) == PIXELS).reshape(-1)[counts]
        found = run.snapshots[0].get("correct")
        found = run.probs(0).argmax(1) == run.labels if found is None else found
        np.testing.assert_array_equal(found, right)


def test_a_part_of_the_pixels_may_be_recorded():
    model, how = torch.nn.Conv2d(2, 3, 1), {"keep_fraction": 0.3, "seed": 1}
    run = recorded(model, batched(IMAGES, PIXELS), **how)
    again = recorded(model, batched(IMAGES, PIXELS, 5), keep="top", **how)
    np.testing.assert_array_equal(run.labels, again.labels)
    assert 30 < len(run.labels) < 100
    correct = run.probs(0).argmax(1) == run.labels
    np.testing.assert_array_equal(again.snapshots[0]["correct"], correct)


def test_weights_and_groups_are_given_in_the_order_of_the_loader():
    weights, sites = RNG.integers(0, 3, 6), np.array([*"abcabc"])
    model = torch.nn.Linear(4, 3)
    batches = batched(TEXTS.float(), TAGS[:, 0])
    groups = {"site": sites, "half": np.arange(6) // 3}
    run = recorded(model, batches, weights=weights, groups=groups)
    counts = weights > 0
    np.testing.assert_array_equal(run.weights, weights[counts])
    found = run.groups["site"]
    assert [found.names[code] for code in found.codes] == sites[counts].tolist()
    run = recorded(model, batches, mask=weights == 1, groups=sites)
    np.testing.assert_array_equal(run.labels, TAGS[:, 0][weights == 1])
    weights = RNG.random((6, 5, 7))
    run = recorded(torch.nn.Conv2d(2, 3, 1), batched(IMAGES, PIXELS), weights=weights)
    np.testing.assert_array_equal(run.weights, weights.reshape(-1))


@pytest.mark.parametrize("count", [5, 7])
def test_weights_of_more_or_fewer_examples_are_refused(count):
    with pytest.raises(SettingError, match=f"weights: expected one for each .*, got {count}"):
        recorded(torch.nn.Linear(4, 3), batched(TEXTS.float(), TAGS[:, 0]), weights=np.ones(count))


def test_a_process_gives_the_weights_of_its_own_examples():
    beside = Flattening(None, {"weights": np.arange(6), "groups": {"a": np.arange(6)}}).beside

    def found():
        yield np.zeros((2, 3)), np.zeros(2, int), None
        yield np.zeros((1, 3)), np.zeros(1, int), None

    given = [more for *_, more in beside.stream(found, np.array([5, 1, 3]))()]
    assert [one["weights"].tolist() for one in given] == [[5, 1], [3]]
    assert [one["groups"]["a"].tolist() for one in given] == [[5, 1], [3]]


def test_predictions_that_come_whole_have_weights_and_ignored_labels_too():
    options = {"weights": np.arange(6), "ignore": -100, "groups": np.array([*"ababab"])}
    recorder = CallbackRecorder(None, None, every=None, outputs="logits", options=options)
    recorder.begin()
    labels = np.array([0, 1, -100, 2, 1, 0])
    recorder.take(0, lambda: (RNG.normal(size=(6, 3)), labels))
    run = recorder.run()
    assert run.labels.tolist() == [1, 2, 1, 0]
    assert run.weights is not None and run.weights.tolist() == [1, 3, 4, 5]
    assert [run.groups["group"].names[code] for code in run.groups["group"].codes] == [*"bbab"]
    with pytest.raises(SettingError, match="weights: expected one for each of 5 examples, got 6"):
        recorder.take(1, lambda: (RNG.normal(size=(5, 3)), labels[:5]))
