"""Look-up tables as layers: for numbers that name things, such as words, vectors that are learnt."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from teachgrad.dtypes import dtype
from teachgrad.errors import explained
from teachgrad.grad_mode import no_grad
from teachgrad.nn import functional, init
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.ops.creation import empty
from teachgrad.tensor import Tensor


class Table(Module):
    """What `Embedding` and `EmbeddingBag` share: the table, and how its rows are kept."""

    weight: Parameter
    shown: ClassVar[tuple[tuple[str, Any], ...]]  # the settings that `repr` shows, where they are not these

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None,
        max_norm: float | None,
        norm_type: float,
        scale_grad_by_freq: bool,
        sparse: bool,
        weight: Tensor | None,
        device: Any,
        dtype: dtype | None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = _row(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        if weight is None:
            self.weight = Parameter(empty(num_embeddings, embedding_dim, device=device, dtype=dtype))
            self.reset_parameters()
        elif weight.array.shape == (num_embeddings, embedding_dim):
            self.weight = Parameter(weight)
        else:
            raise explained(
                AssertionError,
                "Shape of weight does not match num_embeddings and embedding_dim",
                why=f"the table is {num_embeddings} by {embedding_dim}, the weight has shape {tuple(weight.shape)}.",
                fix="Embedding.from_pretrained(weight) takes the sizes from the weight.",
                lesson=11,
            )

    def reset_parameters(self) -> None:
        """Draw the table anew; the row of `padding_idx` is 0."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx].fill_(0)

    def extra_repr(self) -> str:
        """The sizes, and those settings that are not what they are by default."""
        settings = [f"{name}={getattr(self, name)!r}" for name, usual in self.shown if getattr(self, name) != usual]
        return ", ".join([f"{self.num_embeddings}, {self.embedding_dim}", *settings])


def _row(padding_idx: int | None, count: int) -> int | None:
    """The row of the padding, counted from the start."""
    if padding_idx is None:
        return None
    if not -count <= padding_idx < count:
        raise explained(
            AssertionError,
            "Padding_idx must be within num_embeddings",
            why=f"the table has {count} rows, and there is no row {padding_idx}.",
            fix="count from 0, or from -1 at the end.",
        )
    return padding_idx % count


class Embedding(Table):
    """A table of learnt vectors, looked up by number, as ``torch.nn.Embedding``.

    Args:
        num_embeddings: the number V of rows.
        embedding_dim: the size D of each.
        padding_idx: a row that starts at 0 and gets no gradient.
        max_norm: rows that are looked up and longer than this are shortened first.
        norm_type: the p of the norm that measures this length.
        scale_grad_by_freq: divide the gradient of a row by how often it is looked up.
        sparse: accepted and without effect: gradients here hold all rows.
        device: the CPU, or nothing.
        dtype: of the table.

    Attributes:
        weight: (V, D), at first standard normal numbers.

    >>> import teachgrad as tg
    >>> words = Embedding(10, 3)
    >>> words, words(tg.tensor([[1, 2], [4, 1]])).shape
    (Embedding(10, 3), torch.Size([2, 2, 3]))
    """

    shown = (
        ("padding_idx", None), ("max_norm", None), ("norm_type", 2), ("scale_grad_by_freq", False), ("sparse", False)
    )  # fmt: skip

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(
            num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, _weight,
            device, dtype,
        )  # fmt: skip
        self.weight.requires_grad_(not _freeze)

    def forward(self, input: Tensor) -> Tensor:
        """The rows that the input (*) names: (*, D)."""
        return functional.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse
        )

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """A layer with a table that exists already, as ``torch.nn.Embedding.from_pretrained``.

        Args:
            embeddings: the table, of shape (V, D).
            freeze: whether it is kept as it is.
            padding_idx: see the class, as the rest.
            max_norm: see the class.
            norm_type: see the class.
            scale_grad_by_freq: see the class.
            sparse: see the class.
        """
        rows, size = _sizes(embeddings)
        return cls(
            rows, size, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, _weight=embeddings, _freeze=freeze
        )


class EmbeddingBag(Table):
    """For each bag of numbers the mean, sum or largest of their vectors, as ``torch.nn.EmbeddingBag``.

    Args:
        num_embeddings: the number V of rows.
        embedding_dim: the size D of each.
        max_norm: rows that are looked up and longer than this are shortened first.
        norm_type: the p of the norm that measures this length.
        scale_grad_by_freq: divide the gradient of a row by how often it is looked up.
        mode: "mean", "sum" or "max".
        sparse: accepted and without effect.
        include_last_offset: whether the offsets end with the length of the input.
        padding_idx: numbers that count as if they were not there.
        device: the CPU, or nothing.
        dtype: of the table.

    Attributes:
        weight: (V, D), at first standard normal numbers.
    """

    shown = (
        ("max_norm", None), ("norm_type", 2), ("scale_grad_by_freq", False), ("mode", None), ("padding_idx", None)
    )  # fmt: skip

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(
            num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, _weight,
            device, dtype,
        )  # fmt: skip
        self.mode = mode
        self.include_last_offset = include_last_offset

    def forward(self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None) -> Tensor:
        """One vector for each bag; see `functional.embedding_bag`."""
        return functional.embedding_bag(
            input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse,
            per_sample_weights, self.include_last_offset, self.padding_idx,
        )  # fmt: skip

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """A layer with a table that exists already, as ``torch.nn.EmbeddingBag.from_pretrained``."""
        rows, size = _sizes(embeddings)
        layer = cls(
            rows, size, max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings, include_last_offset,
            padding_idx,
        )  # fmt: skip
        layer.weight.requires_grad_(not freeze)
        return layer


def _sizes(embeddings: Tensor) -> tuple[int, int]:
    if embeddings.array.ndim != 2:
        raise explained(
            AssertionError,
            "Embeddings parameter is expected to be 2-dimensional",
            why=f"a table has rows and columns; this tensor has shape {tuple(embeddings.shape)}.",
            fix="give one row for each thing that is looked up.",
        )
    rows, size = embeddings.array.shape
    return rows, size
