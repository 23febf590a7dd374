"""What a printed program cannot show of modules: identity, memory, copies, gradients, warnings, remedies."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import weakref

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn


def test_a_parameter_shares_memory_and_versions_with_what_it_was_made_of():
    data = tg.ones(2)
    parameter = nn.Parameter(data)
    data.add_(1)
    assert parameter.tolist() == [2.0, 2.0]
    assert parameter._version == data._version == 1


def test_a_parameter_is_a_leaf_whatever_it_was_made_of():
    computed = tg.ones(2, requires_grad=True) * 3
    parameter = nn.Parameter(computed)
    parameter.sum().backward()
    assert parameter.is_leaf
    assert parameter.grad.tolist() == [1.0, 1.0]


def test_results_of_parameters_are_plain_tensors():
    parameter = nn.Parameter(tg.ones(2))
    assert [type(t) for t in (parameter * 2, parameter.detach(), parameter.data, parameter[0])] == [tg.Tensor] * 4


def test_a_frozen_parameter_may_hold_integers():
    assert nn.Parameter(tg.tensor([1]), requires_grad=False).tolist() == [1]
    with pytest.raises(RuntimeError, match="floating point"):
        nn.Parameter(tg.tensor([1]))


@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_has_memory_of_its_own(again):
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    model[0].weight.grad = tg.ones(2, 2)
    twin = again(model)
    with tg.no_grad():
        twin[0].weight.fill_(7.0)
    assert repr(twin) == repr(model)
    assert isinstance(twin[0].weight, nn.Parameter)
    assert 7.0 not in model[0].weight.reshape(-1).tolist()
    assert [name for name, _ in twin.named_parameters()] == ["0.weight", "0.bias"]


def test_a_shared_module_stays_shared_in_a_copy():
    layer = nn.Linear(1, 1)
    twin = copy.deepcopy(nn.ModuleList([layer, layer]))
    assert twin[0] is twin[1]
    assert len(list(twin.parameters())) == 2


def test_a_module_goes_with_its_last_name():
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    model(tg.ones(1, 2)).sum().backward()
    gone = weakref.ref(model)
    del model
    assert gone() is None


def test_zeroed_gradients_keep_their_memory():
    layer = nn.Linear(2, 1)
    layer(tg.ones(1, 2)).sum().backward()
    grad = layer.weight.grad
    layer.zero_grad(set_to_none=False)
    assert layer.weight.grad is grad
    assert grad.tolist() == [[0.0, 0.0]]


def test_a_zeroed_gradient_with_a_history_loses_it():
    x = tg.tensor(2.0, requires_grad=True)
    (x**3).backward(create_graph=True)
    module = nn.Module()
    module.x = nn.Parameter(x)
    module.x.grad = x.grad
    module.zero_grad(set_to_none=False)
    assert module.x.grad.grad_fn is None
    assert module.x.grad.item() == 0.0


def test_loading_copies_into_the_memory_there_is():
    layer = nn.Linear(2, 1)
    memory, version = layer.weight.array, layer.weight._version
    layer.load_state_dict({"weight": tg.ones(1, 2), "bias": tg.zeros(1)})
    assert layer.weight.array is memory
    assert layer.weight._version > version
    assert layer.weight.tolist() == [[1.0, 1.0]]


def test_what_fits_is_loaded_even_where_the_rest_does_not():
    layer = nn.Linear(2, 1)
    with pytest.raises(RuntimeError, match=r"size mismatch for weight.*\n.*Why: .*\n.*Fix: .*strict=False"):
        layer.load_state_dict({"weight": tg.ones(2, 2), "bias": tg.full((1,), 5.0)})
    assert layer.bias.tolist() == [5.0]


def test_a_frozen_parameter_stays_frozen_when_it_is_assigned():
    layer = nn.Linear(2, 1).requires_grad_(False)
    layer.load_state_dict({"weight": tg.ones(1, 2), "bias": tg.ones(1)}, assign=True)
    assert [p.requires_grad for p in layer.parameters()] == [False, False]


def test_a_buffer_stays_out_of_the_state_until_it_is_registered_anew():
    module = nn.Module()
    module.register_buffer("scratch", tg.zeros(1), persistent=False)
    module.scratch = tg.zeros(2)
    assert list(module.state_dict()) == []
    module.register_buffer("scratch", tg.ones(1))
    assert list(module.state_dict()) == ["scratch"]


def test_a_hook_that_removes_itself_lets_the_others_run():
    layer, seen = nn.Identity(), []
    handle = layer.register_forward_hook(lambda *_: (seen.append("once"), handle.remove())[0])
    layer.register_forward_hook(lambda *_: seen.append("always"))
    layer(1)
    layer(1)
    assert seen == ["once", "always", "always"]


def test_a_pre_hook_may_replace_keyword_arguments():
    layer = nn.Softmax(dim=0)
    layer.register_forward_pre_hook(lambda m, args, kwargs: ((), {"input": kwargs["input"] * 0}), with_kwargs=True)
    assert layer(input=tg.tensor([1.0, 9.0])).tolist() == [0.5, 0.5]


def test_relu_in_place_writes_over_its_input():
    x = tg.tensor([-1.0, 2.0])
    assert nn.ReLU(inplace=True)(x) is x
    assert x.tolist() == [0.0, 2.0]


def test_a_linear_layer_takes_any_number_of_leading_dimensions():
    layer = nn.Linear(3, 2)
    x = tg.randn(4, 5, 3)
    expected = x.numpy() @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
    np.testing.assert_allclose(layer(x).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    assert layer(x[0, 0]).shape == (2,)
    assert layer(tg.zeros(0, 3)).shape == (0, 2)


def test_losses_of_shapes_that_broadcast_warn():
    for loss in (nn.MSELoss(), nn.L1Loss()):
        with pytest.warns(UserWarning, match=r"target size \(torch.Size\(\[3\]\)\)"):
            assert loss(tg.zeros(3, 1), tg.tensor([1.0, 1.0, 1.0])).item() == 1.0


def test_softmax_without_a_dim_warns_and_chooses_pytorchs():
    with pytest.warns(UserWarning, match="Implicit dimension choice for softmax"):
        assert nn.Softmax()(tg.zeros(2, 4)).tolist() == [[0.25] * 4] * 2
    with pytest.warns(UserWarning, match="Implicit dimension choice for log_softmax"):
        assert nn.LogSoftmax()(tg.zeros(2, 4, 1)).exp().tolist() == [[[0.5]] * 4] * 2


def test_filling_nothing_warns():
    for fill in (nn.init.kaiming_uniform_, nn.init.kaiming_normal_):
        with pytest.warns(UserWarning, match="no-op"):
            assert fill(tg.empty(0, 3)).shape == (0, 3)


def test_starting_values_are_drawn_outside_of_the_graph_and_seen_by_it():
    weight = tg.ones(2, 2, requires_grad=True)
    product = (weight * weight).sum()
    nn.init.zeros_(weight)
    assert weight.grad_fn is None
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        product.backward()


@pytest.mark.parametrize(
    ("act", "kind", "remedy"),
    [
        (lambda: nn.Module()(1), NotImplementedError, "def forward"),
        (lambda: setattr(nn.Linear(1, 1), "weight", tg.ones(1, 1)), TypeError, r"\.copy_\("),
        (lambda: nn.Sequential(nn.ReLU), TypeError, r"nn\.ReLU\(\)"),
        (lambda: nn.Parameter([3.0]), AttributeError, "torch.tensor"),  # type: ignore[arg-type]
        (lambda: nn.Linear(2, 1)(tg.ones(1, 2, dtype=tg.float64)), RuntimeError, r"x\.float\(\)"),
        (lambda: nn.Module().to(tg.int64), TypeError, r"model\.double\(\)"),
        (lambda: nn.Module().cuda(), AssertionError, "cuda.is_available"),
    ],
)
def test_errors_name_the_remedy(act, kind, remedy):
    with pytest.raises(kind, match=rf"(?s)Why: .*Fix: .*{remedy}"):
        act()


def test_importing_teachgrad_does_not_load_what_it_may_not_need():
    def python(code):
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    assert python("import sys, teachgrad; print([m for m in sys.modules if m.startswith('teachgrad.nn')])") == "[]"
    assert python(
        "import teachgrad as torch; print(torch.nn.Linear.__name__, torch.utils.data.DataLoader.__name__)"
    ) == ("Linear DataLoader")


def test_a_backward_hook_lets_its_graph_go():
    layer, seen = nn.Linear(2, 2), []
    layer.register_full_backward_hook(lambda module, grad_in, grad_out: seen.append(len(grad_in)))
    x = tg.ones(1, 2, requires_grad=True)
    out = layer(x)
    gone = weakref.ref(out)
    out.sum().backward()
    del out
    assert seen == [1]
    assert gone() is None


def test_a_backward_hook_without_inputs_that_need_gradients_warns():
    layer = nn.Linear(1, 1)
    layer.register_full_backward_hook(lambda *_: None)
    with pytest.warns(UserWarning, match="no inputs require gradients"):
        layer(tg.ones(1, 1)).backward()


def test_an_error_in_a_hook_after_an_error_is_a_warning():
    def fail(*_):
        raise ValueError("second")

    module = nn.Module()
    module.register_forward_hook(fail, always_call=True)
    with (
        pytest.warns(UserWarning, match="silenced as another error was raised in forward: second"),
        pytest.raises(NotImplementedError),
    ):
        module(1)


def test_a_parametrized_module_is_copied_apart_and_not_pickled():
    layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))
    twin = copy.deepcopy(layer)
    nn.utils.parametrize.remove_parametrizations(layer, "weight")
    assert type(layer) is nn.Linear
    assert twin.weight.shape == (2, 2)
    assert twin.parametrizations.weight.original1 is not layer.weight
    with pytest.raises(RuntimeError, match="only supported through state_dict"):
        pickle.dumps(twin)


def test_a_parametrization_keeps_shape_and_type_unless_it_may_change_them():
    class Halved(nn.Module):
        def forward(self, x):
            return x[:1]

    layer = nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"may not change the shape"):
        nn.utils.parametrize.register_parametrization(layer, "weight", Halved())
    nn.utils.parametrize.register_parametrization(layer, "weight", Halved(), unsafe=True)
    assert layer.weight.shape == (1, 2)
    with pytest.raises(ValueError, match=r"may not change the dtype"):
        nn.utils.parametrize.register_parametrization(layer, "bias", _Doubled())


class _Doubled(nn.Module):
    def forward(self, x):
        return x.double()


def test_an_optimizer_keeps_the_parameter_that_is_parametrized():
    layer = nn.Linear(2, 2)
    weight = layer.weight
    nn.utils.parametrizations.spectral_norm(layer)
    assert layer.parametrizations.weight.original is weight
    nn.utils.parametrize.remove_parametrizations(layer, "weight")
    assert layer.weight is weight
    np.testing.assert_allclose(np.linalg.norm(weight.detach().numpy(), 2), 1, rtol=1e-3)


def test_a_vector_of_parameters_has_their_gradients_and_their_memory():
    model = nn.Linear(2, 1)
    nn.utils.parameters_to_vector(model.parameters()).sum().backward()
    assert model.weight.grad.tolist() == [[1.0, 1.0]]
    vector = tg.arange(3.0)
    nn.utils.vector_to_parameters(vector, model.parameters())
    vector[0] = 7.0
    assert model.weight.tolist() == [[7.0, 1.0]]
    with pytest.raises(RuntimeError, match="is invalid for input of size 1"):
        nn.utils.vector_to_parameters(tg.ones(1), model.parameters())


def test_an_empty_generator_of_parameters_warns():
    with pytest.warns(UserWarning, match="empty generator"):
        assert nn.utils.clip_grad_norm_((p for p in ()), 1.0).item() == 0.0


def test_rows_that_are_too_long_are_shortened_where_they_are_looked_up():
    table = tg.tensor([[3.0, 4.0], [6.0, 8.0]])
    version = table._version
    assert nn.functional.embedding(tg.tensor([1]), table, max_norm=5.0).norm().item() == pytest.approx(5)
    assert table[1].norm().item() == pytest.approx(5)
    assert table[0].tolist() == [3.0, 4.0]
    assert table._version > version


def test_padding_gets_no_gradient_and_frequent_rows_share_theirs():
    table = tg.ones(3, 1, requires_grad=True)
    index = tg.tensor([0, 1, 1, 2])
    nn.functional.embedding(index, table, padding_idx=0).sum().backward()
    assert table.grad.tolist() == [[0.0], [2.0], [1.0]]
    (slope,) = tg.autograd.grad(nn.functional.embedding(index, table, -1, scale_grad_by_freq=True).sum(), table)
    assert slope.tolist() == [[1.0], [1.0], [0.0]]


def test_a_variance_that_is_taken_as_eps_has_the_gradient_of_one_that_is():
    var = tg.tensor([0.5], requires_grad=True)
    nn.functional.gaussian_nll_loss(tg.zeros(1), tg.ones(1), var, eps=2.0).backward()
    assert var.grad.item() == pytest.approx(0.5 / 2 - 0.5 / 4)


def test_a_row_of_modules_cannot_come_no_times():
    with pytest.raises(ValueError, match="Non-positive multiplication factor"):
        nn.Sequential(nn.ReLU()) * 0
    with pytest.raises(TypeError, match="unsupported operand"):
        nn.Sequential(nn.ReLU()) * "a"


def test_starting_values_by_older_names_warn():
    with pytest.warns(FutureWarning, match="in favor of `nn.init.xavier_normal_`"):
        nn.init.xavier_normal(tg.empty(2, 2))
    with pytest.warns(UserWarning, match="mean is more than 2 std"):
        nn.init.trunc_normal_(tg.empty(2), 9, 1, 0, 1)
