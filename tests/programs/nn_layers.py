"""Layers with chance, with tables, with computed weights; starting values; clipped gradients."""

# mypy: ignore-errors

import warnings

import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

warnings.simplefilter("ignore")


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).partition('  Why')[0].rstrip()}")


F = nn.functional
torch.manual_seed(0)
x = torch.arange(12.0).reshape(3, 4) - 5

# Dropout and other chance
for layer in (nn.Dropout(0.4), nn.AlphaDropout(0.4), nn.RReLU(0.1, 0.5), nn.Dropout1d(0.5), nn.Dropout(1.0)):
    print(layer, layer(x), layer.eval()(x).equal(x))
print(nn.Dropout2d(0.5)(torch.ones(2, 3, 1, 2)), F.dropout(x, 0.3, training=False) is x)
print(F.gumbel_softmax(x, tau=2.0).sum(1), F.gumbel_softmax(x, hard=True), F.gumbel_softmax(x, hard=True, dim=0))
attempt(lambda: nn.Dropout(1.5))
attempt(lambda: F.dropout(x, -0.1))
attempt(lambda: F.dropout1d(torch.ones(3)))
attempt(lambda: F.feature_alpha_dropout(torch.ones(3), 0.5, True))
attempt(lambda: F.rrelu(x, 0.5, 0.1))

# Activations
for name in [
    "ELU",
    "SELU",
    "CELU",
    "GELU",
    "SiLU",
    "Mish",
    "Softplus",
    "Softsign",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "PReLU",
    "LogSigmoid",
    "Tanhshrink",
]:
    layer = getattr(nn, name)()
    print(layer, layer(x[1]))
print(nn.Softmin(1)(x), nn.Softmax2d()(torch.ones(3, 1, 2)), nn.GLU()(x), nn.Threshold(1, 20)(x))
attempt(lambda: nn.Softmax2d()(x))
attempt(lambda: nn.Hardtanh(1, 1))
attempt(lambda: nn.GLU()(torch.ones(3)))

# Tables
table = nn.Embedding(5, 2, padding_idx=1)
print(table, table.weight, table(torch.tensor([[0, 1], [4, 4]])))
table(torch.tensor([0, 1, 4, 4])).sum().backward()
print(table.weight.grad)
print(
    nn.Embedding.from_pretrained(torch.eye(3))(torch.tensor(2)),
    nn.Embedding.from_pretrained(torch.eye(3)).weight.requires_grad,
)
for mode in ("mean", "sum", "max"):
    bag = nn.EmbeddingBag(5, 2, mode=mode, padding_idx=0)
    print(
        bag,
        bag(torch.tensor([[0, 1], [2, 3], [0, 0]])).detach(),
        bag(torch.tensor([4, 3, 2]), torch.tensor([0, 0, 2])).detach(),
    )
print(
    F.embedding_bag(
        torch.tensor([0, 1]),
        torch.ones(2, 2),
        torch.tensor([0]),
        mode="sum",
        per_sample_weights=torch.tensor([2.0, 3.0]),
    )
)
attempt(lambda: nn.Embedding(5, 2, padding_idx=5))
attempt(lambda: table(torch.tensor([5])))
attempt(lambda: table(torch.tensor([1.0])))
attempt(lambda: bag(torch.tensor([1, 2])))
attempt(lambda: F.embedding_bag(torch.tensor([[0, 1]]), torch.ones(2, 2), mode="median"))
attempt(lambda: F.embedding_bag(torch.tensor([[0]]), torch.ones(2, 2), mode="sum", per_sample_weights=torch.ones(1)))
attempt(lambda: nn.Embedding.from_pretrained(torch.ones(3)))

# Linear and its relatives
pair = nn.Bilinear(2, 3, 2)
print(pair, pair(torch.ones(1, 2), torch.ones(1, 3)), [name for name, _ in pair.named_parameters()])
attempt(lambda: pair(torch.ones(1, 3), torch.ones(1, 3)))
attempt(lambda: nn.Bilinear(0, 3, 2))
lazy = nn.Sequential(nn.LazyLinear(2), nn.LazyLinear(1, bias=False))
print(lazy, lazy[0].weight)
print(lazy(torch.ones(1, 3)), lazy, type(lazy[0]).__name__)
print(
    nn.Unflatten(1, (2, 2))(x), F.normalize(x, dim=1), nn.PairwiseDistance()(x, x + 1), nn.CosineSimilarity()(x, x + 1)
)
attempt(lambda: nn.Unflatten(1, 2))
attempt(lambda: nn.Unflatten(1, (2, "a")))

# Starting values
weight = torch.empty(4, 3)
for fill in ("trunc_normal_", "orthogonal_", "xavier_normal_", "kaiming_uniform_", "eye_"):
    print(fill, getattr(nn.init, fill)(weight))
print(nn.init.sparse_(weight, 0.5), nn.init.dirac_(torch.empty(2, 2, 3)), nn.init.trunc_normal_(weight, 0, 1, 3, 4))
print([nn.init.calculate_gain(name) for name in ("linear", "tanh", "relu", "leaky_relu", "selu")])
attempt(lambda: nn.init.eye_(torch.empty(3)))
attempt(lambda: nn.init.dirac_(torch.empty(3, 3)))
attempt(lambda: nn.init.dirac_(torch.empty(3, 3, 3), 2))
attempt(lambda: nn.init.orthogonal_(torch.empty(3)))
attempt(lambda: nn.init.xavier_normal_(torch.empty(3)))

# Gradients, clipped and as one vector
model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
(model(torch.ones(4, 2)) * 100).sum().backward()
before = nn.utils.get_total_norm([p.grad for p in model.parameters()])
total = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
print(before, total, nn.utils.get_total_norm([p.grad for p in model.parameters()]), model[0].weight.grad)
nn.utils.clip_grad_value_(model.parameters(), 0.2)
print([p.grad for p in model.parameters()], nn.utils.clip_grad_norm_([], 1.0))
vector = nn.utils.parameters_to_vector(model.parameters())
print(vector, vector.requires_grad)
nn.utils.vector_to_parameters(torch.arange(9.0), model.parameters())
print(list(model.parameters()))
model[0].weight.grad[0, 0] = float("nan")
attempt(lambda: nn.utils.clip_grad_norm_(model.parameters(), 1.0, error_if_nonfinite=True))
attempt(lambda: nn.utils.vector_to_parameters([1.0], model.parameters()))


# Computed weights
class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).T

    def right_inverse(self, a):
        return a.triu()


class Doubled(nn.Module):
    def forward(self, x):
        return 2 * x


square = nn.Linear(2, 2)
parametrize.register_parametrization(square, "weight", Symmetric())
print(square, square.weight, list(square.state_dict()), parametrize.is_parametrized(square), type(square).__name__)
square.weight = torch.tensor([[1.0, 2.0], [2.0, 3.0]])
parametrize.register_parametrization(square, "weight", Doubled())
print(square.weight, square.parametrizations.weight.original)
square(torch.ones(1, 2)).sum().backward()
print(square.parametrizations.weight.original.grad)
with parametrize.cached():
    print(square.weight is square.weight)
print(square.weight is square.weight)
parametrize.remove_parametrizations(square, "weight")
print(square, square.weight, parametrize.is_parametrized(square))
parametrize.register_parametrization(square, "weight", Doubled())
parametrize.remove_parametrizations(square, "weight", leave_parametrized=False)
print(square.weight, parametrize.type_before_parametrizations(square).__name__)
attempt(lambda: parametrize.register_parametrization(square, "nothing", Doubled()))
attempt(lambda: parametrize.remove_parametrizations(square, "weight"))
normed = parametrizations.weight_norm(nn.Linear(2, 2))
print(normed, list(normed.state_dict()))
attempt(lambda: parametrize.remove_parametrizations(normed, "weight", leave_parametrized=False))
normed.load_state_dict(nn.utils.weight_norm(nn.Linear(2, 2)).state_dict())
old = nn.utils.weight_norm(nn.Linear(2, 2))
print(old, list(old.state_dict()), nn.utils.remove_weight_norm(old).weight.requires_grad)
attempt(lambda: nn.utils.remove_weight_norm(nn.Linear(1, 1)))
attempt(lambda: nn.utils.remove_spectral_norm(nn.Linear(1, 1)))
attempt(lambda: nn.utils.spectral_norm(nn.utils.spectral_norm(nn.Linear(1, 1))))
attempt(lambda: nn.utils.spectral_norm(nn.Linear(1, 1), n_power_iterations=0))

spectral = nn.utils.spectral_norm(nn.Linear(2, 3))
print(spectral(torch.ones(1, 2)), list(spectral.state_dict()), spectral.eval()(torch.ones(1, 2)))
print(nn.utils.remove_spectral_norm(spectral).weight, list(spectral.state_dict()))
turned = nn.utils.spectral_norm(nn.Linear(2, 3), dim=1, n_power_iterations=2)
print(turned.weight_u.shape, turned.weight)
single = nn.utils.weight_norm(nn.Linear(2, 2), dim=None)
print(single.weight_g, single(torch.ones(1, 2)))
attempt(lambda: nn.utils.weight_norm(single))
for kind in (parametrizations.spectral_norm(nn.Linear(3, 2)), parametrizations.spectral_norm(nn.Linear(3, 2), "bias")):
    print(list(kind.state_dict()), kind(torch.ones(1, 3)), kind.eval()(torch.ones(1, 3)))
attempt(lambda: parametrizations.spectral_norm(nn.Linear(3, 2), dim=2))
attempt(lambda: parametrizations.spectral_norm(nn.Linear(3, 2), n_power_iterations=0))
attempt(lambda: parametrizations.spectral_norm(nn.Linear(3, 2), "nothing"))
module = nn.Module()
module.register_buffer("scale", torch.ones(2))
parametrize.register_parametrization(module, "scale", Doubled())
print(module.scale, list(module.state_dict()))
parametrize.remove_parametrizations(module, "scale")
print(module.scale, list(module.named_buffers()))
with parametrize.cached(), parametrize.cached():
    print(normed.weight is normed.weight)

# More chance, more tables
print(
    F.dropout3d(torch.ones(1, 2, 1, 1, 1)),
    F.feature_alpha_dropout(torch.ones(2, 3), 0.5, True),
    F.alpha_dropout(x, 1.0, True),
)
print(
    F.alpha_dropout(x.clone(), 0.5, True, True), F.rrelu_(x.clone(), 0.1, 0.2), F.rrelu(x.clone(), 0.1, 0.2, True, True)
)
print(
    F.dropout(x.clone(), 0.5, True, True), F.dropout2d(torch.ones(2, 3, 2)).shape, F.dropout2d(torch.ones(3, 2)).shape
)
print(nn.EmbeddingBag.from_pretrained(torch.eye(3), freeze=False, mode="sum").weight.requires_grad)
print(F.embedding(torch.tensor([0, 1]), torch.eye(2) * 3, max_norm=1.0), nn.Embedding(2, 2, sparse=True))
attempt(lambda: nn.Embedding(2, 2, _weight=torch.ones(3, 2)))
attempt(lambda: F.embedding(torch.tensor([0]), torch.ones(2, 2), padding_idx=2))
attempt(lambda: F.embedding_bag(torch.tensor([0]), torch.ones(2)))
attempt(lambda: F.embedding_bag(torch.zeros(1, 1, 1, dtype=torch.int64), torch.ones(2, 2)))
print(F.embedding_bag(torch.zeros(0, dtype=torch.int64), torch.ones(2, 2), torch.tensor([0]), mode="max"))
