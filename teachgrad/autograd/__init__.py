"""What ``torch.autograd`` offers: `backward` and `grad`, and hooks on tensors."""

from teachgrad.autograd.backward import backward, grad
from teachgrad.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled

__all__ = ["backward", "enable_grad", "grad", "is_grad_enabled", "no_grad", "set_grad_enabled"]
