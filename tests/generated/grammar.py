# ruff: noqa: E501 - templates are listed, as many to a line as it takes
"""What a generated program may say: templates of statements, with holes that are filled at random.

    "{new} = {x}.sum({dim}, keepdim={flag})"      may become      "e = b.sum(-1, keepdim=True)"

The first hole of a template that takes a tensor chooses what the statement is about; dimensions, indices and partners
are then drawn to suit it. `{sin|cos}` is one of the words. See `Holes` for the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from teachgrad.ops.table import ROWS
from tests.generated.running import Names, is_tensor
from tests.samples import SAMPLES
from tests.sampling import spaced

HOLE = re.compile(r"\{([^{}]+)\}")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEGHIJKLMNOPQRSTUVWXYZ"  # F is torch.nn.functional
UNARY = [row for row in ROWS.values() if row.inputs == 1 and row.name not in ("erfinv", "sgn")]
BINARY = [row for row in ROWS.values() if row.inputs == 2 and row.name != "rsub"]
# Samples left out, besides those of several steps: what PyTorch computes in float32 also in float64, or differentiates
# once only; what takes the first of equals here and any of them there; what saves other values; what lies in memory column
# by column or overlaps itself.
LEFT_OUT = re.compile(
    r"hardsigmoid|celu|topk|kthvalue|median|mode|kron|einsum|erfinv|sgn|inv|cholesky|svd|qr|eig|solve|lstsq|rot90|_mean|i1"
    r"|lu|cross\(|gradient|renorm|logsigmoid|batch_norm|meshgrid|unfold|as_strided|diff|matrix_norm|cond|pool|conv|_scatter|2 \*\* a"
)
CALLS = [s for s in SAMPLES if s.torch and s.named and not LEFT_OUT.search(s.torch)]


def listed(text: str) -> list[str]:
    """Templates that are parted by semicolons."""
    return " ".join(text.split()).split("; ")


LEAVES = ["{new} = {leaf}"]

FAMILIES: dict[str, tuple[float, list[str]]] = {
    "pointwise": (5, listed("""
        {new} = {unary}; {new} = {unary}; {new} = {f} ** {2|3|2.0|1|0}; {new} = {f}.clamp(-0.55, {number}); {new} = -{x}; {new} = {number} - {x}; {new} = {f}.pow({2|3});
        {new} = {f} / {divisor}; {new} = {divisor} / ({f} ** 2 + 1); {new} = F.{activation}({f}); {new} = {f}.relu(); {new} = torch.abs({x}); {new} = {x} % {divisor}; {new} = {x} // {divisor}""")),
    "broadcasting": (5, listed("""
        {new} = {x} {+|-|*|/} {y}; {new} = {x} {+|-|*} {y}; {new} = {binary}; {new} = {x} {<|>|<=|>=|==|!=} {y}; {new} = torch.where({mask}, {it}, {y}); {new} = torch.where({mask}, {it}, {number});
        {new} = {f}.lerp({s}, 0.3); {new} = torch.addcmul({f}, {s}, {s}, value={number}); {new} = torch.{maximum|minimum|fmax|fmin}({f}, {y}); {new} = {x} {+|-|*} {number}""")),
    "reductions": (4, listed("""
        {new} = {x}.{sum|mean|prod|amax|amin|max|min|std|var}(); {new} = {x}.{sum|mean|prod|amax|amin|std|var|logsumexp|nansum}({dim}); {new} = {x}.{sum|mean|amax|amin|std|var}({dim}, keepdim={flag}); {new} = {x}.{sum|mean|prod}({dim}, dtype={real});
        {new} = {x}.{sum|mean|amax|amin|var|logsumexp}({dims}); {new}, {new} = {x}.{max|min}({dim}); {new}, {new} = {distinct}.median({dim}); {new}, {new} = torch.{max|min}({x}, {dim}, keepdim={flag}); {new} = {x}.{argmax|argmin}({dim}); {new} = {x}.{argmax|argmin}();
        {new} = {x}.{all|any}(); {new} = {x}.{all|any}({dim}); {new} = {f}.norm(); {new} = {f}.norm(dim={dim}); {new} = {x}.count_nonzero(); {new} = {f}.{softmax|log_softmax}({dim}); {new} = {x}.sum(dtype={real})""")),
    "shapes": (6, listed("""
        {new} = {whole}.{reshape|view}({shape}); {new} = {whole}.{reshape|view}({shape}); {new} = {whole}.flatten(); {new} = {x}.unsqueeze({newdim}); {new} = {x}.squeeze(); {new} = {x}.squeeze({dim}); {new} = {x}.transpose({dim}, {dim});
        {new} = {x}.permute({perm}); {new} = {x}.T; {new} = {x}.mT; {new} = {x}.expand({bigger}); {new} = {whole}.contiguous(); {new} = {x}.movedim({dim}, {dim}); {new} = {x}.flip({dim}); {new} = {x}.roll(1, {dim});
        {new} = {x}.narrow({dim}, 0, 1); {new} = {x}.select({dim}, {0|-1}); {new}, *{new} = {x}.unbind({dim}); {new} = {x}.chunk(2, {dim})[0]; {new} = {x}.split(1, {dim})[-1]; {new} = {x}.diagonal(); {new} = {x}.{tril|triu}();
        {new} = {x}.repeat_interleave(2, {dim}); {new} = {x}.repeat({repeats}); {new} = {x}.unfold({dim}, 1, 1); {new} = {x}.clone(); {new} = {x}.detach(); {new} = {x}.to({dtype}); {new} = {x}.{double|float|long|int|bool}(); {new} = {whole}.view_as({it}); {new} = {x}.expand_as({y})""")),
    "indices": (4, listed("""
        {new} = {x}[{index}]; {new} = {x}[{index}]; {new} = {x}[{index}]; {new} = {x}[{mask}]; {new} = {x}[{lists}]""")),
    "assignments": (4, listed("""
        {own}[{index}] = {number}; {own}[{index}] = {part}; {own}[{mask}] = {number}; {own}[{lists}] = {number}; {own}[{lists}] = {choice}; {own}[{index}] += {number}; {own}[{index}] *= {part}; {own}.T[{index}] = 0.5""")),
    "in place": (5, listed("""
        {w}.{add_|sub_|mul_}({apart}); {w} {+=|-=|*=} {number}; {w} {+=|-=|*=} {apart}; {own}.zero_(); {own}.fill_({number}); {w}.copy_({apart}); {own}.{sin|cos|tanh|sigmoid|exp|relu|neg|abs|square}_(); {own}.masked_fill_({mask}, {number}); {w}.clamp_({number}, 2.5);
        {w}.pow_(2); {w}.div_(1.7); {w}.add_({apart}, alpha={number}); {w}.lerp_({s}, 0.25); {own}.addcmul_({s}, {s}); {w}.scatter_({dim}, {picks}, {number}); {w}.scatter_add_({dim}, {allpicks}, {other}); {w}.index_fill_({dim}, {along}, {number}); {w}.index_add_({dim}, {every}, {other});
        {f}.detach().mul_(1.5); {w}.data.add_(0.5); {w}.sub_({apart}, alpha=2)""")),
    "matrices": (3, listed("""
        {new} = {f} @ {right}; {new} = torch.matmul({f}, {right}); {new} = {f} @ {f}.mT; {new} = torch.einsum('ij,kj->ik', {matrix}, {matrix}) * 1; {new} = torch.outer({vector}, {vector}); {new} = {matrix}.mv({vector}); {new} = F.linear({f}, {matrix}); {new} = torch.dot({vector}, {vector});
        {new} = torch.addmm({f}, {matrix}, {right}); {new} = ({matrix} @ {it}.T + 2 * torch.eye({rows}, dtype={it}.dtype)).{det|logdet|trace}(); {new} = ({matrix} @ {it}.T + 2 * torch.eye({rows}, dtype={it}.dtype)).inverse().sum({0|1}); {new} = torch.linalg.norm({f}); {new} = torch.linalg.cholesky({matrix} @ {it}.T + 2 * torch.eye({rows}, dtype={it}.dtype)).sum({0|1})""")),
    "joins": (2, listed("""
        {new} = torch.cat([{x}, {s}], {dim}); {new} = torch.cat([{x}, {it}, {s}], {dim}); {new} = torch.stack([{x}, {s}], {newdim}); {new} = torch.{hstack|vstack}([{x}, {s}]); {new} = torch.cat([{whole}.flatten(), {whole}.flatten()])""")),
    "choices": (3, listed("""
        {new} = {x}.gather({dim}, {picks}); {new} = {x}.scatter({dim}, {picks}, {number}); {new} = {x}.scatter_add({dim}, {allpicks}, {s}); {new} = {x}.index_select({dim}, {along}); {new} = {x}.index_add({dim}, {every}, {s}); {new} = {x}.masked_fill({mask}, {number});
        {new} = {x}.masked_select({mask}); {new} = {x}.take_along_dim({picks}, {lastdim}); {new} = {x}.nonzero(); {new} = {x}.{cumsum|cumprod}({dim}); {new}, {new} = {x}.sort(dim={dim}, stable=True); {new} = {x}.argsort(dim={dim}, stable=True); {new}, {new} = {distinct}.{topk|kthvalue}(1, {dim}); {new} = {distinct}.median(); {new}, {new} = {x}.{cummax|cummin}({dim})""")),
    "losses": (2, listed("""
        {new} = F.{mse_loss|l1_loss}({f}, {s}, reduction='{mean|sum|none}'); {new} = F.cross_entropy({matrix}, {classes}); {new} = F.nll_loss({matrix}.log_softmax(1), {classes}, reduction='{mean|sum|none}')""")),
    "calls": (9, ["{new} = {call}"]),
    "the graph": (4, listed("""
        {new} = {f}.detach(); {alone}.requires_grad_(); {new} = {f}.clone().requires_grad_(); {f}.register_hook(lambda g: g * {number}); {f}.register_hook(lambda g: None); {new} = {f}.detach().requires_grad_(); with torch.no_grad(): {new} = {x} * {number};
        with torch.no_grad(): {new} = {x}[{index}].clone(); with torch.no_grad(): {full}.mul_({number}); with torch.no_grad(): {own}[{index}] = {number}; {new} = {f}.requires_grad; {f}.grad = None; with torch.no_grad(): {full} -= 0.1 * {s};
        {new}, = torch.autograd.grad({g}.sum(), [{leaf1}], create_graph=True, allow_unused=True); {new}, = torch.autograd.grad(({g} * {it}).sum(), [{leaf1}], create_graph=True, materialize_grads=True, allow_unused=True); {g}.sum().backward(retain_graph={flag}); {new} = {x}.{item|tolist}()""")),
}  # fmt: skip

ENDINGS = listed("""
    {f}.retain_grad(); {g}.sum().backward(); {g}.{sum|mean}().backward(); ({g} ** 2).sum().backward(); ({g} * {g}.sum()).sum().backward(); {g}.sum().backward(retain_graph=True); {g}.backward(torch.ones_like({it})); torch.autograd.backward([{g}.sum(), {g}.sum()]);
    {g}.backward(); {g}.sum().backward(inputs=[{leaf1}]); {new} = torch.autograd.grad({g}.sum(), [{leaf1}], create_graph=True, allow_unused=True); {new} = torch.autograd.grad([{g}.sum(), {g}.sum()], [{leaf1}], allow_unused=True);
    {new}, = torch.autograd.grad(({g} ** 2).sum(), [{leaf1}], create_graph=True); {new}, = torch.autograd.grad(({g} ** 3).sum(), [{leaf1}], create_graph=True); {new}, = torch.autograd.grad({g}.sin().sum(), [{g}], create_graph=True); ({g} ** 2).mean().backward(create_graph=True);
    {new}, = torch.autograd.grad(({g} ** 2).sum(), [{leaf1}], create_graph=True, materialize_grads=True, allow_unused=True)""")

MISTAKES = listed("""
    {new} = {x} + {x2}; {new} = {x} @ {x2}; {new} = {x} * {x2}; {new} = {x}.sum(7); {new} = {x}.mean(-5); {new} = {whole}.reshape(7, -1); {new} = {whole}.view(-1, 5); {new} = {x}.reshape(-1, -1); {new} = {whole}.T.view(-1); {new} = {many}[9]; {new} = {many}[0, 0, 0, 0, 0, 0]; {new} = {many}[-8:, 5];
    {new} = {x}.squeeze(5); {new} = {x}.unsqueeze(6); {new} = {x}.transpose(0, 4); {new} = {x}.permute(0, 0); {new} = {x}.permute(1); {new} = {x}.expand(7, 7); {new} = torch.cat([{x}, {x2}], {dim}); {new} = torch.stack([{x}, {x2}]); {leaf1}.add_(1); {leaf1}[0] = 1; {leaf1} *= 2;
    {leaf1}.zero_(); {leaf1}.detach().view(-1).mul_(2); {i}.requires_grad_(); {f}.backward(); {x}.sum().backward(); {g}.requires_grad_(False); {f}.backward(torch.ones(7)); {new} = torch.autograd.grad({f}.sum(), [{f2}]); {new} = torch.autograd.grad({f}.sum(), [{leaf1}]); {new} = {f}.numpy(); {new} = {f}.item();
    {new} = bool({f}); {new} = float({x}); {new} = int({x}); {new} = {i}.mean(); {new} = ~{f}; {new} = {f} & {it}; {new} = {full}.gather({dim}, {full}.long()); {new} = torch.tensor([[1, 2], [3]]); {i}.add_(0.5); {new} = {x}.to('cuda'); {w}.add_({x2}); {w}.copy_({x2});
    {f}.grad = torch.ones(7, dtype={it}.dtype); {new} = len({x}); {new} = [y for y in {x}]; {new} = {f}.softmax(4); {new} = {many}[{f2}]; {new} = {many}[{x2}]; {w}[0] = {x2}; {own}[None][[9]] = 1; {new} = {full}[[0, 9]]; {new} = F.mse_loss({f}, {x2});
    {new} = torch.where({x}, {x2}, {f}); {new} = {x}.masked_select({x2} > 0); {new} = {f}.topk(9); {new} = {x}.split(0); {new} = {x}.chunk(0); {new} = {x}.narrow({dim}, 1, 5);
    {new} = torch.dot({x}, {x2}); {new} = torch.mm({x}, {x2}); {new} = torch.mv({x}, {x2}); {new} = torch.bmm({x}, {x2}); {new} = torch.outer({x}, {x2}); {new} = torch.einsum('ij,jk', {x}, {x2}) * 1; {new} = {x}.inverse(); {new} = {x}.det(); {new} = {x}.diagonal(0, 0, 0); {new} = {x}.flip(3); {new} = {full}.roll(1, 5);
    {new} = {x}.repeat(1); {new} = {f} ** {f2}; {i}.div_(2); {new} = -({x} > 0); {new} = ({x} > 0) - ({x} > 0); {f}.register_hook(3); {new} = torch.sin(2); {new} = {x} + None; {f}.retain_grad();
    {g}.sum().backward(); {new} = {x}.expand(3, *{it}.shape).mul_(2); {new} = {x}.nosuch(); {new} = {x}.unbind(4)""")

ACTIVATIONS = ["leaky_relu", "elu", "silu", "softplus", "gelu", "selu", "tanh", "sigmoid", "relu", "hardtanh", "mish", "softsign", "relu6"]  # fmt: skip
SIZES = [1, 2, 3, 3, 4]


class Holes:
    """What holes are filled with. Each public method is named as its hole; it raises LookupError if nothing fits."""

    def __init__(self, rng: np.random.Generator, names: Names, kind: str) -> None:
        self._rng, self._kind = rng, kind
        self._tensors = {name: value for name, value in names.items() if is_tensor(value) and usable(value)}
        self._unused = iter([letter for letter in LETTERS if letter not in names])
        self._subject: Any = None
        self._name = ""
        self._dim = 0

    def filled(self, template: str) -> str:
        """The template with its holes filled, "" if it cannot be."""
        try:
            return HOLE.sub(self._filling, template)
        except LookupError:
            return ""

    def _filling(self, match: re.Match[str]) -> str:
        words = match[1].split("|")
        return str(self._one(words) if len(words) > 1 else getattr(self, words[0])())

    # Choosing

    def _one(self, options: Sequence[Any]) -> Any:
        return options[int(self._rng.integers(len(options)))]

    def _pick(self, fits: Callable[[Any], bool], subject: bool = True) -> str:
        """The name of a tensor that fits, recent ones rather than old ones; the first becomes the subject."""
        names = [name for name, tensor in self._tensors.items() if fits(tensor)]
        if not names:
            raise LookupError
        weights = np.arange(1, len(names) + 1) + 1.0
        name = str(self._rng.choice(names, p=weights / weights.sum()))
        if subject and self._subject is None:
            self._name, self._subject = name, self._tensors[name]
        return name

    @property
    def _about(self) -> Any:
        """The subject; any tensor, if there is none yet."""
        if self._subject is None:
            self.x()
        return self._subject

    def _named(self) -> str:
        """The name of the subject."""
        return self._name if self._about is not None else ""

    def new(self) -> str:
        """A name that is not taken."""
        return next(self._unused, "Z")

    def it(self) -> str:
        """The subject again."""
        return self._named()

    def x(self) -> str:
        """Any tensor, mostly one of real numbers."""
        return (
            self.f()
            if self._rng.random() < 0.6 and any(t.is_floating_point() for t in self._tensors.values())
            else self._pick(lambda t: True)
        )

    def x2(self) -> str:
        """Any tensor; not the subject."""
        return self._pick(lambda t: True, subject=False)

    def distinct(self) -> str:
        """A tensor of which no two elements are equal: which one comes first is not defined for those that are."""
        return self._pick(lambda t: str(t.dtype) != "torch.bool" and len(set(t.flatten().tolist())) == t.numel() > 0)

    def f(self) -> str:
        """A tensor of real numbers."""
        return self._pick(lambda t: t.is_floating_point())

    def many(self) -> str:
        """A tensor that has dimensions."""
        return self._pick(lambda t: t.ndim > 0)

    def whole(self) -> str:
        """A tensor whose elements lie row by row, or a view: how results of operations lie may differ."""
        return self._pick(lambda t: t.is_contiguous() or t._base is not None)

    def alone(self) -> str:
        """A tensor of real numbers that neither is a view nor has one."""
        bases = [id(t._base) for t in self._tensors.values() if t._base is not None]
        return self._pick(lambda t: t.is_floating_point() and t._base is None and id(t) not in bases)

    def full(self) -> str:
        """A tensor of real numbers that is not empty."""
        return self._pick(lambda t: t.is_floating_point() and t.numel() > 0)

    def f2(self) -> str:
        """Another tensor of real numbers."""
        return self._pick(lambda t: t.is_floating_point(), subject=False)

    def i(self) -> str:
        """A tensor of whole numbers or truth values."""
        return self._pick(lambda t: not t.is_floating_point())

    def g(self) -> str:
        """A tensor that requires grad, mostly a computed one."""
        computed = self._rng.random() < 0.9
        return self._pick(lambda t: t.requires_grad and not (computed and t.is_leaf))

    def leaf1(self) -> str:
        """A leaf that requires grad."""
        return self._pick(lambda t: t.requires_grad and t.is_leaf, subject=False)

    def w(self) -> str:
        """A tensor that may be written to: no leaf that requires grad, not empty, and no index that was saved."""
        return self._pick(
            lambda t: not (t.requires_grad and t.is_leaf) and t.numel() > 0 and (t.is_floating_point() or self._made(t))
        )

    def own(self) -> str:
        """A tensor that may be written to, each element of which has a memory of its own."""
        return self._pick(
            lambda t: (
                not (t.requires_grad and t.is_leaf) and t.numel() > 0 and t.is_floating_point() and 0 not in t.stride()
            )
        )

    def _made(self, tensor: Any) -> bool:
        """Whether a tensor was given in the program, and not computed."""
        return any(tensor is self._tensors.get(name) for name in LETTERS[:4]) and not tensor._version

    def s(self) -> str:
        """A tensor of the subject's shape and type."""
        like = self._about
        return self._pick(lambda t: t.shape == like.shape and t.dtype == like.dtype)

    def other(self) -> str:
        """As `s`, with memory of its own."""
        like, memory = self._about, memory_of(self._about)
        return self._pick(lambda t: t.shape == like.shape and t.dtype == like.dtype and memory_of(t) != memory)

    def apart(self) -> str:
        """As `y`, but no stretched part of the subject: what it would be is not defined."""
        shape, memory = tuple(self._about.shape), memory_of(self._about)
        return self._pick(
            lambda t: broadcasts(shape, tuple(t.shape)) and (memory_of(t) != memory or 0 not in t.stride())
        )

    def y(self) -> str:
        """A tensor that broadcasts with the subject."""
        shape = tuple(self._about.shape)
        return self._pick(lambda t: broadcasts(shape, tuple(t.shape)))

    def matrix(self) -> str:
        """A matrix of real numbers; after another, one of as many columns."""
        columns = self._subject.shape[-1] if self._subject is not None and self._subject.ndim else None
        return self._pick(
            lambda t: t.is_floating_point() and t.ndim == 2 and t.numel() > 0 and columns in (None, t.shape[1])
        )

    def rows(self) -> int:
        """The number of the subject's rows."""
        return int(self._about.shape[0])

    def vector(self) -> str:
        """A vector of real numbers; one that the subject can be multiplied by."""
        columns = self._subject.shape[-1] if self._subject is not None and self._subject.ndim else None
        return self._pick(lambda t: t.is_floating_point() and t.ndim == 1 and columns in (None, t.shape[0]))

    def right(self) -> str:
        """A tensor that the subject can be multiplied by as a matrix."""
        left = self._about
        if not left.ndim:
            raise LookupError
        return self._pick(lambda t: t.dtype == left.dtype and t.ndim > 0 and t.shape[-min(t.ndim, 2)] == left.shape[-1])

    # Writing down

    def leaf(self) -> str:
        """A new tensor: mostly of real numbers that require grad."""
        chance = self._rng.random()
        shape = self._leaf_shape()
        if chance < 0.12:
            return self._tensor(
                self._rng.integers(-3, 4, shape), f"torch.{self._one(['int64', 'int64', 'int32', 'int16'])}"
            )
        if chance < 0.2:
            return self._tensor(self._rng.random(shape) < 0.5, "torch.bool")
        low, high = self._one([(-2, 2), (-2, 2), (0.3, 2), (-0.9, 0.9)])
        kind = self._kind if self._rng.random() < 0.9 else self._one(["float32", "float64"])
        more = ", requires_grad=True" if chance < 0.85 else ""
        return self._tensor(np.round(spaced(self._rng, shape, low, high), 3), f"torch.{kind}{more}")

    def _leaf_shape(self) -> tuple[int, ...]:
        """Often (2, 3), which many calls of the samples expect; related shapes; now and then any."""
        chance = self._rng.random()
        if chance < 0.35:
            return (2, 3)
        if chance < 0.7:
            return tuple(
                self._one([(3,), (), (1, 3), (2, 1), (3, 3), (2, 2, 3), (3, 2), (2, 3, 1), (4, 2, 3), (1,), (2,)])
            )
        if chance < 0.75:
            return tuple(self._one([(0,), (0, 3), (2, 0, 3), (2, 0)]))
        return tuple(int(self._one(SIZES)) for _ in range(self._rng.integers(0, 4)))

    def _tensor(self, array: np.ndarray, kind: str) -> str:
        """The text of a tensor."""
        return (
            f"torch.tensor({array.tolist()}, dtype={kind})"
            if array.size
            else f"torch.zeros({array.shape}, dtype={kind})"
        )

    def number(self) -> Any:
        """A number, sometimes a whole one."""
        return self._one([2, -1, 0.5, -1.5, 1.7, 0.25, 3, 0])

    def divisor(self) -> Any:
        """A number that is not 0."""
        return self._one([2, -3, 0.7, 1.5, -1.3])

    def flag(self) -> bool:
        """True or False."""
        return bool(self._rng.random() < 0.5)

    def real(self) -> str:
        """A type of real numbers."""
        return str(self._one(["torch.float32", "torch.float64"]))

    def dtype(self) -> str:
        """An element type."""
        return f"torch.{self._one(['float32', 'float64', 'float64', 'float32', 'int64', 'int32', 'bool'])}"

    def dim(self) -> int:
        """A dimension of the subject, counted from either end."""
        ndim = max(self._about.ndim, 1)
        self._dim = int(self._rng.integers(-ndim, ndim))
        return self._dim

    def lastdim(self) -> int:
        """The dimension that `picks` were drawn for."""
        return self._dim

    def newdim(self) -> int:
        """A dimension that the subject can get."""
        return int(self._rng.integers(-self._about.ndim - 1, self._about.ndim + 1))

    def dims(self) -> str:
        """Some dimensions of the subject."""
        ndim = self._about.ndim
        count = int(self._rng.integers(min(1, ndim), ndim + 1))
        return str(tuple(int(d) - (ndim if self.flag() else 0) for d in self._rng.permutation(ndim)[:count]))

    def perm(self) -> str:
        """The subject's dimensions in another order."""
        return str(tuple(int(d) for d in self._rng.permutation(self._about.ndim)))

    def shape(self) -> str:
        """Another shape for the subject's elements."""
        size = self._about.numel()
        sizes: list[int] = []
        while size > 1 and len(sizes) < 3:
            sizes.append(int(self._one([n for n in range(1, size + 1) if size % n == 0])))
            size //= sizes[-1]
        sizes.append(size)
        sizes = [sizes[n] for n in self._rng.permutation(len(sizes))]
        if self.flag() and self._about.numel():
            sizes[self._rng.integers(len(sizes))] = -1
        return str(tuple(sizes))

    def bigger(self) -> str:
        """A shape that the subject can be expanded to."""
        sizes = [int(self._one([2, 3])) if n == 1 else int(self._one([-1, n])) for n in self._about.shape]
        return str(tuple([2] * int(self._rng.integers(0, 2)) + sizes))

    def repeats(self) -> str:
        """How often to repeat each dimension."""
        return str(tuple(int(self._one([1, 1, 2])) for _ in range(self._about.ndim + int(self.flag()))))

    # Indices of the subject

    def index(self) -> str:
        """Numbers, slices, None and an ellipsis, sometimes with a list or a tensor of numbers among them."""
        steps: list[str] = []
        used = int(self._rng.integers(0, self._about.ndim + 1))
        listed = self._rng.random() < 0.3
        for size in self._about.shape[:used]:
            steps.append(self._step(int(size), listed))
            if self._rng.random() < 0.1:
                steps.append("None")
        if not steps or self._rng.random() < 0.15:
            steps.append("...")
        return ", ".join(steps)

    def _step(self, size: int, listed: bool) -> str:
        """What to take of one dimension."""
        start, stop = sorted(int(n) for n in self._rng.integers(-size, size + 1, 2))
        options = [":", f"{start}:", f":{stop}", "::2", "1:", ":-1"]
        if size:
            number = int(self._rng.integers(-size, size))
            options += [str(number)] * 4
            if listed:
                options += [str([int(n) for n in self._rng.integers(-size, size, 2)])] * 3
                options.append(f"torch.tensor({[int(n) for n in self._rng.integers(-size, size, 3)]})")
                options.append(f"torch.tensor({number})")
        return str(self._one(options))

    def lists(self) -> str:
        """Numbers of rows, each at most once: which value is written last is not defined."""
        self._need_elements()
        size = int(self._about.shape[0])
        rows = [int(n) for n in self._rng.permutation(size)[: self._rng.integers(1, size + 1)]]
        self._chosen = (len(rows), *self._about.shape[1:])
        return str(self._one([rows, f"torch.tensor({rows})"]))

    def choice(self) -> str:
        """Values for the rows that `lists` names."""
        return self._values(self._chosen)

    def part(self) -> str:
        """Values that broadcast to any part of the subject: a single one."""
        whole = (
            not self._about.is_floating_point()
        )  # those that are written into get no gradient here, and one in PyTorch
        return self._pick(lambda t: t.numel() == 1 and t.ndim <= 1 and not (whole and t.requires_grad), subject=False)

    def _values(self, shape: tuple[int, ...]) -> str:
        return self._pick(lambda t: tuple(t.shape) == shape, subject=False)

    def mask(self) -> str:
        """True and False in the subject's shape."""
        return f"{self._named()} {self._one(['>', '<'])} {self._one([0.105, -0.405, 0.705])}"

    def along(self) -> str:
        """Places along the dimension that was named last."""
        size = self._size()
        return f"torch.tensor({[int(n) for n in self._rng.integers(0, size, self._rng.integers(1, 4))]})"

    def every(self) -> str:
        """As many places as the dimension that was named last has."""
        size = self._size()
        return f"torch.tensor({[int(n) for n in self._rng.integers(0, size, size)]})"

    def allpicks(self) -> str:
        """As `picks`, for every element: PyTorch cannot differentiate scatter_add where the source is larger."""
        return self.picks(whole=True)

    def picks(self, whole: bool = False) -> str:
        """For each element a different place along the dimension that was named last."""
        self._need_elements()
        dim = self._dim % max(self._about.ndim, 1)
        shape = tuple(int(n) for n in self._about.shape)
        order = np.argsort(self._rng.random(shape), axis=dim) if shape else np.array(0)
        cut = tuple(slice(None) if whole else slice(0, int(self._rng.integers(1, n + 1))) for n in shape)
        return f"torch.tensor({order[cut].tolist()})"

    def classes(self) -> str:
        """A class for each row of the subject."""
        rows, columns = self._about.shape
        if not columns or not rows:
            raise LookupError
        return f"torch.tensor({[int(n) for n in self._rng.integers(0, columns, rows)]})"

    def _size(self) -> int:
        self._need_elements()
        return int(self._about.shape[self._dim]) if self._about.ndim else 1

    def _need_elements(self) -> None:
        if not self._about.numel() or not self._about.ndim:
            raise LookupError

    # Calls

    def activation(self) -> str:
        """A function of torch.nn.functional."""
        return str(self._one(ACTIVATIONS))

    def unary(self) -> str:
        """A function of one tensor, on one in its domain."""
        row = self._one(UNARY)
        name = self._pick(lambda t: within(t, row.domain))
        return str(self._one([f"torch.{row.name}({name})", f"{name}.{row.name}()"]))

    def binary(self) -> str:
        """A function of two tensors that broadcast, both in its domain."""
        row = self._one(BINARY)
        name = self._pick(lambda t: within(t, row.domain))
        shape = tuple(self._about.shape)
        other = self._pick(lambda t: within(t, row.domain) and broadcasts(shape, tuple(t.shape)))
        return f"torch.{row.name}({name}, {other})"

    def call(self) -> str:
        """A call that the tests of the table know, on tensors of the shapes that it expects."""
        kind = self._one([t.dtype for t in self._tensors.values() if t.is_floating_point()] or [None])
        for _ in range(20):
            sample = self._one(CALLS)
            groups = [
                [
                    n
                    for n, t in self._tensors.items()
                    if t.dtype == kind and tuple(t.shape) == shape and within(t, sample.domain)
                ]
                for shape in sample.shapes
            ]
            if all(groups):
                letters = ", ".join("abc"[: len(groups)])
                return f"(lambda {letters}: {sample.torch})({', '.join(str(self._one(group)) for group in groups)})"
        raise LookupError


def usable(tensor: Any) -> bool:
    """Whether a tensor may be asked for its history: one of several views may not, once its base was written to."""
    try:
        tensor.grad_fn  # noqa: B018 - asking may be refused
    except RuntimeError:
        return False
    return True


def memory_of(tensor: Any) -> int:
    """Where the memory lies that a tensor shows a part of."""
    return int((tensor if tensor._base is None else tensor._base).data_ptr())


def broadcasts(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two shapes fit each other."""
    return all(m == n or 1 in (m, n) for m, n in zip(reversed(one), reversed(other)))


def within(tensor: Any, domain: tuple[float, float]) -> bool:
    """Whether all numbers of a tensor are real and lie in a domain; the widest one stands for all numbers."""
    if not tensor.is_floating_point():
        return False
    low, high = domain if domain != (-2.0, 2.0) else (-math.inf, math.inf)
    array = tensor.detach().numpy(force=True)
    return not array.size or bool(low <= array.min() and array.max() <= high)
