"""Optimizers: from gradients to better parameters, as ``torch.optim``."""

from teachgrad.optim.adam import Adam, AdamW
from teachgrad.optim.adam_variants import Adamax, NAdam, RAdam
from teachgrad.optim.adaptive import Adadelta, Adagrad, RMSprop, Rprop
from teachgrad.optim.optimizer import Optimizer
from teachgrad.optim.sgd import ASGD, SGD

__all__ = [
    "ASGD",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
]
