"""Right formulas that floats cannot carry, and casts that lose what they hold."""

from __future__ import annotations

import numpy as np

from ..catalogue import fault
from ..plain import Array, Plain, Quadratic, Softmax, sigmoid

__all__: list[str] = []


@fault("large_inputs_stay_finite", source="Humbatova 2020: numerical instability")
class SoftmaxUnshifted(Softmax):
    """Softmax exponentiates weighted inputs as they are, and overflows."""

    def output(self, z: Array) -> Array:
        e = np.exp(z)
        return e / e.sum(axis=1, keepdims=True)


@fault("large_inputs_stay_finite", source="found by mutation testing")
class SoftmaxShiftedByTheBatch(Softmax):
    """Softmax subtracts the maximum of the batch: rows of another scale underflow to 0 / 0."""

    def output(self, z: Array) -> Array:
        e = np.exp(z - z.max())
        return e / e.sum(axis=1, keepdims=True)


@fault("large_inputs_stay_finite", source="Humbatova 2020: wrong loss function calculation")
class LogarithmOfZero(Plain):
    """Cross-entropy is computed from outputs, which round to 0 and 1."""

    def costs_of(self, z: Array, y: Array) -> Array:
        a = self.output(z)
        return -(y * np.log(a) + (1 - y) * np.log(1 - a))


@fault("large_inputs_stay_finite")
class LogarithmOfSoftmax(Softmax):
    """Cross-entropy takes the logarithm of softmax, which underflows to 0."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return -y * np.log(self.output(z))


@fault("large_inputs_raise_no_warning")
class ExponentialOverflows(Plain):
    """1 / (1 + exp(-z)) overflows for z below -709: numpy warns."""

    def activation(self, z: Array) -> Array:
        return 1 / (1 + np.exp(-z))


@fault("large_inputs_stay_finite")
class SoftplusOverflows(Plain):
    """log(1 + exp(z)) is infinite for z above 709."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return np.log(1 + np.exp(z)) - y * z


@fault("large_inputs_stay_finite")
class TanhByExponentials(Quadratic):
    """(e^z - e^-z) / (e^z + e^-z) is infinity by infinity for |z| above 709."""

    def activation(self, z: Array) -> Array:
        return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


@fault("integer_inputs_are_numbers", source="Humbatova 2020: wrong type of input data")
class BufferOfTheInputsType(Plain):
    """Activations go into `np.zeros_like(x)`: integer inputs truncate them."""

    def checked(self, x: Array) -> Array:
        centred = np.zeros_like(super().checked(x))
        centred[...] = x / 2 * 2
        return centred

    def weighted(self, l: int, a: Array) -> Array:
        z = super().weighted(l, a)
        return z.astype(a.dtype) if l == 1 and a.dtype.kind == "i" else z


@fault("integer_inputs_are_numbers", source="Humbatova 2020: wrong type of input data")
class ExamplesCastToInteger(Plain):
    """Examples are cast to integers, as labels are."""

    def checked(self, x: Array) -> Array:
        x = super().checked(x)
        return x if x.dtype.kind not in "iu" else x.astype(np.int8) // 2 * 2


@fault("memory_layout_is_irrelevant")
class MemoryReadInOrder(Plain):
    """Entries are read as they lie in memory, "K" for order: other layouts are scrambled."""

    def checked(self, x: Array) -> Array:
        x = super().checked(x)
        return x.ravel(order="K").reshape(x.shape)


@fault("memory_layout_is_irrelevant")
class InputsMustBeWritable(Plain):
    """The input is used as scratch memory: read-only arrays raise."""

    def checked(self, x: Array) -> Array:
        x = super().checked(x)
        x *= 1
        return x


@fault("float32_inputs_lose_little", source="Zhang 2018: type of tensors")
class HalfPrecisionInputs(Plain):
    """Inputs in float32 are cast to float16 to save memory."""

    def checked(self, x: Array) -> Array:
        x = super().checked(x)
        return x.astype(np.float16) if x.dtype == np.float32 else x


@fault("quadratic_cost_is_never_negative")
class DifferenceOfSquares(Quadratic):
    """(a - y)^2 is expanded to a^2 - 2 a y + y^2, which cancels."""

    def costs_of(self, z: Array, y: Array) -> Array:
        a = self.output(z)
        return (a * a - 2 * a * y + y * y) / 2


@fault("outputs_are_accurate")
class SigmoidByTanh(Plain):
    """(1 + tanh(z / 2)) / 2 loses all digits of small probabilities."""

    def output(self, z: Array) -> Array:
        return (1 + np.tanh(z / 2)) / 2


@fault("outputs_are_accurate")
class SigmoidFromTable(Plain):
    """The sigmoid is cut off at |z| = 10, where it "is 0 or 1 anyway"."""

    def output(self, z: Array) -> Array:
        return np.where(abs(z) > 10, np.where(z > 0, 1.0, 0.0), sigmoid(z))


@fault("gradient_keeps_its_digits", source="Higham 2002: cancellation")
class ErrorThroughALargeNumber(Plain):
    """The error is output plus a large constant, minus target plus that constant."""

    def error(self, z: Array, y: Array) -> Array:
        return (self.output(z) + 1e9) - (y + 1e9)
