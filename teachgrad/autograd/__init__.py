"""What ``torch.autograd`` offers: `backward`, `grad`, functions of your own, checks, Jacobians; hooks on tensors."""

from teachgrad.autograd import function, functional
from teachgrad.autograd.backward import backward, grad
from teachgrad.autograd.function import Function
from teachgrad.autograd.gradcheck import gradcheck, gradgradcheck
from teachgrad.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled

__all__ = [
    "Function",
    "backward",
    "enable_grad",
    "function",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]
