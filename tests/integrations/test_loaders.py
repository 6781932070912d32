"""Loaders of PyTorch, read in the same order each time."""

import numpy as np
import pytest

from anim.errors import SettingError
from anim.run.ranks import ALONE, Rank

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from torch.utils import data  # noqa: E402

from anim.integrations.loaders import InOrder, own_workers, shuffles  # noqa: E402
from anim.integrations.torch import labels_of  # noqa: E402

EXAMPLES = data.TensorDataset(torch.arange(10))
SUBSET = [7, 3, 5, 1]


class Backwards(data.Sampler):
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __iter__(self):
        return reversed(range(self.length))


class ShuffledBuckets(data.Sampler):
    def __len__(self):
        return 5

    def __iter__(self):
        return iter([[2 * i, 2 * i + 1] for i in torch.randperm(5).tolist()])


class Stream(data.IterableDataset):
    def __iter__(self):
        return iter(range(10))


def read(batches):
    return [torch.as_tensor(batch[0] if isinstance(batch, list) else batch) for batch in batches]


def rows(batches):
    return torch.cat([part.reshape(-1) for part in read(batches)]).tolist()


def loader(**options):
    return data.DataLoader(EXAMPLES, **{"batch_size": 4, **options})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (loader(), range(10)),
        (loader(shuffle=True), range(10)),
        (loader(shuffle=True, generator=torch.Generator()), range(10)),
        (loader(shuffle=True, drop_last=True), range(10)),
        (loader(batch_size=None, shuffle=True), range(10)),
        (loader(sampler=data.SubsetRandomSampler(SUBSET)), SUBSET),
        (loader(sampler=Backwards(10)), range(9, -1, -1)),
        (data.DataLoader(Stream(), batch_size=4), range(10)),
        ([torch.arange(6), torch.arange(6, 10)], range(10)),
    ],
)
def test_examples_are_read_once_and_in_the_order_of_the_data(given, expected):
    in_order = InOrder(given)
    assert rows(in_order) == rows(in_order) == list(expected)


def test_a_sampler_of_batches_keeps_the_order_that_it_gave_first():
    in_order = InOrder(data.DataLoader(EXAMPLES, batch_sampler=ShuffledBuckets()))
    first = rows(in_order)
    assert sorted(first) == list(range(10))
    assert all(rows(in_order) == first for _ in range(5))


def test_batches_have_the_size_and_the_collation_of_the_loader():
    def double(examples):
        return 2 * torch.stack([example[0] for example in examples])

    doubled = InOrder(loader(shuffle=True, collate_fn=double))
    assert [len(batch) for batch in doubled] == [4, 4, 2]
    assert rows(doubled) == [2 * i for i in range(10)]


def test_examples_that_drop_last_leaves_out_are_left_out_with_a_warning():
    with pytest.warns(UserWarning, match="drop_last leaves out the last 2 of 10 examples"):
        in_order = InOrder(loader(drop_last=True))
    assert rows(in_order) == list(range(8))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (iter([torch.arange(3)]), "can be read again, such as a DataLoader, got list_iterator"),
        ((torch.arange(3) for _ in range(2)), "got generator"),
        (3, "got int"),
        (loader(sampler=data.RandomSampler(EXAMPLES, replacement=True)), "with replacement"),
        (loader(sampler=data.WeightedRandomSampler(np.ones(10), 10)), "with replacement"),
        (loader(sampler=data.RandomSampler(EXAMPLES, num_samples=4)), "draws 4 of them"),
    ],
)
def test_a_loader_without_the_same_examples_each_time_is_refused(given, problem):
    with pytest.raises(ValueError, match=f"^loader: expected .*{problem}"):
        InOrder(given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (loader(), False),
        (loader(shuffle=True), True),
        (loader(sampler=data.SubsetRandomSampler(SUBSET)), True),
        (loader(sampler=data.WeightedRandomSampler(np.ones(10), 10)), True),
        (loader(sampler=Backwards(10)), False),
        (data.DataLoader(EXAMPLES, batch_sampler=ShuffledBuckets()), True),
        (loader(batch_size=None, shuffle=True), True),
        ([torch.arange(3)], False),
    ],
)
def test_a_loader_that_shuffles_is_known(given, expected):
    assert shuffles(given) is expected


def test_a_loader_may_be_read_while_a_training_is_in_the_middle_of_it():
    given = loader(num_workers=0)
    training = iter(given)
    next(training)
    rows(InOrder(given))
    assert rows(training) == list(range(4, 10))


class Moved:
    """Moves the batches of a loader, as those of timm and Lightning's Fabric do."""

    def __init__(self, loader):
        self.loader = loader

    def __iter__(self):
        yield from self.loader


def persistent():
    return data.DataLoader(EXAMPLES, 4, num_workers=1, persistent_workers=True)


def test_persistent_workers_of_a_loader_in_another_are_not_used():
    given = persistent()
    given._iterator = theirs = object()
    ours = object()
    for before in (None, ours):
        with own_workers(InOrder(Moved(given))):
            assert given._iterator is before
            given._iterator = ours
        assert given._iterator is theirs


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_pass_does_not_start_the_workers_of_a_training_which_draw_a_number_when_they_start():
    def drawn(is_read_before):
        torch.manual_seed(0)
        given = Moved(persistent())
        if is_read_before:
            labels_of(given, unpack=lambda batch: (batch[0], batch[0]))
        list(given)
        return torch.rand(3).tolist()

    assert drawn(True) == drawn(False)


def test_processes_that_predict_the_same_examples_know_their_positions():
    assert InOrder(loader(), ALONE).index is None
    assert InOrder(loader(shuffle=True), ALONE, is_shared=True).index.tolist() == list(range(10))
    sampler = data.DistributedSampler(EXAMPLES, 1, 0, shuffle=False)
    assert InOrder(loader(sampler=sampler), ALONE, is_shared=True).index.tolist() == list(range(10))


def test_a_sampler_that_wraps_another_one_is_refused_in_several_processes():
    class Wrapper(data.DistributedSampler):
        pass

    given = loader(sampler=Wrapper(EXAMPLES, 2, 0))
    with pytest.raises(SettingError, match="got Wrapper; pass a loader that has no sampler of its"):
        InOrder(given, Rank(0, 2))
