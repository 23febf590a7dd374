"""What programs ask of ``torch.accelerator`` before they choose a device: there is no accelerator here.

>>> current_accelerator().type if is_available() else "cpu"
'cpu'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachgrad.cuda import device_count, is_available
from teachgrad.device import device
from teachgrad.scope import refusing

__all__ = ["current_accelerator", "device_count", "is_available"]

if not TYPE_CHECKING:  # which would take any name for one that is there
    __getattr__ = refusing(__name__)


def current_accelerator(check_available: bool = False) -> device | None:
    """The accelerator that would be used, as ``torch.accelerator.current_accelerator``: None."""
    return None
