"""The table of datasets: everything but their examples, which `anim.train.data` makes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """What is known of a dataset before it is loaded.

    Attributes:
        name: as the option ``--data`` takes it. The function of `anim.train.data` that makes the
            dataset has this name, with ``_`` in place of ``-``.
        examples: the number of examples, of which one half is the default for training and the
            other half for validation; None if any number of examples can be generated.
        train_size: the default number of training examples.
        val_per_train: validation examples for each training example, by default, if they are
            generated.
        val_per_train_of_replicas: the same for many networks at once, which need more memory.
        has_label_noise: whether labels can be flipped at random.
    """

    name: str
    examples: int | None
    train_size: int
    val_per_train: int = 1
    val_per_train_of_replicas: int = 1
    has_label_noise: bool = False

    def val_size(self, train_size: int, of_replicas: bool = False) -> int:
        """Return the default number of validation examples, at least 1."""
        if self.examples is not None:
            return max(self.examples - train_size, 1)
        return train_size * (self.val_per_train_of_replicas if of_replicas else self.val_per_train)


def _shipped(name: str, examples: int) -> Source:
    return Source(name, examples, train_size=examples // 2)


_SOURCES = (
    Source("xor", None, 2000, val_per_train=50, val_per_train_of_replicas=10, has_label_noise=True),
    _shipped("digits", 1797),
    _shipped("breast-cancer", 569),
)
DATASETS = {source.name: source for source in _SOURCES}

WITH_NOISE = ", ".join(source.name for source in _SOURCES if source.has_label_noise)


def _in_words(of_generated: str, of_others: str, separator: str) -> str:
    generated = [vars(source) for source in _SOURCES if source.examples is None]
    return separator.join([*map(of_generated.format_map, generated), of_others])


# The default sizes, for help and documentation.
TRAIN_SIZES = _in_words("{train_size} for {name}", "half of the others", ", ")
VAL_SIZES = _in_words(
    "{val_per_train} x train for {name}, {val_per_train_of_replicas} x with --replicas",
    "the rest of the examples for the others",
    "; ",
)
