"""Operations of your own: recorded, differentiated twice, checked, and refused with PyTorch's words."""

import gc
import weakref

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.autograd import Function, gradcheck, gradgradcheck
from teachgrad.autograd.function import once_differentiable


def leaf(values):
    return tg.tensor(values, dtype=tg.float64, requires_grad=True)


class Exp(Function):
    """Saves its output."""

    @staticmethod
    def forward(ctx, x):
        out = x.exp()
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, g):
        (out,) = ctx.saved_tensors
        return g * out


class ProductAndSum(Function):
    """Two tensors in, two out, and a number that has no gradient."""

    @staticmethod
    def forward(ctx, a, b, factor):
        ctx.save_for_backward(a, b)
        ctx.factor = factor
        return a * b * factor, a + b

    @staticmethod
    def backward(ctx, of_product, of_sum):
        a, b = ctx.saved_tensors
        return of_product * b * ctx.factor + of_sum, of_product * a * ctx.factor + of_sum, None


class Scale(Function):
    """The form without ctx in forward."""

    @staticmethod
    def forward(x, factor):
        return x * factor

    @staticmethod
    def setup_context(ctx, inputs, output):
        _, ctx.factor = inputs

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor, None


def test_it_is_recorded_under_its_name():
    x = leaf([0.0, 1.0])
    y = Exp.apply(x)
    assert repr(y) == "tensor([1.0000, 2.7183], dtype=torch.float64, grad_fn=<ExpBackward>)"
    assert type(y.grad_fn).__name__ == "ExpBackward"
    (y * 2).sum().backward()
    np.testing.assert_allclose(x.grad.array, 2 * np.exp(x.array))


@pytest.mark.parametrize(
    "function",
    [
        Exp.apply,
        lambda x: ProductAndSum.apply(x, x * 2, 3.0),
        lambda x: ProductAndSum.apply(x, x * 2, 3.0)[1],
        lambda x: Scale.apply(x, 3.0),
    ],
    ids=["saves its output", "several outputs", "one output of several", "setup_context"],
)
def test_first_and_second_derivatives_are_those_of_differences(function):
    assert gradcheck(function, leaf([0.5, -1.0]))
    assert gradgradcheck(function, leaf([0.5, -1.0]))


def test_both_outputs_lead_to_both_inputs():
    a, b = leaf([2.0]), leaf([5.0])
    product, total = ProductAndSum.apply(a, b, 10.0)
    assert product.grad_fn.name() == total.grad_fn.name() == "ProductAndSumBackward"
    (product + total * 100).sum().backward()
    assert (a.grad.item(), b.grad.item()) == (150, 120)


def test_gradients_of_unused_outputs_are_zeros_or_none():
    seen = []

    class Pair(Function):
        @staticmethod
        def forward(ctx, x, materialize):
            ctx.set_materialize_grads(materialize)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, g, h):
            seen.append(h if h is None else h.tolist())
            return g * 2, None

    x = leaf([1.0, 2.0])
    for materialize in (True, False):
        Pair.apply(x, materialize)[0].sum().backward()
    assert seen == [[0, 0], None]


def test_it_says_which_gradients_are_wanted():
    asked = []

    class Mul(Function):
        @staticmethod
        def forward(ctx, a, b, c):
            return a * b * c

        @staticmethod
        def backward(ctx, g):
            asked.append(ctx.needs_input_grad)
            return g, None, None

    a = leaf([1.0])
    Mul.apply(a, tg.ones(1, dtype=tg.float64), 3).sum().backward()
    assert asked == [(True, False, False)]
    assert a.grad.item() == 1


def test_a_gradient_of_none_leaves_grad_untouched():
    class Blocked(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return None

    x = leaf([1.0])
    Blocked.apply(x).sum().backward()
    assert x.grad is None


def test_a_saved_gradient_is_not_written_to():
    class Constant(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.answer = tg.ones(2, dtype=tg.float64)
            return x * 1

        @staticmethod
        def backward(ctx, g):
            return ctx.answer

    x = leaf([1.0, 2.0])
    y = Constant.apply(x)
    (y + x * 5 + x).sum().backward(retain_graph=True)
    x.grad = None
    (y + x * 5 + x).sum().backward()
    assert x.grad.tolist() == [7, 7]


def test_an_input_that_is_returned_gets_a_twin():
    class TenTimesTheGradient(Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 10

    x = leaf([1.0])
    y = TenTimesTheGradient.apply(x)
    assert y is not x
    assert y.data_ptr() == x.data_ptr()
    y.sum().backward()
    assert x.grad.item() == 10


def test_an_input_that_was_changed_in_place():
    class Double_(Function):  # noqa: N801
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = leaf([3.0])
    y = x * 1
    z = Double_.apply(y)
    assert z is y
    z.sum().backward()
    assert (z.item(), x.grad.item()) == (6, 2)


def test_outputs_without_a_gradient():
    class MaxAndIndex(Function):
        @staticmethod
        def forward(ctx, x):
            index = x.argmax()
            twin = x * 1
            ctx.mark_non_differentiable(twin)
            return x.max(), index, twin

        @staticmethod
        def backward(ctx, g, *_):
            return g * tg.ones(3, dtype=tg.float64)

    largest, index, twin = MaxAndIndex.apply(leaf([1.0, 3.0, 2.0]))
    assert (largest.requires_grad, index.requires_grad, twin.requires_grad) == (True, False, False)


def test_a_second_backward_is_refused_as_for_other_operations():
    y = Exp.apply(leaf([1.0])).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_a_saved_tensor_that_was_overwritten_is_noticed():
    x = leaf([1.0])
    y = Exp.apply(x)
    y.detach().zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_once_differentiable_refuses_a_second_derivative():
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 2 * x

    x = leaf([3.0])
    (first,) = tg.autograd.grad((Square.apply(x) * x).sum(), x, create_graph=True)
    assert first.item() == 27
    with pytest.raises(
        RuntimeError, match="trying to differentiate twice a function that was marked with @once_differentiable"
    ):
        first.sum().backward()


def test_it_makes_no_circle():
    gc.collect()
    gc.disable()
    try:
        y = Exp.apply(leaf([1.0]))
        node = weakref.ref(y.grad_fn)
        y.sum().backward()
        del y
        assert node() is None
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((1, 2), r"function WrongBackward returned an incorrect number of gradients \(expected 1, got 2\)"),
        (
            tg.ones(3),
            r"Function WrongBackward returned an invalid gradient at index 0 - got \[3\] but expected shape",
        ),
        (3.0, r"expected Variable or None \(got float\)"),
    ],
    ids=["too many", "wrong shape", "no tensor"],
)
def test_wrong_gradients_are_refused(answer, words):
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return answer

    with pytest.raises(RuntimeError, match=words):
        Wrong.apply(leaf([1.0, 2.0])).sum().backward()


def test_missing_methods_and_instances_are_refused():
    class NoBackward(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    with pytest.raises(NotImplementedError, match="You must implement either the backward or vjp method"):
        NoBackward.apply(leaf([1.0])).sum().backward()
    with pytest.raises(NotImplementedError, match="You must implement the forward function"):
        Function.apply(leaf([1.0]))
    with pytest.raises(RuntimeError, match="Legacy autograd function with non-static forward method"):
        Exp()(leaf([1.0]))
