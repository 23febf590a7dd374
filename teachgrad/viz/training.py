"""live_training: a loop over epochs that shows how far it is and what it has reached, and that can be stopped.

The loop stays the caller's; it reports numbers. This module counts, draws what was reported, and hears the Stop button
and the kernel's interrupt. It knows neither models nor optimizers, so it watches a loop of PyTorch as well.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from teachgrad.viz import text
from teachgrad.viz.boundary import Boundary
from teachgrad.viz.curves import LEFT, RIGHT, Curve, amount, arranged, in_panels
from teachgrad.viz.figure import Figure
from teachgrad.viz.fit import Fit, Trail, numbers
from teachgrad.viz.scene import Mark, Rect, Text
from teachgrad.viz.screen import Screen

HEAD = 26.0  # pixels above the panels, for the bar and what is told


def live_training(
    epochs: int,
    *,
    unit: str = "epoch",
    fit: tuple[Any, Any, Callable[[Any], Any]] | None = None,
    boundary: tuple[Any, Any, Callable[[Any], Any]] | None = None,
    labels: tuple[str, str] = ("x", "y"),
    path: Mapping[str, Any] | None = None,
    pause: float = 0.0,
) -> LiveTraining:
    """What to loop over instead of ``range(epochs)`` to watch a training while it runs.

    The picture appears where the loop runs: a progress bar, and a panel for each thing that is reported. The Stop
    button, or an interrupt of the kernel, ends the loop after the epoch at hand; a second interrupt ends it at once.
    Where the kernel hears the page while a cell runs (ipykernel 7 in JupyterLab 4.4), Pause and Continue are offered.
    What was reached stays: another ``for`` over the same object goes on from there, or from the end for as many more.

    Args:
        epochs: how many times the body is to run, at least 1.
        unit: what one run of the body is called, if not an epoch.
        fit: ``(x, y, model)`` shows data of one feature and the model's line through them.
        boundary: ``(x, y, model)`` shows data of two features with their classes, and the regions of a classifier.
        labels: what x and y are, or the two features.
        path: two parameters by name, as ``{"w": w, "b": b}``, shows the way they go.
        pause: seconds to wait after each epoch, to see what would be over too soon.

    Returns:
        What yields 0, 1, 2, ... as ``range`` does, and has ``.report(name=value, ...)``, ``.history``, ``.figure``.

    Raises:
        ValueError: if epochs is below 1, if path does not name two single numbers, or as ``draw_fit`` for the fit.

    PyTorch has nothing like it; it watches a loop of PyTorch too.

    >>> live = live_training(3)
    >>> for epoch in live:
    ...     live.report(loss=1 / (epoch + 1))
    >>> live
    Training, 3 of 3 epochs: loss 1 to 0.333.
    """
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs}.")
    if path is not None and (len(path) != 2 or any(numbers(value).size != 1 for value in path.values())):
        raise ValueError('path needs two parameters of one element each, as {"w": w, "b": b}.')
    panels: list[Callable[[], Any]] = []
    if fit is not None:
        panels.append(lambda: Fit(*fit, labels))
    if boundary is not None:
        panels.append(lambda: Boundary(*boundary, labels))
    return LiveTraining(epochs, text.clean(unit), panels, path or {}, pause)


class LiveTraining:
    """A loop that is watched; made by `live_training`.

    Attributes:
        history: for each name that was reported, the values by how many epochs were done; 0 is before the first.
        done: how many epochs are done.
    """

    def __init__(
        self,
        epochs: int,
        unit: str,
        panels: Sequence[Callable[[], Any]],
        path: Mapping[str, Any],
        pause: float,
    ) -> None:
        self.history: dict[str, dict[int, float]] = {}
        self.done = 0
        self._round = self._wanted = epochs
        self._unit = unit
        self._panels = panels
        self._path = path
        self._pause = pause
        self._trail: list[tuple[float, ...]] = []
        self._running = False
        self._stop, self._go = threading.Event(), threading.Event()
        self._go.set()
        self.figure  # noqa: B018 - what cannot be drawn is refused now, not in the middle of the training

    def report(self, **values: Any) -> None:
        """Note numbers for this epoch, as ``report(training_loss=loss, test_loss=...)``; before the loop, for epoch 0.

        Names that end in the same word share a panel. An accuracy is given as a part of 1 and shown in percent. Tensors
        of one element will do; their graphs are not kept.
        """
        for name, value in values.items():
            self.history.setdefault(name.replace("_", " "), {})[self.done + self._running] = numbers(value).item()

    def __iter__(self) -> Iterator[int]:
        if self.done == self._wanted:
            self._wanted += self._round
        self._stop.clear()
        self._go.set()
        self._note_path()
        screen = Screen(self._draw, self._hear)
        self._running = True
        with first_interrupt(lambda: self._hear("stop"), again=self._stop.is_set):
            try:
                while self.done < self._wanted and not self._stop.is_set():
                    yield self.done
                    self.done += 1
                    self._note_path()
                    screen.refresh(at_once=not self._go.is_set())
                    self._go.wait()
                    self._stop.wait(self._pause)
            finally:
                self._running = False
                screen.close()

    def _hear(self, word: str) -> None:
        """What a button asks for: "pause" and "continue" after the epoch at hand; "stop" ends a pause, too."""
        if word == "pause":
            self._go.clear()
            return
        if word == "stop":
            self._stop.set()
        self._go.set()

    def __len__(self) -> int:
        return self._wanted

    def __repr__(self) -> str:
        return self.figure.alt

    def _repr_html_(self) -> str:
        return self.figure.html

    @property
    def figure(self) -> Figure:
        """The picture as it is now, with ``.svg``, ``.html``, ``.alt`` and ``.save(path)``."""
        return self._draw()

    def _note_path(self) -> None:
        if self._path and len(self._trail) <= self.done:
            self._trail.append(self._here())

    def _here(self) -> tuple[float, ...]:
        return tuple(numbers(value).item() for value in self._path.values())

    def _draw(self) -> Figure:
        curves = [Curve(text.clean(name), list(seen), list(seen.values())) for name, seen in self.history.items()]
        plots: list[Any] = [panel() for panel in self._panels]
        plots += in_panels(curves, self._unit, self._wanted)
        if self._path:
            plots.append(Trail([text.clean(name) for name in self._path], self._trail or [self._here()]))
        done = f"{self.done} of {text.plural(self._wanted, self._unit)}"
        stopped = self._stop.is_set() and not self._running
        state = f"stopped after {done}" if stopped else f"paused after {done}" if not self._go.is_set() else done
        alt = f"Training, {state}{': ' if plots else ''}{'; '.join(plot.told() for plot in plots)}."
        latest = ", ".join(f"{curve.name} {amount(curve, curve.values[-1])}" for curve in curves)
        picture = arranged(plots, HEAD)
        head = bar(picture.width - LEFT - RIGHT, self.done / self._wanted, f"{state}{': ' if latest else ''}{latest}")
        return Figure(replace(picture, marks=[*head, *picture.marks]), alt, content=alt)


def bar(width: float, part: float, told: str) -> list[Mark]:
    """How much of a whole is done, and a sentence about it."""
    whole = Rect("awaited", LEFT, 6, width, 10, 5)
    done = [Rect("done", LEFT, 6, max(part * width, 10), 10, 5)] if part else []
    return [whole, *done, Text("caption", LEFT, 34, told)]


@contextmanager
def first_interrupt(stop: Callable[[], None], again: Callable[[], bool]) -> Iterator[None]:
    """Inside, an interrupt calls ``stop`` instead of breaking off; when it comes ``again``, it breaks off as ever."""
    if threading.current_thread() is not threading.main_thread():  # only there can signals be heard
        yield
        return

    def on_interrupt(number: int, frame: object) -> None:
        if again():
            raise KeyboardInterrupt
        stop()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)
