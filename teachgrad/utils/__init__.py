"""What ``torch.utils`` offers: so far `data`."""

from teachgrad.utils import data

__all__ = ["data"]
