"""Random tensors: PyTorch's functions, PyTorch's numbers for the same seed.

The numbers come from `teachgrad.rng`, whose modules say how they are made and how exactly they agree. Here they get
their functions (`randn(2, 3)`), their generator, and their in-place methods (`x.uniform_()`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from teachgrad import dtypes
from teachgrad.device import CPU, require_cpu
from teachgrad.device import device as Device  # noqa: N812 - `device` is the argument's name
from teachgrad.errors import brief, c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.arguments import (
    C_TYPES,
    Where,
    checked_dtype,
    element_type,
    empty_array_like,
    made,
    number,
    shape_of,
    whole_number,
)
from teachgrad.ops.nested import no_room
from teachgrad.ops.table import method, no_broadcast, no_expansion, not_a_tensor, result
from teachgrad.ops.views import in_place
from teachgrad.rng import distributions, sampling
from teachgrad.rng.bounds import require
from teachgrad.rng.source import DEFAULT_SEED, Source
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what the face of the package offers
    "Generator",
    "bernoulli",
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_rng_state",
]


class Generator:
    """A stream of random numbers of its own, as ``torch.Generator``. Functions that draw take one as `generator`.

    >>> import teachgrad as tg
    >>> g = tg.Generator().manual_seed(0)
    >>> tg.rand(3, generator=g)
    tensor([0.4963, 0.7682, 0.0885])
    """

    _first_seed: int | None = DEFAULT_SEED

    def __init__(self, device: Where = None) -> None:
        require_cpu(device)

    @cached_property
    def source(self) -> Source:
        """Where the words come from: made when first needed, because NumPy's generators take time to import."""
        return Source(self._first_seed)

    @property
    def device(self) -> Device:
        """The CPU."""
        return CPU

    def manual_seed(self, seed: int) -> Generator:
        """Begin the stream of this seed; returns self.

        Raises:
            RuntimeError: if the seed is no integer.
            ValueError: if it needs more than 64 bits.
        """
        if not isinstance(seed, int):
            raise explained(
                RuntimeError,
                f"manual_seed expected a long, but got {type(seed).__name__}",
                why="a seed is a whole number.",
                fix="generator.manual_seed(0)",
            )
        self.source.restart(seed)
        return self

    def initial_seed(self) -> int:
        """The seed that the stream began with."""
        return self.source.seed

    def seed(self) -> int:
        """Begin a stream that nobody can foretell; returns its seed."""
        return self.source.restart_anywhere()

    def get_state(self) -> Tensor:
        """Where the stream stands, as a tensor of 5056 bytes; the bytes are PyTorch's."""
        return wrap(self.source.state())

    def set_state(self, new_state: Tensor) -> Generator:
        """Go to where a stream stood when the state was taken; returns self.

        Raises:
            TypeError: if it is no tensor of bytes.
            RuntimeError: if the bytes are no state.
        """
        if not isinstance(new_state, Tensor):
            raise explained(
                TypeError,
                f"expected a torch.ByteTensor, but got {type(new_state).__name__}",
                why="a state is a tensor of 5056 bytes.",
                fix="give what get_state() returned.",
            )
        self.source.restore(new_state.array)
        return self

    def clone_state(self) -> Generator:
        """A generator of its own that stands where this one does, as ``torch.Generator.clone_state``."""
        return Generator().set_state(self.get_state())


default_generator = Generator()
default_generator._first_seed = None  # nobody can foretell what it gives before manual_seed


def manual_seed(seed: Any) -> Generator:
    """Begin the stream of this seed, for all functions that are given no generator, as ``torch.manual_seed``.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.randn(2)
    tensor([ 1.5410, -0.2934])
    """
    try:
        number = int(seed)
    except ValueError as error:
        raise explained(
            ValueError,
            str(error),
            why=f"a seed is a whole number, and {brief(seed)} is none.",
            fix="torch.manual_seed(0)",
            lesson=12,
        ) from None
    return default_generator.manual_seed(number)


def seed() -> int:
    """Begin a stream that nobody can foretell; returns its seed, as ``torch.seed``."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed that the stream began with, as ``torch.initial_seed``."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """Where the stream of `default_generator` stands, as ``torch.get_rng_state``."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Go to where the stream stood when the state was taken, as ``torch.set_rng_state``.

    >>> import teachgrad as tg
    >>> state = tg.get_rng_state()
    >>> first = tg.rand(3)
    >>> tg.set_rng_state(state)
    >>> tg.equal(tg.rand(3), first)
    True
    """
    default_generator.set_state(new_state)


def _source(function: str, generator: Generator | None) -> Source:
    if generator is None:
        return default_generator.source
    if not isinstance(generator, Generator):
        raise explained(
            TypeError,
            f"{function}(): argument 'generator' must be torch.Generator, not {type(generator).__name__}",
            why="numbers are drawn from a generator.",
            fix="generator=torch.Generator().manual_seed(0), or leave it out.",
            lesson=12,
        )
    return generator.source


# New tensors


def rand(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform numbers of [0, 1), as ``torch.rand``. The sizes are given as integers or as one sequence.

    Raises:
        NotImplementedError: for types of whole numbers.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.rand(2, 2)
    tensor([[0.4963, 0.7682],
            [0.0885, 0.1320]])
    """
    array = np.empty(shape_of("rand", sizes, size), element_type("rand", dtype))
    distributions.fill_uniform(array, 0, 1, _source("rand", generator))
    return made(array, device, requires_grad)


def randn(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Standard normal numbers, as ``torch.randn``. The sizes are given as integers or as one sequence.

    Raises:
        NotImplementedError: for types of whole numbers.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.randn(4)
    tensor([ 1.5410, -0.2934, -2.1788,  0.5684])
    """
    array = np.empty(shape_of("randn", sizes, size), element_type("randn", dtype))
    distributions.fill_normal(array, 0, 1, _source("randn", generator))
    return made(array, device, requires_grad)


def randint(
    *args: Any,
    low: int | None = None,
    high: int | None = None,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Whole numbers from `low` (0) up to, not including, `high`, as ``torch.randint``.

    Called as ``randint(high, size)`` or ``randint(low, high, size)``.

    Raises:
        RuntimeError: if there is no number in the range, or if the type cannot hold it.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.randint(10, (5,)), tg.randint(1, 7, (2, 2))
    (tensor([4, 9, 3, 0, 3]), tensor([[4, 2],
            [2, 2]]))
    """
    bottom, top, shape = _randint_arguments(args, low, high, size)
    array = np.empty(shape, np.int64 if dtype is None else element_type("randint", dtype))
    distributions.fill_integers(array, bottom, top, _source("randint", generator))
    return made(array, device, requires_grad)


def _randint_arguments(args: tuple[Any, ...], low: Any, high: Any, size: Any) -> tuple[int, int, tuple[int, ...]]:
    given = list(args)
    if size is None and len(given) > 1:
        size = given.pop()
    if high is None and given:
        high = given.pop()
    if low is None and given:
        low = given.pop()
    if given or high is None or size is None:
        raise explained(
            TypeError,
            "randint() received an invalid combination of arguments",
            why="it needs a bound and the sizes.",
            fix="randint(10, (2, 3)) or randint(0, 10, (2, 3)).",
        )
    if not isinstance(size, tuple | list):
        raise explained(
            TypeError,
            f"randint(): argument 'size' (position {len(args)}) must be tuple of ints, not {type(size).__name__}",
            why="the sizes come last, as one sequence.",
            fix=f"randint({high}, ({size},)) draws {size} numbers below {high}.",
        )
    bottom = 0 if low is None else whole_number("randint", "low", 1, low)
    return bottom, whole_number("randint", "high", 2, high), shape_of("randint", (size,))


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers 0 to n-1 in random order, as ``torch.randperm``.

    Raises:
        RuntimeError: if n is negative, beyond 214 million, or too large for the type.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.randperm(5)
    tensor([4, 0, 1, 3, 2])
    """
    (count,) = shape_of("randperm", (whole_number("randperm", "n", 1, n),))
    target = checked_dtype("randperm", dtype) or dtypes.int64
    if target is dtypes.bool_:
        raise explained(
            NotImplementedError,
            "\"randperm\" not implemented for 'Bool'",
            why="it counts.",
            fix="choose another dtype.",
        )
    if target.is_floating_point:
        most = 2 ** (np.finfo(target.numpy).nmant + 1) + 1
        require(count <= most, f"n cannot be greater than {most} for {c_name(target)} type.")
    elif count - 1 > np.iinfo(target.numpy).max:
        raise no_room(count - 1, target, C_TYPES[target.name])
    array = sampling.permutation(count, _source("randperm", generator))
    return made(array.astype(target.numpy, copy=False), device, requires_grad)


def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform numbers of [0, 1) in the shape and type of another tensor, as ``torch.rand_like``.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.rand_like(tg.zeros(2, 2))
    tensor([[0.4963, 0.7682],
            [0.0885, 0.1320]])
    """
    array = empty_array_like("rand_like", input, dtype)
    distributions.fill_uniform(array, 0, 1, _source("rand_like", generator))
    return made(array, device, requires_grad)


def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Standard normal numbers in the shape and type of another tensor, as ``torch.randn_like``.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.randn_like(tg.zeros(2))
    tensor([ 1.5410, -0.2934])
    """
    array = empty_array_like("randn_like", input, dtype)
    distributions.fill_normal(array, 0, 1, _source("randn_like", generator))
    return made(array, device, requires_grad)


def randint_like(
    input: Tensor,
    *bounds: int,
    low: int | None = None,
    high: int | None = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Whole numbers in the shape and type of another tensor, as ``torch.randint_like``.

    Called as ``randint_like(x, high)`` or ``randint_like(x, low, high)``.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.randint_like(tg.zeros(4), 10)
    tensor([4., 9., 3., 0.])
    """
    array = empty_array_like("randint_like", input, dtype)
    bottom, top, _ = _randint_arguments(bounds, low, high, ())
    distributions.fill_integers(array, bottom, top, _source("randint_like", generator))
    return made(array, device, requires_grad)


def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Where = None,
    requires_grad: bool = False,
) -> Tensor:
    """Normal numbers, as ``torch.normal``: of one mean and width with `size`, or with a tensor of means or widths.

    The gradient with respect to tensors of means and widths is 0, as in PyTorch: what was drawn does not move with
    them. Write ``mean + std * torch.randn_like(std)`` for numbers that do.

    Raises:
        RuntimeError: if a standard deviation is negative, or if shapes do not fit.
        TypeError: if numbers are given without `size`.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.normal(10.0, 0.1, (3,))
    tensor([10.1541,  9.9707,  9.7821])
    """
    source = _source("normal", generator)
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        return _normal_around(mean, std, source)
    if not isinstance(size, tuple | list):
        raise explained(
            TypeError,
            "normal() received an invalid combination of arguments - got (float, float"
            + (")" if size is None else f", {type(size).__name__})"),
            why="how many are wanted is said by one sequence of sizes.",
            fix=f"normal({mean}, {std}, (3,))",
        )
    array = np.empty(shape_of("normal", (size,)), element_type("normal", dtype))
    distributions.fill_normal(array, number("normal", "mean", 1, mean), number("normal", "std", 2, std), source)
    return made(array, device, requires_grad)


def _normal_around(mean: Any, std: Any, source: Source) -> Tensor:
    """Standard numbers times std plus mean; with one std for all, drawn with it."""
    tensors = tuple(value for value in (mean, std) if isinstance(value, Tensor))
    means, widths = (value.array if isinstance(value, Tensor) else value for value in (mean, std))
    try:
        shape = np.broadcast_shapes(*(tensor.array.shape for tensor in tensors))
    except ValueError:
        raise no_broadcast(means.shape, widths.shape) from None
    array = np.empty(shape, tensors[0].array.dtype)
    if isinstance(std, Tensor):
        require(not (widths < 0).any(), "normal expects all elements of std >= 0.0")
        distributions.fill_normal(array, 0, 1, source)
        array *= widths
    else:
        distributions.fill_normal(array, 0, number("normal", "std", 2, std), source)
    array += means
    return result(_NORMAL[isinstance(mean, Tensor), isinstance(std, Tensor)], array, tensors)


@method("bernoulli")
def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """For each element 1 with the probability that it holds (or `p`), else 0, as ``torch.bernoulli``.

    Raises:
        RuntimeError: if a probability is outside [0, 1].

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.bernoulli(tg.tensor([0.0, 0.5, 0.5, 1.0]))
    tensor([0., 0., 1., 1.])
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("bernoulli", "input", 1, input)
    array = np.empty(input.array.shape, input.array.dtype)
    distributions.fill_bernoulli(array, input.array if p is None else p, _source("bernoulli", generator))
    return result(_ZERO["BernoulliBackward0"], array, (input,))


@method("multinomial")
def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Indices into each row, drawn with probabilities in proportion to its weights, as ``torch.multinomial``.

    Shape: weights (categories,) or (rows, categories); result (num_samples,) or (rows, num_samples), int64.

    Raises:
        RuntimeError: if weights are negative, infinite or all zero, or if too many are drawn without replacement.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.multinomial(tg.tensor([0.0, 10.0, 3.0, 0.0]), 2)
    tensor([1, 2])
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("multinomial", "input", 1, input)
    count = whole_number("multinomial", "num_samples", 2, num_samples)
    return wrap(sampling.choices(input.array, count, replacement, _source("multinomial", generator)))


# Into a tensor that is there


def _zero(name: str) -> Op:
    """What was drawn does not depend on what was there before: the gradient of the old value is 0."""
    return Op(name, [lambda g: np.zeros_like(g)])


_ZERO = {
    name: _zero(name)
    for name in (
        "UniformBackward0", "NormalBackward0", "ExponentialBackward0", "CauchyBackward0", "LogNormalBackward0",
        "GeometricBackward0", "BernoulliBackward0", "BernoulliBackward1", "BernoulliBackward2",
        "RandomBackward0", "RandomBackward1", "RandomBackward2",
    )
}  # fmt: skip
_NORMAL = {
    (True, False): _zero("NormalBackward1"),
    (False, True): _zero("NormalBackward2"),
    (True, True): Op("NormalBackward3", [lambda g: np.zeros_like(g), lambda g: np.zeros_like(g)]),
}


def _redraw(target: Tensor, node: str, fill: Callable[[Array], None]) -> Tensor:
    """Fill the memory of a tensor with new numbers."""

    def filled(old: Tensor) -> Tensor:
        fill(old.array)
        return result(_ZERO[node], old.array, (old,))

    return in_place(filled, target)


@method("uniform_")
def uniform_(self: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Uniform numbers of [from, to), in place, as ``torch.Tensor.uniform_``.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.zeros(3).uniform_(-1, 1)
    tensor([-0.0075,  0.5364, -0.8230])
    """
    source = _source("uniform_", generator)
    return _redraw(self, "UniformBackward0", lambda array: distributions.fill_uniform(array, from_, to, source))


@method("normal_")
def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Normal numbers, in place, as ``torch.Tensor.normal_``.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.zeros(3).normal_(10, 2)
    tensor([13.0820,  9.4131,  5.6424])
    """
    source = _source("normal_", generator)
    return _redraw(self, "NormalBackward0", lambda array: distributions.fill_normal(array, mean, std, source))


@method("exponential_")
def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Waiting times of a process with rate `lambd`, in place, as ``torch.Tensor.exponential_``."""
    source = _source("exponential_", generator)
    return _redraw(self, "ExponentialBackward0", lambda array: distributions.fill_exponential(array, lambd, source))


@method("cauchy_")
def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Numbers of the Cauchy distribution, in place, as ``torch.Tensor.cauchy_``."""
    source = _source("cauchy_", generator)
    return _redraw(self, "CauchyBackward0", lambda array: distributions.fill_cauchy(array, median, sigma, source))


@method("log_normal_")
def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Tensor:
    """Numbers whose logarithm is normal, in place, as ``torch.Tensor.log_normal_``."""
    source = _source("log_normal_", generator)
    return _redraw(self, "LogNormalBackward0", lambda array: distributions.fill_log_normal(array, mean, std, source))


@method("geometric_")
def geometric_(self: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Trials until the first success of probability p, in place, as ``torch.Tensor.geometric_``."""
    source = _source("geometric_", generator)
    return _redraw(self, "GeometricBackward0", lambda array: distributions.fill_geometric(array, p, source))


@method("bernoulli_")
def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """1 with probability p, else 0, in place, as ``torch.Tensor.bernoulli_``; a tensor p has one for each element.

    The mask of ``torch.nn.functional.dropout(x, p)`` is ``torch.empty_like(x).bernoulli_(1 - p)``, divided by 1 - p.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.zeros(5).bernoulli_(0.5)
    tensor([0., 0., 1., 0., 0.])
    """
    source = _source("bernoulli_", generator)
    if not isinstance(p, Tensor):
        return _redraw(self, "BernoulliBackward2", lambda array: distributions.fill_bernoulli(array, p, source))
    chances = p.array
    try:
        np.broadcast_to(chances, self.array.shape)
    except ValueError:
        raise no_expansion(chances, self.array.shape) from None
    return _redraw(self, "BernoulliBackward1", lambda array: distributions.fill_bernoulli(array, chances, source))


@method("random_")
def random_(self: Tensor, *bounds: int | None, to: int | None = None, generator: Generator | None = None) -> Tensor:
    """Whole numbers, in place, as ``torch.Tensor.random_``.

    ``random_()`` draws from all that the type can count to, ``random_(to)`` from [0, to), ``random_(from, to)`` from
    [from, to); ``random_(from, None)`` has no upper bound but that of the type.

    >>> import teachgrad as tg
    >>> _ = tg.manual_seed(0)
    >>> tg.zeros(5).random_(10)
    tensor([4., 9., 3., 0., 3.])
    """
    source = _source("random_", generator)
    if to is not None:
        bounds = (*bounds, to)
    if not bounds:
        return _redraw(self, "RandomBackward2", lambda array: distributions.fill_counting(array, source))
    if len(bounds) == 1:
        bounds = (0, *bounds)
    low, high = whole_number("random_", "from", 1, bounds[0]), bounds[1]
    top = None if high is None else whole_number("random_", "to", 2, high)
    node = "RandomBackward1" if bounds[0] == 0 else "RandomBackward0"
    return _redraw(self, node, lambda array: distributions.fill_integers(array, low, top, source))
