"""Where a classifier of two features draws the line: its regions, with the points that it learns from.

Knows marks, axes, contours and whatever holds numbers; not how a model is trained, nor of which library it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from teachgrad.viz import contour, text
from teachgrad.viz.axes import Panel
from teachgrad.viz.fit import Floats, spread
from teachgrad.viz.scene import Mark, Path, Segment, Window, line

GRID = 41  # places along each axis at which the model is asked
MOST_CLASSES, MOST_POINTS = 5, 300
DETAIL = 0.4  # pixels by which a border may be off
SIZE = 4.0  # of a point
SHAPES = (  # one for each class, so that colour is not needed to tell them apart
    [(-1.0, -0.4), (-0.4, -1.0), (0.4, -1.0), (1.0, -0.4), (1.0, 0.4), (0.4, 1.0), (-0.4, 1.0), (-1.0, 0.4)],
    [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    [(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
    [(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
    [(-1.1, -0.8), (1.1, -0.8), (0.0, 1.2)],
)


class Boundary:
    """A panel with the regions of a classifier at this moment, and points with their classes.

    Args:
        x: two features for each point.
        y: the class of each point, 0, 1, ...; five at most.
        model: is called with as many points as it likes, in the dress of `x`. It returns a score for each class; or one
            number for a point, that is above a half (if all are parts of 1) or above zero for class 1.
        labels: what the features are.
    """

    def __init__(self, x: Any, y: Any, model: Callable[[Any], Any], labels: tuple[str, str]) -> None:
        self.x, self.y = _array(x), _array(y).ravel().astype(int)
        if self.x.ndim != 2 or self.x.shape[1] != 2 or len(self.x) != len(self.y) or not len(self.x):
            raise ValueError(
                f"x has the shape {text.shape(self.x.shape)}, y has {text.plural(self.y.size, 'number')}.\n"
                "A boundary can be seen of two features: give x of shape (points, 2), and a class for each point."
            )
        if not 0 <= self.y.min() <= self.y.max() < MOST_CLASSES:
            raise ValueError(
                f"classes are 0 to {MOST_CLASSES - 1} here, and y goes from {self.y.min()} to {self.y.max()}."
            )
        self.labels = labels
        self.ends = (spread(self.x[:, 0]), spread(self.x[:, 1]))
        across, up = np.meshgrid(*(np.linspace(*ends, GRID) for ends in self.ends))
        places = np.column_stack([across.ravel(), up.ravel()])
        scores = _scores(model, x, np.concatenate([places, self.x]))
        self.right = float(np.mean(scores[len(places) :].argmax(axis=1) == self.y))
        self.scores = scores[: len(places)].T.reshape(-1, GRID, GRID)

    def told(self) -> str:
        """How many points are on their side, in words."""
        return f"{100 * self.right:.0f} % of the points are on their side of the boundary"

    def draw(self, left: float, top: float, width: float, height: float) -> list[Mark]:
        """Regions, their borders, and the points over them."""
        panel = Panel(left, top, width, height, *self.ends)
        marks: list[Mark] = [mark for k in range(len(self.scores)) for mark in self._region(k, panel)]
        kept = np.unique(np.linspace(0, len(self.x) - 1, MOST_POINTS).round().astype(int))
        for k in range(MOST_CLASSES):
            here = [panel.place(*point) for point in self.x[kept][self.y[kept] == k].tolist()]
            if here:
                marks.append(Path(f"class{k}", [segment for place in here for segment in _shape(k, *place)]))
        return [Window(left, top, width, height, marks), *panel.axes(self.labels[0], self.labels[1], grid=False)]

    def _region(self, k: int, panel: Panel) -> Iterator[Mark]:
        """Where class `k` has the highest score, and the border of that."""
        others = np.delete(self.scores, k, axis=0).max(axis=0)
        ahead = np.nan_to_num(self.scores[k] - others, nan=-1.0)
        segments: list[Segment] = []
        for loop in contour.loops(ahead, 0.0):
            places = [
                (panel.left + i * panel.width / (GRID - 1), panel.top + panel.height * (1 - j / (GRID - 1)))
                for i, j in loop
            ]
            few = contour.thinned(places, DETAIL)
            if len(few) > 2:
                segments += [*line("", *few).segments, ("Z", ())]
        if segments:
            yield Path(f"region{k}", segments)


def _array(values: Any) -> Floats:
    return np.asarray(values.detach() if hasattr(values, "detach") else values, dtype=float)


def _shape(k: int, x: float, y: float) -> list[Segment]:
    corners = [(x + SIZE * dx, y + SIZE * dy) for dx, dy in SHAPES[k]]
    return [*line("", *corners).segments, ("Z", ())]


def _scores(model: Callable[[Any], Any], like: Any, places: Floats) -> Floats:
    """A row of scores for each place, one for each class."""
    with _evaluating(model):
        found = _array(model(like.new_tensor(places) if hasattr(like, "new_tensor") else places))
    found = found.reshape(len(places), -1)
    if found.shape[1] > 1:
        return found
    parts = bool(((found >= 0) & (found <= 1)).all())
    above = found - (0.5 if parts else 0.0)
    return np.concatenate([-above, above], axis=1)


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    """Inside, a module is in evaluation mode; it then goes on as it was."""
    modules = list(model.modules()) if hasattr(model, "modules") else []
    before = [module.training for module in modules]
    try:
        for module in modules:
            module.training = False
        yield
    finally:
        for module, training in zip(modules, before, strict=True):
            module.training = training
