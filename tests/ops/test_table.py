"""Every op, by samples: its gradients against finite differences, with random upstream gradients.

An upstream gradient of ones cannot see a softmax whose gradient is wrong (its elements add up to a constant), so
the outputs are weighed by random numbers before they are added up.
"""

import inspect
import zlib

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.graph import Node, reads
from teachgrad.ops.table import ROWS
from teachgrad.ops.views import COPY_SLICES
from teachgrad.tensor import wrap
from tests.differences import central_difference
from tests.samples import SAMPLES, defined_ops
from tests.sampling import Sample

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.name} {s.shapes}".replace(" ", ""))


@pytest.fixture
def rng(sample):
    return np.random.default_rng(zlib.crc32(repr((sample.name, sample.shapes)).encode()))


def leaves(arrays):
    return [wrap(a.copy()).requires_grad_() for a in arrays]


def weighed(sample: Sample, tensors, weights):
    """One number that depends on every output element differently."""
    return (sample.function(*tensors) * wrap(weights)).sum()


def output_weights(sample, arrays, rng):
    return rng.uniform(0.5, 1.5, sample.function(*map(wrap, arrays)).shape)


@every_sample
def test_gradients_are_those_of_finite_differences(sample, rng):
    arrays = sample.arrays(rng)
    weights = output_weights(sample, arrays, rng)
    inputs = leaves(arrays)
    gradients = tg.autograd.grad(weighed(sample, inputs, weights), inputs)
    expected = central_difference(lambda xs: weighed(sample, [wrap(x) for x in xs], weights).item(), arrays)
    for got, want in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(got.array, want, rtol=1e-6, atol=1e-7)


@every_sample
def test_second_derivatives_are_finite_differences_of_first_ones(sample, rng):
    arrays = sample.arrays(rng)
    weights = output_weights(sample, arrays, rng)
    directions = [rng.uniform(0.5, 1.5, a.shape) for a in arrays]

    def slope_along(tensors, **kwargs):
        firsts = tg.autograd.grad(weighed(sample, tensors, weights), tensors, **kwargs)
        return sum(((g * wrap(d)).sum() for g, d in zip(firsts, directions, strict=True)), wrap(np.zeros(())))

    inputs = leaves(arrays)
    first = slope_along(inputs, create_graph=True)
    if first.requires_grad:
        seconds = tg.autograd.grad(first, inputs, materialize_grads=True)
    else:
        seconds = [wrap(np.zeros_like(a)) for a in arrays]  # a linear function
    expected = central_difference(lambda xs: slope_along(leaves(xs)).item(), arrays)
    for got, want in zip(seconds, expected, strict=True):
        np.testing.assert_allclose(got.array, want, rtol=1e-5, atol=1e-6)


@every_sample
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_and_shapes_are_kept(sample, rng, dtype):
    inputs = leaves(sample.arrays(rng, dtype))
    out = sample.function(*inputs)
    assert out.array.dtype == dtype
    assert type(out.array) is np.ndarray
    out.backward(wrap(np.ones_like(out.array)))
    for x in inputs:
        assert (x.grad.array.shape, x.grad.array.dtype) == (x.array.shape, dtype)


@every_sample
def test_nothing_is_written_to_and_no_gradient_shares_memory(sample, rng):
    arrays = sample.arrays(rng)
    inputs = leaves(arrays)
    out = sample.function(*inputs)
    upstream = wrap(rng.uniform(0.5, 1.5, out.shape))
    before = upstream.array.copy()
    out.backward(upstream)
    np.testing.assert_array_equal(upstream.array, before)
    memory = [upstream.array, out.array, *(x.array for x in inputs), *(x.grad.array for x in inputs)]
    for x, array in zip(inputs, arrays, strict=True):
        np.testing.assert_array_equal(x.array, array)
        assert not any(np.shares_memory(x.grad.array, other) for other in memory if other is not x.grad.array)
        assert x.grad.array.flags.writeable


@every_sample
def test_a_formula_never_returns_what_was_saved(sample, rng):
    # The engine adds into arrays that formulas made; a saved array handed out would be written over.
    out = sample.function(*leaves(sample.arrays(rng)))
    pending = [out.grad_fn]
    while pending:
        node = pending.pop()
        saved = [node.value, *(t.array for t in node.tensors or () if t is not None), *(node.attributes or ())]
        saved = [array for array in saved if isinstance(array, np.ndarray) and array.size]
        g = rng.uniform(0.5, 1.5, node.shape)
        for parent, formula in zip(node.parents, node.op.formulas, strict=True):
            if parent is not None:
                pending.append(parent)
                contribution = formula(g, node)
                assert contribution is g or not any(np.shares_memory(contribution, array) for array in saved)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_computes_what_its_numpy_function_computes(row):
    rng = np.random.default_rng(1)
    arrays = [rng.uniform(*row.domain, (2, 3)) for _ in range(row.inputs)]
    np.testing.assert_array_equal(row.function(*map(wrap, arrays)).array, row.forward(*arrays))
    assert getattr(wrap(arrays[0]), row.name)(*map(wrap, arrays[1:])).array.shape == (2, 3)


@pytest.mark.parametrize(
    "row", [r for r in ROWS.values() if r.inplace], ids=[r.name for r in ROWS.values() if r.inplace]
)
def test_the_in_place_twin_gives_the_same_numbers_and_gradients(row):
    rng = np.random.default_rng(2)
    arrays = [rng.uniform(*row.domain, (2, 3)) for _ in range(row.inputs)]
    fresh, written = leaves(arrays), leaves(arrays)
    out = row.function(*fresh)
    target = written[0].clone()
    memory = target.array
    assert getattr(target, f"{row.name}_")(*written[1:]) is target
    assert target.array is memory
    assert target._version == 1
    np.testing.assert_array_equal(target.array, out.array)
    weights = wrap(rng.uniform(0.5, 1.5, (2, 3)))
    (out * weights).sum().backward()
    (target * weights).sum().backward()
    for x, y in zip(fresh, written, strict=True):
        np.testing.assert_allclose(y.grad.array, x.grad.array, rtol=1e-15)


def test_every_op_is_sampled():
    met: set[str] = {COPY_SLICES.name, "FillBackward0", "CopyBackwards", "IndexPutBackward0"}  # see test_views.py
    met.add("ToCopyBackward0")  # changes the type; see test_mixed_types_meet_and_each_gets_a_gradient_of_its_own_type
    rng = np.random.default_rng(3)
    for sample in SAMPLES:
        inputs = leaves(sample.arrays(rng))
        grads = tg.autograd.grad(sample.function(*inputs).sum(), inputs, create_graph=True)
        pending: list[Node] = [t.grad_fn for t in (sample.function(*inputs), *grads) if t.grad_fn is not None]
        seen = set(pending)
        while pending:
            node = pending.pop()
            met.add(node.op.name)
            fresh = [p for p in node.parents if p is not None and p not in seen]
            seen.update(fresh)
            pending.extend(fresh)
    assert {op.name for op in defined_ops().values()} - met == set()


@pytest.mark.parametrize("name", defined_ops())
def test_a_formula_names_only_what_its_op_can_save(name):
    op = defined_ops()[name]
    assert len(op.sources) == len(op.inputs)
    for formula in op.sources:
        assert next(iter(inspect.signature(formula).parameters)) == "g"
        assert set(reads(formula)) <= {"out", *op.inputs, *op.attributes}
