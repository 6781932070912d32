"""The multilayer perceptron of the post, in flax.nnx."""

from __future__ import annotations

from collections.abc import Sequence

import jax
from flax import nnx


class MLP(nnx.Module):
    """Sigmoid layers and a linear one. The post's Model 3 is ``MLP(2, (3,), 2)``.

    Args:
        inputs: D, the number of inputs.
        hidden: width of each hidden layer; none makes it logistic regression.
        classes: K, the number of logits.
        rngs: seeds the kernels and biases.
    """

    def __init__(self, inputs: int, hidden: Sequence[int], classes: int, *, rngs: nnx.Rngs):
        widths = (inputs, *hidden, classes)
        self.layers = nnx.List(
            nnx.Linear(fan_in, fan_out, rngs=rngs)
            for fan_in, fan_out in zip(widths[:-1], widths[1:], strict=True)
        )

    def __call__(self, x: jax.Array) -> jax.Array:
        """Logits [N, K] of inputs [N, D]."""
        *hidden, last = self.layers
        for layer in hidden:
            x = nnx.sigmoid(layer(x))
        return last(x)
