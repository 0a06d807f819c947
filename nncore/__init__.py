"""A multilayer perceptron in numpy whose gradients are certified, not trusted."""
