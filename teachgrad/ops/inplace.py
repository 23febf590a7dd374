"""In-place variants: for nearly every function `f` that keeps shape and type a method `f_` that writes over its input.

They are all made here, the same way (`views.in_place`): compute, write into the memory, mend the history. `x.add_(y)`
has no formula of its own.
"""

from __future__ import annotations

from teachgrad.ops import corners, pointwise, special
from teachgrad.ops.table import ROWS, Function, method
from teachgrad.ops.views import in_place_twin
from teachgrad.tensor import Tensor

WRITTEN_OUT: tuple[Function, ...] = (  # what takes further arguments is no row of the table
    pointwise.add, pointwise.sub, pointwise.div, pointwise.pow, pointwise.square, pointwise.lerp, pointwise.addcmul,
    pointwise.addcdiv, corners.round, corners.clamp, corners.clamp_min, corners.clamp_max, corners.nan_to_num,
    corners.remainder, corners.fmod, corners.floor_divide, corners.copysign, special.logit, special.xlogy,
)  # fmt: skip
ALIASES = {
    "absolute_": "abs_", "clip_": "clamp_", "divide_": "div_", "fix_": "trunc_", "multiply_": "mul_",
    "negative_": "neg_", "subtract_": "sub_", "true_divide_": "div_",
    **{f"arc{name}_": f"a{name}_" for name in ("sin", "cos", "tan", "tan2", "sinh", "cosh", "tanh")},
    "__iadd__": "add_", "__isub__": "sub_", "__imul__": "mul_", "__itruediv__": "div_", "__ipow__": "pow_",
    "__imod__": "remainder_", "__ifloordiv__": "floor_divide_",
}  # fmt: skip

for _row in ROWS.values():
    if _row.inplace:
        in_place_twin(_row.name, _row.function)
for _function in WRITTEN_OUT:
    in_place_twin(_function.__name__, _function)
for _alias, _name in ALIASES.items():
    method(_alias)(getattr(Tensor, _name))
