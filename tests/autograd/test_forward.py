"""Dual numbers: what PyTorch 2.13 printed for the same lines, and what its documentation promises."""

import gc
import subprocess
import sys
import weakref

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.autograd import Function, forward_ad
from teachgrad.autograd.forward_ad import dual_level, make_dual, unpack_dual
from teachgrad.autograd.pushforward import forward_mode
from teachgrad.grad_mode import mode
from teachgrad.watching import watchers


@pytest.fixture
def x():
    return tg.tensor([1.0, 2.0, 3.0])


@pytest.fixture
def v():
    return tg.tensor([1.0, 0.0, 2.0])


def test_a_function_of_a_dual_number_has_value_and_tangent(x, v):
    with dual_level():
        y = unpack_dual(make_dual(x, v) ** 2)
        assert (y.primal.tolist(), y.tangent.tolist()) == ([1, 4, 9], [2, 0, 12])
        assert (y.primal.requires_grad, y.tangent.requires_grad) == (False, False)


def test_tangents_belong_to_their_level(x, v):
    with dual_level() as level:
        assert level == 0
        dual = make_dual(x, v)
        assert unpack_dual(dual).tangent is v
        assert unpack_dual(x).tangent is None
        y = dual * 2
    assert unpack_dual(y).tangent is None
    assert unpack_dual(x) == (x, None)
    with dual_level():
        assert unpack_dual(y).tangent is None


def test_what_is_unpacked_stands_still(x, v):
    with dual_level():
        y = make_dual(x, v) * 2
        for still in (unpack_dual(y).primal, y.detach(), y.data):
            assert unpack_dual(still * 3).tangent is None
        w = tg.ones(3, requires_grad=True)
        primal = unpack_dual(make_dual(w, v) * x).primal
        assert unpack_dual(primal).tangent is None
        primal.sum().backward()
    assert w.grad.tolist() == [1, 2, 3]


def test_changes_in_place_and_views_carry_tangents(x, v):
    with dual_level():
        dual = make_dual(x, v)
        part = dual.clone()
        part[0] = 5
        assert unpack_dual(part).tangent.tolist() == [0, 0, 2]
        scaled = dual.clone()
        assert unpack_dual(scaled.mul_(2)).tangent.tolist() == [2, 0, 4]
        plain = tg.ones(3)
        plain[1:] = dual[1:]
        assert unpack_dual(plain).tangent.tolist() == [0, 0, 2]
        base = dual.clone()
        view = base[1:]
        base.mul_(10)
        assert unpack_dual(view).tangent.tolist() == [0, 20]
        dual.mul_(3)  # the memory is shared
        assert unpack_dual(dual).tangent.tolist() == [3, 0, 6]
    assert x.tolist() == [3, 6, 9]


def test_functions_with_several_results(x, v):
    with dual_level():
        first, second = make_dual(x, v).split([1, 2])
        assert [unpack_dual(part).tangent.tolist() for part in (first, second)] == [[1], [0, 2]]
        values, indices = make_dual(-x, v).sort()
        assert (unpack_dual(values).tangent.tolist(), unpack_dual(indices).tangent) == ([2, 0, 1], None)


def test_types_are_converted_with_their_values(x, v):
    with dual_level():
        doubled = unpack_dual(make_dual(x, v).double() * tg.ones(2, 1, dtype=tg.float64))
        assert (doubled.tangent.dtype, doubled.tangent.tolist()) == (tg.float64, [[1, 0, 2]] * 2)


def test_tangents_pass_where_no_grad_stops_gradients(x, v):
    w = tg.ones(3, requires_grad=True)
    with dual_level():
        dual = make_dual(x, v)
        with tg.no_grad():
            y = dual * dual
            assert not (w * 2).requires_grad
            assert not tg.is_grad_enabled()
            w.add_(1)
        assert unpack_dual(y).tangent.tolist() == [2, 0, 12]
        z = dual * y
        assert tg.autograd.grad(z.sum(), dual)[0].tolist() == [1, 4, 9]
        assert unpack_dual(z).tangent.tolist() == [3, 0, 54]
        with tg.inference_mode():
            assert unpack_dual(dual * 2).tangent is None
    with tg.no_grad(), dual_level():
        assert unpack_dual(make_dual(x, v) * w).tangent.tolist() == [2, 0, 4]
        assert not (w * 2).requires_grad
    assert not mode.anyway
    assert not watchers


def test_a_level_leaves_the_grad_mode_as_it_was(x, v):
    with pytest.raises(ZeroDivisionError), tg.no_grad(), dual_level():
        raise ZeroDivisionError
    assert tg.is_grad_enabled()
    with forward_mode(), forward_mode():
        pass
    assert not mode.anyway
    assert not watchers

    @dual_level()
    def double():
        return unpack_dual(make_dual(x, v) * 2).tangent

    assert double().tolist() == double().tolist() == [2, 0, 4]


def test_values_and_tangents_can_be_differentiated(x, v):
    w = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with dual_level():
        y, moved = unpack_dual((make_dual(w, v) ** 2).sum())
        moved.backward()
        assert w.grad.tolist() == [2, 0, 4]
        y.backward()
    assert w.grad.tolist() == [4, 4, 10]
    direction = tg.ones(3, requires_grad=True)
    with dual_level():
        unpack_dual((make_dual(x, direction) ** 2).sum()).tangent.backward()
    assert direction.grad.tolist() == [2, 4, 6]


def test_gradients_of_dual_numbers_are_dual_numbers(x, v):
    # forward over reverse: the tangent of a gradient is the Hessian times the direction
    with dual_level():
        dual = make_dual(x, v)
        (gradient,) = tg.autograd.grad((dual**3).sum(), dual)
        assert unpack_dual(gradient).tangent.tolist() == [6, 0, 36]
    w = x.clone().requires_grad_()
    with dual_level():
        (make_dual(w, v) ** 3).sum().backward()
        assert unpack_dual(w.grad).tangent.tolist() == [6, 0, 36]


def test_nothing_is_kept_alive(x, v):
    with dual_level():
        y = make_dual(x, v).exp()
        unpack_dual(y)
        node = weakref.ref(y.grad_fn)
        gc.disable()
        try:
            del y
            assert node() is None
        finally:
            gc.enable()


def test_functions_of_ones_own_say_how_they_move(x, v):
    class Product(Function):
        @staticmethod
        def forward(ctx, a, factor, b):
            ctx.save_for_backward(a)
            ctx.save_for_forward(a, b)
            ctx.factor = factor
            return a * factor * b, a + b, a > 1

        @staticmethod
        def jvp(ctx, a_moves, factor_moves, b_moves):
            assert factor_moves is None
            a, b = ctx.saved_tensors
            return ctx.factor * (a_moves * b + a * b_moves), a_moves + b_moves, None

    with dual_level():
        product, total, larger = Product.apply(make_dual(x, v), 3, x.clone())
        assert unpack_dual(product).tangent.tolist() == [3, 0, 18]
        assert unpack_dual(total).tangent.tolist() == v.tolist()
        assert unpack_dual(larger).tangent is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda t: t.sum(),
            "Trying to set a forward gradient that has a different size than that of the original Tensor",
        ),
        (lambda t: (t, t), r"Function's jvp returned an invalid number of forward gradients \(expected 1 but got 2\)"),
        (lambda t: 1.0, r"expected Variable or None \(got float\) for grad output 0."),
    ],
)
def test_wrong_answers_of_jvp(x, v, answer, words):
    class Wrong(Function):
        @staticmethod
        def forward(ctx, a):
            return a.clone()

        @staticmethod
        def jvp(ctx, t):
            return answer(t)

    with dual_level(), pytest.raises(RuntimeError, match=words):
        unpack_dual(Wrong.apply(make_dual(x, v)))


def test_functions_without_jvp_have_no_tangent(x, v):
    class Double(Function):
        @staticmethod
        def forward(ctx, a):
            return a * 2

    with dual_level(), pytest.raises(NotImplementedError, match="You must implement the jvp function for custom"):
        unpack_dual(Double.apply(make_dual(x, v)))


@pytest.mark.parametrize(
    ("kind", "words", "mistake"),
    [
        (RuntimeError, "Nested forward mode AD is not supported", lambda x: forward_ad.enter_dual_level()),
        (RuntimeError, r"a different size .* Tensor is of size \[3\] .* of size \[2\]", lambda x: make_dual(x, x[:2])),
        (ValueError, "Expected primal to be floating point or complex, but got: torch.int64",
         lambda x: make_dual(x.long(), x)),
        (ValueError, "Expected tangent to be floating point or complex, but got: torch.int64",
         lambda x: make_dual(x, x.long())),
        (RuntimeError, "Making a dual Tensor based on a Tensor that already has a forward gradient",
         lambda x: make_dual(make_dual(x, x) * 2, x)),
        (TypeError, r"argument 'dual' \(position 1\) must be Tensor, not float", lambda x: unpack_dual(1.0)),  # type: ignore[arg-type]
        (RuntimeError, "Trying to exit a forward AD level that was not the last one",
         lambda x: forward_ad.exit_dual_level(level=1)),
    ],
)  # fmt: skip
def test_mistakes_inside_of_a_level(x, kind, words, mistake):
    with dual_level(), pytest.raises(kind, match=words):
        mistake(x)


def test_mistakes_outside_of_a_level(x, v):
    with pytest.raises(RuntimeError, match="Trying to create a dual Tensor for forward AD but no level exists"):
        make_dual(x, v)
    with pytest.raises(RuntimeError, match="Dual level must be a positive number"):
        forward_ad.exit_dual_level()


def test_a_chain_of_ten_thousand_operations(x):
    with dual_level():
        y = make_dual(x, tg.ones(3))
        for _ in range(10_000):
            y = -y
        np.testing.assert_array_equal(unpack_dual(y).tangent.array, 1)


def test_forward_mode_is_loaded_when_it_is_asked_for():
    rooms = ["teachgrad.autograd.forward_ad", "teachgrad.autograd.pushforward", "teachgrad.func"]
    code = f"import sys, teachgrad; print([name for name in {rooms} if name in sys.modules])"
    code += "; teachgrad.autograd.forward_ad.dual_level, teachgrad.func.grad"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
