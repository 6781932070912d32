"""What is trained: every number of an experiment, with its default and its limits."""

from __future__ import annotations

from dataclasses import dataclass

from anim.errors import SettingError
from anim.settings.limits import one_of, real, whole

DATASETS = ("xor", "digits", "breast-cancer")
XOR_TRAIN_SIZE, VAL_PER_TRAIN, VAL_PER_TRAIN_OF_REPLICAS = 2000, 50, 10
# Examples of the data that scikit-learn ships.
SIZES = {"digits": 1797, "breast-cancer": 569}
SCHEDULES = ("cosine", "constant")
OPTIMIZERS = ("adam", "sgd", "momentum", "nesterov", "rmsprop", "lion")
MAX_REPLICAS = 256
# How much of a snapshot a recorder keeps.
KEEPS = ("float32", "float16", "top")


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """What is trained. The defaults are the post's experiment.

    Attributes:
        data: the dataset's name, one of `DATASETS`.
        train_size: training examples; None takes the dataset's own number.
        val_size: validation examples; None takes the dataset's own number (XOR: 50 x train).
        noise: probability that a label is flipped (XOR only).
        hidden: width of each hidden layer.
        epochs: passes over the training data.
        every: steps between two snapshots; None takes one a pass over the training data.
        batch_size: examples a step; the last batch of an epoch holds what is left.
        optimizer: one of `OPTIMIZERS`.
        learning_rate: step size, or the largest one where the schedule varies it.
        schedule: one of `SCHEDULES`: ``cosine`` rises linearly for half of the run, then falls
            to 0 along a cosine.
        weight_decay: decoupled weight decay, per step and learning rate.
        gradient_noise: variance of the Gaussian noise on the first gradient; it falls with the
            steps. It shakes small networks out of local minima.
        seed: seeds the data, the initial parameters and the order of the examples.
    """

    data: str = "xor"
    train_size: int | None = None
    val_size: int | None = None
    noise: float = 0.0
    hidden: tuple[int, ...] = (3,)
    epochs: int = 100
    every: int | None = None
    batch_size: int = 32
    optimizer: str = "adam"
    learning_rate: float = 0.1
    schedule: str = "cosine"
    weight_decay: float = 0.001
    gradient_noise: float = 1.0
    seed: int = 0

    def __post_init__(self):
        one_of("data", self.data, DATASETS)
        for name in ("train_size", "val_size", "every"):
            if getattr(self, name) is not None:
                whole(name, getattr(self, name), 1)
        real("noise", self.noise, 0.0, 1.0)
        if self.noise and self.data != "xor":
            raise SettingError("noise", f"only xor has label noise, the data is {self.data!r}")
        for width in self.hidden:
            whole("hidden", width, 1)
        whole("epochs", self.epochs, 1)
        whole("batch_size", self.batch_size, 1)
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        real("learning_rate", self.learning_rate, 0.0, above=True)
        one_of("schedule", self.schedule, SCHEDULES)
        real("weight_decay", self.weight_decay, 0.0)
        real("gradient_noise", self.gradient_noise, 0.0)
        whole("seed", self.seed, 0, 2**32 - 1)
