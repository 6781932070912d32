"""What predictions leave of a model and of PyTorch's own state: nothing."""

import numpy as np
import pytest

from tests.support.frameworks import X_VAL, Y_VAL, assert_same_bits, state_of, torch_network

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from torch import nn  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

from anim.integrations.torch import Snapshots, predictions_of  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")
LOADER = DataLoader(TensorDataset(torch.tensor(X_VAL), torch.tensor(Y_VAL)), batch_size=32)


def in_evaluation(model):
    with torch.no_grad():
        model.eval()
        found = model(torch.tensor(X_VAL)).numpy()
        model.train()
    return found


def frozen():
    """Return a network whose user froze one module's mode and one parameter."""
    model = torch_network(torch)
    model[1].eval()
    model[0].weight.requires_grad_(False)
    return model


def test_each_module_keeps_its_own_mode_and_parameters_their_gradients():
    model = frozen()
    model(torch.tensor(X_VAL)).sum().backward()
    gradients = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    before = state_of(torch, model)
    predictions_of(model, LOADER)
    assert [module.training for module in model] == [True, False, True, True]
    assert [p.requires_grad for p in model.parameters()] == [False, True, True, True, True, True]
    assert_same_bits(before, state_of(torch, model))
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        assert gradient is None or torch.equal(parameter.grad, gradient)


class Counting(nn.Module):
    """Counts its calls in a buffer in every mode, as an observer of a quantized model does."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))
        self.linear = nn.Linear(5, 3)

    def forward(self, x):
        self.calls += 1
        return self.linear(x)


class Merging(nn.Linear):
    """Merges its weights for evaluation and takes them apart, as low-rank adapters do."""

    def __init__(self):
        super().__init__(5, 3)
        self.more = nn.Parameter(torch.randn(3, 5))
        self.is_merged = False

    def train(self, mode=True):
        if mode == self.is_merged:
            self.weight.data += self.more.data * (-1 if mode else 1)
            self.is_merged = not mode
        return super().train(mode)

    def forward(self, x):
        more = 0 if self.is_merged else x @ self.more.T
        return super().forward(x) + more


class FrozenStatistics(nn.Sequential):
    """Keeps its batch norm in evaluation mode, as fine-tuning does."""

    def train(self, mode=True):
        super().train(mode)
        self[1].eval()
        return self


class KeepsCache(nn.Module):
    """Keeps what it computed first, as rotary embeddings do."""

    def __init__(self):
        super().__init__()
        self.linear, self.cache = nn.Linear(5, 3), None

    def forward(self, x):
        if self.cache is None:
            self.cache = torch.ones(3) * 2
        return self.linear(x) * self.cache


@pytest.mark.parametrize("kind", [Counting, Merging, KeepsCache])
def test_a_module_with_a_state_of_its_own_is_left_as_it_was(kind):
    torch.manual_seed(0)
    model = kind()
    before = state_of(torch, model)
    logits, _ = predictions_of(model, LOADER)
    assert_same_bits(before, state_of(torch, model))
    np.testing.assert_allclose(logits, in_evaluation(model), atol=1e-5)
    model(torch.tensor(X_VAL)).sum().backward()


def test_a_module_that_overrides_its_mode_keeps_it():
    model = FrozenStatistics(*torch_network(torch)).train()
    predictions_of(model, LOADER)
    assert [module.training for module in model] == [True, False, True, True]


@pytest.mark.parametrize(
    "wrap",
    [
        nn.DataParallel,
        lambda model: torch.compile(model, backend="eager"),
        lambda model: nn.DataParallel(torch.compile(model, backend="eager")),
    ],
)
def test_the_model_in_a_wrapper_is_used(wrap):
    model = torch_network(torch)
    logits, _ = predictions_of(wrap(model), LOADER)
    np.testing.assert_allclose(logits, in_evaluation(model), atol=1e-5)
    assert model.training


def test_a_scripted_model_is_predicted_in_evaluation_mode():
    model = torch_network(torch)
    logits, _ = predictions_of(torch.jit.script(model), LOADER)
    np.testing.assert_allclose(logits, in_evaluation(model), atol=1e-5)


def test_a_model_without_parameters_is_called_on_the_cpu():
    class Scores(nn.Module):
        def forward(self, x):
            return x[:, :3]

    logits, _ = predictions_of(Scores(), LOADER)
    np.testing.assert_array_equal(logits, X_VAL[:, :3])


def test_hooks_of_the_model_see_no_gradients_and_stay():
    model, seen = torch_network(torch), []
    model.register_forward_hook(lambda *_: seen.append(torch.is_grad_enabled()))
    predictions_of(model, LOADER)
    assert seen == [False] * 4
    assert len(model._forward_hooks) == 1


def test_a_training_step_in_autocast_has_the_same_gradients_after_a_snapshot():
    """Weights that autocast converts without gradients must not be taken from its cache."""
    x, y = torch.tensor(X_VAL), torch.tensor(Y_VAL)

    def gradients(record):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 3))
        with torch.autocast("cpu", torch.bfloat16):
            if record:
                Snapshots(None, model, LOADER, on_error="raise")(0)
            loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        return [p.grad.numpy() for p in model.parameters()]

    assert_same_bits(gradients(True), gradients(False))


def test_a_snapshot_in_autocast_predicts_in_its_precision():
    model = nn.Linear(5, 3)
    with torch.autocast("cpu", torch.bfloat16):
        expected = model(torch.tensor(X_VAL)).detach()
        logits, _ = predictions_of(model, LOADER)
    assert expected.dtype == torch.bfloat16
    np.testing.assert_array_equal(logits, expected.float())


def test_settings_of_pytorch_are_left_as_they_were():
    def settings():
        cudnn = torch.backends.cudnn
        return (
            cudnn.benchmark, cudnn.deterministic, torch.is_grad_enabled(),
            torch.get_default_dtype(), torch.is_autocast_cache_enabled(),
            torch.are_deterministic_algorithms_enabled(),
        )  # fmt: skip

    before = settings()
    predictions_of(torch_network(torch), LOADER)
    assert settings() == before


BINARY = DataLoader(TensorDataset(torch.tensor(X_VAL), torch.tensor(Y_VAL == 1).float()), 32)


@pytest.mark.parametrize("squeeze", [False, True])
def test_one_output_outside_of_0_and_1_is_a_logit(squeeze):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 1), *([nn.Flatten(0)] if squeeze else []))
    snapshots = Snapshots(None, model, BINARY)
    snapshots(0)
    expected = 1 / (1 + np.exp(-in_evaluation(model).ravel()))
    np.testing.assert_allclose(snapshots.run().probs(0)[:, 1], expected, atol=1e-6)


def test_one_output_of_a_sigmoid_is_a_probability():
    model = nn.Sequential(nn.Linear(5, 1), nn.Sigmoid())
    snapshots = Snapshots(None, model, BINARY)
    snapshots(0)
    expected = in_evaluation(model).ravel()
    np.testing.assert_allclose(snapshots.run().probs(0)[:, 1], expected, atol=1e-6)


class OwnSigmoid(nn.Linear):
    def forward(self, x):
        return super().forward(x).sigmoid()


def test_one_output_that_may_be_either_is_refused():
    model = OwnSigmoid(5, 1)
    with pytest.warns(UserWarning, match="outputs: expected 'logits' or 'probs' for a model with"):
        Snapshots(None, model, BINARY)(0)
    snapshots = Snapshots(None, model, BINARY, outputs="probs")
    snapshots(0)
    expected = in_evaluation(model).ravel()
    np.testing.assert_allclose(snapshots.run().probs(0)[:, 1], expected, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
def test_probabilities_of_every_precision_are_taken_for_probabilities(dtype):
    class Softmax(nn.Linear):
        def forward(self, x):
            return super().forward(x).softmax(1).to(dtype)

    model = Softmax(5, 3)
    snapshots = Snapshots(None, model, LOADER)
    snapshots(0)
    expected = model(torch.tensor(X_VAL)).detach().double().numpy()
    expected /= expected.sum(1, keepdims=True)
    np.testing.assert_allclose(snapshots.run().probs(0), expected, atol=4e-3)


class Gated(nn.Module):
    """Returns a logit in (0, 1) through a gate, whose sigmoid is registered last."""

    def __init__(self, gate=nn.Sigmoid):
        super().__init__()
        self.linear, self.gate = nn.Linear(5, 1), gate()

    def forward(self, x):
        return 0.9 * self.gate(self.linear(x)).squeeze(1)


class GatedFeatures(nn.Module):
    """Registers the sigmoid of a gate after the last layer, which returns logits."""

    def __init__(self, classes):
        super().__init__()
        self.head, self.gate = nn.Linear(5, classes), nn.Sequential(nn.Linear(5, 5), nn.Sigmoid())

    def forward(self, x):
        return self.head(x * self.gate(x))


class ChangesOutput(Gated):
    def forward(self, x):
        return self.gate(self.linear(x)).mul_(0.5)


@pytest.mark.parametrize("kind", [Gated, ChangesOutput])
def test_one_output_that_a_sigmoid_only_takes_part_in_is_refused(kind):
    with pytest.warns(UserWarning, match="outputs: expected 'logits' or 'probs' for a model with"):
        Snapshots(None, kind(), BINARY)(0)


@pytest.mark.parametrize("classes", [1, 3])
def test_logits_of_a_model_with_a_gate_are_logits(classes):
    torch.manual_seed(0)
    model = GatedFeatures(classes)
    snapshots = Snapshots(None, model, BINARY if classes == 1 else LOADER, on_error="raise")
    snapshots(0)
    found = torch.tensor(in_evaluation(model))
    logits = torch.cat([torch.zeros_like(found), found], 1) if classes == 1 else found
    np.testing.assert_allclose(snapshots.run().probs(0), logits.softmax(1), atol=1e-6)


class SigmoidFirst(nn.Module):
    """Registers its sigmoid before what comes earlier, and changes the shape of its output."""

    def __init__(self, change):
        super().__init__()
        self.sigmoid, self.linear, self.change = nn.Sigmoid(), nn.Linear(5, 1), change

    def forward(self, x):
        return self.change(self.sigmoid(self.linear(x)))


@pytest.mark.parametrize(
    "change", [lambda x: x, lambda x: x.squeeze(1), torch.clone, lambda x: x.half(), lambda x: (x,)]
)
def test_the_output_of_a_sigmoid_is_known_wherever_it_is_registered(change):
    model = SigmoidFirst(change)
    snapshots = Snapshots(None, model, BINARY, on_error="raise")
    snapshots(0)
    expected = model.sigmoid(model.linear(torch.tensor(X_VAL))).detach().numpy().ravel()
    np.testing.assert_allclose(snapshots.run().probs(0)[:, 1], expected, atol=1e-3)
    assert not model.sigmoid._forward_hooks


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_sigmoid_after_compiled_layers_is_seen_and_one_in_them_is_not():
    compiled = torch.compile(nn.Linear(5, 1), backend="eager")
    snapshots = Snapshots(None, nn.Sequential(compiled, nn.Sigmoid()), BINARY, on_error="raise")
    snapshots(0)
    assert len(snapshots.run()) == 1
    model = nn.Sequential(nn.Linear(5, 1), nn.Sigmoid())
    model.compile(backend="eager")
    with pytest.raises(ValueError, match="outputs: expected 'logits' or 'probs' for a model with"):
        Snapshots(None, model, BINARY, on_error="raise")(0)
