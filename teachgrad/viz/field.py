"""A field beneath a figure, for a formula: what is typed there draws the figure anew.

The figure works without a kernel; the field needs one, and leaves a sentence in a saved notebook. Knows figures and
widgets, which are imported when the first field is shown; not what a figure shows.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from teachgrad.viz.figure import Figure
from teachgrad.viz.screen import VIEW, in_a_notebook, still

Again = Callable[[str], Figure]


class Asking:
    """What a figure of a formula is besides: in a notebook, it shows itself with a field beneath.

    Attributes:
        again: draws the figure of another text; None where the function was not typed.
        typed: the text that it was drawn from.
    """

    again: Again | None = None
    typed: str = ""

    def _ipython_display_(self) -> None:
        if self.again is None or not in_a_notebook():
            raise NotImplementedError  # so IPython is told to show it as any other figure
        show(self, self.typed, self.again)


def show(figure: Any, text: str, again: Again) -> None:
    """Show a figure with a field; without widgets, the figure alone."""
    from IPython.display import display

    place: Any = display(still(figure), raw=True, display_id=True)  # type: ignore[no-untyped-call]
    try:
        import ipywidgets
    except ImportError:
        return
    field = ipywidgets.Text(text, description="Formula", continuous_update=False)
    answer = ipywidgets.HTML()

    def draw(change: Any) -> None:
        try:
            place.update(still(again(change["new"])), raw=True)
        except Exception as problem:  # whatever goes wrong is told here: a callback's errors are shown nowhere else
            words = str(problem) or type(problem).__name__
            answer.value = f'<div role="status" style="max-width:46em;line-height:1.5">{escape(words)}</div>'
        else:
            answer.value = ""

    field.observe(draw, "value")
    view = ipywidgets.VBox([field, answer])._repr_mimebundle_()[VIEW]
    told = f"Run this cell to type another formula in the place of {text}."
    bundle = {"text/plain": told, "text/html": f"<p>{escape(told)}</p>", VIEW: view}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]
