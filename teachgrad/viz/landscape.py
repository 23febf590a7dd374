"""landscape: the loss of a model on a plane through all its parameters, with the path that a training walked.

Which plane: with a path, the one in which it went furthest (its principal components); without, two random directions,
scaled as the weights are. Evaluates the caller's loss; the model is left as it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from teachgrad.grad_mode import no_grad
from teachgrad.random import get_rng_state, set_rng_state
from teachgrad.viz import text, walk
from teachgrad.viz.descent import LEFT, MOST_MOMENTS, Surface
from teachgrad.viz.figure import Figure, Movie
from teachgrad.viz.scene import Circle, Scene, Text, Window
from teachgrad.viz.walk import Floats, Walk

GRID = 25  # places along each direction at which the loss is computed
ROOM = 0.1  # around a path, at least this part of the length of all parameters is seen


def landscape(model: Any, loss: Callable[..., Any]) -> LossLandscape:
    """A slice of the loss surface, from above, with the path walked on it.

    Call ``.record()`` before the training and after each step, to see the path; without, the surroundings of the model
    as it is are shown. The axes are directions in the space of all parameters, and say how much of the path they hold:
    the rest of it happened where the picture cannot show it.

    Args:
        model: a module, or whatever has ``parameters()`` and ``buffers()``; at least two numbers are to be learnt.
        loss: computes the loss of the model as it is, ``lambda: criterion(model(x), y)``; if it names an
            argument, it is given the model. It is called 625 times for a picture.

    Returns:
        What shows itself in a notebook, with ``.record()``, ``.figure`` (with ``.svg``, ``.html``, ``.alt``) and
        ``.save(path)``.

    Raises:
        ValueError: if there are fewer than two numbers to learn.

    Random directions are scaled row by row as in Li et al., "Visualizing the Loss Landscape of Neural Nets" (2018).
    There is nothing like it in PyTorch.

    >>> import teachgrad as tg
    >>> model = tg.nn.Linear(1, 1)
    >>> with tg.no_grad():
    ...     _ = model.weight.fill_(3.0), model.bias.fill_(4.0)
    >>> steps = landscape(model, lambda: (model.weight**2 + model.bias**2).sum())
    >>> for _ in range(3):
    ...     steps.record()
    ...     with tg.no_grad():
    ...         _ = model.weight.mul_(0.5), model.bias.mul_(0.5)
    >>> steps
    Loss over weight and bias; 2 parameters: 25.0 to 1.56 in 2 steps.
    """
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if sum(parameter.array.size for parameter in learnt) < 2:
        raise ValueError("landscape needs a model with at least two numbers to learn: a slice has two directions.")
    return LossLandscape(model, loss)


class LossLandscape:
    """A model whose way is noted; made by `landscape`.

    Attributes:
        places: for each record, all parameters in a row.
        losses: for each record, the loss.
    """

    def __init__(self, model: Any, loss: Callable[..., Any]) -> None:
        self._model = model
        self._loss: Callable[[], Any] = (lambda: loss(model)) if walk.named(loss) else loss
        self._shown: tuple[Any, Figure] | None = None
        self._learnt = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        self.places: list[Floats] = []
        self.losses: list[float] = []

    def record(self) -> None:
        """Note where the model is now."""
        with self._untouched():
            self.losses.append(self._height())
        self.places.append(self._here())

    def _here(self) -> Floats:
        return np.concatenate([p.array.ravel() for _, p in self._learnt]).astype(float)

    def _height(self) -> float:
        return float(self._loss().item())

    @contextmanager
    def _untouched(self) -> Iterator[None]:
        """Inside, parameters may be moved; afterwards they, the buffers and the random numbers are as before."""
        kept = [(p.array, p.array.copy()) for p in (*self._model.parameters(), *self._model.buffers())]
        state = get_rng_state()
        try:
            with no_grad(), np.errstate(all="ignore"):
                yield
        finally:
            for array, before in kept:
                array[...] = before
            set_rng_state(state)

    def _move(self, place: Floats) -> None:
        start = 0
        for _, parameter in self._learnt:
            array = parameter.array
            array[...] = place[start : start + array.size].reshape(array.shape)
            start += array.size

    @property
    def figure(self) -> Figure:
        """The picture of what was recorded: a movie, if that is a path. Drawn anew only when there is something new."""
        state = (len(self.places), None if self.places else self._here().tobytes())
        if self._shown is None or self._shown[0] != state:
            self._shown = state, self._draw()
        return self._shown[1]

    def _draw(self) -> Figure:
        places = np.array(self.places or [self._here()])
        finite = np.isfinite(places.sum(axis=1))
        middle = places[finite][-1] if finite.any() else np.zeros(places.shape[1])
        directions, names, told = self._plane(places[finite], middle)
        if middle.size == 2:
            middle = np.zeros(2)  # the axes show the parameters themselves
        points = (np.where(finite[:, None], places, middle) - middle) @ directions.T

        def height(across: Any, up: Any) -> float:
            self._move(middle + np.array([across.item(), up.item()]) @ directions)
            return self._height()

        with self._untouched():
            losses = self.losses or [self._height()]
            path = Walk(points, np.zeros_like(points), np.array(losses), told, max(len(points) - 1, 1))
            land = walk.Landscape(height, middle[:2], True, names, np.float64)
            half = ROOM * float(np.linalg.norm(middle)) or 1.0
            view = Surface(land, {"": path}, half if len(points) > 1 else 1.0, GRID)
        count = sum(parameter.array.size for _, parameter in self._learnt)
        return _path(view, path, count) if len(points) > 1 else _surroundings(view, path, names, count)

    def _plane(self, places: Floats, middle: Floats) -> tuple[Floats, tuple[str, str], str]:
        """Two directions at right angles, what they are called, and of what this is a slice."""
        if middle.size == 2:
            names = [text.clean(name) for name, p in self._learnt for _ in range(p.array.size)]
            across, up = names if names[0] != names[1] else (f"{names[0]}[0]", f"{names[0]}[1]")
            return np.eye(2), (across, up), f"Loss over {across} and {up}"
        if len(places) > 2:
            _, lengths, found = np.linalg.svd(places - middle, full_matrices=False)
            if lengths[1] > 1e-9 * lengths[0]:
                shares = 100 * lengths**2 / np.sum(lengths**2)
                across, up = (f"{k} direction of the path ({s:.0f} %)" for k, s in zip(("first", "second"), shares))
                return found[:2], (across, up), f"Loss on the plane that holds {shares[:2].sum():.0f} % of the path"
        return self._random(), ("a random direction", "another"), "Loss along two random directions"

    def _random(self) -> Floats:
        """Two directions whose rows are as long as the rows of the weights, so that a step of 1 is large for each."""
        rng = np.random.default_rng(0)  # its own: the caller's random numbers are left alone
        directions = []
        for _ in range(2):
            parts = []
            for _, parameter in self._learnt:
                values = parameter.array.astype(float)
                rows = values.reshape(len(values), -1) if values.ndim > 1 else values.reshape(1, -1)
                drawn = rng.standard_normal(rows.shape)
                lengths = np.linalg.norm(rows, axis=1, keepdims=True) / np.linalg.norm(drawn, axis=1, keepdims=True)
                parts.append((drawn * lengths).ravel())
            directions.append(np.concatenate(parts))
        return np.array(directions)

    def __repr__(self) -> str:
        return self.figure.alt

    def _repr_html_(self) -> str:
        return self.figure.html

    def save(self, path: str | Path) -> None:
        """Write the picture to a file, as `figure.save` does."""
        self.figure.save(path)


def _path(view: Surface, path: Walk, count: int) -> Figure:
    """The surface with the path on it, growing; beside it the loss."""
    last = len(path.losses) - 1
    shown = sorted({round(i) for i in np.linspace(0, last, min(last + 1, MOST_MOMENTS))})
    told = [f"step {i} of {last}: loss {text.number(path.losses[i], 3)}" for i in shown]
    moments = [view.scene(shown[: k + 1], told[k]) for k in range(len(shown))]
    first, end = (text.number(path.losses[i], 3) for i in (0, -1))
    many = text.plural(count, "parameter")
    alt = f"{path.optimizer}; {many}: {first} to {end} in {text.plural(last, 'step')}."
    return Movie(moments, told, alt, f"{alt} {path.points.tolist()}")


def _surroundings(view: Surface, path: Walk, names: tuple[str, str], count: int) -> Figure:
    """The surface round the model as it is."""
    panel = view.map
    ball = Circle("ball", *panel.place(*path.points[0].tolist()), 7)
    told = f"loss {text.number(path.losses[0], 3)} in the middle; {text.plural(count, 'parameter')}"
    marks = [
        Text("title", LEFT, 20, path.optimizer),
        Text("caption", LEFT, 40, told),
        Window(panel.left, panel.top, panel.width, panel.height, [*view.bands, ball]),
        *panel.axes(names[0], names[1], grid=False),
    ]
    alt = f"{path.optimizer}: {told}."
    return Figure(Scene(LEFT + panel.width + 40, view.height, marks), alt, alt)
