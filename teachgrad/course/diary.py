"""What a learner has done, kept in one JSON file on this machine; nothing is ever sent anywhere.

The file lies in the user's data folder; TEACHGRAD_PROGRESS names another, and if it is set to nothing, nothing is kept
beyond the running kernel. It is replaced as a whole, so a crash leaves the old one or the new one; two kernels take
turns by a lock file. A file that cannot be read is set aside, never overwritten, and a sentence says so.

Knows nothing of what an exercise is.
"""

from __future__ import annotations

import copy
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

VARIABLE = "TEACHGRAD_PROGRESS"
FORMAT = 1
PATIENCE = 3.0  # seconds to wait for another kernel
STALE = 1.0  # seconds after which a lock was left behind by a kernel that died: writing takes milliseconds
Pages = dict[str, Any]


def diary() -> Diary:
    """The diary of whoever runs this."""
    return _open(os.environ.get(VARIABLE, str(_default())))


@cache
def _open(name: str) -> Diary:
    return Diary(Path(name) if name else None)


def _default() -> Path:
    home = Path.home()
    if sys.platform == "win32":
        folder = Path(os.environ.get("APPDATA", home / "AppData" / "Roaming"))
    elif sys.platform == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        folder = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return folder / "teachgrad" / "progress.json"


def _blank() -> Pages:
    return {"format": FORMAT, "exercises": {}, "predictions": {}, "quizzes": {}}


class Diary:
    """The file, and what is to be said about it.

    Args:
        path: the file; None keeps nothing beyond this object.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._unkept = _blank()  # what could not be written
        self._said: set[str] = set()
        self._news: list[str] = []

    def read(self) -> Pages:
        """All that is known."""
        return copy.deepcopy(self._unkept) if self.path is None else self._load(self.path)

    def entry(self, section: str, key: str) -> dict[str, Any]:
        """What is known about one exercise, prediction or quiz."""
        found: dict[str, Any] = self.read()[section].get(key, {})
        return found

    def note(self, section: str, key: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change one entry and keep it. If that is not possible, it is remembered until the kernel ends."""

        def edit(pages: Pages) -> Pages:
            change(pages[section].setdefault(key, {}))
            return pages

        if self.path is not None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with _locked(self.path):
                    _replace(self.path, edit(self._load(self.path)))
            except OSError as error:
                self._unkept = self._load(self.path)
                self.path = None
                self._say(
                    f"Your progress cannot be kept ({error.strerror or error}): it lasts until the kernel ends. "
                    f"Set {VARIABLE} to a file that can be written."
                )
            else:
                return
        edit(self._unkept)

    def news(self) -> list[str]:
        """What has to be said about the file, each sentence once."""
        news, self._news = self._news, []
        return news

    def _load(self, path: Path) -> Pages:
        try:
            pages = json.loads(path.read_text(encoding="utf-8"))
        except OSError:
            return _blank()  # not there yet, or not to be read: writing will tell
        except ValueError:
            pages = None
        if _is_sound(pages):
            return dict(pages)
        self._set_aside(path)
        return _blank()

    def _set_aside(self, path: Path) -> None:
        names = (path.with_name(f"{path.stem}.damaged-{number}{path.suffix}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        with suppress(FileNotFoundError):  # another kernel was faster
            path.rename(aside)
            self._say(f"The file of your progress could not be read. It was set aside as {aside}; a new one begins.")

    def _say(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._news.append(sentence)


def _is_sound(pages: Any) -> bool:
    return (
        isinstance(pages, dict)
        and pages.get("format") == FORMAT
        and all(
            isinstance(pages.get(section), dict) and all(isinstance(entry, dict) for entry in pages[section].values())
            for section in ("exercises", "predictions", "quizzes")
        )
    )


def _replace(path: Path, pages: Pages) -> None:
    """Write beside the file, then put the new one in its place in one step."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(pages, file, indent=1, sort_keys=True, ensure_ascii=False)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait for one's turn: only one can make a file that must be new."""
    lock, deadline = path.with_suffix(".lock"), time.monotonic() + PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            with suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > STALE:
                    lock.unlink()
            if time.monotonic() > deadline:
                raise TimeoutError("another kernel does not let go of the file") from None
            time.sleep(0.01)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            lock.unlink()
