"""Transformations of functions, as ``torch.func``: derivatives of derivatives of functions of trees of tensors."""

from teachgrad.func.forward import hessian, jacfwd, jvp, linearize
from teachgrad.func.reverse import grad, grad_and_value, jacrev, vjp
from teachgrad.func.stateless import functional_call, stack_module_state
from teachgrad.func.vmap import vmap

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "vjp",
    "vmap",
]
