"""The state of random generators while a callback predicts."""

import functools
import random

import numpy as np
import pytest

from anim.integrations.randomness import kept_random_state

OF_A_MODULE = np.random.default_rng(0)


class Owner:
    """An object with a generator in one of its places."""

    of_the_class = np.random.default_rng(0)

    def __init__(self, **parts):
        self.__dict__.update(parts)

    def draw_of_a_module(self):
        return sum(OF_A_MODULE.random() for _ in range(2))


def captured(rng):
    def draw():
        return rng.random()

    return draw


RNG = np.random.default_rng(0)
PLACES = {
    "attribute": (Owner(rng=RNG), RNG.random),
    "list in an attribute": (Owner(transforms=[Owner(rng=RNG)]), RNG.random),
    "mapping": ({"a": (RNG,)}, RNG.random),
    "captured variable": (Owner(call=captured(RNG)), RNG.random),
    "argument of a partial function": (functools.partial(print, RNG), RNG.random),
    "keyword of a partial function": (functools.partial(print, file=RNG), RNG.random),
    "bound method": (Owner(rng=RNG).draw_of_a_module, RNG.random),
    "class": (Owner(), Owner.of_the_class.random),
    "global variable": (Owner(), OF_A_MODULE.random),
    "legacy generator of NumPy": (old := np.random.RandomState(0), old.random_sample),
    "generator of Python": (own := random.Random(0), own.random),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_generator_of_an_object_is_kept_wherever_it_is(place):
    owner, draw = PLACES[place]
    with kept_random_state(owner):
        first = draw()
    assert draw() == first


def test_the_generators_of_python_and_numpy_are_kept():
    with kept_random_state():
        first = random.random(), np.random.random()  # noqa: NPY002
    assert (random.random(), np.random.random()) == first  # noqa: NPY002


def test_the_state_is_kept_if_the_predictions_fail():
    with pytest.raises(KeyError), kept_random_state():
        first = random.random()
        raise KeyError
    assert random.random() == first


def test_objects_that_hold_each_other_are_searched_once():
    one, other = Owner(rng=RNG), Owner()
    one.other, other.other = other, one
    with kept_random_state(other):
        first = RNG.random()
    assert RNG.random() == first


def test_generators_of_pytorch_are_kept():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    generator = torch.Generator()
    with kept_random_state(Owner(generator=generator)):
        first = torch.rand(2), torch.rand(2, generator=generator)
    again = torch.rand(2), torch.rand(2, generator=generator)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))


def test_all_devices_of_cuda_are_kept(monkeypatch):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    states = [1, 2]
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_rng_state_all", lambda: list(states))
    monkeypatch.setattr(torch.cuda, "set_rng_state_all", lambda kept: states.__init__(kept))
    with kept_random_state():
        states[:] = [3, 4]
    assert states == [1, 2]


def test_a_device_that_is_not_in_use_is_not_started(monkeypatch):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: False)
    monkeypatch.setattr(torch.cuda, "get_rng_state_all", lambda: pytest.fail("was asked"))
    with kept_random_state():
        pass
