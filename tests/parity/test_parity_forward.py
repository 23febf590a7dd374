"""Forward mode of every sampled call in teachgrad and in PyTorch: tangents, and the gradients of tangents."""

import zlib
from contextlib import contextmanager

import numpy as np
import pytest

from teachgrad import func
from teachgrad.tensor import wrap
from tests.samples import IN_BOTH

torch = pytest.importorskip("torch")

pytestmark = [
    # PyTorch loads its own forward rules with a function that it calls deprecated.
    pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:index_reduce.. is in beta"),
]

ROUGH = {"hardsigmoid()", "celu(0.7,)"}  # PyTorch computes with a constant of float32 here, also in float64
# Here PyTorch's tangents are not the transpose of its own gradients; ours are: see autograd/test_forward_ops.py.
WRONG_IN_PYTORCH = ("'prod'", "torch.cholesky_inverse")


def both(sample):
    rng = np.random.default_rng(zlib.crc32(repr((sample.name, sample.shapes)).encode()))
    arrays = sample.arrays(rng)
    directions = tuple(rng.uniform(0.5, 1.5, a.shape) for a in arrays)
    weights = rng.uniform(0.5, 1.5, sample.function(*map(wrap, arrays)).shape)

    def theirs(*tensors):
        return eval(sample.torch, {"torch": torch, "F": torch.nn.functional, **dict(zip("abc", tensors, strict=False))})

    tolerance = {"rtol": 2e-5, "atol": 2e-6} if sample.name in ROUGH else {"rtol": 1e-9, "atol": 1e-10}
    return theirs, arrays, directions, weights, tolerance


every_sample = pytest.mark.parametrize("sample", IN_BOTH, ids=lambda s: f"{s.name} {s.shapes}".replace(" ", ""))


@contextmanager
def skipping_what_pytorch_has_not():
    try:
        yield
    except (NotImplementedError, RuntimeError) as error:
        if "not been implemented" not in str(error) and "is not implemented" not in str(error):
            raise
        pytest.skip(f"PyTorch: {str(error).partition('.')[0]}")


@every_sample
def test_tangents_agree(sample):
    if any(words in sample.torch for words in WRONG_IN_PYTORCH):
        return
    theirs, arrays, directions, _, tolerance = both(sample)
    with skipping_what_pytorch_has_not():
        value, moved = torch.func.jvp(theirs, tuple(map(torch.tensor, arrays)), tuple(map(torch.tensor, directions)))
    got, got_moved = func.jvp(sample.function, tuple(map(wrap, arrays)), tuple(map(wrap, directions)))
    np.testing.assert_allclose(got.array, value.numpy(force=True), **tolerance)
    np.testing.assert_allclose(got_moved.array, moved.numpy(force=True), **tolerance)


@every_sample
def test_gradients_of_tangents_agree(sample):
    theirs, arrays, directions, weights, tolerance = both(sample)
    xs = [torch.tensor(a).requires_grad_() for a in arrays]
    firsts = torch.autograd.grad((theirs(*xs) * torch.tensor(weights)).sum(), xs, create_graph=True)
    slope = sum((g * torch.tensor(v)).sum() for g, v in zip(firsts, directions, strict=True))
    with skipping_what_pytorch_has_not():
        wanted = torch.autograd.grad(slope, xs, materialize_grads=True) if slope.requires_grad else [0 * x for x in xs]

    def ours(*tensors):
        return (func.jvp(sample.function, tensors, tuple(map(wrap, directions)))[1] * wrap(weights)).sum()

    for got, want in zip(func.grad(ours, tuple(range(len(xs))))(*map(wrap, arrays)), wanted, strict=True):
        np.testing.assert_allclose(got.array, want.numpy(force=True), **tolerance)
