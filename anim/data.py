"""The datasets, by the name that users write: `anim.data.xor`. They live in `anim.train.data`."""

from anim.train.data import Dataset, breast_cancer, digits, load, xor

__all__ = ["Dataset", "breast_cancer", "digits", "load", "xor"]
