"""What batches of loaders and outputs of models hold."""

import dataclasses
from collections import OrderedDict, UserDict, namedtuple

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from anim.integrations.torch import predictions_of  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")

X, Y = torch.randn(10, 5, generator=torch.Generator().manual_seed(0)), torch.arange(10) % 3
LENGTHS = torch.arange(1, 11)
Named = namedtuple("Named", ["label", "image"])
Pair = namedtuple("Pair", ["first", "second"])
Output = namedtuple("Output", ["loss", "logits", "hidden"])


@dataclasses.dataclass
class WithLogits:
    logits: object
    hidden: object


class Model(torch.nn.Module):
    """Multiplies by a matrix, and returns what ``wrap`` makes of that."""

    def __init__(self, wrap=lambda logits: logits):
        super().__init__()
        self.matrix = torch.nn.Parameter(torch.arange(15.0).reshape(5, 3).sin())
        self.wrap = wrap

    def forward(self, x):
        return self.wrap(x @ self.matrix)


class OfNames(Model):
    def forward(self, x, lengths=None, scale=1.0):
        return super().forward(x) * scale


def expected():
    return (X @ Model().matrix).detach().numpy()


def batched(make):
    """Return a loader with batches of 4, 4 and 2 examples."""
    return [make(X[i : i + 4], Y[i : i + 4], LENGTHS[i : i + 4]) for i in (0, 4, 8)]


@pytest.mark.parametrize(
    "make",
    [
        lambda x, y, _: (x, y),
        lambda x, y, _: [x, y],
        lambda x, y, _: (x, y[:, None]),
        lambda x, y, _: (x, torch.nn.functional.one_hot(y, 3)),
        lambda x, y, _: (x, y.numpy()),
        lambda x, y, _: (x, y.tolist()),
        lambda x, y, _: (x, y.to(torch.uint8)),
        lambda x, y, _: Pair(x, y),
        lambda x, y, _: Named(y, x),
        lambda x, y, _: {"x": x, "label": y},
        lambda x, y, _: UserDict({"labels": y, "x": x}),
        lambda x, y, _: OrderedDict(targets=y, image=x),
        lambda x, y, lengths: {"x": x, "lengths": lengths, "target": y},
        lambda x, y, lengths: ({"x": x, "lengths": lengths}, y),
    ],
)
def test_batches_of_common_kinds_are_understood(make):
    logits, labels = predictions_of(OfNames(), batched(make))
    np.testing.assert_allclose(logits, expected(), atol=1e-6)
    np.testing.assert_array_equal(
        labels.argmax(1) if labels.shape[1:] == (3,) else labels.ravel(), Y
    )


@pytest.mark.parametrize(
    ("make", "seen"),
    [
        (lambda x, y, n: (x, n, y), r"tuple\(float32 \[4, 5\], int64 \[4\], int64 \[4\]\)"),
        (lambda x, y, _: (x,), r"tuple\(float32 \[4, 5\]\)"),
        (lambda x, y, _: x, r"float32 \[4, 5\]"),
        (lambda x, y, _: {"image": x, "class": y}, r"dict\(image: float32 \[4, 5\], class: int64"),
        (lambda x, y, _: {"x": x, "label": y, "targets": y}, r"dict\(x: .*, label: .*, targets: "),
        (lambda x, y, _: WithLogits(x, y), "WithLogits"),
        (lambda x, y, _: ((x, y), y, "text"), r"tuple\(tuple\(float32 .*\), int64 \[4\], str\)"),
    ],
)
def test_other_batches_are_refused_with_what_they_look_like(make, seen):
    with pytest.raises(ValueError, match=f"^unpack: expected batches of .*, got {seen}.*unpack=,"):
        predictions_of(Model(), batched(make))


def test_unpack_takes_the_inputs_and_labels_of_any_batch():
    loader = batched(lambda x, y, lengths: (x, lengths, y))
    logits, labels = predictions_of(
        OfNames(), loader, unpack=lambda batch: ({"x": batch[0], "lengths": batch[1]}, batch[2])
    )
    np.testing.assert_allclose(logits, expected(), atol=1e-6)
    np.testing.assert_array_equal(labels, Y)


def test_forward_calls_the_model_in_any_way():
    loader = batched(lambda x, y, lengths: ((x, lengths), y))
    logits, _ = predictions_of(Model(), loader, forward=lambda model, inputs: model(inputs[0]))
    np.testing.assert_allclose(logits, expected(), atol=1e-6)


def test_inputs_that_the_model_does_not_take_are_refused():
    loader = batched(lambda x, y, lengths: {"x": x, "mask": lengths, "label": y})
    with pytest.raises(ValueError, match=r"^forward: the inputs are x, mask, the model takes x,"):
        predictions_of(OfNames(), loader)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda logits: (logits,),
        lambda logits: [logits.sum(), logits],
        lambda logits: (logits, None, (logits, logits)),
        lambda logits: {"logits": logits, "features": logits},
        lambda logits: {"loss": logits.sum(), "prediction": logits},
        lambda logits: Output(logits.sum(), logits, logits),
        lambda logits: WithLogits(logits, logits),
    ],
)
def test_outputs_of_common_kinds_are_understood(wrap):
    logits, _ = predictions_of(Model(wrap), batched(lambda x, y, _: (x, y)))
    np.testing.assert_allclose(logits, expected(), atol=1e-6)


@pytest.mark.parametrize(
    ("wrap", "seen"),
    [
        (lambda logits: (logits, logits @ logits.T), r"tuple\(float32 \[4, 3\], float32 \[4, 4\]"),
        (lambda logits: {"out": logits, "aux": logits}, r"dict\(out: float32 \[4, 3\], aux: "),
        (lambda logits: None, "NoneType"),
        (lambda logits: logits.detach().numpy(), "ndarray"),
        (lambda logits: (logits.sum(),), r"tuple\(float32 \[\]\)"),
    ],
)
def test_outputs_that_may_be_the_wrong_ones_are_refused(wrap, seen):
    with pytest.raises(ValueError, match=f"^forward: expected a model .*, got {seen}.*forward=,"):
        predictions_of(Model(wrap), batched(lambda x, y, _: (x, y)))


@pytest.mark.parametrize(
    ("wrap", "label", "problem"),
    [
        (lambda z: z[:, None].expand(-1, 7, -1), lambda y: y, "tokens"),
        (lambda z: z[..., None, None].expand(-1, -1, 2, 2), lambda y: y, "of pixels"),
        (lambda z: z, lambda y: y[:, None].expand(-1, 7), "of tokens"),
        (lambda z: z[:-1], lambda y: y, "the first size of both"),
        (lambda z: z.sum(), lambda y: y, "the first size of both"),
    ],
)
def test_labels_that_do_not_belong_to_the_rows_are_refused(wrap, label, problem):
    with pytest.raises(ValueError, match=f"^labels: expected shape .*{problem}"):
        predictions_of(Model(wrap), batched(lambda x, y, _: (x, label(y))))


@pytest.mark.parametrize("loader", [[], torch.utils.data.DataLoader([], batch_size=4)])
def test_a_loader_without_batches_is_refused(loader):
    with pytest.raises(ValueError, match=r"^loader: expected at least one batch, got none"):
        predictions_of(Model(), loader)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
def test_outputs_of_every_precision_are_read(dtype):
    model = Model(lambda logits: logits.to(getattr(torch, dtype)))
    logits, _ = predictions_of(model, batched(lambda x, y, _: (x, y)))
    np.testing.assert_allclose(logits, expected(), rtol=1e-2, atol=1e-2)
    assert logits.dtype.kind == "f"
