"""What programs ask of ``torch.accelerator`` before they choose a device: there is no accelerator here.

>>> current_accelerator().type if is_available() else "cpu"
'cpu'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachgrad.device import device
from teachgrad.scope import refusing

if not TYPE_CHECKING:  # which would take any name for one that is there
    __getattr__ = refusing(__name__)


def is_available() -> bool:
    """Whether there is an accelerator, as ``torch.accelerator.is_available``: no."""
    return False


def device_count() -> int:
    """How many accelerators there are, as ``torch.accelerator.device_count``: none."""
    return 0


def current_accelerator(check_available: bool = False) -> device | None:
    """The accelerator that would be used, as ``torch.accelerator.current_accelerator``: None."""
    return None
