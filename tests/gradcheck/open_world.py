"""Errors that no table of causes knows: none of them may get a name.

Each spoils the arrays of a gradient, weights of shapes (6, 6), (6, 6), (4, 6) and biases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from bugs import Array

__all__ = ["OPEN_WORLD"]


def _entry(arrays: list[Array], rng: np.random.Generator) -> None:
    k = int(rng.integers(6))
    index = tuple(int(rng.integers(n)) for n in arrays[k].shape)
    arrays[k][index] *= 1 + rng.standard_normal()


def _swapped_entries(arrays: list[Array], rng: np.random.Generator) -> None:
    k = int(rng.integers(3))
    i, j = rng.choice(arrays[k].size, 2, replace=False)
    arrays[k].flat[i], arrays[k].flat[j] = arrays[k].flat[j], arrays[k].flat[i]


def _noise(arrays: list[Array], rng: np.random.Generator) -> None:
    arrays[1] += 1e-5 * rng.standard_normal(arrays[1].shape)


def _noise_everywhere(arrays: list[Array], rng: np.random.Generator) -> None:
    for array in arrays:
        array[...] *= 1 + 1e-3 * rng.standard_normal(array.shape)


def _tiny_noise(arrays: list[Array], rng: np.random.Generator) -> None:
    for array in arrays:
        array[...] *= 1 + 1e-9 * rng.standard_normal(array.shape)


def _roll(arrays: list[Array], _: np.random.Generator) -> None:
    arrays[0][:] = np.roll(arrays[0], 1, axis=0)


def _rolled_columns(arrays: list[Array], rng: np.random.Generator) -> None:
    k = int(rng.integers(3))
    arrays[k][:] = np.roll(arrays[k], int(rng.integers(1, 6)), axis=1)


def _square(arrays: list[Array], _: np.random.Generator) -> None:
    arrays[2][:] = arrays[2] ** 2


def _root(arrays: list[Array], _: np.random.Generator) -> None:
    for array in arrays:
        array[...] = np.sign(array) * np.sqrt(np.abs(array))


def _squashed(arrays: list[Array], _: np.random.Generator) -> None:
    for array in arrays:
        array[...] = np.tanh(array)


def _row(arrays: list[Array], _: np.random.Generator) -> None:
    arrays[0][2] = 0


def _scaled_row(arrays: list[Array], rng: np.random.Generator) -> None:
    k = int(rng.integers(3))
    arrays[k][int(rng.integers(4))] *= rng.uniform(1.5, 3)


def _dead_column(arrays: list[Array], rng: np.random.Generator) -> None:
    arrays[int(rng.integers(3))][:, int(rng.integers(6))] = 0


def _triangle(arrays: list[Array], rng: np.random.Generator) -> None:
    k = int(rng.integers(2))
    arrays[k][:] = np.triu(arrays[k])


def _two_constants(arrays: list[Array], _: np.random.Generator) -> None:
    arrays[0] *= 1.7
    arrays[1] *= 2.3


def _by_row(arrays: list[Array], rng: np.random.Generator) -> None:
    k = int(rng.integers(3))
    arrays[k] *= np.arange(1.0, len(arrays[k]) + 1)[:, None]


def _shift(arrays: list[Array], _: np.random.Generator) -> None:
    arrays[5] += 0.01


def _shift_everywhere(arrays: list[Array], _: np.random.Generator) -> None:
    for array in arrays:
        array[...] += 1e-3


def _mask(arrays: list[Array], rng: np.random.Generator) -> None:
    arrays[1] *= rng.random(arrays[1].shape) < 0.5


def _dropped_out(arrays: list[Array], rng: np.random.Generator) -> None:
    for array in arrays:
        array[...] *= 2.0 * (rng.random(array.shape) < 0.5)


def _signs(arrays: list[Array], rng: np.random.Generator) -> None:
    # Some but not all.
    arrays[int(rng.integers(3))] *= np.where(rng.permutation(6) < rng.integers(1, 6), -1.0, 1.0)


def _sum(arrays: list[Array], _: np.random.Generator) -> None:
    arrays[4] += arrays[3]


def _sum_of_weights(arrays: list[Array], rng: np.random.Generator) -> None:
    k = int(rng.integers(2))
    arrays[k] += arrays[1 - k]


def _centred(arrays: list[Array], rng: np.random.Generator) -> None:
    k = int(rng.integers(3))
    arrays[k] -= arrays[k].mean(axis=1, keepdims=True)


def _permute(arrays: list[Array], rng: np.random.Generator) -> None:
    order = rng.permutation(6)
    while (order == np.arange(6)).all() or (order == np.arange(6)[::-1]).all():
        order = rng.permutation(6)
    arrays[1][:] = arrays[1][order]


def _momentum(arrays: list[Array], rng: np.random.Generator) -> None:
    for array in arrays:
        array[...] += 0.9 * rng.standard_normal(array.shape) * np.abs(array).mean()


def _average(arrays: list[Array], rng: np.random.Generator) -> None:
    k = int(rng.integers(3))
    arrays[k][:] = (arrays[k] + np.roll(arrays[k], 1, axis=0)) / 2


OPEN_WORLD: tuple[Callable[[list[Array], np.random.Generator], None], ...] = (
    _entry,
    _swapped_entries,
    _noise,
    _noise_everywhere,
    _tiny_noise,
    _roll,
    _rolled_columns,
    _square,
    _root,
    _squashed,
    _row,
    _scaled_row,
    _dead_column,
    _triangle,
    _two_constants,
    _by_row,
    _shift,
    _shift_everywhere,
    _mask,
    _dropped_out,
    _signs,
    _sum,
    _sum_of_weights,
    _centred,
    _permute,
    _momentum,
    _average,
)
