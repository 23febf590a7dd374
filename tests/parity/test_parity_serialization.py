"""What is saved comes back as PyTorch's save and load give it back, and other programs read teachgrad's files."""

from __future__ import annotations

import io
from collections import Counter, OrderedDict
from typing import Any

import pytest
import torch

import teachgrad


def again(library: Any, value: Any) -> Any:
    file = io.BytesIO()
    library.save(value, file)
    file.seek(0)
    return library.load(file)


VALUES = {
    "plain": lambda torch: [None, True, 3, -1.5, "text", 2**70, float("inf"), (), {}, {1}, Counter("aab")],
    "keys": lambda torch: {1: "a", (1, 2): {"b": []}, None: OrderedDict(z=1)},
    "names": lambda torch: [torch.Size([1, 2]), torch.float16, torch.bool, torch.device("cpu")],
    "leaf": lambda torch: torch.ones(2, requires_grad=True),
    "computed": lambda torch: torch.ones(2, requires_grad=True) * 2,
    "parameter": lambda torch: torch.nn.Parameter(torch.ones(2)),
    "frozen": lambda torch: torch.nn.Parameter(torch.tensor([1]), requires_grad=False),
    "view": lambda torch: torch.arange(12).reshape(3, 4).T[1:],
    "expanded": lambda torch: torch.ones(1).expand(3),
    "empty": lambda torch: [torch.zeros(0, 3), torch.tensor(True), torch.tensor(1.0, dtype=torch.half)],
    "module": lambda torch: torch.nn.Linear(2, 1).state_dict(),
}


def trained(torch: Any) -> dict[str, Any]:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    state = {"epoch": 3, "model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict()}
    return state | {"rng": torch.get_rng_state()[:100]}


@pytest.mark.parametrize("make", [*VALUES.values(), trained], ids=[*VALUES, "checkpoint"])
def test_comes_back_as_from_pytorch(make: Any) -> None:
    seen = []
    for library in (teachgrad, torch):
        library.manual_seed(0)
        loaded = again(library, make(library))
        seen.append((type(loaded).__name__, getattr(loaded, "is_leaf", None), repr(loaded)))
    assert seen[0] == seen[1]


def test_memory_that_is_shared_is_shared_again() -> None:
    for library in (teachgrad, torch):
        x: Any = library.ones(3)
        loaded = again(library, {"a": x, "b": x.detach()})
        loaded["a"].zero_()
        assert loaded["b"].tolist() == [0.0, 0.0, 0.0]


def test_the_package_safetensors_reads_what_teachgrad_writes() -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    kinds = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
    state = {kind: teachgrad.tensor([[0, 1], [2, 3]], dtype=getattr(teachgrad, kind)) for kind in kinds}
    state |= {"empty": teachgrad.zeros(0, 3), "number": teachgrad.tensor(1.5), "transposed": state["int8"].T}
    file = io.BytesIO()
    teachgrad.save(state, file)
    read = safetensors.load(file.getvalue())
    assert read.keys() == state.keys()
    for name, tensor in state.items():
        assert (str(read[name].dtype), list(read[name].shape)) == (str(tensor.dtype), list(tensor.shape))
        assert read[name].tolist() == tensor.tolist()


def test_teachgrad_reads_what_the_package_safetensors_writes() -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    state = {"w": torch.randn(3, 4), "n": torch.arange(5), "b": torch.tensor([True, False]), "e": torch.zeros(0, 2)}
    read = teachgrad.load(io.BytesIO(safetensors.save(state, metadata={"format": "pt"})))
    assert {name: tensor.tolist() for name, tensor in read.items()} == {n: t.tolist() for n, t in state.items()}


def test_the_package_safetensors_refuses_the_same_files() -> None:
    safetensors = pytest.importorskip("safetensors")
    from tests.test_serialization import CONTRADICTIONS

    legal_there = ("checksum", "BF16", "neither 0", "impossible")
    for file, words in CONTRADICTIONS:
        if not any(reason in words for reason in legal_there):
            with pytest.raises(safetensors.SafetensorError):
                safetensors.deserialize(file)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_of_pytorchs_own_is_refused_with_the_way_out(zipped: bool) -> None:
    file = io.BytesIO()
    torch.save({"w": torch.ones(2)}, file, _use_new_zipfile_serialization=zipped)
    file.seek(0)
    with pytest.raises(Exception, match=r"(?s)Weights only load failed\..*safetensors\.torch\.save_file"):
        teachgrad.load(file)
