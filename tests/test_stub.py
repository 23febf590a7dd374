"""The stub that editors and type checkers read lists what tensors really have."""

from tests.stub import TARGET, stub


def test_the_stub_is_current():
    assert TARGET.read_text(encoding="utf-8") == stub(), "run `python -m tests.stub`"
