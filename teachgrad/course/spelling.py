"""Says, under an error in a notebook, what a misspelt name may have meant. Python's own console does; IPython does not.

(A `Tensor.__getattr__` could say it anywhere, but where a class has one, Python reads every attribute more slowly.)
"""

from __future__ import annotations

import builtins
from types import TracebackType
from typing import Any

from teachgrad.scope import meant
from teachgrad.viz.screen import shell


def listen() -> None:
    """Have IPython, if this is one, ask here when a name is not found."""
    here = shell()
    if here and not here.custom_exceptions:  # somebody else may have asked for them
        here.set_custom_exc((AttributeError, NameError), _told)


def _told(here: Any, kind: type[Exception], error: Any, traceback: TracebackType, tb_offset: int | None = None) -> None:
    """Show an error as it would be shown, with a note if a name is close to the one that was not found."""
    if suggestion := suggested(error, traceback):
        error.add_note(f"  Fix: {suggestion}")
    here.showtraceback((kind, error, traceback), tb_offset=tb_offset)


def suggested(error: Any, traceback: TracebackType) -> str:
    """What may have been meant by the name that an error is about; empty if nothing is close, or if it says so itself.

    >>> import teachgrad as tg
    >>> try:
    ...     tg.ones(2).backwrd()
    ... except AttributeError as error:
    ...     print(suggested(error, error.__traceback__))
    did you mean backward?
    """
    if not error.name or "\n" in str(error):
        return ""
    if isinstance(error, AttributeError):
        return meant(error.name, dir(error.obj))
    while traceback.tb_next:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    return meant(error.name, {**vars(builtins), **frame.f_globals, **frame.f_locals})
