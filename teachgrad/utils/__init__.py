"""What ``torch.utils`` offers: `data` and `checkpoint`."""

from teachgrad.utils import checkpoint, data

__all__ = ["checkpoint", "data"]
