"""The layers of the network: forward and backward functions side by side.

A layer is created once for a number of rows and keeps its arrays: inputs, outputs, parameters,
gradients and scratch. Its two functions write into these arrays and create none, so a training step
allocates nothing.

Every array has a leading axis for networks of the same shape that train together, as one stack; a
single network is a stack of one. In the comments: N networks, B rows (the mini-batch), I inputs, U units,
C classes. The loss is L, and a gradient ∂L/∂q is called ``dq``.

Sums over rows are products with a row of ones, because BLAS adds up columns faster than NumPy's reductions.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from hpsearch.data.arrays import Array, cache_aligned

BATCH_NORM_EPSILON = 1e-5
"""ε of batch normalisation, inside the square root."""


class Layer(NamedTuple):
    """A layer's two directions, over the arrays that it is bound to.

    Attributes:
        forward: Computes the output from the input and the parameters.
        backward: Computes the gradients of input and parameters from the gradient of the output.
    """

    forward: Callable[[], object]
    backward: Callable[[], object]


def product(a: Array, b: Array, out: Array) -> Callable[[], object]:
    """Create the function that computes out = A B.

    For a single network it is ``dot``, which starts in half the time of ``matmul`` and gives the same bits.
    """
    if len(out) > 1:
        return partial(np.matmul, a, b, out)
    if out[0].flags.c_contiguous:
        return partial(np.dot, a[0], b[0], out[0])
    return partial(np.dot, b[0].T, a[0].T, out[0].T)


def affine(
    x: Array,  # (N, B, I)
    weights: Array,  # (N, I, U)
    bias: Array | None,  # (N, 1, U)
    z: Array,  # (N, B, U), output
    dz: Array,  # (N, B, U)
    dweights: Array,  # (N, I, U), output
    dbias: Array | None,  # (N, 1, U), output
    dx: Array | None,  # (N, B, I), output; None where it is not needed
) -> Layer:
    """Z = X W + b."""
    add = np.add
    ones = np.ones((1, 1, x.shape[1]), x.dtype)
    compute_z = product(x, weights, z)
    compute_dweights = product(x.swapaxes(1, 2), dz, dweights)
    compute_dbias = product(ones, dz, dbias) if dbias is not None else None
    compute_dx = product(dz, weights.swapaxes(1, 2), dx) if dx is not None else None

    def forward() -> None:
        compute_z()
        if bias is not None:
            add(z, bias, z)

    def backward() -> None:
        compute_dweights()
        if compute_dbias:
            compute_dbias()
        if compute_dx:
            compute_dx()

    return Layer(forward, backward)


def batch_norm(
    z: Array,  # (N, B, U), input; centred in place
    shift_and_scale: Array,  # (N, 2, U): the shift β and the scale γ
    statistics: Array,  # (N, 2, U), output: mean and biased variance of the mini-batch
    y: Array,  # (N, B, U), output; free for scratch once the gradient comes back
    dy: Array,  # (N, B, U); becomes dz in place
    dshift_and_scale: Array,  # (N, 2, U), output: dβ and dγ
) -> Layer:
    """Y = γ (Z − μ) / σ + β, with μ and σ² = variance + ε of every unit over the mini-batch.

    The gradient is that of Ioffe and Szegedy (2015), section 3, with its terms collected::

        dZ = γ/σ · (dY − mean(dY) − X̂ · mean(dY ∘ X̂)),   X̂ = (Z − μ) / σ
    """
    add, subtract, multiply, divide, sqrt = np.add, np.subtract, np.multiply, np.divide, np.sqrt
    stack, rows, units = z.shape
    epsilon, share = np.array(BATCH_NORM_EPSILON, z.dtype), np.array(1 / rows, z.dtype)
    mean, variance = statistics[:, :1], statistics[:, 1:]
    shift, scale = shift_and_scale[:, :1], shift_and_scale[:, 1:]
    dshift, dscale = dshift_and_scale[:, :1], dshift_and_scale[:, 1:]
    sigma, slope = np.empty((2, stack, 1, units), z.dtype)
    means = np.empty((stack, 2, units), z.dtype)  # of dY and of dY ∘ X̂
    mean_dy, mean_dy_x = means[:, :1], means[:, 1:]
    ones = np.ones((1, 1, rows), z.dtype)
    average_z, average_squares = product(ones * share, z, mean), product(ones * share, y, variance)
    sum_dy, sum_dy_z = product(ones, dy, dshift), product(ones, y, dscale)

    def forward() -> None:
        average_z()
        subtract(z, mean, z)
        multiply(z, z, y)
        average_squares()
        add(variance, epsilon, sigma)
        sqrt(sigma, sigma)
        divide(scale, sigma, slope)
        multiply(z, slope, y)
        add(y, shift, y)

    def backward() -> None:
        sum_dy()
        multiply(dy, z, y)
        sum_dy_z()
        divide(dscale, sigma, dscale)
        multiply(dshift_and_scale, share, means)
        divide(mean_dy_x, sigma, mean_dy_x)
        multiply(z, mean_dy_x, y)
        subtract(dy, y, dy)
        subtract(dy, mean_dy, dy)
        multiply(dy, slope, dy)

    return Layer(forward, backward)


def dropout(
    a: Array,  # (N, B, U)
    y: Array,  # (N, B, U), output
    dy: Array,  # (N, B, U); becomes da in place
    share: float,
    generators: list[np.random.Generator],
) -> Layer:
    """Y is A with every element set to 0 with the probability ``share``, the others divided by 1 − share.

    Srivastava et al. (2014), in the inverted form that leaves evaluation unchanged. Each network draws from
    its own generator; the caller may replace the generators between steps.
    """
    multiply, less = np.multiply, np.less
    factors, kept = cache_aligned(a.shape, a.dtype), np.empty(a.shape, bool)
    keep, scale = np.array(1 - share, a.dtype), np.array(1 / (1 - share), a.dtype)
    number = a.dtype.type

    def forward() -> None:
        for generator, numbers in zip(generators, factors, strict=True):
            generator.random(dtype=number, out=numbers)
        less(factors, keep, kept)
        multiply(kept, scale, factors)
        multiply(a, factors, y)

    def backward() -> None:
        multiply(dy, factors, dy)

    return Layer(forward, backward)


def softmax_cross_entropy(
    z: Array,  # (N, C, B): classes first, so that every operation runs over the rows in one sweep
    targets: Array,  # (N, C, B): probabilities; every column adds up to 1
    loss: Array,  # (N, 1, 1), output: the mean over the rows
    dz: Array,  # (N, C, B), output
) -> Layer:
    """L = mean over the rows of log Σ exp(z) − Σ target · z, from the logits Z.

    The largest logit of a row is subtracted first, so that exp cannot overflow (log-sum-exp).
    """
    subtract, multiply, divide = np.subtract, np.multiply, np.divide
    largest_of, exp, log = np.maximum.reduce, np.exp, np.log
    stack, classes, rows = z.shape
    share = np.array(1 / rows, z.dtype)
    probabilities = cache_aligned(z.shape, z.dtype)
    largest, total, entropy, aligned = np.empty((4, stack, 1, rows), z.dtype)
    ones = np.ones((1, 1, classes), z.dtype)
    sum_probabilities, sum_aligned = product(ones, probabilities, total), product(ones, dz, aligned)
    average_entropy = product(entropy, np.full((1, rows, 1), share), loss)

    def forward() -> None:
        largest_of(z, axis=1, out=largest, keepdims=True)
        subtract(z, largest, z)
        exp(z, probabilities)
        sum_probabilities()
        log(total, entropy)
        multiply(targets, z, dz)
        sum_aligned()
        subtract(entropy, aligned, entropy)
        average_entropy()

    def backward() -> None:
        divide(probabilities, total, dz)
        subtract(dz, targets, dz)
        multiply(dz, share, dz)

    return Layer(forward, backward)


def log_softmax(z: Array) -> None:
    """Z becomes log softmax(Z), in place; Z is (N, C, B)."""
    np.subtract(z, np.maximum.reduce(z, axis=1, keepdims=True), out=z)
    np.subtract(z, np.log(np.sum(np.exp(z), axis=1, keepdims=True)), out=z)
