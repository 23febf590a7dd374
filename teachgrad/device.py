"""Devices: where tensors live. Here that is the CPU, and this module says so clearly.

Ground floor. It knows nothing of tensors.
"""

from __future__ import annotations

from typing import Any

from teachgrad.errors import brief, explained

KNOWN = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, mtia, "
    "privateuseone"
)  # as PyTorch lists them


class device:  # noqa: N801 - PyTorch's own spelling
    """The name of a device, as ``torch.device``. Any device can be named; tensors can be made on the CPU only.

    Attributes:
        type: "cpu", "cuda" and so on.
        index: which one of several, None if not said.

    Raises:
        RuntimeError: if there is no such kind of device.

    >>> device("cpu"), str(device("cpu")), device("cuda", 1)
    (device(type='cpu'), 'cpu', device(type='cuda', index=1))
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: str | device, index: int | None = None) -> None:
        kind, _, number = str(type).partition(":")
        if kind not in KNOWN.split(", "):
            raise explained(
                RuntimeError,
                f"Expected one of {KNOWN} device type at start of device string: {type}",
                why=f"{type!r} is not the name of a device.",
                fix='write device("cpu"), or leave the device out: tensors are made on the CPU.',
            )
        self.type = kind
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)


CPU = device("cpu")


def require_cpu(wanted: device | str | int | None) -> None:
    """Refuse every device but the CPU; None means the CPU.

    Raises:
        AssertionError: for CUDA, with PyTorch's words.
        NotImplementedError: for other devices that PyTorch knows.
        RuntimeError: for a number, which names an accelerator, and for what is no device at all.
    """
    if wanted is None or wanted is CPU or wanted == "cpu":
        return
    if isinstance(wanted, int):
        raise _not_here(RuntimeError, wanted, "Cannot access accelerator device when none is available.")
    if not isinstance(wanted, device | str):
        raise explained(
            TypeError,
            f"argument 'device' must be torch.device, not {type(wanted).__name__}",
            why=f"{brief(wanted)} does not name a device.",
            fix='leave the device out, or write device="cpu".',
        )
    kind = device(wanted).type
    if kind == "cuda":
        raise no_cuda(wanted)
    if kind != "cpu":
        words = f"Could not run this with arguments from the '{kind.upper()}' backend."
        raise _not_here(NotImplementedError, wanted, words)


def no_cuda(wanted: device | str = "cuda") -> Exception:
    """The error for what needs a GPU."""
    return _not_here(AssertionError, wanted, "Torch not compiled with CUDA enabled")


def _not_here(kind: type[Exception], wanted: device | str | int, words: str) -> Exception:
    return explained(
        kind,
        words,
        why=f"{str(wanted)!r} was asked for; teachgrad computes on the CPU, with NumPy, and has no other device.",
        fix='leave the device out, or let it be found: device = "cuda" if torch.cuda.is_available() else "cpu".',
    )
