"""Shows something with controls: a widget in a notebook, its static twin where no widget displays, else plain text.

Knows pages, buttons and fields; not what they are about. ipywidgets is imported when the first panel is shown in a
notebook, and not needed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from typing import Any

from teachgrad.viz.screen import VIEW, in_a_notebook

Widget = Any  # ipywidgets has no types
COLOURS = {"right": "#009e73", "not yet": "#d55e00", "not attempted": "#6e7781"}
SIGNS = {"right": "✓", "not yet": "✗", "not attempted": "…"}


def show(text: str, page: str, controls: Callable[[], Widget] | None = None) -> None:
    """Show a page, with a widget in its place where there are widgets; outside of a notebook, its text."""
    if not in_a_notebook():
        sys.stdout.write(text + "\n")
        return
    from IPython.display import display

    bundle: dict[str, Any] = {"text/plain": text, "text/html": page}
    if controls is not None:
        with suppress(ImportError):  # without ipywidgets, the page says which function to call
            bundle[VIEW] = controls()._repr_mimebundle_()[VIEW]
    shown: Any = display  # without types
    shown(bundle, raw=True)


def markup(text: str) -> str:
    """A text as HTML: `code` between backquotes, lines as they are.

    >>> markup("a < b, so `x.grad`")
    'a &lt; b, so <code>x.grad</code>'
    """
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(text, quote=False)).replace("\n", "<br>")


def paragraph(text: str) -> str:
    """One paragraph of HTML."""
    return f'<p style="margin:6px 0">{markup(text)}</p>'


def code(source: str) -> str:
    """A program as HTML."""
    return f"<pre>{escape(source, quote=False)}</pre>"


def coloured(status: str, heading: str, body: str = "") -> str:
    """A verdict: its sign, its word, and a bar in its colour beside them."""
    return (
        f'<div role="status" style="border-left:4px solid {COLOURS[status]};padding:2px 0 2px 12px">'
        f'<p style="margin:4px 0"><strong>{SIGNS[status]} {markup(heading)}</strong></p>{body}</div>'
    )


def html(page: str) -> Widget:
    """A widget that shows HTML."""
    import ipywidgets

    return ipywidgets.HTML(page)


def button(name: str, press: Callable[[Widget], None]) -> Widget:
    """A button; `press` is called with it."""
    import ipywidgets

    made = ipywidgets.Button(description=name, layout=ipywidgets.Layout(width="auto", align_self="flex-start"))
    made.on_click(press)
    return made


def field(options: Sequence[str] | None, name: str) -> Widget:
    """A place for an answer: one of the options, or a line of text. Without an answer its `value` is None or empty."""
    import ipywidgets

    wide = ipywidgets.Layout(width="auto")
    if options is None:
        return ipywidgets.Text(placeholder="your bet", description=name, continuous_update=True)
    return ipywidgets.RadioButtons(options=list(options), value=None, layout=wide)


def editor(text: str) -> Widget:
    """A place for a program, which can be changed; its `value` is what stands in it."""
    import ipywidgets

    tall = ipywidgets.Layout(width="auto", height=f"{18 * (text.count(chr(10)) + 2)}px")
    return ipywidgets.Textarea(text, layout=tall).add_class("jp-RenderedText")  # in the lab's font for code


def column(*parts: Widget) -> Widget:
    """Widgets below each other."""
    import ipywidgets

    return ipywidgets.VBox(parts)


def row(*parts: Widget) -> Widget:
    """Widgets beside each other."""
    import ipywidgets

    return ipywidgets.HBox(parts)
