"""The name `torch`: for a while it means teachgrad, so that programs written for PyTorch run here as they stand.

This module knows how Python imports, and nothing of tensors.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from teachgrad.errors import explained
from teachgrad.scope import OUTSIDE

NAME, OURS = "torch", "teachgrad"
STAND_IN = str(Path(__file__).parent / "stand_in")  # the folder in which a worker process finds its `torch`


@contextmanager
def as_torch() -> Iterator[ModuleType]:
    """Let ``import torch`` and all that begins so mean teachgrad: inside, and in processes that are started inside.

    ``torch.nn`` is `teachgrad.nn` then, the very same module, and so on. What is not here raises an error that says
    why. Afterwards the name means what it meant before, PyTorch or nothing; what was imported inside stays what it
    is. The name is one for the whole process, so other threads see it as well.

    Yields:
        teachgrad.

    >>> import teachgrad as tg
    >>> with tg.as_torch():
    ...     import torch
    ...     import torch.nn.functional as F
    ...     from torch import nn
    >>> F.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    >>> torch is tg, nn is tg.nn
    (True, True)
    """
    finder, before = Finder(), _entries()
    for name in before:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    sys.path.insert(0, STAND_IN)
    try:
        yield import_module(NAME)
    finally:
        sys.path.remove(STAND_IN)
        sys.meta_path.remove(finder)
        for name in _entries():
            del sys.modules[name]
        sys.modules.update(before)


def _entries() -> dict[str, ModuleType]:
    """What Python has imported under the name, so far."""
    return {name: module for name, module in sys.modules.copy().items() if _below(name)}


def _below(name: str) -> bool:
    return name.partition(".")[0] == NAME


class Finder(MetaPathFinder, Loader):
    """Answers Python's question where the module ``torch.nn`` is: it is `teachgrad.nn`."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """How to load a module; None for names that are not ours to answer.

        Raises:
            ModuleNotFoundError: for a part of PyTorch that teachgrad does not have.
        """
        return ModuleSpec(name, self) if _below(name) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module of teachgrad that goes by this name."""
        ours = OURS + spec.name.removeprefix(NAME)
        try:
            module = import_module(ours)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{ours}.".startswith(f"{error.name}."):
                raise
            raise _missing(spec.name) from None
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is to be run; but Python has just noted in the module that it came from here. Undo that."""
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state


def _missing(name: str) -> ModuleNotFoundError:
    words = f"No module named {name!r}"
    for part in OUTSIDE:
        if not set(part.names.split()).isdisjoint(name.split(".")):
            error = explained(ModuleNotFoundError, words, part.why, part.fix)
            break
    else:
        error = explained(
            ModuleNotFoundError,
            words,
            why=f"{NAME} means {OURS} here, which has the parts of PyTorch that courses use, and not this one.",
            fix=f"leave it out, or run the program with PyTorch itself, outside of as_{NAME}().",
        )
    error.name = name
    return error
