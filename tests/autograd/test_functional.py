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


X, Y = tg.tensor([1.0, 2.0, 3.0]), tg.tensor([2.0, 0.0, 1.0])


def cubes(x):
    return (x**3).sum()


def test_a_jacobian_by_forward_mode_is_the_same():
    def f(a, b):
        return a * b, (a.sum() * b).cumsum(0)

    forward = af.jacobian(f, (X, Y), strategy="forward-mode", vectorize=True)
    backward = af.jacobian(f, (X, Y), vectorize=True)
    assert [[block.tolist() for block in row] for row in forward] == [[b.tolist() for b in row] for row in backward]
    assert af.jacobian(tg.square, X, strategy="forward-mode", vectorize=True).tolist() == tg.diag(X * 2).tolist()
    hessian = af.hessian(cubes, X, outer_jacobian_strategy="forward-mode", vectorize=True)
    assert hessian.tolist() == tg.diag(X * 6).tolist()


def test_strict_mode_accepts_what_depends():
    assert af.jacobian(tg.square, X, strict=True).tolist() == tg.diag(X * 2).tolist()
    assert af.hessian(cubes, X, strict=True).tolist() == tg.diag(X * 6).tolist()
    assert af.jvp(tg.square, X, X, strict=True)[1].tolist() == [2, 8, 18]
    assert af.vhp(cubes, X, X, strict=True)[1].tolist() == [6, 24, 54]


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("Output 0 of the user-provided function is independent of input 1",
         lambda: af.jacobian(lambda a, b: a * 2, (X, Y), strict=True)),
        ("Output 0 of the user-provided function does not require gradients",
         lambda: af.jacobian(lambda a: Y, X, strict=True)),
        ("The jacobian of the user-provided function is independent of input 0",
         lambda: af.jacobian(lambda a: a * 2, X, strict=True, create_graph=True)),
        ("The output of the user-provided function is independent of input 1. This is not allowed in strict mode",
         lambda: af.vjp(lambda a, b: a * 2, (X, Y), X, strict=True)),
        ("The output of the user-provided function is independent of input 1[.]",
         lambda: af.jvp(lambda a, b: a * 2, (X, Y), (X, Y), strict=True)),
        ("While computing the hessian, found that the jacobian of the user-provided function with respect to input 0",
         lambda: af.hessian(tg.sum, X, strict=True)),
        ("with respect to input 1 is independent of the input",
         lambda: af.hessian(lambda a, b: (a * a).sum(), (X, Y), strict=True)),
        ("found that the jacobian of the user-provided", lambda: af.hvp(tg.sum, X, X, strict=True)),
    ],
)  # fmt: skip
def test_strict_mode_refuses_what_does_not_depend(words, call):
    with pytest.raises(RuntimeError, match=words):
        call()


@pytest.mark.parametrize(
    ("kind", "words", "call"),
    [
        (NotImplementedError, "only implemented for `vectorize=True`",
         lambda: af.jacobian(tg.square, X, strategy="forward-mode")),
        (NotImplementedError, "`create_graph=True` and `strategy=\"forward-mode\"` are not supported together",
         lambda: af.jacobian(tg.square, X, create_graph=True, vectorize=True, strategy="forward-mode")),
        (RuntimeError, "`strict=True` and `strategy=\"forward-mode\"` are not supported together",
         lambda: af.jacobian(tg.square, X, strict=True, vectorize=True, strategy="forward-mode")),
        (RuntimeError, "`strict=True` and `vectorized=True` are not supported together",
         lambda: af.jacobian(tg.square, X, strict=True, vectorize=True)),
        (AssertionError, "Expected strategy to be either \"forward-mode\" or \"reverse-mode\"",
         lambda: af.hessian(cubes, X, outer_jacobian_strategy="sideways")),
        (TypeError, "The inputs given to vjp must be either a Tensor or a tuple of Tensors but the given inputs has",
         lambda: af.vjp(tg.square, 1.0)),  # type: ignore[arg-type]
        (TypeError, "the value at index 1 has type <class 'float'>", lambda: af.vjp(tg.mul, (X, 1.0), X)),  # type: ignore[arg-type]
        (TypeError, "The outputs of the user-provided function given to jvp", lambda: af.jvp(lambda x: 1.0, X, X)),
        (RuntimeError, "v is a tuple of invalid length: should be 2 but got 1",
         lambda: af.vjp(lambda a, b: (a, b), (X, Y), X)),
        (RuntimeError, "The given v should contain a single Tensor", lambda: af.vjp(tg.square, X, (X, X))),
        (RuntimeError, "Entry 1 in v has invalid size", lambda: af.vjp(lambda a, b: (a, b), (X, Y), (X, X[:2]))),
        (RuntimeError, "The function given to hessian should return a single Tensor",
         lambda: af.hessian(lambda x: (x.sum(), x.sum()), X)),
        (RuntimeError, "function given to vhp should contain a single element", lambda: af.vhp(tg.square, X, X)),
    ],
)  # fmt: skip
def test_what_cannot_be_computed(kind, words, call):
    with pytest.raises(kind, match=words):
        call()
