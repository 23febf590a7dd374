"""What ``torch.autograd.profiler`` offers: the same as `teachgrad.profiler`, under its older name."""

from teachgrad.profiler import profile, record_function

__all__ = ["profile", "record_function"]
