"""``python -m teachgrad script.py``: a program for PyTorch runs as under python, and shows its own errors only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from teachgrad import __version__
from teachgrad.__main__ import main

ROOT = Path(__file__).parent.parent
PROGRAM = """\
import sys
import torch
from helper import double

if __name__ == "__main__":
    w = torch.tensor(3.0, requires_grad=True)
    double(w).backward()
    print(torch.__name__, w.grad, __file__, sys.argv, sys.path[1 - ("stand_in" in sys.path[1])])
"""


def python(*arguments, cwd=None):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=60, env=environment)
    return run.returncode, run.stdout, run.stderr


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "helper.py").write_text("import torch.nn.functional as F\n\ndef double(x):\n    return 2 * F.relu(x)\n")
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


def test_a_script_sees_its_own_name_arguments_and_folder(folder):
    script = str(folder / "program.py")
    code, out, err = python("-m", "teachgrad", script, "--epochs", "3", "-m", "x")
    assert (code, err) == (0, "")
    assert out == f"teachgrad tensor(2.) {script} {[script, '--epochs', '3', '-m', 'x']} {folder}\n"


def test_an_error_is_shown_as_under_python_itself(folder):
    (folder / "fails.py").write_text(
        "def f(x):\n    return 1 / x\n\n\ntry:\n    f(0)\nexcept ZeroDivisionError:\n    f(0.0)\n"
    )
    assert python("-m", "teachgrad", "fails.py", cwd=folder) == python("fails.py", cwd=folder)
    (folder / "fails.py").write_text("x = 1\nx = = 2\n")
    assert python("-m", "teachgrad", "fails.py", cwd=folder) == python("fails.py", cwd=folder)


def test_an_error_of_teachgrad_shows_the_line_of_the_program_first(folder):
    (folder / "fails.py").write_text("import torch\n\ntorch.ones(2, 3) @ torch.ones(2, 3)\n")
    code, out, err = python("-m", "teachgrad", "fails.py", cwd=folder)
    lines = err.splitlines()
    assert (code, out, lines[0]) == (1, "", "Traceback (most recent call last):")
    assert lines[1].endswith('fails.py", line 3, in <module>')
    assert "runpy" not in err
    assert "RuntimeError" in err


@pytest.fixture
def here(monkeypatch):
    """Run in this process; the state of Python that a program may change is put back."""
    monkeypatch.setattr(sys, "argv", ["before"])
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.mark.parametrize(
    ("end", "status"), [("sys.exit(7)", 7), ("sys.exit()", None), ("raise SystemExit('why')", "why")]
)
def test_a_program_chooses_its_exit_status(end, status, here):
    with pytest.raises(SystemExit) as stop:
        main(["-c", f"import sys; {end}"])
    assert stop.value.code == status


def test_a_script_runs_in_its_own_folder(folder, here, capsys, monkeypatch):
    script = str(folder / "program.py")
    assert main([script, "7"]) == 0
    monkeypatch.delitem(sys.modules, "helper")
    assert capsys.readouterr().out == f"teachgrad tensor(2.) {script} {[script, '7']} {folder}\n"
    assert sys.path[0] == str(folder)


def test_an_error_shows_the_frames_of_the_program_only(folder, here, capsys):
    (folder / "fails.py").write_text("def f(x):\n    return 1 / x\n\n\nf(0)\n")
    assert main([str(folder / "fails.py")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(", line ")[2] for line in lines if ", line " in line] == ["5, in <module>", "2, in f"]
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_an_interrupted_program_ends_as_interrupted(here):
    assert main(["-c", "raise KeyboardInterrupt"]) == 130


def test_an_interrupted_program_shows_where_it_was():
    """In a process of its own: tests may run in one begun with -c, whose text newer Pythons would take for this one."""
    code, _, told = python("-m", "teachgrad", "-c", "raise KeyboardInterrupt")
    first, place, *line, last = told.splitlines()
    assert code == 130
    assert (first, last) == ("Traceback (most recent call last):", "KeyboardInterrupt")
    assert place == '  File "<string>", line 1, in <module>'
    assert line in ([], ["    raise KeyboardInterrupt"])  # newer Pythons may know the text of such a program


def test_code_and_modules_run_too(folder, here, capsys, monkeypatch):
    assert main(["-c", "import sys, torch; print(torch.ones(2), sys.argv, __name__)", "-x"]) == 0
    monkeypatch.syspath_prepend(folder)
    assert main(["-m", "program", "7"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "tensor([1., 1.]) ['-c', '-x'] __main__"
    assert second.startswith(f"teachgrad tensor(2.) {folder / 'program.py'} ['{folder / 'program.py'}', '7']")
    monkeypatch.delitem(sys.modules, "helper")


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_help_says_how_to_call_it(arguments, capsys):
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("usage: python -m teachgrad script.py")


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"teachgrad {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.py"], "can't open file 'nowhere.py'"),
        (["-c"], "Argument expected for the -c option"),
        (["-x", "program.py"], "unknown option -x"),
    ],
)
def test_a_wrong_call_is_answered_with_the_right_one(arguments, words, capsys):
    assert main(arguments) == 2
    message = capsys.readouterr().err
    assert words in message
    assert "usage: " in message
