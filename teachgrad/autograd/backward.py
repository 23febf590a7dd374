"""Starting the backward pass: what to begin with, and where the gradients are to go.

The pass itself is in `engine.py`. This module turns tensors into nodes and arrays for it, and checks what it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from teachgrad import dtypes, engine, errors
from teachgrad.graph import Array, Node, Op, edge
from teachgrad.ops.table import method, result
from teachgrad.tensor import Tensor, wrap

Tensors = Tensor | Sequence[Tensor]
Gradients = Tensor | Sequence[Tensor | None] | None

COPY = Op("CopyBackwards", [lambda g: g], symbol="copy")


class FromTensors:
    """What the engine asks of tensors; see `engine.Tensors`."""

    wrap = staticmethod(wrap)

    @staticmethod
    def revive(array: Array, node: Node) -> Tensor:
        """The tensor that a node computed."""
        tensor = wrap(array)
        tensor.counter, tensor._requires_grad, tensor._grad_fn = node.counter, True, node
        return tensor

    @staticmethod
    def cast(tensor: Tensor, dtype: np.dtype[Any]) -> Tensor:
        """The tensor in another element type, recorded."""
        return tensor if tensor.array.dtype == dtype else tensor.to(dtypes.of_numpy(dtype))

    @staticmethod
    def copy(tensor: Tensor) -> Tensor:
        """A copy of the tensor, recorded."""
        return result(COPY, tensor.array.copy(), (tensor,))


@method("backward")
def _backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensors | None = None,
) -> None:
    """Add d(self)/d(leaf) to the `.grad` of every leaf that self depends on, as ``torch.Tensor.backward``.

    Args:
        self: the tensor to differentiate.
        gradient: where the walk starts: the gradient of something else with respect to self, of self's shape.
            May be left out if self has one element; it is 1 then.
        retain_graph: keep the saved values, so that backward can go through this graph again. By default as
            `create_graph`.
        create_graph: record the backward pass as well, so that gradients can be differentiated.
        inputs: accumulate into these tensors only.

    Raises:
        RuntimeError: if self has no history, if it is no scalar and no gradient is given, if the graph was freed by
            an earlier pass, or if a saved value was changed in place.

    >>> import teachgrad as tg
    >>> x = tg.tensor(2.0, requires_grad=True)
    >>> (x**2).backward()
    >>> x.grad
    tensor(4.)
    """
    backward(self, gradient, retain_graph, create_graph, inputs=inputs)


def backward(
    tensors: Tensors,
    grad_tensors: Gradients = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    inputs: Tensors | None = None,
) -> None:
    """Accumulate the gradients of one or several tensors into the leaves, as ``torch.autograd.backward``.

    Arguments as those of `Tensor.backward`, with one gradient for each tensor.
    """
    seeds = _seeds(tensors, grad_tensors, create_graph)
    retain = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        engine.run(seeds, FromTensors, retain_graph=retain, create_graph=create_graph)
        return
    targets = several(inputs)
    if not targets:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    for target, g in zip(targets, _gradients_at(targets, seeds, retain, create_graph), strict=True):
        if g is not None:
            engine.accumulate(target, g, False, create_graph, FromTensors)


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Gradients = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of the outputs with respect to the inputs, as ``torch.autograd.grad``. No `.grad` is touched.

    Args:
        outputs: the tensors to differentiate.
        inputs: the tensors to differentiate with respect to; leaves or not.
        grad_outputs: where the walk starts, see `backward`; may be left out for scalars.
        retain_graph: keep the saved values for another pass.
        create_graph: record this pass, so that the gradients can be differentiated.
        allow_unused: give None, instead of an error, for inputs that the outputs do not depend on.
        materialize_grads: give zeros for those.

    >>> import teachgrad as tg
    >>> x = tg.tensor(3.0, requires_grad=True)
    >>> (first,) = grad(x**3, x, create_graph=True)
    >>> (second,) = grad(first, x)
    >>> first.item(), second.item()
    (27.0, 18.0)
    """
    targets = several(inputs)
    seeds = _seeds(outputs, grad_outputs, create_graph)
    retain = create_graph if retain_graph is None else retain_graph
    found: list[Tensor | None] = []
    for target, g in zip(targets, _gradients_at(targets, seeds, retain, create_graph), strict=True):
        if g is None and materialize_grads:
            g = wrap(np.zeros_like(target.array))
            g._requires_grad = create_graph
        elif g is None and not allow_unused:
            raise errors.unused()
        found.append(g if g is None or isinstance(g, Tensor) else wrap(g))
    return tuple(found)


def several(tensors: Tensors) -> list[Tensor]:
    """One tensor or a sequence of them as a list."""
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients_at(targets: Sequence[Tensor], seeds: dict[Node, Any], retain: bool, create: bool) -> list[Any]:
    """The gradients that arrive at the targets, None where none does."""
    nodes = [edge(target) for target in targets]
    wanted = [node for node in nodes if node is not None]
    if len(wanted) < len(nodes):
        raise errors.not_wanted()
    arrived = engine.run(seeds, FromTensors, retain_graph=retain, create_graph=create, wanted=wanted)
    return [arrived.get(node) for node in wanted]


def _seeds(tensors: Tensors, gradients: Gradients, create_graph: bool) -> dict[Node, Any]:
    """The gradient that the walk starts from at each root's node."""
    roots = several(tensors)
    given = (
        [None] * len(roots) if gradients is None else [gradients] if isinstance(gradients, Tensor) else list(gradients)
    )
    seeds: dict[Node, Any] = {}
    for position, (root, gradient) in enumerate(zip(roots, given, strict=True)):
        node = edge(root)
        if node is None:
            if isinstance(gradient, Tensor) and gradient.array.shape != root.array.shape:
                raise errors.misfit_seed(position, gradient.shape, root.shape)
            raise errors.no_history(position)
        g = _seed(position, root, gradient, create_graph)
        seeds[node] = seeds[node] + g if node in seeds else g
    return seeds


def _seed(position: int, root: Tensor, gradient: Tensor | None, create_graph: bool) -> Any:
    """The gradient to start from at one root: the one given, or 1 for a scalar."""
    array = root.array
    if gradient is None:
        if array.size != 1:
            raise errors.not_scalar(array.shape, array.size)
        one = array.dtype.type(1) if array.ndim == 0 else np.ones(array.shape, array.dtype)
        return wrap(one) if create_graph else one
    if not isinstance(gradient, Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if gradient.array.shape != array.shape:
        raise errors.misfit_seed(position, gradient.shape, root.shape)
    return gradient if create_graph else gradient.array
