"""The version, as ``torch.version``. It stands here only: the package's metadata is read from this file."""

__version__ = "0.1.0"
