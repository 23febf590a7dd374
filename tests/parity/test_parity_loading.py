"""The record of what PyTorch's loaders give with workers is still true; so are the words of their errors."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import teachgrad as tg
from tests.utils.loading import Trouble, recorded, walks

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="what is defined in a function needs a fork"),
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
]


def test_the_record_is_what_pytorchs_workers_give() -> None:
    assert walks(torch) == recorded()


@pytest.mark.parametrize("what", ["error", "missing_key", "own_error", "nothing_of_this_name"])
def test_errors_of_workers_are_told_in_the_same_words(what) -> None:
    def told(library):
        data = __import__(f"{library.__name__}.utils.data", fromlist=["data"])
        with pytest.raises(Exception, match="in DataLoader worker process") as error:
            list(data.DataLoader(Trouble(what), num_workers=2))
        lines = str(error.value).splitlines()
        return type(error.value), lines[:2], [line for line in lines if line and not line.startswith(" ")][-1]

    assert told(tg) == told(torch)


LOST = r"^DataLoader worker \(pid(\(s\))? \d+\) exited unexpectedly"
PROGRAM = """\
import os
from torch.utils.data import DataLoader
from tests.utils.loading import Trouble
try:
    list(DataLoader(Trouble("exit"), sampler=[2], num_workers=1))
except RuntimeError as error:
    print(error, flush=True)
os._exit(0)
"""


def test_a_lost_worker_is_told_in_the_same_words() -> None:
    """PyTorch raises the error out of a signal's handler, perhaps twice, so it has a process of its own.

    The worker is lost at once: PyTorch would fetch what one has sent before from the worker itself, and find it gone.
    """
    with pytest.raises(RuntimeError, match=LOST):
        list(tg.utils.data.DataLoader(Trouble("exit"), sampler=[2], num_workers=1))
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=ROOT, check=False)
    assert re.match(LOST, run.stdout), run.stderr
