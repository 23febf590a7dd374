"""What is shown: a page with a widget in a notebook, without the widget where there are none, else its text."""

from __future__ import annotations

from types import SimpleNamespace

import IPython.display
import pytest

from teachgrad.course import panel
from teachgrad.viz.screen import VIEW


@pytest.fixture
def shown(monkeypatch):
    """What a notebook's cell would be given."""
    found = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=None))
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: found.append((bundle, raw)))
    return found


def test_outside_of_a_notebook_the_text_is_written(capsys):
    assert not panel.in_a_notebook()
    panel.show("a text", "<p>a page</p>", lambda: pytest.fail("no widget is needed"))
    assert capsys.readouterr().out == "a text\n"


def test_in_a_notebook_the_page_is_shown_and_nothing_written(shown, capsys):
    panel.show("a text", "<p>a page</p>")
    assert shown == [({"text/plain": "a text", "text/html": "<p>a page</p>"}, True)]
    assert capsys.readouterr().out == ""


def test_a_widget_takes_the_place_of_the_page(shown):
    pytest.importorskip("ipywidgets")
    panel.show("a text", "<p>a page</p>", lambda: panel.button("Check", lambda: None))
    ((bundle, _),) = shown
    assert bundle["text/html"] == "<p>a page</p>"  # for a notebook that is read without a kernel
    assert set(bundle[VIEW]) == {"version_major", "version_minor", "model_id"}


def test_without_ipywidgets_the_page_remains(shown):
    def missing():
        raise ModuleNotFoundError("No module named 'ipywidgets'")

    panel.show("a text", "<p>a page</p>", missing)
    assert set(shown[0][0]) == {"text/plain", "text/html"}
