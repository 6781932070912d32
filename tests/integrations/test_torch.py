"""Predictions of a PyTorch model for a whole loader."""

import numpy as np
import pytest

from tests.support.frameworks import X_VAL, Y_VAL, torch_network

# Third-party packages warn about each other; what matters here are values.
pytestmark = pytest.mark.filterwarnings("default")


def test_pytorch_predicts_a_loader_in_evaluation_mode_and_restores_the_mode():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from anim.integrations.torch import labels_of, logits_of

    data = torch.utils.data.TensorDataset(torch.tensor(X_VAL), torch.tensor(Y_VAL))
    loader = torch.utils.data.DataLoader(data, batch_size=32)
    model = torch_network(torch)
    model[1].eval()
    np.testing.assert_array_equal(labels_of(loader), Y_VAL)
    logits = logits_of(model, loader)
    assert [module.training for module in model] == [True, False, True, True]
    model.eval()
    np.testing.assert_allclose(logits, model(torch.tensor(X_VAL)).detach(), atol=1e-5)
