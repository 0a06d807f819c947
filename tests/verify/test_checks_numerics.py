"""Laws of numerics, each seen to fail on a fault that it is there for."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from nncore.verify import Adapter
from nncore.verify.faults import numerical
from nncore.verify.memory import LAYOUTS
from nncore.verify.plain import Plain, Quadratic, Relu, Softmax, sigmoid

from .judging import broken, judged, passes


class Clipped(Plain):
    """Outputs are kept from 0 and 1."""

    def output(self, z: Any) -> Any:
        return np.clip(sigmoid(z), 1e-12, 1 - 1e-12)


class ClippedSoftmax(Softmax):
    """Outputs are kept from 0 and 1."""

    def output(self, z: Any) -> Any:
        return np.clip(super().output(z), 1e-12, 1 - 1e-12)


class NotANumber(Plain):
    """Small outputs are not computed."""

    def output(self, z: Any) -> Any:
        return np.where(z < -10, np.nan, sigmoid(z))


class RefusesIntegers(Plain):
    """Floats only."""

    def checked(self, x: Any) -> Any:
        if x.dtype.kind != "f":
            msg = "floats only"
            raise TypeError(msg)
        return super().checked(x)


class RefusesReversed(Plain):
    """Negative strides are refused, as by torch; it warns of arrays that are read-only."""

    def checked(self, x: Any) -> Any:
        if min(x.strides) < 0:
            msg = "negative strides"
            raise ValueError(msg)
        if not x.flags.writeable:
            warnings.warn("not writable", UserWarning, stacklevel=1)
        return super().checked(x)


class Warns(Plain):
    """Tells something that is no matter of numbers."""

    def predict(self, x: Any) -> Any:
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return super().predict(x)


class InvalidProduct(Plain):
    """Warns as numpy does where OpenBLAS computes what it drops."""

    operation = "matmul"

    def predict(self, x: Any) -> Any:
        message = f"invalid value encountered in {self.operation}"
        warnings.warn(message, RuntimeWarning, stacklevel=1)
        return super().predict(x)


class InvalidLogarithm(InvalidProduct):
    operation = "log"


PLANTED = [
    (numerical.SoftmaxUnshifted, "large_inputs_stay_finite"),
    (numerical.SoftmaxShiftedByTheBatch, "large_inputs_stay_finite"),
    (numerical.LogarithmOfZero, "large_inputs_stay_finite"),
    (numerical.LogarithmOfSoftmax, "large_inputs_stay_finite"),
    (numerical.SoftplusOverflows, "large_inputs_stay_finite"),
    (numerical.TanhByExponentials, "large_inputs_stay_finite"),
    (numerical.ExponentialOverflows, "large_inputs_raise_no_warning"),
    (numerical.BufferOfTheInputsType, "integer_inputs_are_numbers"),
    (numerical.ExamplesCastToInteger, "integer_inputs_are_numbers"),
    (numerical.MemoryReadInOrder, "memory_layout_is_irrelevant"),
    (numerical.InputsMustBeWritable, "memory_layout_is_irrelevant"),
    (numerical.HalfPrecisionInputs, "float32_inputs_lose_little"),
    (numerical.SigmoidByTanh, "outputs_are_accurate"),
    (numerical.SigmoidFromTable, "outputs_are_accurate"),
    (NotANumber, "outputs_are_accurate"),
    (numerical.DifferenceOfSquares, "quadratic_cost_is_never_negative"),
]


@pytest.mark.parametrize(("cls", "law"), PLANTED)
def test_a_fault_is_seen(cls: type[Plain], law: str) -> None:
    assert broken(cls.adapter(), law)


def test_the_place_of_a_warning_is_told() -> None:
    adapter = numerical.ExponentialOverflows.adapter()
    message = broken(adapter, "large_inputs_raise_no_warning")
    assert "overflow encountered in exp" in message
    assert "numerical.py:" in message


def test_correct_digits_are_counted() -> None:
    assert "digits are right" in broken(
        numerical.SigmoidByTanh.adapter(), "outputs_are_accurate"
    )


@pytest.mark.parametrize("cls", [Plain, Softmax, Clipped, ClippedSoftmax])
def test_accurate_and_clipped_probabilities_pass(cls: type[Plain]) -> None:
    assert passes(cls.adapter(), "outputs_are_accurate", 60)


def test_where_outputs_are_no_probabilities_there_are_none_to_judge() -> None:
    assert judged(Relu.adapter(), "outputs_are_accurate").status == "skipped"
    assert judged(Plain.adapter(), "quadratic_cost_is_never_negative").status == "skipped"


def test_the_quadratic_cost_of_a_correct_network() -> None:
    for cls in (Quadratic, Relu):
        assert passes(cls.adapter(), "quadratic_cost_is_never_negative")


def test_what_cannot_be_judged_may_be_refused() -> None:
    assert passes(RefusesIntegers.adapter(), "integer_inputs_are_numbers", 8)
    assert passes(RefusesReversed.adapter(), "memory_layout_is_irrelevant", 8)


def test_other_warnings_are_no_matter_of_numbers() -> None:
    assert passes(Warns.adapter(), "large_inputs_raise_no_warning", 8)


def test_an_invalid_operation_in_a_product_may_be_the_librarys() -> None:
    assert passes(InvalidProduct.adapter(), "large_inputs_raise_no_warning", 8)
    assert "in log" in broken(InvalidLogarithm.adapter(), "large_inputs_raise_no_warning")


def test_what_is_not_offered_is_not_compared() -> None:
    names = {"weights": "weights", "biases": "biases"}
    for role in ("cost", "predict", "gradient"):
        offered: dict[str, Any] = {**names, role: role}
        if role == "predict":
            offered["forward"] = "forward"
        assert passes(Adapter(make=Plain, **offered), "memory_layout_is_irrelevant", 8)


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_hold_the_same_numbers(name: str) -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert (LAYOUTS[name](array) == array).all()
    assert (LAYOUTS[name](array[0]) == array[0]).all()


class Balanced(Quadratic):
    """A gradient of zeros: outputs and targets are the same."""

    def costs_of(self, z: Any, y: Any) -> Any:
        return 0 * z * y

    def error(self, z: Any, y: Any) -> Any:
        return 0 * z * y


class Doubled(Plain):
    """Wrong, not inaccurate."""

    def error(self, z: Any, y: Any) -> Any:
        return 2 * super().error(z, y)


def test_digits_of_the_gradient() -> None:
    message = broken(numerical.ErrorThroughALargeNumber.adapter(), "gradient_keeps_its_digits")
    assert "the formula is right" in message
    assert "of 16.0 digits" in message
    assert passes(Plain.adapter(), "gradient_keeps_its_digits")
    assert passes(Balanced.adapter(), "gradient_keeps_its_digits", 3)
    result = judged(Doubled.adapter(), "gradient_keeps_its_digits", 3)
    assert "see gradient_is_certified" in result.message
