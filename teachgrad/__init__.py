"""teachgrad: PyTorch's autograd on NumPy, small enough to read, with every step to be seen.

The names here are PyTorch's, so that ``import teachgrad as torch`` runs what was written for PyTorch on the CPU.
What each family of operations offers is listed in its own ``__all__``.
"""

import math

import teachgrad.autograd.hooks
import teachgrad.copying
import teachgrad.ops.indexing  # noqa: F401 - hangs x[i] onto tensors
from teachgrad import autograd as autograd
from teachgrad import dtypes
from teachgrad.dtypes import *
from teachgrad.grad_mode import *
from teachgrad.ops.linalg import *
from teachgrad.ops.loss import *
from teachgrad.ops.pointwise import *
from teachgrad.ops.reduction import *
from teachgrad.ops.shape import *
from teachgrad.printing import set_printoptions as set_printoptions
from teachgrad.size import Size as Size
from teachgrad.tensor import Tensor as Tensor
from teachgrad.version import __version__ as __version__

e, pi, inf, nan = math.e, math.pi, math.inf, math.nan
bool, float, int = dtypes.bool_, dtypes.float32, dtypes.int32
