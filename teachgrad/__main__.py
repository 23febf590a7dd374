"""``python -m teachgrad script.py``: run a program written for PyTorch, with teachgrad in PyTorch's place.

This module knows how Python starts programs, and leaves what `torch` means to `alias`.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from teachgrad.alias import as_torch
from teachgrad.version import __version__

USAGE = """\
usage: python -m teachgrad script.py [argument ...]
       python -m teachgrad -m module [argument ...]
       python -m teachgrad -c code   [argument ...]

Run a program that was written for PyTorch: inside it, torch is teachgrad.
The program sees its own name and arguments in sys.argv, as under python itself.

  -h, --help     show this text
  -V, --version  show teachgrad's version
"""

RUNNERS = (__file__, runpy.__file__, "<frozen runpy>")  # files whose frames are no part of the program


def main(arguments: list[str]) -> int:
    """Run what the arguments name; returns the exit status, unless the program chooses it by ``sys.exit``."""
    first, *rest = arguments or ["--help"]
    if first in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0
    if first in ("-V", "--version"):
        sys.stdout.write(f"teachgrad {__version__}\n")
        return 0
    if first in ("-c", "-m"):
        if not rest:
            return _complain(f"Argument expected for the {first} option")
        what, *rest = rest
        sys.argv = [first, *rest]
        return _run(_code if first == "-c" else _module, what)
    if first.startswith("-"):
        return _complain(f"unknown option {first}")
    if not Path(first).is_file():
        return _complain(f"can't open file {first!r}: there is no such file")
    sys.argv = [first, *rest]
    if not sys.flags.safe_path:
        sys.path[0] = str(Path(first).resolve().parent)  # was the folder that we were called from
    return _run(_script, first)


def _complain(words: str) -> int:
    sys.stderr.write(f"python -m teachgrad: {words}\n{USAGE}")
    return 2


def _run(way: Callable[[str], Any], what: str) -> int:
    """Run a program; an exception that ends it is shown as its own, without our frames."""
    try:
        with as_torch():
            way(what)
    except (Exception, KeyboardInterrupt) as error:
        frames = _own_frames(error.__traceback__)
        sys.excepthook(type(error), error.with_traceback(frames), frames)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _own_frames(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and frames.tb_frame.f_code.co_filename in RUNNERS:
        frames = frames.tb_next
    return frames


def _script(path: str) -> None:
    file = Path(path).absolute()
    _program(file.read_bytes(), str(file), {"__file__": str(file)})


def _code(text: str) -> None:
    _program(text, "<string>", {})


def _program(source: str | bytes, name: str, names: dict[str, str]) -> None:
    """Run a program as the main module, which it takes the place of."""
    sys.modules["__main__"] = program = ModuleType("__main__")
    vars(program).update(names)
    exec(compile(source, name, "exec"), vars(program))


def _module(name: str) -> None:
    runpy.run_module(name, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
