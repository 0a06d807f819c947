"""Which modules are mutated, and which tests can notice: the quick ones first."""

from __future__ import annotations

__all__ = ["FIRST", "LAWS", "MODULES", "STAGES"]

#: The mathematics, which is mutated by default.
FIRST = ("kernels", "activations", "costs", "backprop")
#: Laws of the core. What runs other processes is left out: they would import no mutant.
LAWS = [
    f"property_tests/test_{name}.py"
    for name in (
        "shapes", "layer_zero", "derivatives", "exact_gradients", "finite_differences",
        "floating_point", "symmetries", "purity", "descent",
    )
]  # fmt: skip
ENGINE = ["property_tests/test_engine_steps.py", "tests/test_training.py"]
FILES = [
    "property_tests/test_round_trip.py",
    "property_tests/test_damaged_files.py",
    "tests/damage",
]
JUDGE = [f"tests/gradcheck/test_{name}.py" for name in ("check", "report", "run", "certified")]


def _tests(*names: str) -> list[str]:
    """Return the files of unit tests of these names."""
    return [f"tests/test_{name}.py" for name in names]


#: The tests of each module in stages; the next runs where the one before noticed nothing.
STAGES: dict[str, list[list[str]]] = {
    "kernels": [_tests("kernels", "network"), LAWS, ENGINE],
    "activations": [_tests("activations", "network"), _tests("accuracy"), LAWS, ENGINE],
    "costs": [_tests("costs", "network"), _tests("accuracy"), LAWS, ENGINE],
    "backprop": [_tests("network"), LAWS],
    "arrays": [_tests("arrays", "network"), LAWS],
    "inputs": [_tests("inputs", "network"), LAWS],
    "network": [_tests("network", "training"), _tests("persistence", "display"), LAWS],
    "engine": [_tests("engine"), _tests("blocks"), ENGINE],
    "blocks": [_tests("blocks"), _tests("engine"), ENGINE],
    "products": [_tests("products"), _tests("blocks"), ENGINE],
    "steps": [_tests("engine"), _tests("blocks"), ENGINE],
    "update": [_tests("update"), _tests("engine", "blocks"), ENGINE],
    "inplace": [_tests("inplace"), ENGINE, LAWS],
    "layers": [_tests("layers"), ENGINE],
    "workspace": [_tests("workspace"), ENGINE],
    "optimizers": [_tests("optimizers"), ENGINE, _tests("checkpoints")],
    "training": [_tests("training"), _tests("checkpoints", "progress", "blas")],
    "learner": [_tests("training"), ENGINE, _tests("checkpoints")],
    "plan": [_tests("training"), _tests("checkpoints", "blas")],
    "history": [_tests("training"), _tests("display")],
    "arguments": [_tests("network"), _tests("training", "persistence")],
    "settings": [_tests("network"), _tests("activations", "costs", "persistence")],
    "labels": [_tests("labels", "network")],
    "files": [_tests("files"), FILES],
    "persistence": [_tests("persistence"), FILES],
    "checkpoints": [_tests("checkpoints"), FILES],
    "datasets.idx": [_tests("datasets_idx"), ["tests/damage"]],
    "gradcheck.factors": [["tests/gradcheck/test_factors.py"], JUDGE],
    "gradcheck.tape": [["tests/gradcheck/test_tape.py"], JUDGE],
    "gradcheck.verdict": [["tests/gradcheck/test_verdict.py"], JUDGE],
    "gradcheck.findings": [["tests/gradcheck/test_findings.py"], JUDGE],
    "gradcheck.consistency": [
        ["tests/gradcheck/test_consistency.py"],
        ["tests/gradcheck/test_disguise.py", "tests/gradcheck/test_exact.py"],
        JUDGE,
    ],
    "gradcheck.report": [["tests/gradcheck/test_report.py"], JUDGE],
}
MODULES = tuple(STAGES)
