"""What is outside of teachgrad says so, with the reason and the way round; what is misspelt is told its neighbours."""

from __future__ import annotations

import subprocess
import sys

import pytest

import teachgrad as tg
from teachgrad import nn, optim
from teachgrad.graph import Node
from teachgrad.scope import LEFT_OUT, OUTSIDE


@pytest.mark.parametrize(
    ("owner", "name", "why", "fix"),
    [
        (tg, "compile", "nothing that compiles", "leave the line out"),
        (tg, "jit", "nothing that compiles", "leave the line out"),
        (tg, "onnx", "nothing that compiles", "leave the line out"),
        (tg, "distributed", "one process", r"DataLoader\(num_workers=2\)"),
        (tg, "fft", "real numbers", r"np\.fft\.fft"),
        (tg, "complex64", "real numbers", "two tensors"),
        (tg, "sparse_coo_tensor", "all elements", "dense tensor"),
        (tg, "bfloat16", "NumPy does not compute", r"torch\.float32"),
        (tg, "amp", "mixed precision", r"optimizer\.step\(\)"),
        (tg, "hub", "downloads nothing", "load_state_dict"),
        (tg.cuda, "amp", "mixed precision", "as they are"),
        (tg.ones(2), "to_sparse", "all elements", "dense tensor"),
        (nn, "DataParallel", "on the CPU", "leave it out"),
        (optim, "SparseAdam", "all elements", "dense tensor"),
    ],
)
def test_what_is_outside_gives_the_reason_and_the_way_round(owner, name, why, fix):
    with pytest.raises(AttributeError, match=rf"(?s)has no attribute '{name}'\n  Why: .*{why}.*\n  Fix: .*{fix}"):
        getattr(owner, name)
    assert not hasattr(owner, name)


def test_nothing_that_is_there_is_said_to_be_outside():
    names = {name for part in OUTSIDE for name in part.names.split()}
    there = {*dir(tg), *dir(nn), *dir(optim), *dir(tg.Tensor)} - {*LEFT_OUT}
    assert names & there == set()


@pytest.mark.parametrize(
    ("owner", "name", "meant"),
    [
        (tg, "sine", "sin"),
        (tg, "Linear", r"nn\.Linear"),
        (tg, "adam", r"optim\.Adam"),
        (tg, "Dataloader", r"utils\.data\.DataLoader"),
        (nn, "Liner", "Linear"),
        (nn.functional, "rellu", "relu"),
        (optim, "Sgd", "SGD"),
        (nn.Linear(2, 1), "weightt", "weight"),
    ],
)
def test_a_misspelt_name_is_told_its_neighbours(owner, name, meant):
    with pytest.raises(AttributeError, match=rf"has no attribute '{name}'(.|\n)*did you mean {meant}"):
        getattr(owner, name)


def test_a_name_like_no_other_is_not_guessed():
    with pytest.raises(AttributeError, match=r"'xyzzy'\n  Why: there is nothing of this name\.\n  Fix: dir\("):
        _ = tg.xyzzy
    with pytest.raises(AttributeError, match=r"'xyzzy'(.|\n)*Fix: make it in Linear\.__init__: self\.xyzzy = "):
        _ = nn.Linear(2, 1).xyzzy


def test_what_python_and_ipython_only_want_to_know_is_answered_briefly():
    with pytest.raises(AttributeError, match=r"^'Linear' object has no attribute '_repr_html_'$"):
        _ = nn.Linear(2, 1)._repr_html_


@pytest.mark.parametrize("kind", [tg.Tensor, nn.Parameter, Node])
def test_attributes_that_are_read_at_every_step_are_found_without_a_detour(kind):
    assert not hasattr(kind, "__getattr__")  # with one, Python does not remember where an attribute stands


def test_programs_find_that_there_is_no_other_device():
    assert not tg.cuda.is_available()
    assert tg.cuda.device_count() == 0
    assert not tg.accelerator.is_available()
    assert tg.accelerator.device_count() == 0
    assert tg.accelerator.current_accelerator() is None
    assert not tg.backends.mps.is_available()
    assert not tg.backends.mps.is_built()
    assert not tg.ones(2).is_cuda
    for function in (tg.cuda.current_device, tg.cuda.get_device_name, tg.cuda.synchronize):
        with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
            function()


def test_what_programs_set_for_a_gpu_is_accepted():
    tg.cuda.manual_seed(0)
    tg.cuda.manual_seed_all(0)
    tg.cuda.empty_cache()
    tg.backends.cudnn.deterministic = True
    tg.backends.cudnn.benchmark = False


def test_importing_teachgrad_does_not_load_what_only_errors_need():
    code = "import sys, teachgrad; print('difflib' in sys.modules, 'teachgrad.backends' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False False\n"
