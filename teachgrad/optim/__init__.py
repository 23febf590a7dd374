"""Optimizers: from gradients to better parameters, as ``torch.optim``."""

from teachgrad.optim.adam import Adam, AdamW
from teachgrad.optim.optimizer import Optimizer
from teachgrad.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]
