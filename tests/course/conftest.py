"""What the tests of the course share: a diary of their own. For lesson 10, what its checks say to an answer."""

import pytest


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """Where progress is kept in a test: nothing is there yet."""
    path = tmp_path / "kept" / "progress.json"
    monkeypatch.setenv("TEACHGRAD_PROGRESS", str(path))
    return path


@pytest.fixture
def judged(lesson, capsys):
    """What a check says to an answer, given a fixture `lesson`: the names in its notebook."""

    def judge(check, *answer):
        lesson[f"check_{check}"](*answer)
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return judge
