"""The index opens as a page, from a lesson and by its name; its links open lessons, and find headings there."""

import json

from tests.browser.conftest import ROOT
from tests.browser.jupyterlab import open_notebook

OURS = json.loads((ROOT / "notebooks" / "overrides.json").read_text(encoding="utf-8"))
DOCUMENTS = "@jupyterlab/docmanager-extension:plugin"
CURRENT = "title => window.jupyterapp.shell.currentWidget?.title.label === title"
OPEN = "() => window.jupyterapp.commands.execute('docmanager:open', {path: 'notebooks/INDEX.md'})"
SAVE = "([id, settings]) => window.jupyterapp.serviceManager.settings.save(id, JSON.stringify(settings))"
LESSON = "10_training_loop.ipynb"
SEEN = """heading => [...document.querySelectorAll('h2')].some(h => h.textContent.startsWith(heading)
    && h.getBoundingClientRect().top > 0 && h.getBoundingClientRect().top < window.innerHeight)"""


def test_a_lesson_opens_the_index_and_the_index_a_lesson(lab, page):
    open_notebook(page, lab, "16_beyond")
    link = page.locator("a[href*='INDEX.md']").first
    link.scroll_into_view_if_needed()
    link.click()
    page.wait_for_function(CURRENT, arg="INDEX.md")
    claim = page.locator(".jp-MarkdownViewer").get_by_role("link", name="an epoch is a step.")
    claim.click()
    page.wait_for_function(CURRENT, arg=LESSON)
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) h1").first.wait_for()
    page.evaluate(OPEN)
    page.wait_for_function(CURRENT, arg="INDEX.md")
    claim.click()  # JupyterLab finds a heading in a notebook that is open already; else it opens it at its top
    page.wait_for_function(CURRENT, arg=LESSON)
    page.wait_for_function(SEEN, arg="Real data: digits")


def test_its_file_opens_as_a_page_with_the_settings_of_make_lab(lab, page):
    open_notebook(page, lab, "16_beyond")
    page.evaluate(SAVE, [DOCUMENTS, OURS[DOCUMENTS]])
    open_notebook(page, lab, "16_beyond")
    page.evaluate(OPEN)
    page.locator(".jp-MarkdownViewer").get_by_role("heading", name="What people believe").wait_for()
