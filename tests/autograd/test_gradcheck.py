"""The check of gradients accepts right ones and says where wrong ones are wrong."""

import pytest

import teachgrad as tg
from teachgrad.autograd import Function, gradcheck, gradgradcheck
from teachgrad.autograd.gradcheck import GradcheckError


def leaf(values):
    return tg.tensor(values, dtype=tg.float64, requires_grad=True)


def function_with(slope):
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            return slope(g, *ctx.saved_tensors)

    return Square.apply


def test_right_gradients_pass():
    assert gradcheck(lambda a, b: (a @ b, a.sum()), [leaf([[1.0, 2.0]]), leaf([[3.0], [4.0]])])
    assert gradgradcheck(lambda a, b: a * b.exp(), [leaf([1.0, 2.0]), leaf([3.0, 0.5])])
    assert gradcheck(function_with(lambda g, x: g * 2 * x), leaf([1.0, 2.0]))


@pytest.mark.parametrize(
    "slope",
    [lambda g, x: g * x, lambda g, x: g * 0, lambda g, x: -g * 2 * x, lambda g, x: g.sum() * 2 * x, lambda g, x: None],
    ids=["half", "zeros", "sign", "all-ones upstream only", "none"],
)
def test_wrong_gradients_are_found(slope):
    wrong = function_with(slope)
    with pytest.raises(
        GradcheckError,
        match=r"Jacobian mismatch for output 0 with respect to input 0,(.|\n)*numerical:(.|\n)*analytical:",
    ):
        gradcheck(wrong, leaf([1.0, 2.0]))
    assert not gradcheck(wrong, leaf([1.0, 2.0]), raise_exception=False)


def test_forward_mode_is_checked_if_asked_for():
    class Square(Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.save_for_forward(x)
            ctx.factor = factor
            return x * x

        @staticmethod
        def jvp(ctx, t, _):
            return ctx.factor * t * ctx.saved_tensors[0]

    forward_only = {"check_forward_ad": True, "check_backward_ad": False, "check_undefined_grad": False}
    assert gradcheck(Square.apply, (leaf([1.0, 2.0]), 2), **forward_only)
    with pytest.raises(GradcheckError, match="Jacobian computed with forward mode mismatch for output 0 with respect"):
        gradcheck(Square.apply, (leaf([1.0, 2.0]), 3), **forward_only)
    assert gradcheck(lambda a, b: (a @ b, a.sum()), [leaf([[1.0, 2.0]]), leaf([[3.0], [4.0]])], check_forward_ad=True)
    assert gradgradcheck(lambda a, b: a * b.exp(), [leaf([1.0, 2.0]), leaf([3.0, 0.5])], check_fwd_over_rev=True)
    with pytest.raises(AssertionError, match="Expected at least one of check_forward_ad or check_backward_ad"):
        gradcheck(tg.exp, leaf([1.0]), check_backward_ad=False)


def test_a_wrong_second_derivative_is_found():
    def slope(g, x):
        return g * 2 * x.detach()

    assert gradcheck(function_with(slope), leaf([1.0, 2.0]))
    assert not gradgradcheck(function_with(slope), leaf([1.0, 2.0]), raise_exception=False)


def test_inputs_that_cannot_be_checked():
    with pytest.raises(ValueError, match="gradcheck expects at least one input tensor to require gradient"):
        gradcheck(tg.exp, tg.ones(2))
    warned = pytest.warns(UserWarning, match="Input #0 requires gradient and is not a double precision")
    with warned, pytest.raises(GradcheckError, match="not float64"):
        gradcheck(tg.exp, tg.tensor([1.0, 2.0], requires_grad=True))
