"""Networks: modules, layers, losses, starting values, as ``torch.nn``."""

from typing import TYPE_CHECKING

from teachgrad.nn import functional, init
from teachgrad.nn.activation import LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from teachgrad.nn.container import ModuleDict, ModuleList, Sequential
from teachgrad.nn.linear import Identity, Linear
from teachgrad.nn.loss import CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.nn.shape import Flatten
from teachgrad.scope import refusing

__all__ = [
    "CrossEntropyLoss",
    "Flatten",
    "Identity",
    "L1Loss",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "Module",
    "ModuleDict",
    "ModuleList",
    "NLLLoss",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "functional",
    "init",
]

if not TYPE_CHECKING:  # which would take any name for one that is there
    __getattr__ = refusing(__name__)
