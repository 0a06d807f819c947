"""How long a check of every entry takes beside `torch.autograd.gradcheck` in its slow mode.

Run from the root of the project, on one thread, for a second one waits more than it helps:
``OPENBLAS_NUM_THREADS=1 python tests/gradcheck/speed.py --runs 3``. Both check the same numpy
cost and gradient of a network [784, 30, 10] at a batch of 10, in turns, in one process; times
are those of the processor, so that other programs disturb less.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from networks import Net, net

from nncore.gradcheck.check import check_gradient

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES, BATCH = (784, 30, 10), 10
# Checks by nncore for each one by torch, which takes so much longer.
TURNS = 5


def torch_check(n: Net) -> Callable[[], None]:
    """The check by torch: central differences of each entry against the same gradient."""
    import torch  # noqa: PLC0415 - takes seconds, and --help needs none of it

    torch.set_num_threads(1)

    def params(tensors: tuple[Any, ...]) -> dict[str, list[Any]]:
        arrays = [tensor.detach().numpy() for tensor in tensors]
        return {"w": arrays[: len(n.params["w"])], "b": arrays[len(n.params["w"]) :]}

    class Cost(torch.autograd.Function):  # type: ignore[misc, no-any-unimported, unused-ignore]
        """The cost of the network; its backward pass is the gradient that is checked."""

        @staticmethod
        def forward(ctx: Any, *tensors: Any) -> Any:
            ctx.save_for_backward(*tensors)
            return torch.tensor(float(n.cost(params(tensors))), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, *outputs: Any) -> Any:
            found = n.gradient(params(ctx.saved_tensors))
            arrays = (*found["w"], *found["b"])
            return tuple(outputs[0] * torch.from_numpy(np.array(array)) for array in arrays)

    arrays = (*n.params["w"], *n.params["b"])
    inputs = tuple(torch.tensor(array, requires_grad=True) for array in arrays)

    def run() -> None:
        assert torch.autograd.gradcheck(Cost.apply, inputs, fast_mode=False)

    return run


def our_check(n: Net, method: str) -> Callable[[], None]:
    """The check by one of our rungs."""

    def run() -> None:
        assert check_gradient(n.cost, n.gradient, n.params, method=method, progress=False).ok

    return run


def seconds(run: Callable[[], None]) -> float:
    """Time of the processor."""
    start = time.process_time()
    run()
    return time.process_time() - start


def measure(n: Net, runs: int) -> dict[str, list[float]]:
    """Times of each check, in turns."""
    checks = {m: our_check(n, m) for m in ("certified", "complex_step")}
    theirs = torch_check(n)
    times: dict[str, list[float]] = {name: [] for name in (*checks, "torch")}
    for run in range(runs):
        for name, check in checks.items():
            turns = TURNS if name == "certified" else 1
            times[name] += [seconds(check) for _ in range(turns)]
        times["torch"].append(seconds(theirs))
        print(f"  {run + 1} of {runs}: torch {times['torch'][-1]:.1f} s", flush=True)
    return times


def main() -> None:
    """Measure, and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="checks by torch")
    runs = parser.parse_args().runs
    n = net("plain", 7, SIZES, batch=BATCH)
    print(f"every entry of {list(SIZES)}, batch {BATCH}: seconds of the processor", flush=True)
    times = measure(n, runs)
    slow = statistics.median(times["torch"])
    print(f"  {'torch gradcheck, slow mode':28} {slow:8.3f}")
    for name in ("certified", "complex_step"):
        own = statistics.median(times[name])
        print(f"  {name.replace('_', ' '):28} {own:8.3f}   {slow / own:.1f} times faster")


if __name__ == "__main__":
    main()
