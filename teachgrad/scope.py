"""What PyTorch has and teachgrad has not: why, and what to do instead. And whether a name is only misspelt.

Ground floor: names and sentences. Tensors and the packages ask `missing` when a name is not found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from teachgrad.errors import explained


class Outside(NamedTuple):
    """A part of PyTorch that is left out: the names that lead to it, the reason, and the way round it."""

    names: str
    why: str
    fix: str


OUTSIDE = (
    Outside(
        "mps xpu hip ipu hpu mtia cudnn pin_memory DataParallel SyncBatchNorm",
        why="teachgrad computes on the CPU, with NumPy; there is no other device here.",
        fix='leave it out, or ask first: device = "cuda" if torch.cuda.is_available() else "cpu".',
    ),
    Outside(
        "compile jit fx export onnx _dynamo _inductor compiler",
        why="teachgrad runs every operation as Python comes to it; there is nothing that compiles a program.",
        fix="leave the line out: the model computes the same without it.",
    ),
    Outside(
        "distributed multiprocessing share_memory_ parallel",
        why="teachgrad trains in one process.",
        fix="train in one process; DataLoader(num_workers=2) loads data in two others.",
    ),
    Outside(
        "fft stft istft complex complex32 complex64 complex128 cfloat cdouble chalf polar view_as_complex view_as_real",
        why="teachgrad computes with real numbers; complex ones are outside of its scope.",
        fix="keep real and imaginary part as two tensors, or use NumPy: np.fft.fft(x.detach().numpy()).",
    ),
    Outside(
        "sparse sparse_coo sparse_coo_tensor sparse_csr_tensor to_sparse to_dense coalesce SparseAdam",
        why="all elements of a tensor are stored here, zeros included.",
        fix="use a dense tensor; torch.zeros(n).index_add(0, index, values) makes one of its elements.",
    ),
    Outside(
        "quantization ao quantize_per_tensor quantized qint8 quint8 qint32 dequantize bfloat16 float8_e4m3fn "
        "uint16 uint32 uint64",
        why="NumPy does not compute with such numbers, or gradients cannot flow through them.",
        fix="use torch.float32, torch.float64 or torch.int64.",
    ),
    Outside(
        "amp autocast GradScaler",
        why="mixed precision pays on a GPU; teachgrad computes on the CPU, in the type that the tensors have.",
        fix="leave it out: loss.backward() and optimizer.step() as they are.",
    ),
    Outside(
        "hub package",
        why="teachgrad downloads nothing and runs no code out of a file.",
        fix="build the model with nn and load its numbers: model.load_state_dict(torch.load(file)).",
    ),
    Outside(
        "vision torchvision text torchtext audio torchaudio",
        why="these packages need PyTorch itself.",
        fix="teachgrad.datasets has small real data sets that are shipped with it.",
    ),
    Outside(
        "distributions",
        why="teachgrad has no objects for distributions.",
        fix="draw with torch.rand, torch.randn, torch.bernoulli or torch.multinomial.",
    ),
)


# Methods among them:
LEFT_OUT = ["coalesce", "dequantize", "istft", "pin_memory", "share_memory_", "stft", "to_dense", "to_sparse"]

LISTED = "dir(...) of it lists the names that there are."


def missing(owner: str, name: str, known: Callable[[], Iterable[str]], otherwise: str = LISTED) -> AttributeError:
    """The error for a name that an object does not have, with PyTorch's words.

    Args:
        owner: whose name it would be, such as ``module 'teachgrad'``.
        name: what was looked for.
        known: lists the names that there are, and those that are elsewhere with their path.
        otherwise: the remedy where no name is close.

    >>> print(missing("module 'teachgrad'", "sine", lambda: ["cos", "sin", "nn.ReLU"]))
    module 'teachgrad' has no attribute 'sine'
      Why: there is nothing of this name.
      Fix: did you mean sin?
    """
    words = f"{owner} has no attribute {name!r}"
    for part in OUTSIDE:
        if name in part.names.split():
            return explained(AttributeError, words, part.why, part.fix)
    if name.startswith("_"):  # asked by Python, NumPy and IPython, which only want to know
        return AttributeError(words)
    fix = meant(name, known()) or otherwise
    return explained(AttributeError, words, why="there is nothing of this name.", fix=fix)


def meant(name: str, known: Iterable[str]) -> str:
    """A question after the known names that are close to a misspelt one; empty if none is.

    >>> meant("backwrd", ["backward", "forward"])
    'did you mean backward?'
    """
    from difflib import get_close_matches  # here, because importing teachgrad is to be cheap

    places = {other.rpartition(".")[2].lower(): other for other in known if not other.startswith("_")}
    wanted = name.lower()
    near = partial(get_close_matches, wanted, places, 3)
    close = [wanted] if wanted in places else near(0.8) or near(0.75)
    if not close:
        return ""
    *others, last = [places[other] for other in close]
    return f"did you mean {', '.join(others)}{' or ' if others else ''}{last}?"


def refusing(module: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a module that has the names it has, and explains itself when asked for others."""

    def refuse(name: str) -> Any:
        found = sys.modules[module]
        raise missing(f"module {module!r}", name, lambda: getattr(found, "__all__", None) or dir(found))

    return refuse
