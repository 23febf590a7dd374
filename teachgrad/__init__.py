"""teachgrad: PyTorch's autograd on NumPy, small enough to read, with every step to be seen.

The names here are PyTorch's, so that ``import teachgrad as torch`` runs what was written for PyTorch on the CPU.
What each family of operations offers is listed in its own ``__all__``.
"""

import importlib
import math
import warnings
from typing import TYPE_CHECKING, Any

import teachgrad.autograd.hooks
import teachgrad.copying
import teachgrad.ops.indexing
import teachgrad.ops.python  # noqa: F401 - these hang methods onto tensors
from teachgrad import autograd as autograd
from teachgrad import cuda as cuda
from teachgrad import dtypes
from teachgrad import return_types as return_types
from teachgrad.autograd.anomaly import *
from teachgrad.device import device as device
from teachgrad.dtypes import *
from teachgrad.grad_mode import *
from teachgrad.inference import *
from teachgrad.operators import Operators as _Operators
from teachgrad.ops.activation import celu as celu
from teachgrad.ops.activation import celu_ as celu_
from teachgrad.ops.activation import hardshrink as hardshrink
from teachgrad.ops.activation import prelu as prelu
from teachgrad.ops.activation import selu as selu
from teachgrad.ops.activation import selu_ as selu_
from teachgrad.ops.activation import threshold as threshold
from teachgrad.ops.activation import threshold_ as threshold_
from teachgrad.ops.arrange import *
from teachgrad.ops.bessel import *
from teachgrad.ops.calculus import *
from teachgrad.ops.combinatorics import *
from teachgrad.ops.comparison import *
from teachgrad.ops.conversion import *
from teachgrad.ops.corners import *
from teachgrad.ops.creation import *
from teachgrad.ops.cumulative import *
from teachgrad.ops.decompositions import *
from teachgrad.ops.einsum import *
from teachgrad.ops.gamma import *
from teachgrad.ops.gathering import *
from teachgrad.ops.inplace import ON_THE_FACE as _ON_THE_FACE
from teachgrad.ops.linalg import *
from teachgrad.ops.lu import *
from teachgrad.ops.matrix_functions import *
from teachgrad.ops.noise import rrelu as rrelu
from teachgrad.ops.noise import rrelu_ as rrelu_
from teachgrad.ops.norms import *
from teachgrad.ops.numbers import *
from teachgrad.ops.ordering import *
from teachgrad.ops.out import OFFERED as _OFFERED
from teachgrad.ops.out import takes_out as _takes_out
from teachgrad.ops.parts import *
from teachgrad.ops.pointwise import *
from teachgrad.ops.random import *
from teachgrad.ops.reduction import *
from teachgrad.ops.scattering import *
from teachgrad.ops.shape import *
from teachgrad.ops.sharing import *
from teachgrad.ops.softmax import *
from teachgrad.ops.special import *
from teachgrad.ops.statistics import *
from teachgrad.ops.steps import *
from teachgrad.ops.strangers import answering as _answering
from teachgrad.printing import set_printoptions as set_printoptions
from teachgrad.scope import missing
from teachgrad.settings import *
from teachgrad.size import Size as Size
from teachgrad.tensor import Tensor as Tensor
from teachgrad.version import __version__ as __version__

if TYPE_CHECKING:
    from teachgrad import accelerator as accelerator
    from teachgrad import backends as backends
    from teachgrad import datasets as datasets
    from teachgrad import func as func
    from teachgrad import linalg as linalg
    from teachgrad import nn as nn
    from teachgrad import optim as optim
    from teachgrad import random as random
    from teachgrad import serialization as serialization
    from teachgrad import special as special
    from teachgrad import utils as utils
    from teachgrad.alias import as_torch as as_torch
    from teachgrad.func.vmap import vmap as vmap
    from teachgrad.serialization import load as load
    from teachgrad.serialization import save as save

# 1 / 0 is inf and log(-1) is nan, without a word, as in PyTorch; NumPy's warnings stay on for everybody else's arrays.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"teachgrad\.")

e, pi, inf, nan = math.e, math.pi, math.inf, math.nan
bool, float, int = dtypes.bool_, dtypes.float32, dtypes.int32

globals().update(_answering(globals()))
for _name in _OFFERED.split():
    globals()[_name] = _takes_out(globals()[_name])
for _name, _method in _answering(vars(_Operators), methods=True).items():
    setattr(_Operators, _name, _method)

# Opened when first asked for, so that importing stays cheap.
_ROOMS = {
    "accelerator", "backends", "datasets", "func", "linalg", "nn", "optim",
    "profiler", "random", "serialization", "special", "utils",
}  # fmt: skip
_FURNITURE = {"as_torch": "alias", "load": "serialization", "save": "serialization", "vmap": "func"}


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _ON_THE_FACE.split():
        method = {"__name__": __name__, name: getattr(Tensor, name)}
        return globals().setdefault(name, {**method, **_answering(method)}[name])
    if name in _FURNITURE:
        return getattr(importlib.import_module(f"{__name__}.{_FURNITURE[name]}"), name)
    raise missing(f"module {__name__!r}", name, _everywhere)


def _everywhere() -> list[str]:
    """All names of the face, and those that are one room further."""
    rooms = {room: importlib.import_module(f"{__name__}.{room}") for room in ("nn", "optim", "utils.data", "autograd")}
    return [f"{room}.{name}" for room, module in rooms.items() for name in module.__all__] + __dir__()


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS, *_FURNITURE, *_ON_THE_FACE.split()})
