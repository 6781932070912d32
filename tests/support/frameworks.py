"""Data and models for the callbacks, and what a recording of them must hold."""

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
