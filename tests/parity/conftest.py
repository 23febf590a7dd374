"""Parity tests run the same program in teachgrad and in PyTorch; without PyTorch they are skipped.

``make parity`` sets TEACHGRAD_REQUIRE=torch: there a missing PyTorch is an error, so that a green run means something.
"""

import importlib.util
import os

import pytest

REASON = "PyTorch is not installed: `make parity` installs it and runs these tests"
HAS_TORCH = importlib.util.find_spec("torch") is not None


def pytest_configure():
    if os.environ.get("TEACHGRAD_REQUIRE") == "torch" and not HAS_TORCH:
        raise pytest.UsageError(REASON)


class NeedsTorch(pytest.Module):
    """A test module whose first line would fail."""

    def collect(self):
        pytest.skip(REASON)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makemodule(module_path, parent):
    module = yield
    return module if HAS_TORCH else NeedsTorch.from_parent(parent, path=module_path)
