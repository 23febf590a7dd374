"""Modules that hold parameters: in a list, in a dictionary. What is not a tensor is kept as well, but not trained."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from teachgrad.errors import explained
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.tensor import Tensor
from teachgrad.utils.tensors import typename


class Store(Module):
    """What `ParameterList` and `ParameterDict` share: tensors become parameters, and `repr` shows their sizes."""

    def _keep(self, name: str, value: Any) -> None:
        setattr(self, name, Parameter(value) if isinstance(value, Tensor) and type(value) is not Parameter else value)

    def _described(self, value: Any) -> str:
        if not isinstance(value, Tensor):
            return f"Object of type: {type(value).__name__}"
        size = "x".join(map(str, value.array.shape))
        kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
        return f"{kind} containing: [{self._type_of(value)} of size {size}]"

    def _type_of(self, value: Tensor) -> str:
        return str(value.dtype)

    def __repr__(self) -> str:
        lines = [f"    ({name}): {self._described(value)}" for name, value in self._entries()]
        return f"{self._get_name()}({''.join(chr(10) + line for line in lines)}{chr(10) if lines else ''})"

    def _entries(self) -> Iterable[tuple[Any, Any]]:
        raise NotImplementedError

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: what would it compute?"""
        name = self._get_name()
        raise explained(
            RuntimeError,
            f"{name} should not be called.",
            why="it holds parameters, and computes nothing.",
            fix="use its parameters in the forward() of the module that it belongs to.",
            lesson=11,
        )


class ParameterList(Store):
    """A list of parameters that are found, as ``torch.nn.ParameterList``; those in a plain list are not.

    >>> import teachgrad as tg
    >>> from teachgrad import nn
    >>> nn.ParameterList([tg.zeros(2, 3), tg.zeros(3)])
    ParameterList(
        (0): Parameter containing: [torch.float32 of size 2x3]
        (1): Parameter containing: [torch.float32 of size 3]
    )
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _name(self, place: int) -> str:
        if not -self._size <= place < self._size:
            raise explained(
                IndexError,
                f"index {place} is out of range",
                why=f"this ParameterList holds {self._size} values.",
                fix="count from 0; negative numbers count from the end.",
            )
        return str(place % self._size)

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return type(self)(list(self)[place])
        return getattr(self, self._name(place))

    def __setitem__(self, place: int, value: Any) -> None:
        self._keep(self._name(place), value)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, str(place)) for place in range(self._size))

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def append(self, value: Any) -> Self:
        """Add a value at the end; a tensor as a parameter."""
        self._size += 1
        self[-1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add several values at the end."""
        if isinstance(values, Tensor) or not hasattr(values, "__iter__"):
            raise explained(
                TypeError,
                f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}",
                why="a list is made of several values.",
                fix="put them in brackets: nn.ParameterList([first, second]).",
            )
        for value in list(values):
            self.append(value)
        return self

    def _entries(self) -> Iterable[tuple[Any, Any]]:
        return enumerate(self)


class ParameterDict(Store):
    """A dictionary of parameters that are found, as ``torch.nn.ParameterDict``; plain mappings are sorted by key.

    >>> import teachgrad as tg
    >>> from teachgrad import nn
    >>> nn.ParameterDict({"weight": tg.zeros(2), "bias": tg.zeros(1)})
    ParameterDict(
        (bias): Parameter containing: [torch.FloatTensor of size 1]
        (weight): Parameter containing: [torch.FloatTensor of size 2]
    )
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def _type_of(self, value: Tensor) -> str:
        return typename(value)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, str(key))

    def __setitem__(self, key: str, value: Any) -> None:
        self._keys[key] = None
        self._keep(str(key), value)

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, str(key))

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self._keys))

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __or__(self, other: Mapping[str, Any] | ParameterDict) -> ParameterDict:
        both = self.copy()
        both.update(other)
        return both

    def __ror__(self, other: dict[str, Any]) -> dict[str, Any]:
        return other | dict(self.items())

    def __ior__(self, other: Mapping[str, Any] | ParameterDict) -> Self:
        self.update(other)
        return self

    def copy(self) -> ParameterDict:
        """Another dictionary of the same parameters."""
        return ParameterDict(OrderedDict(self.items()))

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of a key, which is entered if it is new."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """Take all out."""
        for key in list(self):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take one out and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last one out and return it with its key."""
        key = next(reversed(self))
        return key, self.pop(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default`."""
        return self[key] if key in self._keys else default

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A dictionary of these keys, all of one value."""
        return ParameterDict((key, default) for key in keys)

    def keys(self) -> Iterable[str]:
        """The keys."""
        return self._keys.keys()

    def values(self) -> Iterable[Any]:
        """The values."""
        return (self[key] for key in self._keys)

    def items(self) -> Iterable[tuple[str, Any]]:
        """The keys with their values."""
        return ((key, self[key]) for key in self._keys)

    def update(self, parameters: Mapping[str, Any] | Iterable[tuple[str, Any]] | ParameterDict) -> None:
        """Enter values by key; those of a key that is taken are replaced."""
        if not isinstance(parameters, Iterable):
            raise explained(
                TypeError,
                "ParametersDict.update should be called with an iterable of key/value pairs, but got "
                f"{type(parameters).__name__}",
                why="each parameter needs a name.",
                fix="give a dictionary: {'name': tensor}.",
            )
        if isinstance(parameters, OrderedDict | ParameterDict):
            pairs: Iterable[tuple[str, Any]] = parameters.items()
        else:
            pairs = sorted(parameters.items()) if isinstance(parameters, Mapping) else parameters
        for key, value in pairs:
            self[key] = value

    def _entries(self) -> Iterable[tuple[Any, Any]]:
        return self.items()
