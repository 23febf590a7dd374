"""A place in a notebook where a picture changes while a cell runs, with a Stop button beneath it.

While the cell runs this is a widget; then the last picture alone is left in its place, which needs no kernel
and no widget when the notebook is opened again. Outside of a notebook nothing is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from teachgrad.viz.figure import Figure

VIEW = "application/vnd.jupyter.widget-view+json"
PAUSE = 0.1  # seconds between two pictures: drawing must not take the time of what is watched


class Screen:
    """Shows what ``draw`` returns, again and again; ``stop`` is what the button does."""

    def __init__(self, draw: Callable[[], Figure], stop: Callable[[], None]) -> None:
        self._draw = draw
        self._next = time.monotonic() + PAUSE
        self._widget = _Widget(draw(), stop) if _in_a_notebook() else None

    def refresh(self) -> None:
        """Show the picture as it is now, unless that was done a moment ago."""
        if self._widget and time.monotonic() > self._next:
            self._widget.page.value = self._draw().html
            self._next = time.monotonic() + PAUSE

    def close(self) -> None:
        """Leave the last picture."""
        if self._widget:
            self._widget.close(self._draw())


def _in_a_notebook() -> bool:
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")


class _Widget:
    """The picture as a widget, above its button."""

    def __init__(self, figure: Figure, stop: Callable[[], None]) -> None:
        import ipywidgets
        from IPython.display import display

        def on_click(button: Any) -> None:  # runs in another thread, for the kernel is busy with the cell
            stop()
            button.disabled = True
            button.description = "Stopping"

        self.page = ipywidgets.HTML(figure.html)
        button = ipywidgets.Button(description="Stop", icon="stop", tooltip="End the loop after what it is at")
        button.on_click(on_click)
        box = ipywidgets.VBox([self.page, button])
        self.all = (box, button, self.page)
        view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
        show: Any = display  # without types
        self.place = show({**_still(figure), VIEW: view}, raw=True, display_id=True)

    def close(self, figure: Figure) -> None:
        self.place.update(_still(figure), raw=True)
        for widget in self.all:
            widget.close()


def _still(figure: Figure) -> dict[str, str]:
    return {"text/plain": figure.alt, "text/html": figure.html}
