"""What is no tensor where one is wanted is said, with its place and its kind, in PyTorch's words."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import teachgrad
from teachgrad import nn

tg: Any = teachgrad  # so that the type checker, which knows better, lets these mistakes pass
functional: Any = nn.functional
ONES = np.ones((2, 2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tg.mm(tg.ones(2, 2), 2), "mm(): argument 'mat2' (position 2) must be Tensor, not int"),
        (lambda: tg.ones(2, 2).mm([1]), "mm(): argument 'mat2' (position 1) must be Tensor, not list"),
        (lambda: tg.argmax([1, 2]), "argmax(): argument 'input' (position 1) must be Tensor, not list"),
        (lambda: tg.relu_(ONES), "relu_(): argument 'input' (position 1) must be Tensor, not numpy.ndarray"),
        (lambda: tg.kron(tg.ones(2), other=None), "kron(): argument 'other' (position 2) must be Tensor, not NoneType"),
        (lambda: tg.cat(3), "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not int"),
        (lambda: tg.atleast_2d(tg.ones(1), "a"), "expected Tensor as element 1 in argument 0, but got str"),
        (lambda: tg.atleast_2d([tg.ones(1), 3]), "expected Tensor as element 1 in argument 0, but got int"),
        (lambda: tg.vstack("a"), "vstack(): argument 'tensors' (position 1) must be tuple of Tensors, not str"),
        (lambda: tg.stack([tg.ones(2), 1.0]), "expected Tensor as element 1 in argument 0, but got float"),
        (lambda: tg.linalg.inv([[1.0]]), "linalg_inv(): argument 'A' (position 1) must be Tensor, not list"),
        (
            lambda: tg.linalg.det(ONES),
            "linalg_det(): argument 'A' (position 1) must be Tensor, not numpy.ndarray",
        ),
        (lambda: tg.linalg.solve(tg.eye(2), [1, 2]), "linalg_solve(): argument 'B' (position 2) must be Tensor, not"),
        (lambda: tg.special.logit(0.5), "special_logit(): argument 'input' (position 1) must be Tensor, not float"),
        (lambda: tg.detach(1.0), "detach(): argument 'input' (position 1) must be Tensor, not float"),
        (lambda: tg.real([1.0]), "real(): argument 'input' (position 1) must be Tensor, not list"),
        (lambda: tg.is_complex(1j), "is_complex(): argument 'input' (position 1) must be Tensor, not complex"),
        (lambda: tg.is_conj(1), "argument 'input' (position 1) must be Tensor, not int"),
        (lambda: tg.where([True]), "where(): argument 'condition' (position 1) must be Tensor, not list"),
        (lambda: tg.isin(1, 2), "isin(): argument 'elements' (position 1) must be Tensor, not int"),
        (lambda: tg.pow(2.0, 3), "pow(): argument 'input' (position 1) must be Tensor, not float"),
        (lambda: tg.float_power(2.0, 3), "float_power(): argument 'input' (position 1) must be Tensor, not float"),
        (lambda: tg.meshgrid([1.0, 2.0]), "expected Tensor as element 0 in argument 0, but got float"),
        (lambda: functional.dropout([1.0], 0.0), "dropout(): argument 'input' (position 1) must be Tensor, not list"),
        (lambda: functional.alpha_dropout(1.0), "alpha_dropout(): argument 'input' (position 1) must be Tensor, not"),
        (
            lambda: functional.mse_loss(ONES, tg.ones(2)),
            "mse_loss(): argument 'input' (position 1) must be Tensor, not",
        ),
        (
            lambda: functional.cross_entropy(tg.ones(2, 2), [0]),
            "argument 'target' (position 2) must be Tensor, not list",
        ),
    ],
)
def test_it_is_named(call, words):
    with pytest.raises(TypeError) as raised:
        call()
    first, why, fix = str(raised.value).split("\n")[:3]
    assert words in first
    assert why.startswith("  Why: ")
    assert fix.startswith("  Fix: ")


def test_other_errors_are_as_they_were():
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        tg.mm(tg.ones(2, 3), tg.ones(2, 3))
    with pytest.raises(IndexError, match="out of range"):
        tg.argmax(tg.ones(2), 5)


def test_functions_keep_their_names_their_texts_and_their_arguments():
    assert tg.argmax.__name__ == "argmax"
    assert "torch.argmax" in tg.argmax.__doc__
    assert list(inspect.signature(tg.argmax).parameters)[:2] == ["input", "dim"]
    assert list(inspect.signature(tg.Tensor.mm).parameters) == ["input", "mat2"]
