"""What is trained: every number of an experiment."""

from __future__ import annotations

from dataclasses import dataclass

from anim.settings.datasets import DATASETS, TRAIN_SIZES, VAL_SIZES, WITH_NOISE
from anim.settings.fields import Settings, require, setting
from anim.settings.limits import Custom, OneOf, Real, Whole, whole
from anim.settings.parsing import widths_of

SCHEDULES = ("cosine", "constant")
OPTIMIZERS = ("adam", "sgd", "momentum", "nesterov", "rmsprop", "lion")
MAX_REPLICAS = 256
# How much of a snapshot a recorder keeps.
KEEPS = ("float32", "float16", "top")


# Beyond these no array can be made, or no training ends.
_MOST_EXAMPLES, _MOST_EPOCHS, _WIDEST, _DEEPEST = 10**8, 10**6, 10**5, 64


def _at_most(name: str, value: object, high: int) -> None:
    # Who gives 0 need not read of the largest number.
    whole(name, value, 1)
    whole(name, value, 1, high)


def _widths(name: str, value: object) -> None:
    widths = value if isinstance(value, tuple) else (value,)
    problem = f"expected at most {_DEEPEST} layers, got {len(widths)}"
    require(len(widths) <= _DEEPEST, name, problem)
    for width in widths:
        _at_most(name, width, _WIDEST)


def _examples(name: str, value: object) -> None:
    _at_most(name, value, _MOST_EXAMPLES)


def _epochs(name: str, value: object) -> None:
    _at_most(name, value, _MOST_EPOCHS)


@dataclass(frozen=True, kw_only=True)
class Experiment(Settings):
    """What is trained. The defaults are the post's experiment."""

    data: str = setting("xor", "the dataset", OneOf(tuple(DATASETS)), metavar="NAME")
    train_size: int | None = setting(
        None, "training examples", Custom(_examples), instead_of_none=TRAIN_SIZES
    )
    val_size: int | None = setting(
        None, "validation examples", Custom(_examples), instead_of_none=VAL_SIZES
    )
    noise: float = setting(
        0.0, f"probability that a label is flipped, {WITH_NOISE} only", Real(0, 1), metavar="P"
    )
    hidden: tuple[int, ...] = setting(
        (3,),
        "widths of the hidden layers",
        Custom(_widths),
        metavar="W[,W...]",
        parse=widths_of,
        convert=tuple,
        accepts="Sequence[int]",
        for_commands="'' for none",
    )
    epochs: int = setting(100, "passes over the training data", Custom(_epochs))
    batch_size: int = setting(
        32, "examples per step; the last batch of an epoch may be smaller", Custom(_examples)
    )
    optimizer: str = setting("adam", "the optimizer", OneOf(OPTIMIZERS), metavar="NAME")
    learning_rate: float = setting(
        0.1, "step size, or its maximum with a schedule", Real(0, above=True), metavar="R"
    )
    schedule: str = setting(
        "cosine",
        "the learning rate over time: a linear rise for half of the run, then a cosine to 0, or a "
        "constant",
        OneOf(SCHEDULES),
        metavar="NAME",
    )
    gradient_noise: float = setting(
        1.0,
        "variance of the noise on the first gradient; it decays with the steps, and shakes small "
        "networks out of local minima",
        Real(0),
        metavar="V",
    )
    weight_decay: float = setting(
        0.001, "decoupled weight decay, per step and learning rate", Real(0), metavar="R"
    )
    seed: int = setting(
        0,
        "seeds the data, the initial parameters and the order of the examples",
        Whole(0, 2**32 - 1),
    )
    every: int | None = setting(
        None, "steps between two snapshots", Whole(1), instead_of_none="one snapshot an epoch"
    )

    def check_together(self) -> None:
        super().check_together()
        problem = f"only {WITH_NOISE} has label noise, the data is {self.data!r}"
        require(DATASETS[self.data].has_label_noise or not self.noise, "noise", problem)
