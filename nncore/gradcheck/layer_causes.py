"""Mistakes inside backpropagation, predicted from the quantities of the layers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from .mistakes import Case, Prediction, hypothesis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from .layers import Layers
    from .structure import FloatArray

    Predict: TypeAlias = Callable[[Layers], Iterator[dict[int, FloatArray]]]

__all__: list[str] = []


def _from_layers(name: str, sentence: str) -> Callable[[Predict], None]:
    """Enter a mistake that predicts from the layers; shapes that clash rule it out."""

    def enter(predict: Predict) -> None:
        @hypothesis(name)
        def predictions(case: Case) -> Iterator[Prediction]:
            if case.layers is None:
                return
            try:
                for arrays in predict(case.layers):
                    shaped = {
                        k: a.reshape(case.params[k].shape)
                        if a.size == case.params[k].size
                        else a
                        for k, a in arrays.items()
                    }
                    yield Prediction(shaped, sentence)
            except ValueError:
                return

    return enter


def _ones(net: Layers, l: int) -> FloatArray:
    """No factor."""
    return np.ones_like(net.zs[l])


@_from_layers(
    "activation derivative missing", "the derivative of the hidden activations is missing"
)
def _no_prime(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(net.deltas(prime=lambda l: _ones(net, l)))


@_from_layers(
    "activation derivative doubled", "the derivative of the activations is taken twice"
)
def _double_prime(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(net.deltas(prime=lambda l: net.primes[l](net.zs[l]) ** 2))


@_from_layers(
    "activation derivative at a",
    "the derivative of the activation is taken at its value a, not at z",
)
def _prime_at_a(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(net.deltas(prime=lambda l: net.primes[l](net.activations[l])))


@_from_layers(
    "activation for its derivative", "the activation stands where its derivative belongs"
)
def _function_for_prime(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(net.deltas(prime=lambda l: net.functions[l](net.zs[l])))


@_from_layers(
    "activation derivative of another layer",
    "the derivative of the activation is taken at the z of another layer",
)
def _prime_elsewhere(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(net.deltas(prime=lambda l: net.primes[l](net.zs[max(l - 1, 1)])))
    yield net.gradient(net.deltas(prime=lambda l: net.primes[l](net.zs[l + 1])))


@_from_layers(
    "output derivative missing", "the derivative of the output activation is missing (BP1)"
)
def _no_output_prime(net: Layers) -> Iterator[dict[int, FloatArray]]:
    prime = net.primes[net.last](net.zs[net.last])
    with np.errstate(all="ignore"):
        yield net.gradient(net.deltas(net.delta / prime))


@_from_layers(
    "output derivative too much",
    "the derivative of the output activation is taken where it cancels (BP1)",
)
def _extra_output_prime(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(net.deltas(net.delta * net.primes[net.last](net.zs[net.last])))


@_from_layers("targets forgotten", "the targets are forgotten in the output error")
def _no_targets(net: Layers) -> Iterator[dict[int, FloatArray]]:
    output, prime = net.activations[net.last], net.primes[net.last](net.zs[net.last])
    yield net.gradient(net.deltas(output / net.batch))
    yield net.gradient(net.deltas(output * prime / net.batch))


def _one(delta: FloatArray, example: int, factor: float) -> FloatArray:
    """The errors of one example, times a factor."""
    alone = np.zeros_like(delta)
    alone[example] = factor * delta[example]
    return alone


def _one_example(name: str, sentence: str, example: int, *, undivided: bool) -> None:
    """Enter the mistake of using one example for the batch."""

    @_from_layers(name, sentence)
    def _predict(net: Layers) -> Iterator[dict[int, FloatArray]]:
        factor = net.batch if undivided else 1
        if net.batch > 1:
            yield net.gradient(net.deltas(_one(net.delta, example, factor)))


def _one_bias(name: str, sentence: str, example: int, *, undivided: bool) -> None:
    """Enter the mistake of using one example for the biases."""

    @_from_layers(name, sentence)
    def _predict(net: Layers) -> Iterator[dict[int, FloatArray]]:
        factor = net.batch if undivided else 1
        if net.batch > 1:
            yield net.gradient(bias=lambda delta: factor * delta[example])


for _place, _word in ((0, "first"), (-1, "last")):
    _one_example(
        f"{_word} example only, divided by the batch",
        f"only the {_word} example of the batch counts, divided by the size of the batch",
        _place,
        undivided=False,
    )
    _one_example(
        f"{_word} example only",
        f"only the {_word} example of the batch counts",
        _place,
        undivided=True,
    )
    _one_bias(
        f"bias from the {_word} example, divided by the batch",
        f"the biases take the error of the {_word} example only, divided by the batch",
        _place,
        undivided=False,
    )
    _one_bias(
        f"bias from the {_word} example",
        f"the biases take the error of the {_word} example only",
        _place,
        undivided=True,
    )


@_from_layers(
    "batch averaged before the product",
    "errors and activations are averaged over the batch before their product is taken",
)
def _averaged_first(net: Layers) -> Iterator[dict[int, FloatArray]]:
    if net.batch > 1:
        deltas = [d.sum(axis=0, keepdims=True) if d.size else d for d in net.deltas()]
        yield net.gradient(
            deltas, inputs=lambda l: net.activations[l - 1].mean(axis=0, keepdims=True)
        )


@_from_layers(
    "weights not transposed", "the error goes back through the weights without transposing them"
)
def _not_transposed(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(net.deltas(back=lambda l: _if_square(net.weights[l + 1])))


def _if_square(weights: FloatArray) -> FloatArray:
    """The transpose where it fits; other layers could not have been mistaken."""
    return weights.T if weights.shape[0] == weights.shape[1] else weights


@_from_layers(
    "weights of another layer", "the error goes back through the weights of the layer itself"
)
def _other_weights(net: Layers) -> Iterator[dict[int, FloatArray]]:
    def back(l: int) -> FloatArray:
        same = net.weights[l].shape == net.weights[l + 1].shape
        return net.weights[l] if same else net.weights[l + 1]

    yield net.gradient(net.deltas(back=back))


@_from_layers(
    "activations a layer late", "the activations of the layer itself stand for those below it"
)
def _late(net: Layers) -> Iterator[dict[int, FloatArray]]:
    def inputs(l: int) -> FloatArray:
        own, below = net.activations[l], net.activations[l - 1]
        return own if own.shape == below.shape else below

    yield net.gradient(inputs=inputs)


@_from_layers("z for a", "z stands where the activation belongs")
def _z_for_a(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(inputs=lambda l: net.zs[l - 1] if l > 1 else net.activations[0])


@_from_layers(
    "update before backpropagation",
    "the weights of a layer are updated before the error goes back through them",
)
def _updated_first(net: Layers) -> Iterator[dict[int, FloatArray]]:
    if net.learning_rate is None:
        return
    rate = net.learning_rate
    deltas = net.deltas()
    for l in range(net.last - 1, 0, -1):
        nabla = deltas[l + 1].T @ net.activations[l] + net.l2 * net.weights[l + 1]
        deltas[l] = (
            deltas[l + 1] @ (net.weights[l + 1] - rate * nabla) * net.primes[l](net.zs[l])
        )
    yield net.gradient(deltas)


@_from_layers("error of another layer", "an error that has not gone back through its weights")
def _skipped(net: Layers) -> Iterator[dict[int, FloatArray]]:
    deltas = net.deltas()
    for l in range(net.last - 1, 0, -1):
        if deltas[l].shape == deltas[l + 1].shape:
            wrong = list(deltas)
            wrong[l] = deltas[l + 1]
            yield net.gradient(wrong)


@_from_layers("inputs not used", "ones stand where the input belongs")
def _no_inputs(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(
        inputs=lambda l: net.activations[l - 1] if l > 1 else np.ones_like(net.activations[0])
    )


@_from_layers("penalty alone", "only the l2 term is returned")
def _penalty_alone(net: Layers) -> Iterator[dict[int, FloatArray]]:
    if net.l2:
        alone = dataclasses.replace(net, delta=np.zeros_like(net.delta))
        yield alone.gradient()


@_from_layers("error from the wrong end", "the errors of the batch are in reverse order")
def _reversed_batch(net: Layers) -> Iterator[dict[int, FloatArray]]:
    yield net.gradient(net.deltas(net.delta[::-1]))
