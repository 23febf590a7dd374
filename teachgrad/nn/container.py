"""Modules that hold other modules: in a row, in a list, in a dictionary."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from operator import index
from typing import Any, Self

from teachgrad.errors import explained
from teachgrad.nn.module import Module, not_a_module


class Row(Module):
    """What `Sequential` and `ModuleList` share: children that are numbered from 0."""

    _modules: dict[str, Module]  # type: ignore[assignment]

    def _key(self, place: int) -> str:
        place, size = index(place), len(self)
        if not -size <= place < size:
            raise explained(
                IndexError,
                f"index {place} is out of range",
                why=f"this {self._get_name()} holds {size} modules.",
                fix="count from 0; negative numbers count from the end.",
            )
        return list(self._modules)[place]

    def _renumber(self, modules: Iterable[Module]) -> None:
        self._modules = {str(place): module for place, module in enumerate(modules)}

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __setitem__(self, place: int, module: Module) -> None:
        setattr(self, self._key(place), module)

    def __delitem__(self, place: int | slice) -> None:
        for key in list(self._modules)[place] if isinstance(place, slice) else [self._key(place)]:
            del self._modules[key]
        self._renumber(self)

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def append(self, module: Module) -> Self:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Add a module before the one at `index`."""
        if not isinstance(module, Module):
            raise not_a_module(module)
        modules = list(self)
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def pop(self, key: int | slice) -> Module:
        """Take a module out and return it."""
        module: Module = self[key]  # type: ignore[index]
        del self[key]
        return module


class Sequential(Row):
    """Modules in a row: each gets what the one before returned, as ``torch.nn.Sequential``.

    Args:
        args: the modules, or one ``OrderedDict`` that names them.

    >>> from teachgrad import nn
    >>> nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))[:2]
    Sequential(
      (0): Linear(in_features=2, out_features=8, bias=True)
      (1): Tanh()
    )
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = args[0].items() if len(args) == 1 and isinstance(args[0], OrderedDict) else enumerate(args)
        for name, module in named:
            self.add_module(str(name), module)

    def forward(self, input: Any) -> Any:
        """What comes out at the end."""
        for module in self._modules.values():
            input = module(input)
        return input

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return type(self)(OrderedDict(list(self._modules.items())[place]))
        return self._modules[self._key(place)]

    def __add__(self, other: Sequential) -> Sequential:
        if not isinstance(other, Sequential):
            raise explained(
                ValueError,
                f"add operator supports only objects of Sequential class, but {type(other)} is given.",
                why="only the layers of a Sequential have an order that can be continued.",
                fix="put it into one: first + nn.Sequential(layer).",
                lesson=11,
            )
        return Sequential(*self, *other)

    def insert(self, index: int, module: Module) -> Self:
        """Add a module before the one at `index`."""
        if not -len(self) <= index <= len(self):
            raise explained(
                IndexError,
                f"Index out of range: {index}",
                why=f"this Sequential holds {len(self)} modules.",
                fix=f"give a place up to {len(self)}, which is the end.",
            )
        super().insert(index, module)
        return self

    def __mul__(self, other: int) -> Sequential:
        """The same modules several times, one after the other, with shared parameters."""
        if not isinstance(other, int):
            raise explained(
                TypeError,
                f"unsupported operand type(s) for *: {type(self)} and {type(other)}",
                why="a Sequential is repeated a whole number of times.",
                fix="nn.Sequential(...) * 2",
                lesson=11,
            )
        if other <= 0:
            raise explained(
                ValueError,
                f"Non-positive multiplication factor {other} for {type(self)}",
                why="the modules come that many times.",
                fix="give 1 or more.",
            )
        return Sequential(*list(self) * other)

    __rmul__ = __mul__

    def __imul__(self, other: int) -> Self:
        self._renumber(self * other)
        return self


class ModuleList(Row):
    """A list of modules, whose parameters are found, as ``torch.nn.ModuleList``; those in a plain list are not.

    >>> from teachgrad import nn
    >>> nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
    ModuleList(
      (0-2): 3 x Linear(in_features=4, out_features=4, bias=True)
    )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end."""
        if not isinstance(modules, Iterable):
            raise explained(
                TypeError,
                f"ModuleList.extend should be called with an iterable, but got {type(modules).__name__}",
                why="a list is made of several modules.",
                fix="put them in brackets: nn.ModuleList([first, second]).",
            )
        return super().extend(modules)

    def insert(self, index: int, module: Module) -> None:
        """Add a module before the one at `index`."""
        super().insert(index, module)

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return type(self)(list(self)[place])
        return self._modules[self._key(place)]

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __repr__(self) -> str:
        """Equal modules that follow each other share a line."""
        runs: list[tuple[str, int]] = []
        for text in map(repr, self):
            if runs and runs[-1][0] == text:
                runs[-1] = (text, runs[-1][1] + 1)
            else:
                runs.append((text, 1))
        lines, first = [], 0
        for text, count in runs:
            places = f"({first})" if count == 1 else f"({first}-{first + count - 1})"
            lines.append(f"{places}: {text}" if count == 1 else f"{places}: {count} x {text}")
            first += count
        inside = "".join("\n" + line for line in lines).replace("\n", "\n  ")
        return f"{self._get_name()}({inside}\n)" if lines else f"{self._get_name()}()"


class ModuleDict(Module):
    """A dictionary of modules, whose parameters are found, as ``torch.nn.ModuleDict``."""

    _modules: dict[str, Module]  # type: ignore[assignment]

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Module:
        """Take a module out and return it."""
        return self._modules.pop(key)

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def items(self) -> Iterable[tuple[str, Module]]:
        """The names with their modules."""
        return self._modules.items()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | ModuleDict) -> None:
        """Enter modules by name; those of a name that is taken are replaced."""
        if not isinstance(modules, Iterable):
            raise explained(
                TypeError,
                "ModuleDict.update should be called with an iterable of key/value pairs, but got "
                f"{type(modules).__name__}",
                why="each module needs a name.",
                fix="give a dictionary: {'name': module}.",
                lesson=11,
            )
        for key, module in modules.items() if isinstance(modules, Mapping | ModuleDict) else modules:
            self[key] = module
