"""In-place variants: for nearly every function `f` that keeps shape and type a method `f_` that writes over its input.

They are all made here, the same way (`views.in_place`): compute, write into the memory, mend the history. `x.add_(y)`
has no formula of its own. Those that change the shape alone (`x.t_()`) leave the memory as it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Op
from teachgrad.ops import arrange, bessel, comparison, corners, cumulative, gamma, norms, pointwise, shape, special
from teachgrad.ops.table import ROWS, Function, method, node_name, result
from teachgrad.ops.views import View, in_place_twin, refuse_leaf
from teachgrad.tensor import Tensor, wrap

WRITTEN_OUT: tuple[Function, ...] = (  # what takes further arguments is no row of the table
    pointwise.add, pointwise.sub, pointwise.div, pointwise.pow, pointwise.square, pointwise.lerp,
    pointwise.addcmul, pointwise.addcdiv, corners.round, corners.clamp, corners.clamp_min, corners.clamp_max,
    corners.nan_to_num, corners.remainder, corners.fmod, corners.floor_divide, corners.copysign, corners.heaviside,
    special.logit, special.xlogy, gamma.mvlgamma, bessel.i0, cumulative.cumsum, cumulative.cumprod, arrange.tril,
    arrange.triu,
    comparison.bitwise_and, comparison.bitwise_or, comparison.bitwise_xor, comparison.bitwise_not,
    comparison.bitwise_left_shift, comparison.bitwise_right_shift,
    comparison.logical_and, comparison.logical_or, comparison.logical_xor, comparison.logical_not, norms.renorm,
)  # fmt: skip
FLAT: tuple[Function, ...] = (  # steps between two values: their slope is 0
    comparison.eq, comparison.ne, comparison.lt, comparison.le, comparison.gt, comparison.ge,
)  # fmt: skip
RESHAPED: tuple[Function, ...] = (shape.squeeze, shape.unsqueeze, shape.t, shape.transpose)
ON_THE_FACE = (  # those that PyTorch has as functions, too: torch.relu_(x)
    "abs_ acos_ acosh_ addmv_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ asin_ asinh_ atan_ atanh_ ceil_ "
    "clamp_ clamp_max_ clamp_min_ clip_ cos_ cosh_ deg2rad_ detach_ erf_ erfc_ exp2_ exp_ expm1_ fill_ fix_ floor_ "
    "frac_ gcd_ i0_ index_put_ lcm_ ldexp_ log10_ log1p_ log2_ log_ logit_ nan_to_num_ neg_ negative_ rad2deg_ "
    "reciprocal_ relu_ round_ rsqrt_ sigmoid_ sin_ sinc_ sinh_ sqrt_ square_ tan_ tanh_ trunc_ xlogy_ zero_ "
    "detach"
)
ALIASES = {
    "absolute_": "abs_", "clip_": "clamp_", "divide_": "div_", "fix_": "trunc_", "multiply_": "mul_",
    "negative_": "neg_", "subtract_": "sub_", "true_divide_": "div_", "greater_": "gt_", "greater_equal_": "ge_",
    "less_": "lt_", "less_equal_": "le_", "not_equal_": "ne_", "swapaxes_": "transpose_", "swapdims_": "transpose_",
    **{f"arc{name}_": f"a{name}_" for name in ("sin", "cos", "tan", "tan2", "sinh", "cosh", "tanh")},
    "__iadd__": "add_", "__isub__": "sub_", "__imul__": "mul_", "__itruediv__": "div_", "__ipow__": "pow_",
    "__imod__": "remainder_", "__ifloordiv__": "floor_divide_", "__iand__": "bitwise_and_", "__ior__": "bitwise_or_",
    "__ixor__": "bitwise_xor_", "__ilshift__": "bitwise_left_shift_", "__irshift__": "bitwise_right_shift_",
}  # fmt: skip


def _step(function: Function) -> Function:
    """A comparison as a function whose result has the type of its first input, and the slope 0."""
    op = Op(node_name(function.__name__), [lambda g: np.zeros_like(g)])

    def step(a: Tensor, *args: Any) -> Tensor:
        return result(op, function(a, *args).array.astype(a.array.dtype), (a,))

    return step


def _in_float64(base: Tensor, exponent: Any) -> Tensor:
    """`float_power`, which can be written back into float64 only."""
    if base.array.dtype != np.float64:
        raise explained(
            RuntimeError,
            f"the base given to float_power_ has dtype {c_name(base.array.dtype)} but the operation's result requires "
            "dtype Double",
            why="it computes in float64, and the tensor's memory holds another type.",
            fix="x = x.float_power(n), or x.pow_(n).",
        )
    return pointwise.float_power(base, exponent)


def _reshaping_twin(name: str, function: Function) -> None:
    """The in-place variant of a function that returns a view: the tensor becomes that view of itself."""

    def twin(self: Tensor, *args: Any) -> Tensor:
        refuse_leaf(self)
        before = wrap(self.array)  # the old shape with the old history: a tensor of its own, so that no circle arises
        before.counter, before._grad_fn, before._requires_grad = self.counter, self.grad_fn, self.requires_grad
        after = function(before, *args)
        self.array, self._grad_fn = after.array, after._grad_fn
        self.counter[0] += 1
        if (own := self._view) is not None:
            self._view = View(own.source, lambda base: function(own.take(base), *args), own.one_of_several)
        return self

    twin.__name__ = twin.__qualname__ = f"{name}_"
    twin.__doc__ = f"`{name}` of the tensor itself, as ``torch.Tensor.{name}_``; its memory stays as it is."
    method(f"{name}_")(twin)


for _row in ROWS.values():
    if _row.inplace:
        in_place_twin(_row.name, _row.function)
for _function in WRITTEN_OUT:
    in_place_twin(_function.__name__, _function)
in_place_twin("polygamma", gamma.of_order)
in_place_twin("float_power", _in_float64)
for _function in FLAT:
    in_place_twin(_function.__name__, _step(_function))
for _function in RESHAPED:
    _reshaping_twin(_function.__name__, _function)
for _alias, _name in ALIASES.items():
    method(_alias)(getattr(Tensor, _name))
