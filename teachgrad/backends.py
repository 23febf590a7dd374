"""What programs ask of ``torch.backends``, or set there: libraries behind the devices, none of which is used here.

>>> mps.is_available()
False
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachgrad.scope import refusing

if not TYPE_CHECKING:  # which would take any name for one that is there
    __getattr__ = refusing(__name__)


class Backend:
    """A library that is not there; its switches can be set, and change nothing."""

    enabled = False
    deterministic = True
    benchmark = False

    def is_available(self) -> bool:
        """Whether it can be used: no."""
        return False

    def is_built(self) -> bool:
        """Whether it was built in: no."""
        return False


cuda, cudnn, mps, mkldnn = Backend(), Backend(), Backend(), Backend()
