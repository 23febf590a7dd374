"""Thousands of random tensors print as PyTorch prints them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from teachgrad import dtypes, printing

torch = pytest.importorskip("torch")

DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
SPECIALS = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 1e8, 1e-4, 1000.0, 0.5]


def random_array(rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """A tensor of random type, shape and range, now and then with special values."""
    dtype = np.dtype(str(rng.choice(DTYPES)))
    shape = tuple(int(n) for n in rng.choice([0, 1, 2, 3, 5, 7, 8, 12], rng.integers(0, 4), p=[0.03, *[0.97 / 7] * 7]))
    if rng.random() < 0.1:
        shape = (int(rng.integers(1, 1500)),)
    if dtype.kind != "f":
        high = int(rng.choice([2, 100, 10**6]))
        return rng.integers(-high, high, shape).astype(dtype)
    values = rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 7)
    if rng.random() < 0.4:
        values = values * 10.0 ** rng.integers(-4, 5, shape)
    if rng.random() < 0.3:
        values = np.round(values)
    if rng.random() < 0.3:
        values = np.where(rng.random(shape) < 0.3, rng.choice(SPECIALS, shape), values)
    with np.errstate(over="ignore"):
        return np.asarray(values).astype(dtype)


def random_options(rng: np.random.Generator) -> dict[str, Any]:
    """Some print options, most of the time none."""
    choices: dict[str, list[Any]] = {
        "precision": [0, 1, 2, 6, 10],
        "threshold": [0, 5, 50],
        "edgeitems": [0, 1, 2, 5],
        "linewidth": [10, 40, 79, 81, 120],
        "profile": ["default", "short", "full"],
        "sci_mode": [True, False],
    }
    names = rng.choice(list(choices), rng.choice([0, 0, 0, 1, 2]), replace=False)
    return {name: choices[name][rng.integers(len(choices[name]))] for name in names}


@pytest.mark.parametrize("seed", range(20))
def test_random_tensors_print_alike(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(200):
        array, options = random_array(rng), random_options(rng)
        if rng.random() < 0.2:
            array = array.T
        history = str(rng.choice(["", "requires_grad", "grad_fn"])) if array.dtype.kind == "f" else ""
        tensor = torch.from_numpy(array.copy())
        if history:
            tensor = tensor.requires_grad_()
        if history == "grad_fn":
            tensor = tensor * 1
        default = str(rng.choice(["float32", "float64"]))
        before = dtypes.get_default_dtype()
        try:
            for library in (torch, printing):
                library.set_printoptions(profile="default")
                library.set_printoptions(**options)
            torch.set_default_dtype(getattr(torch, default))
            dtypes.set_default_dtype(getattr(dtypes, default))
            theirs = repr(tensor)
            ours = printing.tensor_text(
                array, requires_grad=bool(history), grad_fn_name="MulBackward0" if history == "grad_fn" else None
            )
        finally:
            torch.set_default_dtype(torch.float32)
            dtypes.set_default_dtype(before)
            for library in (torch, printing):
                library.set_printoptions(profile="default")
        assert ours == theirs, f"{array.dtype} {array.shape} {options} {history}"


@pytest.mark.parametrize("spec", ["", ".3f", "8.2e", ">10", "d", "+.1f"])
def test_items_are_formatted_alike(spec: str) -> None:
    for item in [torch.tensor(3), torch.tensor(2.5), torch.tensor(True), torch.tensor(-0.125, dtype=torch.float64)]:
        try:
            theirs = format(item, spec)
        except (ValueError, TypeError) as error:
            with pytest.raises(type(error)):
                printing.format_item(item.item(), spec)
        else:
            assert printing.format_item(item.item(), spec) == theirs


def test_a_tensor_with_dimensions_takes_no_format() -> None:
    with pytest.raises(TypeError) as theirs:
        format(torch.ones(2), ".2f")
    with pytest.raises(TypeError) as ours:
        printing.format_item(None, ".2f")
    assert str(ours.value).startswith(str(theirs.value))
