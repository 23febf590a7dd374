"""Optimizers: from gradients to better parameters, as ``torch.optim``."""

from typing import TYPE_CHECKING

from teachgrad.optim import lr_scheduler, swa_utils
from teachgrad.optim.adam import Adam, AdamW
from teachgrad.optim.adam_variants import Adamax, NAdam, RAdam
from teachgrad.optim.adaptive import Adadelta, Adagrad, RMSprop, Rprop
from teachgrad.optim.lbfgs import LBFGS
from teachgrad.optim.optimizer import Optimizer
from teachgrad.optim.sgd import ASGD, SGD
from teachgrad.scope import refusing

__all__ = [
    "ASGD",
    "LBFGS",
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
    "lr_scheduler",
    "swa_utils",
]

if not TYPE_CHECKING:  # which would take any name for one that is there
    __getattr__ = refusing(__name__)
