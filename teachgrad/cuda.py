"""What programs ask of ``torch.cuda`` before they choose a device: there is none here.

>>> "cuda" if is_available() else "cpu"
'cpu'
"""


def is_available() -> bool:
    """Whether tensors can be made on a GPU, as ``torch.cuda.is_available``: no."""
    return False


def device_count() -> int:
    """The number of GPUs, as ``torch.cuda.device_count``: none."""
    return 0


def manual_seed_all(seed: int) -> None:
    """Seed the generators of all GPUs, as ``torch.cuda.manual_seed_all``: there are none."""
