"""Jacobians, Hessians and products with them, with numbers by hand."""

import pytest

import teachgrad as tg
from teachgrad.autograd import functional as af


def test_a_jacobian_has_the_shapes_of_output_and_input():
    a, b = tg.tensor([1.0, 2.0]), tg.ones(2, 3)
    assert af.jacobian(lambda x: (x * 2).sum(), a).tolist() == [2, 2]
    assert af.jacobian(lambda x: x.reshape(3, 2), b).shape == (3, 2, 2, 3)
    by_a, by_b = af.jacobian(lambda x, y: x @ y, (a, b))
    assert (by_a.shape, by_b.shape) == ((3, 2), (3, 2, 3))
    (first_a, first_b), (second_a, second_b) = af.jacobian(lambda x, y: (x.sum(), y * 2), (a, b))
    assert (first_a.tolist(), first_b.abs().sum().item()) == ([1, 1], 0)
    assert (second_a.shape, second_b.shape) == ((2, 3, 2), (2, 3, 2, 3))


def test_products_agree_with_the_jacobian():
    x = tg.tensor([1.0, 2.0, 3.0], dtype=tg.float64)
    matrix = tg.arange(6, dtype=tg.float64).reshape(2, 3)

    def f(x):
        return (matrix @ x).sin()

    jacobian = af.jacobian(f, x)
    left, right = tg.tensor([1.0, -2.0], dtype=tg.float64), tg.tensor([1.0, 0.5, -1.0], dtype=tg.float64)
    assert tg.allclose(af.vjp(f, x, left)[1], left @ jacobian)
    assert tg.allclose(af.jvp(f, x, right)[1], jacobian @ right)
    assert tg.allclose(af.vjp(f, x, left)[0], f(x))


def test_a_hessian_and_its_products():
    x, v = tg.tensor([2.0, 3.0]), tg.tensor([1.0, 10.0])

    def f(x):
        return x[0] ** 2 * x[1]

    hessian = af.hessian(f, x)
    assert hessian.tolist() == [[6, 4], [4, 0]]
    assert af.hvp(f, x, v)[1].tolist() == (hessian @ v).tolist()
    assert af.vhp(f, x, v)[1].tolist() == (v @ hessian).tolist()
    assert af.vhp(f, x, v)[0].item() == 12
    blocks = af.hessian(lambda a, b: (a * b).sum(), (x, v))
    assert [[block.shape for block in row] for row in blocks] == [[(2, 2)] * 2] * 2


def test_results_are_detached_unless_the_graph_is_wanted():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    assert not af.jacobian(lambda x: x**2, x).requires_grad
    kept = af.jacobian(lambda x: x**2, x, create_graph=True)
    kept.sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_vectors_must_fit():
    x = tg.tensor([1.0, 2.0])
    with pytest.raises(
        RuntimeError, match="The vector v can only be None if the user-provided function returns a single Tensor"
    ):
        af.vjp(lambda x: x**2, x)
    with pytest.raises(
        RuntimeError, match="The vector v can only be None if the input to the user-provided function is"
    ):
        af.jvp(lambda x: x**2, x)
    with pytest.raises(RuntimeError, match="v has invalid size"):
        af.vjp(lambda x: x**2, x, tg.ones(3))
    with pytest.raises(RuntimeError, match="given to hessian should contain a single element"):
        af.hessian(lambda x: x**2, x)
