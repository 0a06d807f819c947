"""torch as its tutorials use it, and torch with backpropagation by hand."""

# pyright: reportMissingImports=false

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from .problem import Array, Peer, Problem

torch.set_num_threads(1)


class TorchEager(Peer):
    """Linear layers, autograd and `optim.SGD`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.x = torch.from_numpy(problem.digits.x)
        is_softmax = problem.output == "softmax"
        self.y = torch.from_numpy(problem.digits.labels if is_softmax else problem.targets)
        self.cost = functional.cross_entropy if is_softmax else _mean_of_sums
        layers: list[Any] = []
        net = problem.network()
        for w, b in zip(net.weights[1:], net.biases[1:], strict=True):
            linear = torch.nn.Linear(w.shape[1], w.shape[0])
            linear.weight = torch.nn.Parameter(torch.tensor(w))
            linear.bias = torch.nn.Parameter(torch.tensor(b))
            layers += [linear, torch.nn.Sigmoid()]
        self.model = torch.nn.Sequential(*layers[:-1])
        self.optimizer = torch.optim.SGD(self.model.parameters(), problem.learning_rate)

    def step(self, batch: Array) -> None:
        rows = torch.from_numpy(batch)
        self.optimizer.zero_grad()
        self.cost(self.model(self.x[rows]), self.y[rows]).backward()
        self.optimizer.step()

    def parameters(self) -> tuple[list[Array], list[Array]]:
        arrays = [p.detach().numpy() for p in self.model.parameters()]
        return arrays[::2], arrays[1::2]


def _mean_of_sums(z: Any, y: Any) -> Any:
    """Return the cross-entropy of sigmoid outputs, the mean over the batch."""
    return functional.binary_cross_entropy_with_logits(z, y, reduction="sum") / len(y)


class TorchByHand(Peer):
    """`addmm` forward and `addmm_` for the update, without autograd."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        net = problem.network()
        self.x, self.y = torch.from_numpy(problem.digits.x), torch.from_numpy(problem.targets)
        self.w = [torch.tensor(w) for w in net.weights[1:]]
        self.b = [torch.tensor(b) for b in net.biases[1:]]

    @torch.inference_mode()  # type: ignore[untyped-decorator, unused-ignore] # where installed
    def step(self, batch: Array) -> None:
        rows = torch.from_numpy(batch)
        a = [self.x[rows]]
        for w, b in zip(self.w[:-1], self.b[:-1], strict=True):
            a.append(torch.addmm(b, a[-1], w.T).sigmoid_())
        z = torch.addmm(self.b[-1], a[-1], self.w[-1].T)
        outputs = z.softmax(1) if self.problem.output == "softmax" else z.sigmoid_()
        delta = outputs.sub_(self.y[rows])
        rate = -self.problem.learning_rate / len(batch)
        for l in reversed(range(len(self.w))):
            before = delta
            if l:
                delta = (delta @ self.w[l]).mul_(a[l]).mul_(1 - a[l])
            self.w[l].addmm_(before.T, a[l], alpha=rate)
            self.b[l].add_(before.sum(0), alpha=rate)

    def parameters(self) -> tuple[list[Array], list[Array]]:
        return [w.numpy() for w in self.w], [b.numpy() for b in self.b]
