"""A place in a notebook where a picture changes while a cell runs, with buttons to pause and to stop beneath it.

While the cell runs this is a widget; then the last picture alone is left in its place, which needs no kernel
and no widget when the notebook is opened again. Outside of a notebook nothing is shown.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from teachgrad.viz.figure import HERE, Figure

VIEW = "application/vnd.jupyter.widget-view+json"
PAUSE = 0.1  # seconds between two pictures: drawing must not take the time of what is watched


class Screen:
    """Shows what `draw` returns, again and again; `hear` is told "stop", "pause" or "continue" by the buttons."""

    def __init__(self, draw: Callable[[], Figure], hear: Callable[[str], None]) -> None:
        self._draw = draw
        self._next = time.monotonic() + PAUSE
        self._output = _Output(draw(), hear) if in_a_notebook() else None

    def refresh(self, at_once: bool = False) -> None:
        """Show the picture as it is now, unless that was done a moment ago."""
        if self._output and (at_once or time.monotonic() > self._next):
            self._output.show(self._draw())
            self._next = time.monotonic() + PAUSE

    def close(self) -> None:
        """Leave the last picture."""
        if self._output:
            self._output.close(self._draw())


def shell() -> Any:
    """The IPython that runs this, or None; it is not imported to find out."""
    module = sys.modules.get("IPython")
    return module and module.get_ipython()


def in_a_notebook() -> bool:
    """Whether cells can show more than text."""
    return hasattr(shell(), "kernel")


class _Output:
    """What a cell shows: a widget where there are widgets, else one still picture after another."""

    def __init__(self, figure: Figure, hear: Callable[[str], None]) -> None:
        from IPython.display import display

        show: Any = display  # without types
        bundle: dict[str, Any] = still(figure)
        try:
            self.widget = _widget()(page=figure.html)
        except ImportError:
            self.widget = None
        else:
            self._hear = hear
            self.widget.on_msg(self._answer)
            # ipykernel hands what a page says to the thread that spoke last to the page: here, to the busy one. The
            # thread that the page chose is free.
            self.widget.comm._reply_subshell_for = lambda data, chosen: chosen
            self.over = False
            bundle[VIEW] = self.widget._repr_mimebundle_()[0][VIEW]
        self.place = show(bundle, raw=True, display_id=True)

    def _answer(self, widget: Any, word: str, buffers: Any) -> None:
        """A greeting that arrives shows that the page is heard while a cell runs: then it offers to pause."""
        if word != "hello":
            self._hear(word)
        elif self.over:
            widget.close()
        else:
            widget.heard = True

    def show(self, figure: Figure) -> None:
        if self.widget is None:
            self.place.update(still(figure), raw=True)
        else:
            self.widget.page = figure.html

    def close(self, figure: Figure) -> None:
        self.place.update(still(figure), raw=True)
        if self.widget is not None:
            self.over = True
            if self.widget.heard:  # else the page may be at loading it: it is closed when that is done
                self.widget.close()


def still(figure: Figure) -> dict[str, Any]:
    """A figure as what a cell shows."""
    return {"text/plain": figure.alt, "text/html": figure.html}


@cache
def _widget() -> Any:
    """The class of the widget, made when it is first needed: most pictures are none."""
    import anywidget
    import traitlets

    class Watched(anywidget.AnyWidget):
        _esm = (HERE / "screen.js").read_text("utf-8")
        page = traitlets.Unicode().tag(sync=True)
        heard = traitlets.Bool(False).tag(sync=True)

    return Watched
