"""JupyterLab as a test drives it: open a notebook, run it, look at it. Knows nothing of any lesson."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

SCREENSHOTS = Path(__file__).parent.parent.parent / "artefacts" / "screenshots"
SECONDS_TO_OPEN = 60
SECONDS_TO_RUN = 600
TALLEST = 16_000  # Chromium draws no taller picture

READY = """() => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    return panel?.context?.isReady && panel.sessionContext?.isReady && panel.sessionContext.session?.kernel;
}"""
RUN_ALL = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    const run = async () => {
        await window.jupyterapp.commands.execute('notebook:run-all-cells');
        // The command is also over when a cell has raised, though the cells below still run if its tag allows it:
        // wait until the kernel has had nothing to do for a second.
        for (let idle = 0; idle < 20; idle++) {
            await new Promise(resolve => setTimeout(resolve, 50));
            if (panel.sessionContext.session.kernel.status !== 'idle') idle = 0;
        }
    };
    window.ran = null;
    run().finally(() => { window.ran = panel.context.model.toJSON(); });
}"""
SWALLOWED = '.widget-output [data-mime-type="application/vnd.jupyter.stderr"]'  # so JupyterLab marks errors as well
UNDRAWN = ".jp-OutputArea-output:text('Error displaying widget')"
SHOW_ONLY_THE_NOTEBOOK = """async () => {
    const app = window.jupyterapp;
    app.shell.mode = 'single-document';
    app.shell.collapseLeft();
    app.shell.collapseRight();
}"""
HEIGHT = "() => document.querySelector('.jp-NotebookPanel-notebook .jp-WindowedPanel-outer').scrollHeight"


class Lab(NamedTuple):
    """A running JupyterLab: its address, and the folder of notebooks it serves."""

    address: str
    notebooks: Path


def open_notebook(page: Any, lab: Lab, name: str) -> None:
    """Open ``name.ipynb`` in a fresh workspace and wait for its kernel."""
    page.goto(f"{lab.address}/lab/workspaces/{name}/tree/notebooks/{name}.ipynb?reset")
    page.wait_for_function(READY, timeout=SECONDS_TO_OPEN * 1000)


def run_all(page: Any) -> list[dict[str, Any]]:
    """Run every cell of the open notebook; its code cells as JupyterLab would save them."""
    page.evaluate(RUN_ALL)
    notebook = page.wait_for_function("() => window.ran", timeout=SECONDS_TO_RUN * 1000).json_value()
    page.wait_for_function("() => !document.body.textContent.includes('Loading widget...')")
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def errors(page: Any, cells: list[dict[str, Any]]) -> list[str]:
    """What went wrong in ``cells``, and in the widgets on the page, which save nothing of it."""
    saved = [
        f"{output['ename']}: {output['evalue']}"
        for cell in cells
        for output in cell["outputs"]
        if output["output_type"] == "error" and "raises-exception" not in cell["metadata"].get("tags", [])
    ]
    hidden: list[str] = page.locator(SWALLOWED).all_inner_texts() + page.locator(UNDRAWN).all_inner_texts()
    return saved + hidden


def set_theme(page: Any, theme: str) -> None:
    """Switch to ``"Light"`` or ``"Dark"``."""
    name = f"JupyterLab {theme}"
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)


def photograph(page: Any, name: str) -> None:
    """Keep a picture of the whole open notebook, however long it is, as ``artefacts/screenshots/name.png``."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate(SHOW_ONLY_THE_NOTEBOOK)
    size = page.viewport_size
    page.set_viewport_size({"width": size["width"], "height": min(TALLEST, page.evaluate(HEIGHT) + 200)})
    page.wait_for_timeout(500)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
    page.set_viewport_size(size)
