"""Where the time goes: a table of operations, forward and backward, as ``torch.profiler`` prints it.

Python itself says when a function is called and when it returns (`sys.setprofile`); this module picks out the
functions of the op table, and, in the backward pass, each node's turn. So nothing is slower while nobody profiles.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from time import perf_counter
from types import CodeType, FrameType
from typing import Any, Self

from teachgrad import engine
from teachgrad.decorating import decorated
from teachgrad.operators import Operators
from teachgrad.watching import Watcher, watchers

__all__ = ["ProfilerActivity", "profile", "record_function"]


class ProfilerActivity(Enum):
    """What to measure, as ``torch.profiler.ProfilerActivity``; here there is only the CPU."""

    CPU = "cpu"


@dataclass
class Average:
    """One row of the table; times are in microseconds.

    Attributes:
        key: the name of the operation, such as ``aten::mul``; of a node, such as ``MulBackward0``; or your own label.
        count: how often it ran.
        cpu_time_total: the time it took, operations that it called included.
        self_cpu_time_total: the same without those.
    """

    key: str
    count: int = 0
    cpu_time_total: float = 0.0
    self_cpu_time_total: float = 0.0

    @property
    def cpu_time(self) -> float:
        """The mean of one call."""
        return self.cpu_time_total / self.count if self.count else 0.0


class Averages(list[Average]):
    """The rows, as ``key_averages()`` returns them."""

    @property
    def self_cpu_time_total(self) -> float:
        """All that was measured."""
        return sum(row.self_cpu_time_total for row in self)

    def table(self, sort_by: str | None = None, row_limit: int = 100, **_: Any) -> str:
        """The table as text.

        Args:
            sort_by: "cpu_time_total", "self_cpu_time_total", "cpu_time" or "count", largest first; by default in the
                order of the first call.
            row_limit: how many rows to show.
        """
        rows = list(self) if sort_by is None else sorted(self, key=lambda row: -getattr(row, sort_by))
        whole = self.self_cpu_time_total or 1.0
        lines = [["Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "# of Calls"]]
        for row in rows[:row_limit]:
            own, all_in_all = row.self_cpu_time_total, row.cpu_time_total
            lines.append(
                [
                    row.key,
                    f"{own / whole:.2%}",
                    _time(own),
                    f"{all_in_all / whole:.2%}",
                    _time(all_in_all),
                    _time(row.cpu_time),
                    str(row.count),
                ]
            )
        widths = [max(len(line[i]) for line in lines) + 2 for i in range(7)]
        rule = "  ".join("-" * width for width in widths)
        body = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([rule, body[0], rule, *body[1:], rule, f"Self CPU time total: {_time(whole)}", ""])


def _time(microseconds: float) -> str:
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            return f"{microseconds / size:.3f}{unit}"
    return f"{microseconds:.3f}us"


@dataclass
class _Call:
    """A call that is running."""

    key: str
    code: CodeType | None
    start: float
    inner: float = 0.0


@dataclass
class profile:  # noqa: N801 - PyTorch's own spelling
    """Measure each operation of the block, as ``torch.profiler.profile`` and ``torch.autograd.profiler.profile``.

    Only the calling thread is measured. Times include what measuring costs, about a microsecond a call: compare them
    with each other, not with a stopwatch.

    >>> import teachgrad as tg
    >>> x = tg.ones(3, requires_grad=True)
    >>> with profile() as prof:
    ...     (x * 2).sum().backward()
    >>> sorted(row.key for row in prof.key_averages())
    ['AccumulateGrad', 'MulBackward0', 'SumBackward0', 'aten::mul', 'aten::sum']
    """

    activities: Iterable[ProfilerActivity] | None = None
    enabled: bool = True
    record_shapes: bool = False  # these three are accepted as they are often given; times are all that is measured
    profile_memory: bool = False
    with_stack: bool = False
    _rows: dict[str, Average] = field(default_factory=dict, init=False)
    _running: list[_Call] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        if self.enabled:
            self._names = _operations()
            _profiles.append(self)
            watchers.append(_nobody)
            sys.setprofile(self._saw)
        return self

    def __exit__(self, *_: object) -> None:
        if self.enabled:
            sys.setprofile(None)
            watchers.remove(_nobody)
            _profiles.remove(self)

    def key_averages(self) -> Averages:
        """The rows, one for each operation."""
        return Averages(self._rows.values())

    def table(self, sort_by: str | None = None, row_limit: int = 100) -> str:
        """`key_averages().table(...)`."""
        return self.key_averages().table(sort_by, row_limit)

    def _saw(self, frame: FrameType, event: str, _: Any) -> None:
        """Python calls this at every call and return."""
        code = frame.f_code
        if event == "call":
            name = self._names.get(code)
            if name is not None:
                self._begin(name(frame), code)
        elif event == "return" and self._running and self._running[-1].code is code:
            self._end()

    def _begin(self, key: str, code: CodeType | None = None) -> None:
        self._rows.setdefault(key, Average(key))
        self._running.append(_Call(key, code, perf_counter()))

    def _end(self) -> None:
        call = self._running.pop()
        took = (perf_counter() - call.start) * 1e6
        row = self._rows[call.key]
        row.count += 1
        row.cpu_time_total += took
        row.self_cpu_time_total += took - call.inner
        if self._running:
            self._running[-1].inner += took


_profiles: list[profile] = []
_nobody = Watcher()  # while somebody watches, the engine asks each node's formulas in one function: that is measured


class record_function:  # noqa: N801
    """Give a block a row of its own, as ``torch.profiler.record_function``; a decorator as well."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self._name = name

    def __enter__(self) -> Self:
        for prof in _profiles:
            prof._begin(self._name)
        return self

    def __exit__(self, *_: object) -> None:
        for prof in _profiles:
            prof._end()

    def __call__(self, function: Callable[..., Any]) -> Any:
        """`function`, measured under this name."""
        return decorated(function, functools.partial(record_function, self._name))


@functools.cache
def _operations() -> dict[CodeType, Callable[[FrameType], str]]:
    """How to name a call, by the code that runs: operations, and the two steps of the backward pass."""
    names: dict[CodeType, Callable[[FrameType], str]] = {
        engine.answered.__code__: lambda frame: frame.f_locals["node"].name(),
        engine.accumulate.__code__: lambda frame: "AccumulateGrad",
    }
    modules = [m for name, m in sys.modules.items() if name.startswith("teachgrad.ops.")]
    public = [getattr(module, name) for module in modules for name in getattr(module, "__all__", ())]
    for function in (*vars(Operators).values(), *public):
        code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
        if code is None or code in names or Path(code.co_filename).parent.name != "ops":
            continue
        if "name" in code.co_freevars:  # made by the op table: many functions, one code
            names[code] = lambda frame: f"aten::{frame.f_locals['name']}"
        else:
            names[code] = lambda frame, name=function.__name__: f"aten::{name}"  # type: ignore[misc]
    return names
