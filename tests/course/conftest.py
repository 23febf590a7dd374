"""What the tests of the course share: a diary of their own."""

import pytest


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """Where progress is kept in a test: nothing is there yet."""
    path = tmp_path / "kept" / "progress.json"
    monkeypatch.setenv("TEACHGRAD_PROGRESS", str(path))
    return path
