"""The record of what PyTorch's loaders give with workers is still true; so are the words of their errors."""

from __future__ import annotations

import sys

import pytest
import torch

import teachgrad as tg
from tests.utils.loading import Trouble, recorded, walks

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


def test_a_lost_worker_is_told_in_the_same_words() -> None:
    for library in (tg, torch):
        data = __import__(f"{library.__name__}.utils.data", fromlist=["data"])
        with pytest.raises(RuntimeError, match=r"^DataLoader worker \(pid(\(s\))? \d+\) exited unexpectedly"):
            list(data.DataLoader(Trouble("exit"), num_workers=1))
