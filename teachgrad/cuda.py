"""What programs ask of ``torch.cuda`` before they choose a device: there is none here.

>>> "cuda" if is_available() else "cpu"
'cpu'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from teachgrad.device import no_cuda
from teachgrad.scope import refusing

if not TYPE_CHECKING:  # which would take any name for one that is there
    __getattr__ = refusing(__name__)


def is_available() -> bool:
    """Whether tensors can be made on a GPU, as ``torch.cuda.is_available``: no."""
    return False


def device_count() -> int:
    """The number of GPUs, as ``torch.cuda.device_count``: none."""
    return 0


def manual_seed(seed: int) -> None:
    """Seed the generator of the GPU, as ``torch.cuda.manual_seed``: there is none."""


def manual_seed_all(seed: int) -> None:
    """Seed the generators of all GPUs, as ``torch.cuda.manual_seed_all``: there are none."""


def empty_cache() -> None:
    """Give back memory of the GPU, as ``torch.cuda.empty_cache``: nothing is held."""


def synchronize(device: Any = None) -> NoReturn:
    """Raises AssertionError, as ``torch.cuda.synchronize`` does where there is no CUDA."""
    raise no_cuda()


def current_device() -> NoReturn:
    """Raises AssertionError, as ``torch.cuda.current_device`` does where there is no CUDA."""
    raise no_cuda()


def get_device_name(device: Any = None) -> NoReturn:
    """Raises AssertionError, as ``torch.cuda.get_device_name`` does where there is no CUDA."""
    raise no_cuda()
