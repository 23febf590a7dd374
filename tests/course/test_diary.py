"""Progress is kept in one file: whole, by several kernels at once, and never at the cost of what was there."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from teachgrad.course import diary as module
from teachgrad.course.diary import Diary, diary


def solve(kept, key="05-1"):
    kept.note("exercises", key, lambda entry: entry.update(right=True))


def test_what_was_noted_is_there_for_the_next_kernel(progress_file):
    solve(diary())
    assert Diary(progress_file).entry("exercises", "05-1") == {"right": True}
    assert Diary(progress_file).entry("exercises", "05-2") == {}
    assert [path.name for path in progress_file.parent.iterdir()] == ["progress.json"]
    assert diary().news() == []


def test_the_file_is_where_the_variable_says(monkeypatch, tmp_path):
    monkeypatch.setenv("TEACHGRAD_PROGRESS", str(tmp_path / "elsewhere.json"))
    assert diary().path == tmp_path / "elsewhere.json"
    monkeypatch.setenv("TEACHGRAD_PROGRESS", "")
    assert diary().path is None


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("linux", ".local/share/teachgrad/progress.json"),
        ("darwin", "Library/Application Support/teachgrad/progress.json"),
        ("win32", "AppData/Roaming/teachgrad/progress.json"),
    ],
)
def test_else_it_is_in_the_folder_for_data(monkeypatch, tmp_path, platform, place):
    for name in ("TEACHGRAD_PROGRESS", "XDG_DATA_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert diary().path == tmp_path / place


DAMAGED = ["", "{", "[]", '{"format": 1}', '{"format": 2, "exercises": {}, "predictions": {}, "quizzes": {}}', "\0"]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_set_aside_and_said_so(tmp_path, text):
    path = tmp_path / "progress.json"
    path.write_text(text)
    (tmp_path / "progress.damaged-1.json").write_text("an older one")
    kept = Diary(path)
    solve(kept)
    assert (tmp_path / "progress.damaged-2.json").read_text() == text
    assert (tmp_path / "progress.damaged-1.json").read_text() == "an older one"
    assert json.loads(path.read_text())["exercises"] == {"05-1": {"right": True}}
    (news,) = kept.news()
    assert "could not be read" in news
    assert "progress.damaged-2.json" in news
    assert kept.news() == []


def test_bytes_that_are_no_text_are_damage_too(tmp_path):
    path = tmp_path / "progress.json"
    path.write_bytes(b"\xff\xfe\xfa")
    Diary(path).read()
    assert (tmp_path / "progress.damaged-1.json").read_bytes() == b"\xff\xfe\xfa"


def test_where_nothing_can_be_written_it_is_remembered_and_said_once(tmp_path):
    (tmp_path / "file").write_text("no folder")
    kept = Diary(tmp_path / "file" / "progress.json")
    solve(kept, "05-1")
    solve(kept, "05-2")
    assert set(kept.read()["exercises"]) == {"05-1", "05-2"}
    (news,) = kept.news()
    assert "cannot be kept" in news
    assert "TEACHGRAD_PROGRESS" in news


def test_in_a_folder_that_is_only_read_what_was_kept_is_known(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    solve(Diary(path), "05-1")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "_replace", refuse)
    kept = Diary(path)
    solve(kept, "05-2")
    assert set(kept.read()["exercises"]) == {"05-1", "05-2"}
    assert "Permission denied" in kept.news()[0]


def test_a_crash_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "progress.json"
    kept = Diary(path)
    solve(kept)
    before = path.read_text()
    with pytest.raises(TypeError):
        kept.note("exercises", "05-2", lambda entry: entry.update(bad=object()))
    assert path.read_text() == before
    assert [found.name for found in tmp_path.iterdir()] == ["progress.json"]


def test_two_kernels_at_once_lose_nothing(tmp_path):
    path = tmp_path / "progress.json"
    code = (
        "import sys; from pathlib import Path; from teachgrad.course.diary import Diary\n"
        "for n in range(25): Diary(Path(sys.argv[1])).note('exercises', f'{sys.argv[2]}-{n}', lambda e: e.update(a=1))"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("one", "two")]
    assert [kernel.wait(60) for kernel in both] == [0, 0]
    assert len(Diary(path).read()["exercises"]) == 50


def test_a_lock_that_a_dead_kernel_left_is_broken(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "STALE", 0.1)
    (tmp_path / "progress.lock").touch()
    start = time.monotonic()
    kept = Diary(tmp_path / "progress.json")
    solve(kept)
    assert kept.path is not None
    assert time.monotonic() - start < 2
