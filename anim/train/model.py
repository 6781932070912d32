"""The multilayer perceptron of the post, in flax.nnx."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
from flax import nnx

_HIDDEN_GAIN = 3.0


class MLP(nnx.Module):
    """Sigmoid layers, then a linear one. The post's Model 3 is ``MLP(2, (3,), 2)``.

    Args:
        inputs: D, the number of inputs.
        hidden: width of each hidden layer; () makes it logistic regression.
        classes: K, the number of logits.
        centre: [D], the mean of the inputs. The first layer's hyperplanes start through it, where
            they separate inputs. With zero biases they would start through the origin, a corner
            of the unit square.
        rngs: seeds the kernels and biases.
    """

    def __init__(
        self,
        inputs: int,
        hidden: Sequence[int],
        classes: int,
        *,
        centre: jax.Array | None = None,
        rngs: nnx.Rngs,
    ):
        widths = (inputs, *hidden, classes)
        # Orthogonal kernels point the units in different directions: units that start alike end
        # in a local minimum of XOR. With the gain the sigmoids are not linear from the start.
        gains = [_HIDDEN_GAIN] * len(hidden) + [1.0]
        self.layers = nnx.List(
            nnx.Linear(fan_in, fan_out, kernel_init=nnx.initializers.orthogonal(gain), rngs=rngs)
            for fan_in, fan_out, gain in zip(widths[:-1], widths[1:], gains, strict=True)
        )
        if centre is not None and hidden:
            first: Any = self.layers[0]
            first.bias[...] = -centre @ first.kernel[...]

    def __call__(self, x: jax.Array) -> jax.Array:
        """Return logits [N, K] of inputs [N, D]."""
        *hidden, last = self.layers
        for layer in hidden:
            x = nnx.sigmoid(layer(x))
        return last(x)
