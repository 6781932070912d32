"""Which examples each of several processes predicts and records."""

import numpy as np
import pytest

from anim.errors import SettingError

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from anim.integrations.sharing import Sharing, called_within, sharing_of  # noqa: E402
from anim.integrations.tokens import counted, positions_of_tokens  # noqa: E402
from anim.run.ranks import ALONE, Rank  # noqa: E402

LABELS = [torch.tensor([[1, -100, 2], [0, 1, -100]]), torch.tensor([[-100, -100], [3, -100]])]


def test_processes_that_predict_the_same_examples_record_each_row_once():
    scores = torch.arange(7)
    batches = [(scores[:3], scores[:3], None), (scores[3:4],) * 2 + (None,), (scores[4:],) * 3]
    found = []
    for i in range(3):
        sharing = Sharing(ALONE, Rank(i, 3))
        rows = torch.cat([part[0] for part in sharing.recorded(batches)]).tolist()
        assert rows == sharing.index_of(np.arange(7)).tolist()
        found += rows
    assert sorted(found) == list(range(7))


def test_a_model_that_is_whole_is_shared_by_examples_alone():
    model = torch.nn.Linear(2, 2)
    assert sharing_of(model, Rank(1, 4)) == Sharing(Rank(1, 4))
    assert sharing_of(model, ALONE) == Sharing()


def test_tokens_follow_those_of_the_examples_before():
    def positions(index):
        return positions_of_tokens(np.array(index), iter(LABELS), lambda: iter(LABELS)).tolist()

    assert positions([0, 2]) == [0, 1]
    assert positions([3, 1, 0]) == [4, 2, 3, 0, 1]
    assert positions_of_tokens(None, LABELS, lambda: LABELS) is None
    of_examples = [torch.tensor([1, 2])]
    assert positions_of_tokens(np.array([5]), of_examples, lambda: of_examples).tolist() == [5]
    with pytest.raises(SettingError, match="loader: expected a loader of all examples for labels"):
        positions([4])


def test_examples_that_do_not_count_are_refused_where_each_has_a_position():
    scores, labels = torch.eye(3), torch.tensor([0, -100, 2])
    assert counted(scores, labels, is_shared=False)[1].tolist() == [0, 2]
    with pytest.raises(SettingError, match="labels: expected a class for each example in several"):
        counted(scores, labels, is_shared=True)
    tokens = counted(torch.ones(2, 3, 4), LABELS[0], is_shared=True)
    assert tokens[0].shape == (4, 4)
    assert tokens[1].tolist() == [1, 2, 0, 1]


def test_a_function_is_called_within_the_forward_pass_of_a_wrapper():
    class Wrapper(torch.nn.Module):
        def __init__(self, module):
            super().__init__()
            self.module, self.is_within = module, False

        def forward(self, x):
            self.is_within = True
            try:
                return self.module(x + 1)
            finally:
                self.is_within = False

    module = torch.nn.Linear(1, 1)
    wrapper = Wrapper(module)
    found = called_within(wrapper, module, lambda m, x: (wrapper.is_within, m, x), 3)
    assert found == (True, module, 4)
    with pytest.raises(ZeroDivisionError):
        called_within(wrapper, module, lambda m, x: 1 / 0, 3)
    assert "forward" not in vars(module)
