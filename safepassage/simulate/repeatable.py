"""Logarithm, exponential and normal quantile that give the same bits on every machine.

The functions of a machine's own library differ in the last bit from one processor to the next, and
one bit decides whether a family makes a flight.  What is here uses only what the standard IEEE 754
rounds in one way (sum, difference, product, quotient, square root) and what is exact (taking a
number apart into mantissa and exponent), one whole-array operation after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

_LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two parts, the first with zeros at its end
_LN2_LOW = 1.90821492927058770002e-10
_ROOT_HALF = 0.7071067811865476
_LOG_TERMS = 11
_EXP_TERMS = 14
_EXPONENT_BIAS, _MANTISSA_BITS = 1023, 52
_BLOCK = 16_384  # numbers

# Wichura, Algorithm AS 241 (Applied Statistics 37, 1988), PPND16: numerator and denominator, the
# highest power first, for the middle, the near and the far part of the distribution.
_MIDDLE = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
     4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
     1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
     2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
     4.2313330701600911252e1, 1.0),
)  # fmt: skip
_NEAR = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
     1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
     4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
     1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
     2.05319162663775882187e0, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
     2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
     5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
     7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
     5.99832206555887937690e-1, 1.0),
)  # fmt: skip


def _by_blocks(work: Callable[[Reals], Reals]) -> Callable[[Reals], Reals]:
    """The same for arrays of any size and shape, a block at a time: the dozens of passes over one
    stay within the processor's cache."""

    @wraps(work)
    def over(x: Reals) -> Reals:
        line = np.ascontiguousarray(x, np.float64).reshape(-1)
        found = np.empty_like(line)
        for n in range(0, len(line), _BLOCK):
            found[n : n + _BLOCK] = work(line[n : n + _BLOCK])
        return found.reshape(x.shape)

    return over


@_by_blocks
def log_of(x: Reals) -> Reals:
    """The natural logarithm of numbers above zero, to about one unit in the last place."""
    mantissa, power = np.frexp(x)
    low = mantissa < _ROOT_HALF
    mantissa += mantissa * low
    power -= low
    ratio = (mantissa - 1.0) / (mantissa + 1.0)  # log m = 2 artanh((m - 1) / (m + 1))
    square = ratio * ratio
    total = np.full_like(ratio, 1.0 / (2 * _LOG_TERMS + 1))
    for n in range(_LOG_TERMS - 1, -1, -1):
        total *= square
        total += 1.0 / (2 * n + 1)
    total *= ratio
    total *= 2.0
    total += power * _LN2_LOW
    total += power * _LN2_HIGH
    return total


@_by_blocks
def exp_of(x: Reals) -> Reals:
    """The exponential of numbers between -700 and 700, to a few units in the last place."""
    power = np.rint(x * 1.4426950408889634)
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    total = np.ones_like(rest)
    for n in range(_EXP_TERMS, 0, -1):
        total *= rest
        total /= n
        total += 1.0
    # 2 to a power, put together from its bits: exact, and faster than the machine's own.
    bits = (power.astype(np.int64) + _EXPONENT_BIAS) << _MANTISSA_BITS
    total *= bits.view(np.float64)
    return total


@_by_blocks
def normal_of(share: Reals) -> Reals:
    """The value below which a standard normal variable lies with such a chance, in (0, 1)."""
    middle = share - 0.5
    found = _quotient(_MIDDLE, 0.180625 - middle * middle)
    found *= middle
    at = np.flatnonzero(np.abs(middle) > 0.425)
    tail = share[at]
    root = np.sqrt(-log_of(np.minimum(tail, 1.0 - tail)))
    near, is_far = _quotient(_NEAR, root - 1.6), root > 5.0
    near[is_far] = _quotient(_FAR, root[is_far] - 5.0)
    found[at] = np.where(tail < 0.5, -near, near)
    return found


def _quotient(parts: tuple[tuple[float, ...], tuple[float, ...]], at: Reals) -> Reals:
    found = _polynomial(parts[0], at)
    found /= _polynomial(parts[1], at)
    return found


def _polynomial(coefficients: tuple[float, ...], at: Reals) -> Reals:
    total = np.full_like(at, coefficients[0])
    for c in coefficients[1:]:
        total *= at
        total += c
    return total
