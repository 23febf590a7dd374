"""The stepper as an anywidget, which Python can drive and read. The page does the same work as without a kernel.

A saved notebook keeps the figure's own HTML beside the widget: it is what is shown when the widget is gone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from teachgrad.viz.figure import Movie, code


def stepper_widget(figure: Movie, step: int, items: int) -> Any:
    """A widget that shows the figure from moment `step` on, with the traits `step` and `selected`, one of the items."""
    return _kind()(figure, step, items)


@cache
def _kind() -> Any:
    """The class of the widget, made when it is first needed: most pictures are none."""
    try:
        import anywidget
        import traitlets
    except ImportError as missing:
        raise ImportError(
            "widgets are made by the package anywidget, which is not installed.\n"
            "Install it with: pip install 'teachgrad[viz]'. The figure itself does not need it."
        ) from missing

    class StepperWidget(anywidget.AnyWidget):
        """See `Stepper.widget`."""

        _esm = "\n".join(code(name) for name in ("player.js", "unfold.js", "stepper.js", "widget.js"))
        page = traitlets.Unicode().tag(sync=True)
        data = traitlets.Dict().tag(sync=True)
        step = traitlets.Int().tag(sync=True)
        selected = traitlets.Int(-1).tag(sync=True)

        def __init__(self, figure: Movie, step: int, items: int) -> None:
            self._figure, self._items = figure, items
            super().__init__(page=figure.piece(""), data=figure.data(), step=step)

        @traitlets.validate("step", "selected")
        def _in_range(self, proposal: Any) -> int:
            name, value = proposal["trait"].name, int(proposal["value"])
            least, most = (0, len(self._figure.told)) if name == "step" else (-1, self._items)
            if not least <= value < most:
                raise traitlets.TraitError(f"{name} must be from {least} to {most - 1}, and was set to {value}.")
            return value

        def _repr_mimebundle_(self, **options: Any) -> Any:
            bundle: Any = super()._repr_mimebundle_(**options)
            twin = {"text/html": self._figure.html, "text/plain": self._figure.alt}
            return ({**bundle[0], **twin}, bundle[1])

    return StepperWidget
