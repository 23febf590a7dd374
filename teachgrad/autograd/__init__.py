"""What ``torch.autograd`` offers: `backward`, `grad`, functions of your own, checks, Jacobians; hooks on tensors."""

import importlib
from typing import TYPE_CHECKING, Any

from teachgrad.autograd import function, functional, graph
from teachgrad.autograd.anomaly import detect_anomaly, set_detect_anomaly
from teachgrad.autograd.backward import backward, grad
from teachgrad.autograd.function import Function
from teachgrad.autograd.gradcheck import gradcheck, gradgradcheck
from teachgrad.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from teachgrad.inference import inference_mode
from teachgrad.scope import missing

if TYPE_CHECKING:
    from teachgrad.autograd import forward_ad

__all__ = [
    "Function",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "forward_ad",
    "function",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
]


def __getattr__(name: str) -> Any:
    if name == "forward_ad":  # opened when first asked for, so that importing stays cheap
        return importlib.import_module("teachgrad.autograd.forward_ad")
    raise missing(f"module {__name__!r}", name, lambda: __all__)
