# ruff: noqa: E501 - a layer is a line
"""Layers and losses in teachgrad and in PyTorch, under one seed: how they print, start, keep their state and compute."""

from __future__ import annotations

import inspect
import warnings

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn as our_nn
from teachgrad.tensor import wrap

torch = pytest.importorskip("torch")

X = np.random.default_rng(0).normal(size=(2, 3, 4)) * 2  # what layers are given
INDEX = np.array([[1, 3, 1], [0, 4, 1]])
SIGNS = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]])
SCORES, OTHER = X[:, :, 0], X[:, :, 1]
CLASSES = np.array([2, 0])

ONE_INPUT = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "RReLU",
    "SELU",
    "Sigmoid",
    "SiLU",
    "Softmax2d",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Identity",
    "Flatten",
    "CosineSimilarity",
    "PairwiseDistance",
    "Dropout",
    "AlphaDropout",
    "FeatureAlphaDropout",
    "Dropout1d",
]
LAYERS = {
    **{f"nn.{name}()": [X] for name in ONE_INPUT},
    **{call: [X] for call in """nn.ELU(2, True);nn.CELU(0.5);nn.GELU("tanh");nn.GLU(0);nn.Hardshrink(1);nn.Softshrink(1);nn.Hardtanh(-2, 0.5);nn.LeakyReLU(0.3)
        nn.PReLU(3, 0.1);nn.RReLU(0.1, 0.9);nn.Softplus(2, 3);nn.Threshold(0.5, 7);nn.Softmax(1);nn.LogSoftmax(-1);nn.Softmin(0);nn.ReLU(inplace=True)
        nn.Dropout(0.1);nn.Dropout(0.9, inplace=True);nn.Dropout(0);nn.Dropout(1);nn.Dropout(0.3).eval();nn.AlphaDropout(0.2);nn.AlphaDropout(0.2, True);nn.Dropout1d(0.6)
        nn.Linear(4, 5);nn.Linear(4, 2, bias=False);nn.LazyLinear(3);nn.Unflatten(2, (2, 2));nn.Flatten(0, 1);nn.RReLU().eval();nn.Identity(3, a=4)
        nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Dropout(), nn.Linear(3, 1));nn.FeatureAlphaDropout(0.3)""".replace("\n", ";").split(";")},
    "nn.CosineSimilarity()": [X, X[::-1].copy()], "nn.CosineSimilarity(2, 1e-3)": [X, X[:1]], "nn.PairwiseDistance()": [X, X[::-1].copy()],
    "nn.PairwiseDistance(1, keepdim=True)": [X, X[:1]], "nn.Bilinear(4, 4, 2)": [X, X[::-1].copy()], "nn.Bilinear(4, 3, 2, bias=False)": [X, X[:, :, :3]],
    "nn.Dropout2d(0.6)": [X[..., None]], "nn.Dropout3d(0.6)": [X[..., None]], "nn.Dropout3d(0.4)": [X[..., None, None]],
    "nn.Embedding(5, 3)": [INDEX], "nn.Embedding(5, 3, 1)": [INDEX], "nn.Embedding(5, 3, padding_idx=-1)": [INDEX], "nn.Embedding(5, 3, max_norm=1.0)": [INDEX],
    "nn.Embedding(5, 3, max_norm=0.5, norm_type=1, scale_grad_by_freq=True)": [INDEX],
    "nn.EmbeddingBag(5, 3)": [INDEX], "nn.EmbeddingBag(5, 3, mode='sum', padding_idx=1)": [INDEX], "nn.EmbeddingBag(5, 3, mode='max')": [INDEX], "nn.EmbeddingBag(5, 3, max_norm=1.0)": [INDEX],
    "nn.EmbeddingBag(5, 3, mode='mean', padding_idx=1)": [INDEX.ravel(), np.array([0, 0, 4])], "nn.EmbeddingBag(5, 3, mode='max', padding_idx=1)": [INDEX.ravel(), np.array([0, 1, 4])],
    "nn.EmbeddingBag(5, 3, mode='sum', include_last_offset=True)": [INDEX.ravel(), np.array([0, 1, 6])],
    "nn.Embedding.from_pretrained(torch.ones(5, 2))": [INDEX], "nn.Embedding.from_pretrained(torch.ones(5, 2), freeze=False, padding_idx=1)": [INDEX],
    # losses
    **{f"nn.{name}({how})": [SCORES, OTHER] for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss") for how in ("", "reduction='sum'", "reduction='none'")},
    **{call: [SCORES, OTHER] for call in ("nn.SmoothL1Loss(beta=0.3)", "nn.HuberLoss(delta=0.3)", "nn.MSELoss(False)", "nn.L1Loss(reduce=False)", "nn.MSELoss(True, True)")},
    **{f"nn.{name}": [SCORES, CLASSES] for name in ("CrossEntropyLoss()", "CrossEntropyLoss(torch.tensor([1., 2., 3.]))", "CrossEntropyLoss(ignore_index=2)", "CrossEntropyLoss(label_smoothing=0.1, reduction='sum')", "NLLLoss()", "NLLLoss(torch.tensor([1., 2., 3.]), reduction='none')", "MultiMarginLoss()", "MultiMarginLoss(2, 0.5, torch.tensor([1., 2., 3.]))")},
    "nn.CrossEntropyLoss(reduction='none')": [X, np.array([[0, 1, 2, 0], [2, 2, 1, 0]])], "nn.CrossEntropyLoss(torch.tensor([1., 2., 3.]), ignore_index=0, label_smoothing=0.2)": [X, np.array([[0, 1, 2, 0], [2, 2, 1, 0]])],
    "nn.NLLLoss(ignore_index=0)": [X, np.array([[0, 1, 2, 0], [2, 2, 1, 0]])], "nn.CrossEntropyLoss(label_smoothing=0.2)": [SCORES, np.abs(OTHER)],
    **{f"nn.{name}": [SCORES, (SIGNS + 1) / 2] for name in ("BCEWithLogitsLoss()", "BCEWithLogitsLoss(pos_weight=torch.tensor([1., 2., 3.]))", "BCEWithLogitsLoss(torch.tensor([1., 2., 3.]), reduction='none')", "MultiLabelSoftMarginLoss()", "MultiLabelSoftMarginLoss(torch.tensor([1., 2., 3.]), reduction='sum')")},
    **{f"nn.{name}": [1 / (1 + np.exp(-SCORES)), (SIGNS + 1) / 2] for name in ("BCELoss()", "BCELoss(torch.tensor([1., 2., 3.]))", "BCELoss(reduction='none')")},
    **{f"nn.{name}": [SCORES, SIGNS] for name in ("SoftMarginLoss()", "HingeEmbeddingLoss()", "HingeEmbeddingLoss(0.2, reduction='none')")},
    "nn.MultiLabelMarginLoss()": [SCORES, np.array([[2, -1, 0], [1, 0, -1]])], "nn.KLDivLoss(reduction='batchmean')": [SCORES, np.abs(OTHER)], "nn.KLDivLoss(log_target=True)": [SCORES, OTHER],
    **{f"nn.{name}": [SCORES, OTHER, SIGNS] for name in ("MarginRankingLoss()", "MarginRankingLoss(0.5, reduction='none')")},
    **{f"nn.{name}": [SCORES, OTHER, np.array([1, -1])] for name in ("CosineEmbeddingLoss()", "CosineEmbeddingLoss(-0.9, reduction='none')")},
    **{f"nn.{name}": [SCORES, OTHER, X[:, :, 2]] for name in ("TripletMarginLoss()", "TripletMarginLoss(3, 1, swap=True)", "TripletMarginWithDistanceLoss()", "TripletMarginWithDistanceLoss(distance_function=nn.CosineSimilarity(), margin=0.1)")},
    "nn.PoissonNLLLoss()": [SCORES, np.abs(OTHER)], "nn.PoissonNLLLoss(full=True, reduction='none')": [SCORES, np.abs(OTHER) * 3], "nn.PoissonNLLLoss(log_input=False)": [np.abs(SCORES), np.abs(OTHER)],
    "nn.GaussianNLLLoss()": [SCORES, OTHER, np.abs(X[:, :, 2])], "nn.GaussianNLLLoss(full=True, eps=2.0, reduction='none')": [SCORES, OTHER, np.abs(X[:, :1, 2])],
}  # fmt: skip


def of(library, nn, make, source, arrays, dtype):
    """A layer, its result and the gradients of its input and parameters."""
    library.manual_seed(1)
    layer = eval(source, {"torch": library, "nn": nn})
    if dtype == np.float64:
        layer = layer.double()
    inputs = [make(array.astype(dtype) if array.dtype.kind == "f" else array) for array in arrays]
    if arrays[0].dtype.kind == "f":
        inputs[0].requires_grad_()
    if "Lazy" in source:
        layer(*inputs)  # now it knows its size
    shown, state = repr(layer), {k: v.tolist() for k, v in layer.state_dict().items()}  # a table may be about to change
    given = [inputs[0] * 1, *inputs[1:]] if arrays[0].dtype.kind == "f" else inputs
    out = layer(*given)
    if out.requires_grad:
        (out * out).sum().backward()
    grads = [p.grad for p in (*inputs[:1], *layer.parameters())]
    return shown, state, out, [None if g is None else np.asarray(g.tolist()) for g in grads], library.rand(1).item()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("source", LAYERS)
def test_layers_agree(source, dtype):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shown, state, out, grads, next_number = of(tg, our_nn, lambda x: wrap(x.copy()), source, LAYERS[source], dtype)
        wanted = of(torch, torch.nn, torch.tensor, source, LAYERS[source], dtype)
    assert (shown, state) == wanted[:2]
    rough = dtype == np.float32 or source == "nn.Hardsigmoid()"  # which PyTorch computes with a float32 constant
    tolerance = {"rtol": 2e-5, "atol": 2e-6} if rough else {"rtol": 1e-9, "atol": 1e-11}
    assert str(out.dtype) == str(wanted[2].dtype)
    assert tuple(out.shape) == tuple(wanted[2].shape)
    np.testing.assert_allclose(out.detach().numpy(), wanted[2].detach().numpy(), **tolerance)
    for got, want in zip(grads, wanted[3], strict=True):
        assert (got is None) == (want is None)
        if got is not None:
            np.testing.assert_allclose(got, want, **tolerance)
    assert next_number == wanted[4]


OLD_NAMES = {"min_value", "max_value"}  # of Hardtanh, deprecated


@pytest.mark.parametrize(
    "name",
    sorted(
        set(our_nn.__all__)
        & set(vars(torch.nn)) - {"functional", "init", "parameter", "utils", "Buffer", "UninitializedParameter"}
    ),
)
def test_signatures_take_pytorchs_arguments(name):
    theirs = inspect.signature(getattr(torch.nn, name)).parameters
    ours = inspect.signature(getattr(our_nn, name)).parameters
    positional = [p.name for p in theirs.values() if p.kind is p.POSITIONAL_OR_KEYWORD and p.name not in OLD_NAMES]
    assert [p.name for p in ours.values() if p.kind is p.POSITIONAL_OR_KEYWORD][: len(positional)] == positional


INITS = """uniform_(t);uniform_(t, -2, 3);normal_(t);normal_(t, 1, 2);constant_(t, 0.3);ones_(t);zeros_(t);xavier_uniform_(t);xavier_uniform_(t, 2)
xavier_normal_(t);kaiming_uniform_(t);kaiming_uniform_(t, 0.1, 'fan_out', 'relu');kaiming_normal_(t);kaiming_normal_(t, mode='FAN_OUT', nonlinearity='tanh')
trunc_normal_(t);trunc_normal_(t, 0, 0.02);trunc_normal_(t, 1, 0.5, 0, 2);trunc_normal_(t, 0, 1, 3, 4);trunc_normal_(t, 0, 1, 1.5, 2);trunc_normal_(t, 5, 1, -1, 1);orthogonal_(t);orthogonal_(t, 3)
eye_(t);sparse_(t, 0.3);sparse_(t, 0.5, 1);dirac_(t);dirac_(t, 2);xavier_uniform(t);kaiming_normal(t);normal(t, 1, 2);kaiming_uniform_(t, generator=torch.Generator().manual_seed(3))
kaiming_uniform_(t, mode='x');kaiming_normal_(t, nonlinearity='x');kaiming_normal_(t, a=True)"""
SHAPES = [(3, 4), (40, 7), (7, 40), (4, 2, 3), (6, 3, 3, 3), (5,), (0, 3), (3,)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("call", INITS.replace("\n", ";").split(";"))
def test_starting_values_agree(call, shape):
    found = []
    for library, nn in ((tg, our_nn), (torch, torch.nn)):
        library.manual_seed(5)
        tensor = library.zeros(*shape, requires_grad=True)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                out = eval(f"init.{call}", {"init": nn.init, "t": tensor, "torch": library})
                assert out is tensor
                end = [tensor.detach().numpy(), library.rand(1).item()]
            except ValueError as error:
                end = [str(error).partition("\n")[0]]
        found.append(
            (end, [(w.category, str(w.message).partition("\n")[0]) for w in caught if w.category is not RuntimeWarning])
        )
    (ours, our_warnings), (theirs, their_warnings) = found
    assert our_warnings == their_warnings
    assert ours[1:] == theirs[1:]
    if len(ours) == 2:
        np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5, atol=1e-6)
    else:
        assert ours == theirs


@pytest.mark.parametrize("p", [2, 1, 3, 0.5, 0, float("inf"), -float("inf")])
@pytest.mark.parametrize("limit", [0.1, 1e6])
def test_clipped_gradients_agree(p, limit):
    found = []
    for library, nn in ((tg, our_nn), (torch, torch.nn)):
        library.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
        model(library.rand(5, 3)).sum().backward()
        model[0].bias.grad = None
        total = nn.utils.clip_grad_norm_(model.parameters(), limit, p)
        nn.utils.clip_grad_value_(model[2].parameters(), limit / 2)
        found.append(
            [total.item(), *(x for q in model.parameters() if q.grad is not None for x in q.grad.reshape(-1).tolist())]
        )
    np.testing.assert_allclose(*found, rtol=1e-5)


def trained(library, nn, wrapped):
    """Three steps of a model with a computed weight: every value seen on the way."""
    library.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer = eval(wrapped, {"nn": nn, "P": nn.utils.parametrizations})
        model = nn.Sequential(layer, nn.Tanh(), nn.Linear(4, 1))
        x, seen = library.rand(5, 3), []
        optimizer = library.optim.SGD(model.parameters(), 0.5)
        for _ in range(3):
            optimizer.zero_grad()
            loss = (model(x) ** 2).mean()
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        seen += [model.eval()(x).sum().item(), layer.weight.sum().item()]
    return seen, {k: tuple(v.shape) for k, v in model.state_dict().items()}, repr(model), type(layer).__name__


@pytest.mark.parametrize(
    "wrapped",
    [
        "nn.utils.weight_norm(nn.Linear(3, 4))", "nn.utils.weight_norm(nn.Linear(3, 4), dim=None)", "nn.utils.weight_norm(nn.Linear(3, 4), 'weight', 1)",
        "P.weight_norm(nn.Linear(3, 4))", "P.weight_norm(nn.Linear(3, 4), dim=None)", "P.weight_norm(nn.Linear(3, 4), dim=1)",
        "nn.utils.spectral_norm(nn.Linear(3, 4))", "nn.utils.spectral_norm(nn.Linear(3, 4), n_power_iterations=3, dim=1)",
        "P.spectral_norm(nn.Linear(3, 4))", "P.spectral_norm(nn.Linear(3, 4), 'bias')", "P.spectral_norm(nn.Linear(3, 4), n_power_iterations=2, dim=1)",
        "nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Linear(3, 4)))", "nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(3, 4)))",
        "nn.utils.parametrize.remove_parametrizations(P.weight_norm(nn.Linear(3, 4)), 'weight')",
        "nn.utils.parametrize.remove_parametrizations(P.spectral_norm(nn.Linear(3, 4)), 'weight', leave_parametrized=False)",
    ],
)  # fmt: skip
def test_computed_weights_agree(wrapped):
    ours, theirs = trained(tg, our_nn, wrapped), trained(torch, torch.nn, wrapped)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-4, atol=1e-6)
    assert ours[1:] == theirs[1:]
