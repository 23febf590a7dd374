"""What ``torch.autograd.graph`` offers: nodes to look into, and a say in how values are saved for the backward pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from teachgrad.autograd.hooks import RemovableHandle
from teachgrad.errors import explained
from teachgrad.graph import Array, Node, edge, reads
from teachgrad.scope import missing
from teachgrad.tensor import Tensor, wrap
from teachgrad.watching import Watcher, watchers

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]

Pack = Callable[[Tensor], Any]
Unpack = Callable[[Any], Tensor]


class GradientEdge(NamedTuple):
    """The place in the graph that a tensor's gradient flows to, as ``torch.autograd.graph.GradientEdge``."""

    node: Node
    output_nr: int


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge that the gradient of `tensor` flows along, as ``torch.autograd.graph.get_gradient_edge``."""
    node = edge(tensor)
    if node is None:
        raise explained(
            RuntimeError,
            "It is not possible to get the gradient edge for a Tensor that does not require gradients",
            why="operations on it are not recorded, so no gradient flows there.",
            fix="make it with requires_grad=True.",
        )
    return GradientEdge(node, 0)


def increment_version(tensor: Tensor | Sequence[Tensor]) -> None:
    """Say that tensors were changed behind autograd's back, as ``torch.autograd.graph.increment_version``."""
    for changed in [tensor] if isinstance(tensor, Tensor) else tensor:
        changed.counter[0] += 1


# Values that are kept in another form


class Packed(Tensor):
    """A saved value in the form that a pack hook gave it. Whoever reads its array unpacks it."""

    __slots__ = ("_packed", "_unpack")

    _packed: Any
    _unpack: Unpack

    @property
    def array(self) -> Any:  # type: ignore[override]
        """The numbers, unpacked."""
        return _unpacked(self._packed, self._unpack)


class PackedResult:
    """A saved result in such a form."""

    size = math.inf  # whatever it is, it goes when its node is freed

    def __init__(self, packed: Any, unpack: Unpack) -> None:
        self._packed, self._unpack = packed, unpack

    @property
    def array(self) -> Array:
        """The numbers, unpacked."""
        return _unpacked(self._packed, self._unpack)


def _unpacked(packed: Any, unpack: Unpack) -> Array:
    value = unpack(packed)
    if not isinstance(value, Tensor):
        raise explained(
            TypeError,
            f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type(value).__name__}",
            why="what was packed away in the forward pass has to come back as a tensor.",
            fix="return from the second hook what the first one was given.",
        )
    return value.array


def _packed(tensor: Tensor, history: Node | None, pack: Pack, unpack: Unpack) -> Packed:
    saved: Packed = object.__new__(Packed)
    saved._packed, saved._unpack = pack(tensor), unpack
    saved.counter, saved._grad, saved._view = [0], None, None
    saved._grad_fn, saved._requires_grad = history, history is not None
    return saved


class saved_tensors_hooks(Watcher):  # noqa: N801 - PyTorch's own spelling
    """Keep saved values in another form, as ``torch.autograd.graph.saved_tensors_hooks``.

    Inside the block, each tensor that a formula will read is given to `pack_hook`, and what that returns is kept
    instead; in the backward pass `unpack_hook` has to turn it into the tensor again. Values may go to disk, to
    a smaller type, or be forgotten and computed anew (see `checkpoint`).

    >>> import teachgrad as tg
    >>> x = tg.tensor([2.0, 3.0], requires_grad=True)
    >>> with saved_tensors_hooks(lambda t: t.tolist(), tg.tensor):
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    tensor([4., 6.])
    """

    def __init__(self, pack_hook: Pack, unpack_hook: Unpack) -> None:
        self._pack, self._unpack = pack_hook, unpack_hook
        self._busy = False

    def recorded(self, node: Node, tensor: Tensor) -> None:
        """Pack what the node has just saved; only the innermost block's hooks do."""
        if self._busy or next(w for w in reversed(watchers) if isinstance(w, saved_tensors_hooks)) is not self:
            return
        formulas = [source for source, parent in zip(node.op.sources, node.parents) if parent is not None]
        tensors = list(node.tensors or ())
        self._busy = True
        try:
            for name in dict.fromkeys(name for formula in formulas for name in reads(formula)):
                if name == "out":
                    node.value = PackedResult(self._pack(tensor), self._unpack)  # type: ignore[assignment]
                elif name in node.op.inputs:
                    place = node.op.inputs.index(name)
                    saved = tensors[place]
                    assert saved is not None
                    tensors[place] = _packed(saved, node.parents[place], self._pack, self._unpack)
        finally:
            self._busy = False
        node.tensors, node.versions = tuple(tensors), (0,) * len(tensors)

    def __enter__(self) -> None:
        if _disabled:
            raise RuntimeError(_disabled[-1])
        watchers.append(self)

    def __exit__(self, *_: object) -> None:
        watchers.remove(self)


class save_on_cpu(saved_tensors_hooks):  # noqa: N801
    """Keep copies of saved values in main memory, as ``torch.autograd.graph.save_on_cpu``: here all memory is that."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda t: t.detach().clone(), lambda t: t)


class allow_mutation_on_saved_tensors(save_on_cpu):  # noqa: N801
    """Let saved tensors be changed in place, as ``torch.autograd.graph.allow_mutation_on_saved_tensors``.

    Every saved value is copied at once; PyTorch copies when a change comes.
    """


_disabled: list[str] = []


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Refuse saved tensor hooks inside, with this message, as ``torch.autograd.graph.disable_saved_tensors_hooks``."""
    _disabled.append(error_message)
    try:
        yield
    finally:
        _disabled.pop()


def register_multi_grad_hook(tensors: Sequence[Tensor], fn: Callable[..., Any], *, mode: str = "all") -> _Handles:
    """Call `fn` once the gradients of several tensors are there, as ``torch.autograd.graph.register_multi_grad_hook``.

    Args:
        tensors: the tensors to wait for.
        fn: is called with the list of their gradients (mode "all"), or with the first one that comes ("any").
        mode: "all" or "any".
    """
    if mode not in ("all", "any"):
        raise explained(
            ValueError,
            f"Expects mode to be one of ('all', 'any') but got {mode}",
            why="the hook runs when all gradients have come, or when any has.",
            fix="choose one of the two.",
        )
    found: dict[int, Tensor] = {}

    def hook_of(place: int) -> Callable[[Tensor], None]:
        def hook(g: Tensor) -> None:
            found[place] = g
            if mode == "any" and len(found) == 1:
                fn(g)
            if len(found) == len(tensors):
                gradients = [found[i] for i in range(len(tensors))]
                found.clear()
                if mode == "all":
                    fn(gradients)

        return hook

    return _Handles([tensor.register_hook(hook_of(place)) for place, tensor in enumerate(tensors)])


class _Handles:
    """Several hooks that are removed together."""

    def __init__(self, handles: list[RemovableHandle]) -> None:
        self._handles = handles

    def remove(self) -> None:
        """Take all of them away."""
        for handle in self._handles:
            handle.remove()


# Looking into nodes

_LETTERS = {"self": "a", "input": "a", "mat1": "a", "other": "b", "exponent": "b", "mat2": "b", "weight": "b"}


def _saved_value(wanted: str, self: Node) -> Any:
    """What a node saved, under PyTorch's names: ``_saved_self``, ``_saved_other``, ``_saved_result``."""
    if wanted == "result" and self.value is not None:
        out = wrap(self.result())
        out.counter, out._requires_grad, out._grad_fn = self.counter, True, self
        return out
    letter = _LETTERS.get(wanted, wanted)
    if letter in self.op.inputs:
        place = self.op.inputs.index(letter)
        if self.tensors is None or self.tensors[place] is not None:
            return self.input(place)
    if wanted in self.op.attributes and self.attributes is not None:  # the exponent, if it is a number
        return self.attributes[self.op.attributes.index(wanted)]
    raise missing(f"{type(self).__name__!r} object", f"_saved_{wanted}", lambda: object.__dir__(self))


# Properties, one for each name. A `__getattr__` would do for all; but where a class has one, Python reads every
# attribute more slowly, and the engine reads many.
for _name in ("result", "alpha", "beta", "dim", "eps", "keepdim", "max", "min", "p", "threshold", "value", *_LETTERS):
    setattr(Node, f"_saved_{_name}", property(partial(_saved_value, _name)))
