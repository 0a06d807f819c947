"""scikit-learn's MLPClassifier, one `partial_fit` for each mini-batch."""

# pyright: reportArgumentType=false

from __future__ import annotations

from sklearn.neural_network import MLPClassifier

from .problem import Array, Peer, Problem


class ScikitLearn(Peer):
    """Plain SGD: no momentum, no penalty."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        # Softmax outputs for labels; sigmoid outputs for rows of zeros and ones.
        self.y = problem.digits.labels if problem.output == "softmax" else problem.targets
        self.model = MLPClassifier(
            problem.sizes[1:-1],
            activation="logistic",
            solver="sgd",
            alpha=0,
            batch_size=problem.batch_size,
            learning_rate_init=problem.learning_rate,
            momentum=0,
            nesterovs_momentum=False,
            shuffle=False,
        )
        # The first call makes the parameters, which are then replaced.
        some = slice(problem.batch_size)
        classes = range(problem.sizes[-1])
        self.model.partial_fit(problem.digits.x[some], self.y[some], classes=classes)
        net = problem.network()
        for l in range(net.num_layers - 1):
            self.model.coefs_[l][:] = net.weights[l + 1].T
            self.model.intercepts_[l][:] = net.biases[l + 1]

    def step(self, batch: Array) -> None:
        self.model.partial_fit(self.problem.digits.x[batch], self.y[batch])

    def parameters(self) -> tuple[list[Array], list[Array]]:
        return [w.T for w in self.model.coefs_], self.model.intercepts_
