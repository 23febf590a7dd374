"""Gradients against finite differences: the check that knows nothing of any formula."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from teachgrad.autograd.backward import grad, several
from teachgrad.dtypes import float64
from teachgrad.errors import explained
from teachgrad.graph import Array
from teachgrad.tensor import Tensor, wrap

FORWARD = "computed with forward mode "


class GradcheckError(RuntimeError):
    """A gradient that finite differences do not confirm, as ``torch.autograd.gradcheck.GradcheckError``."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the gradients of `func` agree with central differences, as ``torch.autograd.gradcheck``.

    Args:
        func: a function of tensors that returns a tensor or several.
        inputs: its arguments. Those that require grad are checked; they should be float64.
        eps: how far each element is nudged in either direction.
        atol: how far a slope may be off,
        rtol: and how far in proportion to its size.
        raise_exception: whether to raise, or to return False, where it is off by more.
        check_forward_ad: check forward mode,
        check_backward_ad: and check `backward`.
        nondet_tol: without effect, as are the following; the check is always the full one.
        check_undefined_grad: without effect.
        check_grad_dtypes: without effect.
        check_batched_grad: without effect.
        check_batched_forward_grad: without effect.
        fast_mode: without effect.
        masked: without effect.

    Raises:
        GradcheckError: with both Jacobians, and where they differ most.
        ValueError: if no input requires grad.
        AssertionError: if neither mode is to be checked.

    >>> import teachgrad as tg
    >>> gradcheck(tg.exp, tg.ones(2, dtype=tg.float64, requires_grad=True))
    True
    """
    if not (check_forward_ad or check_backward_ad):
        raise explained(
            AssertionError,
            "Expected at least one of check_forward_ad or check_backward_ad to be True",
            why="both were switched off, so there is nothing to check.",
            fix="check_forward_ad=True checks forward mode alone, if check_backward_ad is False.",
        )
    arguments: list[Any] = several(inputs)
    checked = [i for i, a in enumerate(arguments) if isinstance(a, Tensor) and a.requires_grad]
    if not checked:
        raise explained(
            ValueError,
            "gradcheck expects at least one input tensor to require gradient, but none of them have "
            "requires_grad=True.",
            why="the inputs that require grad are nudged, and there is none.",
            fix="torch.ones(2, dtype=torch.float64, requires_grad=True), for example.",
            lesson=6,
        )
    for i in checked:
        if arguments[i].dtype is not float64:
            warnings.warn(_imprecise(i, arguments[i]), stacklevel=2)
    outputs = several(func(*arguments))
    forward = _by_forward_mode(func, arguments, checked) if check_forward_ad else []
    for o, output in enumerate(outputs):
        for place, i in enumerate(checked):
            numerical = _numerical(func, arguments, i, o, eps)
            answers = {FORWARD: forward[o][place]} if check_forward_ad else {}
            if check_backward_ad:
                answers[""] = _analytical(output, arguments[i])
            for mode, analytical in answers.items():
                if not np.allclose(analytical, numerical, rtol, atol):
                    if not raise_exception:
                        return False
                    raise _mismatch(arguments[i], o, i, numerical, analytical, mode)
    return True


def _imprecise(i: int, argument: Tensor) -> UserWarning:
    return explained(
        UserWarning,
        f"Input #{i} requires gradient and is not a double precision floating point or complex. This check will "
        "likely fail if all the inputs are not of double precision floating point or complex.",
        why=f"it holds {argument.dtype}; nudged by so little, numbers of few digits hardly differ.",
        fix="check with x.double(); what holds there holds for fewer digits too.",
        lesson=6,
    )


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    grad_outputs: Tensor | Sequence[Tensor] | None = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Whether the gradients of the gradients agree with differences, as ``torch.autograd.gradgradcheck``.

    Arguments as those of `gradcheck`. The first backward pass starts from `grad_outputs`, random numbers by default.
    The gradients are differentiated by forward mode (`check_fwd_over_rev`) and by `backward` (`check_rev_over_rev`).
    """
    arguments: list[Any] = several(inputs)
    outputs = several(func(*arguments))
    rng = np.random.default_rng(0)
    if grad_outputs is None:
        weights = [wrap(np.asarray(rng.standard_normal(o.array.shape), o.array.dtype)) for o in outputs]
    else:
        weights = several(grad_outputs)
    weights = [weight.detach().requires_grad_() for weight in weights]

    def gradients(*args: Any) -> tuple[Any, ...]:
        inner, seeds = args[: len(arguments)], args[len(arguments) :]
        wanted = [a for a in inner if isinstance(a, Tensor) and a.requires_grad]
        return grad(several(func(*inner)), wanted, seeds, create_graph=True, materialize_grads=True)

    return gradcheck(
        gradients,
        [*arguments, *weights],
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
    )


def _by_forward_mode(func: Callable[..., Any], arguments: list[Any], checked: list[int]) -> list[list[Array]]:
    """For each output, and each input that is checked, the Jacobian by forward mode; laid out as `_analytical`."""
    from teachgrad.autograd.pushforward import Pushforward, forward_mode, moving  # needs the whole op table

    with forward_mode():
        xs = {i: moving(arguments[i].detach()) for i in checked}
        ys = several(func(*[xs.get(i, argument) for i, argument in enumerate(arguments)]))
    blocks = Pushforward(ys, list(xs.values())).jacobian()
    return [
        [block.array.reshape(y.array.size, x.array.size).T for block, x in zip(row, xs.values())]
        for row, y in zip(blocks, ys)
    ]


def _analytical(output: Tensor, x: Tensor) -> Array:
    """The Jacobian by backward: one pass for each output element gives one column."""
    columns = []
    for place in range(output.array.size):
        seed = np.zeros_like(output.array)
        seed.flat[place] = 1
        g = grad(output, x, wrap(seed), retain_graph=True, materialize_grads=True)[0] if output.requires_grad else x * 0
        columns.append(g.array.ravel())
    return np.stack(columns, 1) if columns else np.zeros((x.array.size, 0))


def _numerical(func: Callable[..., Any], arguments: list[Any], i: int, o: int, eps: float) -> Array:
    """The Jacobian by central differences: nudging one input element gives one row."""
    x = arguments[i]
    rows = []
    for place in range(x.array.size):
        ends = []
        for step in (eps, -eps):
            nudged = x.array.copy()
            nudged.flat[place] += step
            # The nudged input requires grad too: a function that is itself a gradient needs to record.
            moved = [wrap(nudged).requires_grad_() if j == i else a for j, a in enumerate(arguments)]
            ends.append(several(func(*moved))[o].array.astype(np.float64))
        rows.append(((ends[0] - ends[1]) / (2 * eps)).ravel())
    return np.stack(rows) if rows else np.zeros((0, several(func(*arguments))[o].array.size))


def _mismatch(x: Tensor, o: int, i: int, numerical: Array, analytical: Array, mode: str) -> GradcheckError:
    worst = np.unravel_index(np.abs(numerical - analytical).argmax(), numerical.shape)
    return explained(
        GradcheckError,
        f"Jacobian {mode}mismatch for output {o} with respect to input {i},\n"
        f"numerical:{wrap(numerical)}\nanalytical:{wrap(analytical)}\n",
        why=f"they differ most for input element {int(worst[0])} and output element {int(worst[1])}: "
        f"{numerical[worst]:.6g} by differences, {analytical[worst]:.6g} by {'forward mode' if mode else 'backward'}."
        + (" The input is not float64, too coarse for differences." if x.array.dtype != np.float64 else ""),
        fix="check the gradient formula (or the backward or jvp method) of that input; in float32, convert with "
        "x.double() first.",
        lesson=6,
    )
