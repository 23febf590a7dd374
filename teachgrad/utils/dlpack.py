"""What ``torch.utils.dlpack`` offers: memory shared with other libraries. The functions are those of teachgrad itself.

>>> import teachgrad as tg
>>> from_dlpack(to_dlpack(tg.ones(2)))
tensor([1., 1.])
"""

from teachgrad.ops.sharing import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
