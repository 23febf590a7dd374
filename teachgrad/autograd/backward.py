"""Starting the backward pass: what to begin with, and where the gradients are to go.

The pass itself is in `engine.py`. This module turns tensors into nodes and arrays for it, and checks what it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from teachgrad import dtypes, engine, errors
from teachgrad.errors import explained
from teachgrad.graph import Array, Node, Op, edge
from teachgrad.ops.shape import stack
from teachgrad.ops.table import method, result
from teachgrad.tensor import Tensor, wrap

Tensors: TypeAlias = Tensor | Sequence[Tensor]
Gradients: TypeAlias = Tensor | Sequence[Tensor | None] | None

open_levels: list[
    Any
] = []  # of dual numbers (`forward_ad.py`): meanwhile gradients may move as well, so they are recorded

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
    retain, create_graph = _modes(retain_graph, create_graph)
    seeds = _seeds(tensors, grad_tensors, create_graph)
    if inputs is None:
        engine.run(seeds, FromTensors, retain_graph=retain, create_graph=create_graph)
        return
    targets = several(inputs)
    if not targets:
        raise errors.no_inputs("backward")
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
    is_grads_batched: bool = False,
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
        is_grads_batched: each of the grad_outputs has a first dimension more, of walks to be made one after the other;
            so have the gradients. (PyTorch makes these walks at once.)
        materialize_grads: give zeros for those.

    >>> import teachgrad as tg
    >>> x = tg.tensor(3.0, requires_grad=True)
    >>> (first,) = grad(x**3, x, create_graph=True)
    >>> (second,) = grad(first, x)
    >>> first.item(), second.item()
    (27.0, 18.0)
    """
    targets = several(inputs)
    if not targets:
        raise errors.no_inputs("grad")
    retain, create_graph = _modes(retain_graph, create_graph)
    find = _batch_of_gradients if is_grads_batched else gradients
    arrived = find(outputs, targets, grad_outputs, retain, create_graph)
    found: list[Tensor | None] = []
    for position, (target, g) in enumerate(zip(targets, arrived, strict=True)):
        if g is None and materialize_grads:
            g = wrap(np.zeros_like(target.array))
            g._requires_grad = create_graph
        elif g is None and not allow_unused:
            raise errors.unused(position, target.array.shape)
        found.append(g if g is None or isinstance(g, Tensor) else wrap(g))
    return tuple(found)


def _modes(retain_graph: bool | None, create_graph: bool) -> tuple[bool, bool]:
    """Whether the graph is kept, and whether the pass is recorded."""
    if open_levels:
        return True, True
    return (create_graph if retain_graph is None else retain_graph), create_graph


def gradients(outputs: Tensors, inputs: Tensors, seeds: Gradients, retain_graph: bool, create_graph: bool) -> list[Any]:
    """The gradients that arrive at the inputs, None where none does; arrays or, under `create_graph`, tensors."""
    return _gradients_at(several(inputs), _seeds(outputs, seeds, create_graph), retain_graph, create_graph)


def _batch_of_gradients(
    outputs: Tensors, inputs: Tensors, seeds: Gradients, retain_graph: bool, create_graph: bool
) -> list[Any]:
    """`gradients` for each entry of the seeds' first dimension, stacked."""
    roots, batches = several(outputs), several(() if seeds is None else seeds)  # type: ignore[arg-type]
    for position, (root, batch) in enumerate(zip(roots, batches)):
        if batch.array.shape[1:] != root.array.shape or not batch.array.ndim:
            raise _misfit_batch(position, batch, root)
    sizes = [len(batch.array) for batch in batches]
    if len(batches) != len(roots) or len(set(sizes)) != 1:
        raise explained(
            ValueError,
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension",
            why="is_grads_batched=True makes one walk for each entry of the first dimension of the grad_outputs.",
            fix="give one tensor for each output, all with the same number of entries.",
        )
    walks = []
    for entry in range(sizes[0]):
        retain = retain_graph or entry + 1 < sizes[0]
        walks.append(gradients(roots, inputs, [batch[entry] for batch in batches], retain, create_graph))
    return [None if found[0] is None else (stack if create_graph else np.stack)(found) for found in zip(*walks)]


def _misfit_batch(position: int, batch: Tensor, root: Tensor) -> RuntimeError:
    return explained(
        RuntimeError,
        "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension. The "
        "sizes of the remaining dimensions are expected to match the shape of corresponding output, but a mismatch was "
        f"detected: grad_output[{position}] has a shape of {batch.shape} and output[{position}] has a shape of "
        f"{root.shape}.",
        why="each entry of the batch is a gradient to start from, and so has the shape of the output.",
        fix="stack the gradients: torch.stack([first, second, ...]).",
    )


def several(tensors: Tensors) -> list[Tensor]:
    """One tensor or a sequence of them as a list."""
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients_at(targets: Sequence[Tensor], seeds: dict[Node, Any], retain: bool, create: bool) -> list[Any]:
    """The gradients that arrive at the targets, None where none does."""
    nodes = [edge(target) for target in targets]
    wanted = [node for node in nodes if node is not None]
    if len(wanted) < len(nodes):
        raise errors.not_wanted()
    arrived = engine.run(seeds, FromTensors, retain_graph=retain, create_graph=create, wanted=set(wanted))
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
        raise errors.no_gradient(gradient)
    if gradient.array.shape != array.shape:
        raise errors.misfit_seed(position, gradient.shape, root.shape)
    return gradient if create_graph else gradient.array
