"""gradient_flow: how long each parameter's gradient is, layer by layer, and how that changes while a model learns.

Reads the norms when it is told to; draws them as bars in powers of ten. Knows modules by their named parameters only,
and reads a model of PyTorch as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from teachgrad.viz import text
from teachgrad.viz.axes import power
from teachgrad.viz.figure import TOLD, Figure, Movie
from teachgrad.viz.scene import Mark, Path, Rect, Scene, Text, line

MOST = 24  # rows; a model with more parameters is seen by its modules
MOST_MOMENTS = 100
DECADES = 12  # of norms, at most: shorter ones end where the bars begin
ROW, TOP, WIDTH, LETTER = 24.0, 56.0, 380.0, 7.6
Norms = tuple[float | None, ...]


def gradient_flow(model: Any) -> GradientFlow:
    """The lengths of all gradients of a model, as bars in powers of ten.

    Call ``.record()`` after each ``backward()`` to see them over a training; without, they are shown as they are when
    the picture is asked for. Of more than 24 parameters, those of one module are taken together.

    Args:
        model: a module with ``named_parameters()``.

    Returns:
        What shows itself in a notebook, with ``.record()``, ``.norms`` (for each record, a number for each row),
        ``.figure`` (with ``.svg``, ``.html``, ``.alt``) and ``.save(path)``.

    Raises:
        ValueError: if no parameter requires a gradient.

    There is nothing like it in PyTorch.

    >>> import teachgrad as tg
    >>> model = tg.nn.Linear(2, 1)
    >>> flow = gradient_flow(model)
    >>> for x in (1.0, 10.0):
    ...     model.zero_grad()
    ...     model(tg.tensor([x, 0.0])).sum().backward()
    ...     flow.record()
    >>> flow
    Norms of gradients, after backward pass 2 of 2: weight 10.0 and bias 1.0; the longest is 10 times the shortest.
    """
    return GradientFlow(model)


class GradientFlow:
    """Norms of gradients, pass by pass; made by `gradient_flow`.

    Attributes:
        rows: what each row is called.
        norms: for each record, the norm of each row, or None where no gradient arrived.
    """

    def __init__(self, model: Any) -> None:
        known = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
        if not known:
            raise ValueError("gradient_flow needs a model with parameters that require a gradient; this one has none.")
        self._groups = _grouped(known)
        self.rows = [text.clean(name) for name in self._groups]
        self.norms: list[Norms] = []

    def record(self) -> None:
        """Note the norms as they are now: call it after ``backward()``, before the gradients are cleared."""
        self.norms.append(self._now())

    def _now(self) -> Norms:
        return tuple(_norm(parameters) for parameters in self._groups.values())

    @property
    def figure(self) -> Figure:
        """The picture as it is now: a movie, if there are several records."""
        seen = self.norms or [self._now()]
        shown = sorted({round(i) for i in np.linspace(0, len(seen) - 1, min(len(seen), MOST_MOMENTS))})
        bars = Bars(self.rows, [seen[i] for i in shown])
        when = [f"after backward pass {i + 1} of {len(seen)}" if self.norms else "as they are now" for i in shown]
        told = [f"{moment}: {_span(seen[i])}" for moment, i in zip(when, shown, strict=True)]
        moments = [bars.scene(k, told[k]) for k in range(len(shown))]
        alt = f"Norms of gradients, {when[-1]}: {_listed(self.rows, seen[-1])}; {_span(seen[-1])}."
        content = f"{alt} {seen}"
        return Movie(moments, told, alt, content) if len(moments) > 1 else Figure(moments[0], alt, content)

    def __repr__(self) -> str:
        return self.figure.alt

    def _repr_html_(self) -> str:
        return self.figure.html

    def save(self, path: str | FilePath) -> None:
        """Write the picture to a file, as `figure.save` does."""
        self.figure.save(path)


def _grouped(known: Sequence[tuple[str, Any]]) -> dict[str, list[Any]]:
    """The parameters by name; if these are too many, by module, by the module around it, and so on."""
    groups = {name: [parameter] for name, parameter in known}
    while len(groups) > MOST and any("." in name for name in groups):
        depth = max(name.count(".") for name in groups)
        fewer: dict[str, list[Any]] = {}
        for name, parameters in groups.items():
            fewer.setdefault(name.rpartition(".")[0] if name.count(".") == depth else name, []).extend(parameters)
        groups = fewer
    return groups


def _norm(parameters: Sequence[Any]) -> float | None:
    """The length of all gradients together; None if there is none at all."""
    arrays = [np.asarray(p.grad.detach(), float) for p in parameters if p.grad is not None]
    with np.errstate(all="ignore"):
        return math.sqrt(sum(float(np.sum(array**2)) for array in arrays)) if arrays else None


def _called(norm: float | None) -> str:
    return "None" if norm is None else text.number(norm, 3)


def _listed(rows: Sequence[str], norms: Norms) -> str:
    return text.listing([f"{name} {_called(norm)}" for name, norm in zip(rows, norms, strict=True)], most=MOST)


def _span(norms: Norms) -> str:
    lengths = [norm for norm in norms if norm]
    missing = sum(norm is None for norm in norms)
    without = f"{missing} of {len(norms)} {'has' if missing == 1 else 'have'} none; " if missing else ""
    if not lengths:
        return f"{without}no gradient is different from 0"
    times = max(lengths) / min(lengths)
    return f"{without}the longest is {text.number(times, 3).removesuffix('.0')} times the shortest"


@dataclass(frozen=True, slots=True)
class Bars:
    """A row for each parameter; where its bar ends at each moment."""

    rows: Sequence[str]
    norms: Sequence[Norms]

    @property
    def ends(self) -> tuple[int, int]:
        """The powers of ten between which all norms lie, as far as they are seen."""
        lengths = [norm for norms in self.norms for norm in norms if norm and math.isfinite(norm)] or [1.0]
        high = math.ceil(math.log10(max(lengths)) + 0.05)
        low = math.floor(math.log10(min(lengths)) - 0.05)
        return max(low, high - DECADES), high

    def scene(self, k: int, told: str) -> Scene:
        """The picture at one moment; a thin line in each row goes from its shortest to its longest norm."""
        left = 12 + LETTER * max(map(text.width, self.rows))
        bottom = TOP + ROW * len(self.rows)
        marks: list[Mark] = [
            Text("title", 8, 20, "Norm of each gradient, in powers of ten"),
            Text("caption", 8, 40, told, key=TOLD),
        ]
        low, high = self.ends
        step = max(1, math.ceil((high - low) / 6))
        for exponent in range(low, high + 1, step):
            x = left + WIDTH * (exponent - low) / (high - low)
            marks += [line("grid", (x, TOP), (x, bottom)), Text("across", x, bottom + 17, power(10.0**exponent))]
        for row, name in enumerate(self.rows):
            y = TOP + ROW * (row + 0.5)
            marks.append(Text("row", left - 8, y + 4.5, name))
            marks += self._row(row, k, left, y)
        marks.append(Rect("frame", left, TOP, WIDTH, ROW * len(self.rows)))
        return Scene(left + WIDTH + 90, bottom + 26, marks)

    def _row(self, row: int, k: int, left: float, y: float) -> list[Mark]:
        low, high = self.ends

        def place(norm: float | None) -> float:
            if not norm or math.isnan(norm):
                return left
            return left + WIDTH * min(max((math.log10(min(norm, 1e300)) - low) / (high - low), 0.01), 1.0)

        norm = self.norms[k][row]
        x = place(norm)
        all_of_it = [place(norms[row]) for norms in self.norms]
        corners = [(left, y - 7), (x, y - 7), (x, y + 7), (left, y + 7)]
        bar = Path("bar0", [*line("", *corners).segments, ("Z", ())], key=f"bar{row}")
        reach = [line("reach", (min(all_of_it), y), (max(all_of_it), y))] if len(all_of_it) > 1 else []
        said = "None: nothing arrived" if norm is None else _called(norm)
        beside = left + 6 if norm is None else left + WIDTH + 8
        return [*reach, bar, Text("legend", beside, y + 4.5, said, key=f"norm{row}")]
