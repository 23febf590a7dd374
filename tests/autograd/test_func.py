"""Transformations of functions: against finite differences, and what PyTorch 2.13 gave for the same lines."""

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import func
from teachgrad.tensor import wrap
from tests.differences import central_difference

X, V = tg.tensor([1.0, 2.0, 3.0]), tg.tensor([1.0, 0.0, 2.0])


def cubes(x):
    return (x**3).sum()


def wave(x):
    return (x[:, None] * x.sin()).tanh().sum(0) + x.prod()


@pytest.fixture
def point():
    return np.random.default_rng(0).uniform(-1, 1, 4)


@pytest.fixture
def jacobian(point):
    rows = [central_difference(lambda xs, i=i: wave(wrap(xs[0]))[i].item(), [point])[0] for i in range(4)]
    return np.stack(rows)


def test_gradients_and_their_gradients():
    x = tg.tensor(2.0)
    first, second, third = func.grad(cubes), func.grad(func.grad(cubes)), func.grad(func.grad(func.grad(cubes)))
    assert [f(x).item() for f in (cubes, first, second, third)] == [8, 12, 12, 6]
    assert not third(x).requires_grad


def test_products_and_jacobians_agree_with_differences(point, jacobian):
    x, v = wrap(point), wrap(np.array([1.0, -2.0, 0.5, 3.0]))
    close = {"rtol": 1e-6, "atol": 1e-8}
    np.testing.assert_allclose(func.jvp(wave, (x,), (v,))[1].array, jacobian @ v.array, **close)
    np.testing.assert_allclose(func.vjp(wave, x)[1](v)[0].array, v.array @ jacobian, **close)
    np.testing.assert_allclose(func.jacrev(wave)(x).array, jacobian, **close)
    np.testing.assert_allclose(func.jacfwd(wave)(x).array, jacobian, **close)
    np.testing.assert_allclose(func.linearize(wave, x)[1](v).array, jacobian @ v.array, **close)


@pytest.mark.parametrize("outer", [func.jacfwd, func.jacrev])
@pytest.mark.parametrize("inner", [func.jacfwd, func.jacrev])
def test_transformations_nest_in_any_order(point, outer, inner):
    x = wrap(point)

    def f(x):
        return wave(x).cos().sum()

    expected = np.stack(
        [central_difference(lambda xs, i=i: func.grad(f)(wrap(xs[0]))[i].item(), [point])[0] for i in range(4)]
    )
    np.testing.assert_allclose(outer(inner(f))(x).array, expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(func.hessian(f)(x).array, expected, rtol=1e-6, atol=1e-8)


def test_three_levels_of_each_kind(point):
    x = wrap(point)
    third = func.jacrev(func.jacrev(func.jacrev(cubes)))(x)
    for transform in (
        lambda f: func.jacfwd(func.jacfwd(func.jacfwd(f))),
        lambda f: func.jacrev(func.jacfwd(func.jacrev(f))),
        lambda f: func.jacfwd(func.jacrev(func.jacfwd(f))),
    ):
        np.testing.assert_allclose(transform(cubes)(x).array, third.array, rtol=1e-12)
    assert third[2, 2, 2].item() == pytest.approx(6)


def test_nested_calls_do_not_mix_up_who_differentiates_what():
    # d/dx (x * d/dy (x + y)) = 1: the classic case of confused perturbations
    x = tg.tensor(1.0)
    reverse = func.grad(lambda x: x * func.grad(lambda y: x + y)(tg.tensor(1.0)))
    forward = func.jacfwd(lambda x: x * func.jacfwd(lambda y: x + y)(tg.tensor(1.0)))
    mixed = func.jacfwd(lambda x: x * func.grad(lambda y: x * y)(tg.tensor(1.0)))
    assert [f(x).item() for f in (reverse, forward, mixed)] == [1, 1, 2]


def test_argnums_choose_what_to_differentiate():
    def f(a, b, factor=1):
        return (a * b).sum() * factor

    assert func.grad(f)(X, V, factor=2).tolist() == [2, 0, 4]
    assert func.grad(f, argnums=-1)(X, V).tolist() == [1, 2, 3]
    by_b, by_a = func.grad(f, argnums=(1, 0))(X, V)
    assert (by_a.tolist(), by_b.tolist()) == ([1, 0, 2], [1, 2, 3])
    blocks = func.hessian(f, argnums=(0, 1))(X, V)
    assert [[block.sum().item() for block in row] for row in blocks] == [[0, 3], [3, 0]]
    assert func.jacfwd(f, argnums=(0, 1))(X, V)[1].tolist() == [1, 2, 3]


def test_trees_go_in_and_come_out():
    def f(tree):
        return (tree["a"] * tree["b"][0]).sum()

    gradient = func.grad(f)({"a": X, "b": [V]})
    assert (gradient["a"].tolist(), gradient["b"][0].tolist()) == ([1, 0, 2], [1, 2, 3])
    jacobian = func.jacrev(lambda x: {"square": x**2, "sum": (x.sum(),)})(X)
    assert (jacobian["square"].diagonal().tolist(), jacobian["sum"][0].tolist()) == ([2, 4, 6], [1, 1, 1])
    columns = func.jacfwd(lambda tree: tree["a"] * tree["b"])({"a": X, "b": V})
    assert (columns["a"].diagonal().tolist(), columns["b"].diagonal().tolist()) == ([1, 0, 2], [1, 2, 3])
    value, moved = func.jvp(lambda tree: {"r": tree["a"] * 2}, ({"a": X},), ({"a": V},))
    assert (value["r"].tolist(), moved["r"].tolist()) == ([2, 4, 6], [2, 0, 4])
    value, pull = func.vjp(lambda a, b: (a * b, {"k": a}), X, V)
    assert [g.tolist() for g in pull((V, {"k": V}))] == [[2, 0, 6], [1, 0, 6]]
    sizes = func.jacfwd(lambda x: x.sort())(X)
    assert (sizes.values.tolist(), sizes.indices.tolist()) == (tg.eye(3).tolist(), tg.zeros(3, 3).tolist())


def test_aux_is_handed_out():
    def f(x):
        return (x**2).sum(), {"x": x, "n": 3}

    gradient, aux = func.grad(f, has_aux=True)(X)
    assert (gradient.tolist(), aux["x"].tolist(), aux["n"], aux["x"].requires_grad) == ([2, 4, 6], [1, 2, 3], 3, False)
    gradient, (value, aux) = func.grad_and_value(f, has_aux=True)(X)
    assert (gradient.tolist(), value.item(), aux["n"]) == ([2, 4, 6], 14, 3)
    assert func.grad_and_value(cubes)(X)[1].item() == 36
    assert func.jacrev(f, has_aux=True)(X)[0].tolist() == func.jacfwd(f, has_aux=True)(X)[0].tolist() == [2, 4, 6]
    assert func.vjp(f, X, has_aux=True)[2]["n"] == func.jvp(f, (X,), (V,), has_aux=True)[2]["n"] == 3


def test_results_are_recorded_where_somebody_outside_may_ask():
    w = X.clone().requires_grad_()
    by_argument = func.grad(cubes)(w)
    assert tg.autograd.grad(by_argument.sum(), w)[0].tolist() == [6, 12, 18]
    by_closure = func.grad(lambda x: (x * w).sum())(X)
    assert tg.autograd.grad(by_closure.sum(), w)[0].tolist() == [1, 1, 1]
    value, moved = func.jvp(lambda x: (x**2 * w).sum(), (X,), (V,))
    assert tg.autograd.grad(moved, w)[0].tolist() == [2, 0, 12]
    assert tg.autograd.grad(value, w)[0].tolist() == [1, 4, 9]
    weights = tg.ones(3, requires_grad=True)
    (pulled,) = func.vjp(lambda x: x**2, X)[1](weights)
    assert tg.autograd.grad(pulled.sum(), weights)[0].tolist() == [2, 4, 6]
    with tg.no_grad():
        assert not func.grad(cubes)(w).requires_grad
        assert not func.jvp(cubes, (w,), (V,))[1].requires_grad
        assert not func.jacfwd(cubes)(w).requires_grad
    assert w.grad is None


def test_no_grad_stops_gradients_and_lets_tangents_pass():
    def f(x):
        with tg.no_grad():
            still = x * 1
        return (x * still).sum()

    assert func.grad(f)(X).tolist() == [1, 2, 3]
    assert func.jvp(f, (X,), (V,))[1].item() == 14
    assert func.jvp(lambda x: (x * x.detach()).sum(), (X,), (V,))[1].item() == 7
    assert func.hessian(f)(X).tolist() == tg.eye(3).tolist()


def test_what_does_not_depend_has_a_derivative_of_zero():
    assert func.grad(lambda a, b: (b * b).sum())(X, V).tolist() == [0, 0, 0]
    assert func.jvp(lambda x: V * 2, (X,), (V,))[1].tolist() == [0, 0, 0]
    assert func.jacfwd(lambda x: x.argmax())(X).tolist() == [0, 0, 0]
    assert func.jacrev(lambda x: V)(X[:0]).shape == (3, 0)
    assert func.jacfwd(lambda x: V)(X[:0]).shape == (3, 0)


def test_functions_run_once():
    calls = []

    def f(x):
        calls.append(x)
        return x**2

    func.jacfwd(f)(X)
    func.jacrev(f)(X)
    push = func.linearize(f, X)[1]
    assert [push(V).tolist(), push(X).tolist(), len(calls)] == [[2, 0, 12], [2, 8, 18], 3]


class TestVmap:
    def test_gradients_of_each_example(self):
        def loss(w, x, y):
            return ((w * x).sum() - y) ** 2

        each = func.vmap(func.grad(loss), in_dims=(None, 0, 0))(X, tg.ones(2, 3), tg.tensor([1.0, 2.0]))
        assert each.tolist() == [[10] * 3, [8] * 3]

    def test_dimensions_in_and_out(self):
        batch = tg.arange(6.0).reshape(2, 3)
        assert func.vmap(lambda x: x * 2, out_dims=1)(batch).tolist() == (batch * 2).T.tolist()
        assert func.vmap(lambda x: x.sum(), in_dims=1)(batch).tolist() == [3, 5, 7]
        assert func.vmap(lambda x: x, in_dims=-1, out_dims=-1)(batch).tolist() == batch.tolist()
        rows, sums = func.vmap(lambda x: (x, x.sum()), out_dims=(1, 0))(batch)
        assert (rows.tolist(), sums.tolist()) == (batch.T.tolist(), [3, 12])
        assert func.vmap(lambda d: {"r": d["a"] * d["b"]}, in_dims=({"a": 0, "b": None},))({"a": X, "b": V[2]})[
            "r"
        ].tolist() == [2, 4, 6]
        assert func.vmap(lambda a, b: a * b, in_dims=(0, None))(X, 2.0).tolist() == [2, 4, 6]
        assert func.vmap(lambda a, b=1: a * b)(X, b=V).shape == (3, 3)
        assert func.vmap(lambda x: V, out_dims=None)(X).tolist() == V.tolist()

    def test_loops_nest_and_can_be_differentiated(self):
        table = func.vmap(func.vmap(lambda a, b: a * b, in_dims=(None, 0)), in_dims=(0, None))(X, V)
        assert table.tolist() == tg.outer(X, V).tolist()
        assert func.grad(lambda x: func.vmap(lambda e: e**2)(x).sum())(X).tolist() == [2, 4, 6]
        assert func.vmap(func.jacfwd(lambda x: x**2))(tg.ones(2, 3)).shape == (2, 3, 3)

    def test_an_empty_batch_has_the_shapes_of_a_full_one(self):
        rows, sums = func.vmap(lambda x: (x.double() * 2, x.sum()), out_dims=(1, 0))(tg.ones(0, 3))
        assert (rows.shape, rows.dtype, sums.shape) == ((3, 0), tg.float64, (0,))

    def test_random_numbers(self):
        def noise(x):
            return x + tg.rand(3)

        tg.manual_seed(0)
        different = func.vmap(noise, randomness="different")(tg.zeros(2, 3))
        after = tg.rand(1)
        tg.manual_seed(0)
        assert different.tolist() == tg.rand(2, 3).tolist()
        assert after.tolist() == tg.rand(1).tolist()
        tg.manual_seed(0)
        same = func.vmap(noise, randomness="same")(tg.zeros(2, 3))
        assert same.tolist() == [different[0].tolist()] * 2
        assert tg.rand(3).tolist() == different[1].tolist()
        with pytest.raises(RuntimeError, match="vmap: called random operation while in randomness error mode"):
            func.vmap(noise)(tg.zeros(2, 3))

    @pytest.mark.parametrize(
        ("kind", "words", "mistake"),
        [
            (ValueError, r"got sizes \[3, 2\] for the mapped dimension", lambda f: func.vmap(f)(X, X[:2])),
            (ValueError, "expected `in_dims` to be int or a", lambda f: func.vmap(f, in_dims=None)(X)),
            (ValueError, "Expected at least one Tensor to vmap over", lambda f: func.vmap(f, in_dims=(None,))(X)),
            (ValueError, "got no inputs. Maybe you forgot", lambda f: func.vmap(f)()),
            (ValueError, r"in_dims has structure \(\*, \*\) but inputs has structure \(\*,\)",
             lambda f: func.vmap(f, in_dims=(0, 0))(X)),
            (ValueError, "Got in_dim=3 for some input, but that input is a Tensor of dimensionality 1",
             lambda f: func.vmap(f, in_dims=3)(X)),
            (ValueError, "Got in_dim=0 for an input but the input is of type <class 'float'>",
             lambda f: func.vmap(f)(X, 2.0)),
            (ValueError, r"out_dims has structure \(\*, \*\) but outputs has structure \*",
             lambda f: func.vmap(f, out_dims=(1, 0))(X)),
            (IndexError, "Dimension out of range", lambda f: func.vmap(f, out_dims=5)(X)),
            (ValueError, "must only return Tensors, got type <class 'float'>", lambda f: func.vmap(lambda x: 1.0)(X)),
            (RuntimeError, "Only allowed values for randomness", lambda f: func.vmap(f, randomness="x")),
            (ValueError, "chunk_size should be None or greater than 0", lambda f: func.vmap(f, chunk_size=0)),
        ],
    )  # fmt: skip
    def test_mistakes(self, kind, words, mistake):
        with pytest.raises(kind, match=words):
            mistake(lambda *xs: xs[0])


class TestModules:
    def test_a_module_is_a_function_of_its_parameters(self):
        layer = tg.nn.Linear(3, 2)
        before = {name: parameter.tolist() for name, parameter in layer.named_parameters()}
        zeros = {name: parameter * 0 for name, parameter in layer.named_parameters()}
        assert func.functional_call(layer, zeros, X).tolist() == [0, 0]
        assert func.functional_call(layer, ({"bias": V[:2]}, {"weight": tg.zeros(2, 3)}), (X,)).tolist() == [1, 0]
        assert func.functional_call(layer, {"bias": layer.bias * 0}, (), {"input": X}).shape == (2,)
        assert {name: parameter.tolist() for name, parameter in layer.named_parameters()} == before
        assert isinstance(layer.weight, tg.nn.Parameter)

    def test_gradients_with_respect_to_all_parameters(self):
        model = tg.nn.Sequential(tg.nn.Linear(3, 4), tg.nn.Tanh(), tg.nn.Linear(4, 1))
        inputs, targets = tg.randn(5, 3), tg.randn(5, 1)

        def loss(parameters, x, y):
            return ((func.functional_call(model, parameters, (x,)) - y) ** 2).mean()

        parameters = {name: parameter.detach() for name, parameter in model.named_parameters()}
        gradients = func.grad(loss)(parameters, inputs, targets)
        ((model(inputs) - targets) ** 2).mean().backward()
        for name, parameter in model.named_parameters():
            np.testing.assert_allclose(gradients[name].array, parameter.grad.array, rtol=1e-5, atol=1e-7)
        each = func.vmap(func.grad(loss), in_dims=(None, 0, 0))(parameters, inputs, targets)
        for name, parameter in model.named_parameters():
            np.testing.assert_allclose(each[name].mean(0).array, parameter.grad.array, rtol=1e-5, atol=1e-7)
        moved = func.jvp(lambda p: loss(p, inputs, targets), (parameters,), (gradients,))[1]
        assert moved.item() == pytest.approx(sum((g**2).sum().item() for g in gradients.values()), rel=1e-5)

    def test_tied_weights_are_replaced_under_all_their_names(self):
        model = tg.nn.Sequential(tg.nn.Linear(2, 2, bias=False), tg.nn.Linear(2, 2, bias=False))
        model[1].weight = model[0].weight
        new = {"0.weight": tg.eye(2) * 2}
        assert func.functional_call(model, new, tg.ones(2)).tolist() == [4, 4]
        loose = func.functional_call(model, new, tg.ones(2), tie_weights=False)
        np.testing.assert_allclose(loose.tolist(), (model[1].weight.sum(1) * 2).tolist(), rtol=1e-6)
        with pytest.raises(ValueError, match="functional_call got multiple values for keys"):
            func.functional_call(model, new | {"1.weight": tg.eye(2)}, tg.ones(2))

    def test_buffers_that_the_call_changes_go_to_the_dictionary(self):
        class Counter(tg.nn.Module):
            def __init__(self):
                super().__init__()
                self.register_buffer("count", tg.zeros(()))

            def forward(self, x):
                self.count = self.count + 1
                return x * self.count

        counter, state = Counter(), {"count": tg.tensor(4.0)}
        assert func.functional_call(counter, state, tg.ones(1)).item() == 5
        assert (state["count"].item(), counter.count.item()) == (5, 0)

    def test_an_ensemble_is_one_call(self):
        models = [tg.nn.Linear(3, 2) for _ in range(4)]
        parameters, buffers = func.stack_module_state(models)
        assert parameters["weight"].is_leaf
        assert parameters["weight"].requires_grad

        def call(parameters, buffers, x):
            return func.functional_call(models[0], (parameters, buffers), (x,))

        together = func.vmap(call, in_dims=(0, 0, None))(parameters, buffers, X)
        np.testing.assert_allclose(together.tolist(), [model(X).tolist() for model in models], rtol=1e-6)

    @pytest.mark.parametrize(
        ("kind", "words", "given", "strict"),
        [
            (RuntimeError, r"Error\(s\) in reparametrizing for Linear:\n\tMissing key\(s\): 'weight'.",
             {"bias": tg.zeros(2)}, True),
            (RuntimeError, r"Unexpected key\(s\): 'other'.\n\tMissing", {"other": tg.zeros(2)}, True),
            (AttributeError, "Linear has no attribute `a`", {"a.bias": tg.zeros(2)}, False),
            (TypeError, "1.0 is not an instance of torch.Tensor", {"bias": 1.0}, False),
            (ValueError, r"\['bias'\] appeared in multiple dictionaries", ({"bias": X}, {"bias": X}), False),
            (ValueError, "Expected parameter_and_buffer_dicts to be a dict", 3, False),
        ],
    )  # fmt: skip
    def test_mistakes(self, kind, words, given, strict):
        layer = tg.nn.Linear(3, 2)
        with pytest.raises(kind, match=words):
            func.functional_call(layer, given, X, strict=strict)
        assert isinstance(layer.bias, tg.nn.Parameter)

    def test_mistakes_with_ensembles(self):
        for words, models in (
            ("Expected at least one model, got 0", []),
            ("to be of the same class", [tg.nn.Linear(1, 1), tg.nn.ReLU()]),
            ("to have the same training/eval mode", [tg.nn.Linear(1, 1), tg.nn.Linear(1, 1).eval()]),
            ("to have the same .requires_grad", [tg.nn.Linear(1, 1), tg.nn.Linear(1, 1).requires_grad_(False)]),
        ):
            with pytest.raises(RuntimeError, match=words):
                func.stack_module_state(models)


@pytest.mark.parametrize(
    ("kind", "words", "mistake"),
    [
        (RuntimeError, "to return a scalar Tensor, got tensor with 1 dims. Maybe you wanted to use the vjp or jacrev",
         lambda: func.grad(lambda x: x)(X)),
        (RuntimeError, r"Expected f\(\*args\) to return a Tensor, got <class 'float'>",
         lambda: func.grad(lambda x: 1.0)(X)),
        (RuntimeError, "only Tensors of floating point", lambda: func.grad(cubes)(tg.tensor([1, 2]))),
        (ValueError, "Thing passed to transform API must be Tensor, got <class", lambda: func.grad(cubes)(2.0)),
        (RuntimeError, "Got argnum=5, but only 2 positional inputs", lambda: func.grad(cubes, argnums=5)(X, V)),
        (RuntimeError, "argnums must be non-empty", lambda: func.grad(cubes, argnums=())(X)),
        (RuntimeError, r"argnums elements must be unique, got \(0, 0\)", lambda: func.grad(cubes, argnums=(0, 0))(X)),
        (RuntimeError, "argnums must be int or Tuple", lambda: func.grad(cubes, argnums="a")(X)),  # type: ignore[arg-type]
        (RuntimeError, r"output of function f should be a tuple: \(output, aux\) if has_aux is True",
         lambda: func.grad(cubes, has_aux=True)(X)),
        (RuntimeError, r"cotangents: \*, primal output: \(\*, \*\)", lambda: func.vjp(lambda x: (x, x), X)[1](V)),
        (RuntimeError, "Mismatch in shape: grad_output", lambda: func.vjp(lambda x: x, X)[1](V[:2])),
        (RuntimeError, "All outputs of f must be floating-point or complex Tensors, got Tensor with dtype torch.int64",
         lambda: func.vjp(lambda x: x.argmax(), X)),
        (RuntimeError, "to return only tensors, got unsupported type <class 'float'>",
         lambda: func.vjp(lambda x: 1.0, X)),
        (RuntimeError, "Expected primals to be a tuple", lambda: func.jvp(cubes, X, V)),
        (RuntimeError, "Expected primals and tangents to have the same python structure",
         lambda: func.jvp(cubes, (X,), (V, V))),
        (RuntimeError, "Expected primals to contain at least one Tensor", lambda: func.jvp(lambda: X, (), ())),
        (RuntimeError, "Expected primals to only contain Tensors", lambda: func.jvp(cubes, (1.0,), (V,))),
        (RuntimeError, "Expected tangents to only contain Tensors", lambda: func.jvp(cubes, (X,), (1.0,))),
        (RuntimeError, "Trying to set a forward gradient that has a different size",
         lambda: func.jvp(cubes, (X,), (V[:2],))),
        (RuntimeError, "The output of f is independent of the inputs",
         lambda: func.jvp(lambda x: V, (X,), (V,), strict=True)),
        (RuntimeError, r"jvp\(f, primals, tangents\): expected f\(\*args\) to return only tensors",
         lambda: func.jacfwd(lambda x: 1.0)(X)),
        (ValueError, "Expected primal to be floating point or complex, but got: torch.int64",
         lambda: func.jacfwd(cubes)(tg.tensor([1]))),
        (ValueError, "`chunk_size` should be greater than 0", lambda: func.jacrev(cubes, chunk_size=0)),
        (RuntimeError, r"tangent:0 with shape torch.Size\(\[2\]\)", lambda: func.linearize(cubes, X)[1](V[:2])),
        (RuntimeError, "tangent:0 with dtype torch.float64", lambda: func.linearize(cubes, X)[1](V.double())),
        (RuntimeError, r"Expected the tangents \(\*, \*\) to have the same argspec",
         lambda: func.linearize(cubes, X)[1](V, V)),
    ],
)  # fmt: skip
def test_mistakes(kind, words, mistake):
    with pytest.raises(kind, match=words):
        mistake()
