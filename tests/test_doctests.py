"""Every example in the library's documentation runs and prints what it says."""

import doctest
import importlib
import inspect
import io
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = [path.relative_to(ROOT).with_suffix("") for path in sorted((ROOT / "teachgrad").rglob("*.py"))]


class Finder(doctest.DocTestFinder):
    """Finds the examples of a function where it is written, not where it is offered."""

    def _from_module(self, module, object):
        return super()._from_module(module, inspect.unwrap(object) if inspect.isfunction(object) else object)


@pytest.mark.parametrize("module", [".".join(path.parts).removesuffix(".__init__") for path in MODULES])
def test_examples_print_what_they_say(module, tmp_path, monkeypatch):
    monkeypatch.setenv("TEACHGRAD_PROGRESS", str(tmp_path / "progress.json"))  # no learner's own
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for example in Finder(exclude_empty=True).find(importlib.import_module(module)):
        runner.run(example, out=report.write)
    assert runner.failures == 0, report.getvalue()
