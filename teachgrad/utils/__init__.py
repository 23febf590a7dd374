"""What ``torch.utils`` offers: `data`, `checkpoint` and `dlpack`."""

from teachgrad.utils import checkpoint, data, dlpack

__all__ = ["checkpoint", "data", "dlpack"]
