"""A misspelt name in a notebook: the error as it was, and what may have been meant."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from teachgrad.course.spelling import listen


@pytest.fixture
def shell():
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(colors="nocolor", config=Config({"HistoryManager": {"enabled": False}}))
    yield shell
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("cell", "last"),
    [
        ("x.backwrd()", "Fix: did you mean backward?"),
        ("x.requires_grads", "Fix: did you mean requires_grad or requires_grad_?"),
        ("optimiser.step()", "Fix: did you mean optimizer?"),
        ("def f(weights):\n    return wegihts\nf(1)", "Fix: did you mean weights?"),
        ("tg.rlue(x)", "Fix: did you mean relu"),
        ("x.quux", "AttributeError: 'Tensor' object has no attribute 'quux'"),
        ("quux", "NameError: name 'quux' is not defined"),
        ("raise AttributeError('mine')", "AttributeError: mine"),
    ],
)
def test_a_misspelt_name_is_answered(shell, capsys, cell, last):
    listen()
    shell.run_cell("import teachgrad as tg\nx = tg.ones(2, requires_grad=True)\noptimizer = tg.optim.SGD([x])")
    result = shell.run_cell(cell)
    assert isinstance(result.error_in_exec, AttributeError | NameError)
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[-1].strip().startswith(last)
    assert sum("Error: " in line for line in lines) == 1
    assert any(line.startswith("---->") and cell.splitlines()[-1] in line for line in lines)


def test_whoever_asked_before_is_left_alone(shell):
    def mine(shell, kind, error, traceback, tb_offset=None):
        pass

    shell.set_custom_exc((KeyError,), mine)
    listen()
    assert shell.custom_exceptions == (KeyError,)
