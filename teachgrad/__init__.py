"""teachgrad: PyTorch's autograd on NumPy, small enough to read, with every step to be seen.

The names here are PyTorch's, so that ``import teachgrad as torch`` runs what was written for PyTorch on the CPU.
"""

import math

import teachgrad.autograd.hooks
import teachgrad.copying
import teachgrad.ops.indexing  # noqa: F401 - hangs x[i] onto tensors
from teachgrad import autograd
from teachgrad.dtypes import (
    double,
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    set_default_dtype,
    short,
    uint8,
)
from teachgrad.dtypes import bool_ as bool
from teachgrad.dtypes import float_ as float
from teachgrad.dtypes import int_ as int
from teachgrad.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from teachgrad.ops.linalg import dot, matmul, mm, mv
from teachgrad.ops.loss import log_softmax, softmax
from teachgrad.ops.pointwise import (
    abs,
    absolute,
    add,
    allclose,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    cos,
    div,
    divide,
    eq,
    equal,
    exp,
    ge,
    gt,
    isfinite,
    isinf,
    isnan,
    le,
    log,
    lt,
    mul,
    multiply,
    ne,
    neg,
    negative,
    pow,
    reciprocal,
    relu,
    rsub,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    sub,
    subtract,
    tanh,
    true_divide,
    where,
)
from teachgrad.ops.reduction import all, any, argmax, argmin, max, mean, min, sum
from teachgrad.ops.shape import cat, clone, flatten, permute, reshape, squeeze, stack, t, transpose, unsqueeze
from teachgrad.printing import set_printoptions
from teachgrad.size import Size
from teachgrad.tensor import Tensor
from teachgrad.version import __version__

e, pi, inf, nan = math.e, math.pi, math.inf, math.nan
