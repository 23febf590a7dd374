"""`as_torch`: inside it every import of torch gives teachgrad's own modules, afterwards everything is as it was."""

from __future__ import annotations

import importlib.util
import pickle
import subprocess
import sys
import types
from pathlib import Path

import pytest

import teachgrad as tg
from tests.programs import PROGRAMS, recorded

# What programs write, and what it has to give.
IMPORTS = {
    "import torch": ("torch", "teachgrad"),
    "import torch as t": ("t", "teachgrad"),
    "import torch.nn as nn": ("nn", "teachgrad.nn"),
    "import torch.nn.functional as F": ("F", "teachgrad.nn.functional"),
    "import torch.nn.init": ("torch.nn.init", "teachgrad.nn.init"),
    "from torch import nn, optim": ("optim", "teachgrad.optim"),
    "import torch.optim as optim": ("optim", "teachgrad.optim"),
    "from torch.nn import functional": ("functional", "teachgrad.nn.functional"),
    "import torch.utils.data as data": ("data", "teachgrad.utils.data"),
    "import torch.autograd.functional": ("torch.autograd.functional", "teachgrad.autograd.functional"),
    "import torch.linalg": ("torch.linalg", "teachgrad.linalg"),
}


def names():
    """What stands under the name torch, and where Python looks for modules."""
    torch = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "torch"}
    return torch, list(sys.meta_path), list(sys.path)


@pytest.fixture(params=["without PyTorch", "with PyTorch imported before"])
def before(request, monkeypatch):
    """Two worlds to come from; PyTorch is played by two empty modules."""
    for name in names()[0]:
        monkeypatch.delitem(sys.modules, name)
    if request.param == "with PyTorch imported before":
        for name in ("torch", "torch.nn"):
            monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    return names()


@pytest.mark.parametrize("line", IMPORTS)
def test_imports_give_teachgrads_own_modules(line, before):
    name, ours = IMPORTS[line]
    space: dict[str, object] = {}
    with tg.as_torch():
        exec(line, space)
        found = eval(name, space)
    assert found is importlib.import_module(ours)
    assert found.__spec__.name == found.__name__ == ours
    assert names() == before


def test_classes_and_functions_are_the_same_objects(before):
    with tg.as_torch() as torch:
        from torch import Tensor, no_grad
        from torch.nn import Linear, Parameter
        from torch.utils.data import DataLoader, TensorDataset
    assert torch is tg
    assert (Tensor, no_grad, Linear, Parameter) == (tg.Tensor, tg.no_grad, tg.nn.Linear, tg.nn.Parameter)
    assert (DataLoader, TensorDataset) == (tg.utils.data.DataLoader, tg.utils.data.TensorDataset)


def test_everything_is_as_before_after_an_error(before):
    with pytest.raises(KeyError), tg.as_torch():  # noqa: PT012 - that the error leaves the block is the point
        import torch.nn

        raise KeyError(torch.nn)
    assert names() == before


def test_blocks_nest_and_may_be_decorators(before):
    @tg.as_torch()
    def program():
        import torch

        return torch

    with tg.as_torch():
        with tg.as_torch():
            import torch.nn as inner
        import torch.nn as outer

        assert program() is tg
    assert inner is outer is tg.nn
    assert program() is tg
    assert names() == before


@pytest.mark.parametrize(
    ("line", "name", "reason"),
    [
        ("import torch.distributed", "torch.distributed", "teachgrad trains in one process"),
        ("import torch.distributed.rpc as rpc", "torch.distributed", "teachgrad trains in one process"),
        ("from torch.jit import script", "torch.jit", "nothing that compiles"),
        ("import torch.nn.quantized", "torch.nn.quantized", "NumPy does not compute"),
        ("import torch.nn.nonsense", "torch.nn.nonsense", "the parts of PyTorch that courses use"),
    ],
)
def test_what_is_not_here_is_named_with_the_reason(line, name, reason, before):
    with (
        tg.as_torch(),
        pytest.raises(ModuleNotFoundError, match=rf"(?s)No module named '{name}'.*{reason}.*Fix: ") as e,
    ):
        exec(line)
    assert e.value.name == name
    assert names() == before


def test_a_missing_library_is_not_taken_for_a_missing_part(tmp_path, monkeypatch):
    (tmp_path / "lame.py").write_text("import a_library_that_is_not_there")
    monkeypatch.setattr(tg, "__path__", [*tg.__path__, str(tmp_path)])
    with tg.as_torch(), pytest.raises(ModuleNotFoundError, match=r"No module named 'a_library_that_is_not_there'$"):
        importlib.import_module("torch.lame")


def test_other_packages_are_left_alone(before):
    with tg.as_torch(), pytest.raises(ModuleNotFoundError, match="No module named 'torchnothing'"):
        importlib.import_module("torchnothing")


def test_a_program_in_a_module_keeps_what_it_imported(tmp_path, monkeypatch, before):
    (tmp_path / "my_borrowing_model.py").write_text(
        "import torch\nfrom torch import nn\n"
        "class Net(nn.Module):\n    def forward(self, x):\n        return torch.relu(x)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with tg.as_torch():
        program = importlib.import_module("my_borrowing_model")
    monkeypatch.delitem(sys.modules, "my_borrowing_model")
    assert program.Net()(tg.tensor([-1.0, 1.0])).tolist() == [0.0, 1.0]
    monkeypatch.setitem(sys.modules, "my_borrowing_model", program)
    assert type(pickle.loads(pickle.dumps(program.Net()))) is program.Net


@pytest.mark.parametrize("name", ["nn_start", "seed_training_loop"])
def test_whole_programs_print_what_pytorch_prints(name, capsys, before):
    (program,) = (path for path in PROGRAMS if path.stem == name)
    with tg.as_torch():
        exec(compile(program.read_text(encoding="utf-8"), program, "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == recorded(program)


def test_the_stand_in_takes_the_name_over_for_good(before):
    path = Path(tg.__file__).parent / "stand_in" / "torch.py"
    for name in ("not_torch", "torch"):
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assert hasattr(module, "for_good") == (name == "torch")
    assert importlib.import_module("torch.nn") is tg.nn
    module.for_good.__exit__(None, None, None)
    assert sys.path.pop() == str(path.parents[2])  # in case teachgrad is not installed
    assert names() == before


def test_a_process_that_is_started_inside_finds_teachgrad_too(tmp_path):
    (tmp_path / "program.py").write_text(
        "import multiprocessing\nimport torch\nfrom torch import nn\n"
        "def work(x):\n    return torch.__name__, nn.__name__, torch.relu(x).tolist()\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print(pool.apply(work, (torch.tensor([-1.0, 2.0]),)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "teachgrad", str(tmp_path / "program.py")], capture_output=True, text=True, timeout=60
    )
    assert (run.stdout, run.stderr) == ("('teachgrad', 'teachgrad.nn', [0.0, 2.0])\n", "")
