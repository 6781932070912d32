"""Data and models for the callbacks, and what a recording of them must hold."""

import random

import numpy as np

_RNG = np.random.default_rng(0)
_INPUTS = _RNG.normal(size=(300, 5)).astype(np.float32)
_LABELS = (_INPUTS @ _RNG.normal(size=(5, 3))).argmax(1)
X_VAL, Y_VAL = _INPUTS[:100], _LABELS[:100]
X, Y = _INPUTS[100:], _LABELS[100:]


def softmax(logits: np.ndarray) -> np.ndarray:
    values = np.exp(logits - logits.max(1, keepdims=True))
    return values / values.sum(1, keepdims=True)


def check_first_and_last(run, first: np.ndarray, last: np.ndarray) -> None:
    """Assert that a run begins and ends with these probabilities [N, K], and has learned."""
    np.testing.assert_allclose(run.probs(0), first, atol=1e-5)
    np.testing.assert_allclose(run.probs(len(run) - 1), last, atol=1e-5)
    assert run.metrics()["nll"][-1] < run.metrics()["nll"][0]


def torch_network(torch):
    """Return a network whose output depends on its mode: dropout and batch norm."""
    torch.manual_seed(0)
    dropout = torch.nn.Dropout(0.5)
    return torch.nn.Sequential(
        torch.nn.Linear(5, 16), torch.nn.BatchNorm1d(16), dropout, torch.nn.Linear(16, 3)
    )


def seed_all(torch) -> None:
    """Seed every global generator."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    torch.manual_seed(0)


def noisy_data(torch):
    """Return a dataset of all 300 examples that augments them by every kind of generator."""

    class Noisy(torch.utils.data.Dataset):
        rng = np.random.default_rng(0)

        def __init__(self):
            self.generator = torch.Generator().manual_seed(0)
            self.python = random.Random(0)

        def __len__(self):
            return len(_INPUTS)

        def __getitem__(self, i):
            noise = random.gauss(0, 0.1) + np.random.normal(0, 0.1)  # noqa: NPY002
            noise += self.rng.normal(0, 0.1) + self.python.gauss(0, 0.1)
            drawn = torch.randn(5) + torch.randn(5, generator=self.generator)
            return torch.tensor(_INPUTS[i]) + 0.1 * drawn + noise, int(_LABELS[i])

    return Noisy()


def state_of(torch, model) -> list[np.ndarray]:
    """Return the parameters and buffers of a model, and the state of the global generators."""
    tensors = [*model.parameters(), *model.buffers(), torch.get_rng_state()]
    found = [tensor.detach().clone().numpy() for tensor in tensors]
    python = np.array(random.getstate()[1])
    return [*found, python, np.random.get_state()[1]]  # noqa: NPY002


def assert_same_bits(ours: list[np.ndarray], theirs: list[np.ndarray]) -> None:
    """Assert that two lists of arrays are equal, bit for bit."""
    differ = [i for i, pair in enumerate(zip(ours, theirs, strict=True)) if _differ(*pair)]
    assert not differ, f"arrays {differ} of {len(ours)}"


def _differ(one: np.ndarray, other: np.ndarray) -> bool:
    return one.tobytes() != other.tobytes()
