"""A real JupyterLab and a real browser, for what only the two together show.

``make browser`` runs these tests and sets TEACHGRAD_REQUIRE=browser: there a missing browser is an error. They are no
part of `make test`; run by hand without a browser they are skipped. The fixtures are shared by all browser tests:

    lab      a running JupyterLab that serves a copy of the notebooks
    browser  headless Chromium
    page     a new page in it, which fails the test when JavaScript raised an error; its kernels end with it
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.browser.jupyterlab import Lab

ROOT = Path(__file__).parent.parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: in a container Chromium cannot make one, and it opens nothing but our own pages.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
SECONDS_TO_START = 90


@pytest.hookimpl(tryfirst=True)  # before pytest looks at the markers to choose
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("TEACHGRAD_REQUIRE") == "browser":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("playwright is not installed: `make browser` installs it")
    with sync_playwright() as playwright:
        found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
        if found is None and not Path(playwright.chromium.executable_path).exists():
            unavailable(f"no Chromium: install one, or name it in the variable CHROMIUM; looked for {', '.join(NAMES)}")
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    raised: list[str] = []
    page.on("pageerror", lambda error: raised.append(str(error)))
    yield page
    before = list(raised)  # and not what is said when the kernel is taken away
    page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    page.close()
    assert before == []


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints what was measured, also when the test passes."""

    def say(words: str) -> None:
        with capsys.disabled():
            print(f"\n{words}", end="", flush=True)

    return say


@pytest.fixture(scope="session")
def lab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    log = root / "log"
    with log.open("w") as output:
        server = subprocess.Popen(command(address, root), env=environment(root), stdout=output, stderr=output)
    try:
        wait_for(address, server, log)
        yield Lab(address, root / "notebooks")
    finally:
        server.terminate()
        server.wait(timeout=30)


def command(address: str, root: Path) -> list[str]:
    options = {
        "ServerApp.port": address.rpartition(":")[2],
        "ServerApp.port_retries": 0,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.root_dir": root,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": "",
        "LabApp.expose_app_in_browser": True,  # as window.jupyterapp: tests drive JupyterLab by its own commands
        "LabApp.extension_manager": "readonly",
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    return [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]


def environment(root: Path) -> dict[str, str]:
    """Settings of its own: what the developer has set up in JupyterLab must not matter, nor be changed."""
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    whole = root / "jupyterlab_settings_dir" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    whole.parent.mkdir(parents=True)
    # Without these, cells out of sight are not on the page, and there is empty space below the last.
    whole.write_text('{"windowingMode": "none", "scrollPastEnd": false}')
    own = {name: str(root / name.lower()) for name in folders}
    return {**os.environ, **own, "TEACHGRAD_PROGRESS": str(root / "progress.json")}


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}") from None
            time.sleep(0.2)
