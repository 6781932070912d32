"""The network of the post, by the name that users write. It lives in `anim.train.model`."""

from anim.train.model import MLP

__all__ = ["MLP"]
