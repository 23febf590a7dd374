"""A network's layers in a row: which of them its parameters come from, and which of them a training has moved.

Knows modules and marks; nothing of exercises, nor of how anything is trained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from teachgrad.nn.module import Module
from teachgrad.viz import text
from teachgrad.viz.figure import Figure
from teachgrad.viz.scene import Mark, Path, Rect, Scene, Text, line

WIDTH, HEIGHT, GAP, MARGIN = 196.0, 58.0, 36.0, 6.0  # of a layer's box; between boxes; around them all
ROW = 20.0  # from one line of words to the next


def draw_layers(model: Module, layers: Mapping[str, Module], train: Callable[[], None]) -> Figure:
    """The layers that a network uses, in the order in which it uses them, before and after a training.

    A layer whose parameters are among ``model.parameters()`` has a blue frame; one that only its code knows has a
    dashed one. Below each stands how far its weights have moved.

    Args:
        model: the network.
        layers: the layers that it uses, by name, whether it knows them or not.
        train: trains it; called once.

    Returns:
        A figure with ``.svg``, ``.html``, ``.alt`` and ``.save(path)``.

    There is nothing like it in PyTorch.

    >>> from teachgrad import nn
    >>> model = nn.Module()
    >>> seen, unseen = nn.Linear(3, 2), nn.Linear(2, 1)
    >>> model.seen, model.kept = seen, [unseen]
    >>> draw_layers(model, {"seen": seen, "unseen": unseen}, lambda: None)
    model.parameters() yields 8 of 11 numbers. seen: 8 numbers, known, moved by 0. unseen: 3 numbers, not known, \
moved by 0.
    """
    known = {id(parameter) for parameter in model.parameters()}
    before = {name: [p.array.copy() for p in layer.parameters()] for name, layer in layers.items()}
    train()
    marks: list[Mark] = []
    told, counted, total = [], 0, 0
    for number, (name, layer) in enumerate(layers.items()):
        size = sum(parameter.numel() for parameter in layer.parameters())
        is_known = all(id(parameter) in known for parameter in layer.parameters())
        moved = sum(
            float(((p.array - was) ** 2).sum()) for p, was in zip(layer.parameters(), before[name], strict=True)
        )
        far = "0" if moved == 0 else f"{moved**0.5:.1f}"
        marks += _box(number, name, f"{size:,} numbers", is_known, far)
        told.append(f"{name}: {size:,} numbers, {'known' if is_known else 'not known'}, moved by {far}.")
        counted, total = counted + size * is_known, total + size
    head = f"model.parameters() yields {counted:,} of {total:,} numbers."
    alt = f"{head} {' '.join(told)}"
    width = 2 * MARGIN + len(layers) * (WIDTH + GAP) - GAP
    return Figure(
        Scene(width, 3 * ROW + HEIGHT + 2 * MARGIN, [Text("title", MARGIN, 18, head), *marks]), alt, content=alt
    )


def _box(number: int, name: str, size: str, known: bool, far: str) -> list[Mark]:
    """One layer, with an arrow from the one before it."""
    x, y = MARGIN + number * (WIDTH + GAP), MARGIN + 1.5 * ROW
    middle = y + HEIGHT / 2
    arrow: list[Mark] = []
    if number:
        tip = line("tip", (x - 2, middle), (x - 9, middle - 3.6), (x - 9, middle + 3.6))
        arrow = [line("edge", (x - GAP + 3, middle), (x - 9, middle)), Path("tip", [*tip.segments, ("Z", ())])]
    return [
        *arrow,
        Rect("leaf" if known else "constant", x, y, WIDTH, HEIGHT, 6),
        Text("name", x + 12, y + 24, text.clean(name, longest=22)),
        Text("word", x + 12, y + 43, size if known else f"{size}, not known"),
        Text("caption", x + 12, y + HEIGHT + ROW, f"moved by {far}"),
    ]
