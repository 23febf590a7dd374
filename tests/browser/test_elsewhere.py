"""The gallery outside of JupyterLab: its stepper steps in Notebook 7, in Voilà, and in a page that nbconvert makes."""

from __future__ import annotations

import pytest

from notebooks import build

FINGERPRINT = "title => title.closest('[data-teachgrad]').dataset.teachgrad"
MINUTES = 120_000  # milliseconds: all of it runs anew, on a machine that may be busy


def plays(page):
    """A step forward in the stepper changes what it shows; every picture says what it is."""
    title = page.locator(".tg-current", has_text="Backward, 1 of").first
    title.wait_for(timeout=MINUTES)
    stepper = page.locator(f"[data-teachgrad='{title.evaluate(FINGERPRINT)}']").first
    stepper.get_by_role("button", name="Step forward").click()
    stepper.locator(".tg-current", has_text="Backward, 2 of").wait_for()
    pictures = page.locator("[data-teachgrad] svg[role=img], [data-teachgrad] img")
    assert pictures.count() >= 10
    assert pictures.evaluate_all("all => all.every(one => one.getAttribute('aria-label') || one.alt)")


def test_in_notebook_7(lab, browser):
    pytest.importorskip("notebook", reason="`make browser` installs it")
    page = browser.new_page(viewport={"width": 1300, "height": 900})  # Notebook's own script raises an error at start
    page.goto(f"{lab.address}/notebooks/notebooks/gallery.ipynb")
    last = page.locator(".jp-CodeCell .jp-InputPrompt").last
    for _ in range(20):  # it forgets what it is told before its kernel is there, and says nothing of it
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_timeout(3000)
        if page.locator(".jp-CodeCell .jp-InputPrompt", has_text="[*]").count() or "1" in last.inner_text():
            break
    plays(page)
    page.close()


def test_in_voila(lab, page):
    pytest.importorskip("voila", reason="`make browser` installs it")
    page.goto(f"{lab.address}/voila/render/notebooks/gallery.ipynb", timeout=MINUTES)
    plays(page)
    assert page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0


def test_as_a_page(page, tmp_path):
    from nbconvert import HTMLExporter

    text, _ = HTMLExporter(embed_images=True).from_filename(build.notebook_path("gallery"))
    saved = tmp_path / "gallery.html"
    saved.write_text(text, encoding="utf-8")
    page.goto(saved.as_uri())
    plays(page)
