"""The gallery in JupyterLab: every control of every figure is moved, by keys and by the pointer; its picture answers.

The times from an input to the changed picture are printed, figure by figure.
"""

from __future__ import annotations

import statistics

import pytest

from tests.browser.jupyterlab import errors, open_notebook, photograph, run_all, set_theme

FIGURES = ".jp-OutputArea-output figure[data-teachgrad]:not(figure figure)"
CONTROLS = "input[type=range]:enabled, input[type=number], input[type=checkbox], button:enabled, summary"
SAMPLES = 4  # of each slider by keys, and as many by the pointer
BAR = 50  # milliseconds
THEMES = {"Light": "light", "Dark": "dark", "Dark High Contrast": "contrast"}

ALL_CELLS_AT_ONCE = """() => {
    const book = window.jupyterapp.shell.currentWidget.content;
    book.notebookConfig = { ...book.notebookConfig, windowingMode: 'none' };
}"""
# From an input event to the frame after the first change of the picture, and what the picture was before.
WATCH = """root => {
    let since = 0;
    const picture = () => [...root.querySelectorAll('svg, .tg-told, details')].map(
        part => part.tagName === 'DETAILS' ? part.open : part.outerHTML).join();
    const was = picture();
    window.took = null;
    const hear = event => { since ||= event.timeStamp; };
    const kinds = ['keydown', 'pointerdown', 'pointermove'];
    for (const kind of kinds) root.addEventListener(kind, hear, { capture: true });
    const watch = new MutationObserver(() => {
        if (!since || window.took !== null || picture() === was) return;
        watch.disconnect();
        for (const kind of kinds) root.removeEventListener(kind, hear, { capture: true });
        window.took = -1;
        requestAnimationFrame(() => setTimeout(() => { window.took = performance.now() - since; }));
    });
    watch.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
}"""
NAME = "control => control.getAttribute('aria-label') || control.textContent || control.parentElement.textContent"


class Bench:
    """One figure: its controls are moved, and the times until it has changed are noted."""

    def __init__(self, page, figure):
        self.page, self.figure, self.times = page, figure, []
        self.unanswered: list[str] = []

    def timed(self, what, act):
        """Do something to which the picture must answer."""
        self.figure.evaluate(WATCH)
        act()
        try:
            self.page.wait_for_function("window.took > 0", timeout=4_000, polling=20)
        except Exception:  # playwright's own kind of error: which control it was is what the reader needs
            self.unanswered.append(what)
            return
        self.times.append(self.page.evaluate("window.took"))

    def try_all(self):
        """Every control, by keys and by the pointer."""
        for control in self.figure.locator(CONTROLS).all():
            if control.is_visible():
                control.scroll_into_view_if_needed()
                self.try_one(control, control.evaluate(NAME))

    def try_one(self, control, name):
        """A slider along its way; a number by keys alone; all else is pressed in both ways."""
        kind = control.get_attribute("type")
        if kind == "range":
            self.slide(control, name)
        elif kind == "number":
            self.timed(f"{name}, by keys", lambda: control.press("ArrowUp"))
        else:
            for way, press in (("keys", lambda: control.press("Space")), ("the pointer", control.click)):
                self.make_ready(name)
                if control.get_attribute("aria-disabled") == "true":
                    continue  # a line that is at the end already
                self.timed(f"{name}, by {way}", press)
                if name == "Play":
                    self.figure.get_by_role("button", name="Pause").click()

    def slide(self, slider, name):
        """There and back: arrow keys, then the pointer."""
        slider.press("Home")
        steps = min(SAMPLES, slider.evaluate("s => Math.round((s.max - s.min) / (+s.step || 1))"))
        for _ in range(steps):
            self.timed(f"{name}, by keys", lambda: slider.press("ArrowRight"))
        box = slider.bounding_box()
        slider.press("Home")
        for i in range(1, steps + 1):
            at = (8 + (box["width"] - 16) * i / steps, box["height"] / 2)
            self.timed(f"{name}, by the pointer", lambda at=at: slider.click(position={"x": at[0], "y": at[1]}))

    def make_ready(self, name):
        """Put the figure where the button has something to change."""
        sliders = self.figure.locator("input[type=range]:enabled")
        if name in ("Step back", "Play"):
            sliders.last.press("End")
        elif name == "Step forward":
            sliders.last.press("Home")
        elif name == "Reset":
            sliders.first.press("End")

    def told(self):
        """A line of the table."""
        ordered = sorted(self.times) or [0.0]
        late = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        label = self.figure.evaluate(
            "f => (f.querySelector('svg[aria-label]')?.getAttribute('aria-label') ?? '').slice(0, 60)"
        )
        return f"{len(self.times):4} inputs: median {statistics.median(ordered):4.0f} ms, 95th {late:4.0f} ms: {label}"


@pytest.fixture
def gallery(lab, page):
    page.emulate_media(reduced_motion="reduce")
    open_notebook(page, lab, "gallery")
    page.evaluate(ALL_CELLS_AT_ONCE)
    assert errors(page, run_all(page)) == []
    return page


def test_every_control_moves_its_picture_at_once_and_all_of_it_is_seen_in_every_theme(gallery, say):
    page = gallery
    benches = [Bench(page, figure) for figure in page.locator(FIGURES).all() if figure.is_visible()]
    assert len(benches) >= 18
    for bench in benches:
        bench.try_all()
        say(bench.told())
    moved = [bench for bench in benches if bench.times]
    assert [bench.unanswered for bench in benches if bench.unanswered] == []
    assert len(moved) >= 12
    assert statistics.median([time for bench in moved for time in bench.times]) < BAR
    assert [bench.told() for bench in moved if statistics.median(bench.times) >= 2 * BAR] == []  # of few inputs
    points_at_nodes(page)
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    for theme, short in THEMES.items():
        set_theme(page, theme)
        photograph(page, f"gallery-{short}")
        report = axe.run(page, {"include": [["figure.tg"]]})
        assert [(found["id"], found["nodes"][0]["html"][:200]) for found in report["violations"]] == [], theme


def points_at_nodes(page):
    """A node that is pointed at, or reached by keys, tells its numbers."""
    walks = page.locator("figure:has(> .tg-card)")
    assert walks.count() >= 3
    for walk in walks.all():
        node = walk.locator("[data-item='0']")
        node.scroll_into_view_if_needed()
        node.hover()
        card = walk.locator(".tg-card")
        assert card.is_visible()
        told = card.inner_text()
        node.focus()
        page.keyboard.press("ArrowRight")
        assert card.inner_text() != told
        page.keyboard.press("Escape")
        assert not card.is_visible()
