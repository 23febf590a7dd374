"""Look-up tables: for numbers that name things, such as words, the vectors that stand for them.

Looking up is choosing rows; its gradient adds what each place learnt to the row that was looked up there.
"""

from __future__ import annotations

import operator

import numpy as np

from teachgrad.errors import c_name, explained
from teachgrad.graph import Array, Op
from teachgrad.ops.gathering import check_range, gather, index_add
from teachgrad.ops.indexing import placed
from teachgrad.ops.table import result
from teachgrad.tensor import Tensor, wrap

__all__ = [  # what ``nn.functional`` offers
    "embedding",
    "embedding_bag",
    "one_hot",
]

# `share` is how much the gradient of each look-up counts for its row; None where all count fully.
EMBEDDING = Op(
    "EmbeddingBackward0",
    [lambda g, index, shape, share: placed(g if share is None else g * share, (index,), shape)],
    ("index", "shape", "share"),
    "embedding",
)


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of `weight` that `input` names, as ``torch.nn.functional.embedding``.

    Args:
        input: row numbers, int64 or int32, of any shape (*).
        weight: the table, of shape (V, D).
        padding_idx: a row that gets no gradient, such as that of a word that only fills up.
        max_norm: rows that are looked up and longer than this are shortened first, in place.
        norm_type: the p of the norm that measures this length.
        scale_grad_by_freq: divide the gradient of a row by how often it is looked up.
        sparse: accepted and without effect: gradients here hold all rows.

    Returns:
        Of shape (*, D).

    Raises:
        IndexError: if a row number is not below V.

    >>> import teachgrad as tg
    >>> embedding(tg.tensor([1, 1, 0]), tg.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[3., 4.],
            [3., 4.],
            [1., 2.]])
    """
    index = _row_numbers("embedding", input, weight)
    share = None
    if padding_idx is not None:
        size = weight.array.shape[0]
        if not -size <= operator.index(padding_idx) < size:
            raise explained(
                AssertionError,
                "Padding_idx must be within num_embeddings",
                why=f"the table has {size} rows, and padding_idx is {padding_idx}.",
                fix="name the number of a row.",
            )
        share = (index != padding_idx % size)[..., None]
    if scale_grad_by_freq:
        often = np.bincount(index.ravel(), minlength=1)[index][..., None].astype(weight.array.dtype)
        share = 1 / often if share is None else share / often
    if max_norm is not None:
        _shorten(weight, index, max_norm, norm_type)
    return result(EMBEDDING, weight.array[index], (weight,), (index, weight.array.shape, share), (input,))


def _row_numbers(name: str, input: Tensor, weight: Tensor) -> Array:
    index: Array = input.array
    if index.dtype not in (np.int64, np.int32):
        raise explained(
            RuntimeError,
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{c_name(index.dtype)}Tensor instead (while checking arguments for {name})",
            why=f"the first argument names rows, and it holds {input.dtype}.",
            fix="convert it: x.long(); table and indices may also have been exchanged.",
        )
    check_range(IndexError, "index out of range in self", index, weight.array, 0)
    return index


def _shorten(weight: Tensor, index: Array, longest: float, p: float) -> None:
    """Scale the rows that are looked up down to a length, outside of the graph."""
    rows = np.unique(index)
    lengths = np.linalg.norm(weight.array[rows], p, axis=1, keepdims=True).astype(np.float64)
    weight.array[rows] *= np.where(lengths > longest, longest / (lengths + 1e-7), 1).astype(weight.array.dtype)
    weight.counter[0] += 1


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """For each bag of row numbers the mean, sum or largest of the rows, as ``torch.nn.functional.embedding_bag``.

    Args:
        input: row numbers: (B, N) holds B bags of N; (N) holds bags that follow each other.
        weight: the table, of shape (V, D).
        offsets: where each bag begins, if `input` has one dimension; int64 of shape (B).
        max_norm: as for `embedding`.
        norm_type: as for `embedding`.
        scale_grad_by_freq: as for `embedding`. (PyTorch 2.13 divides some rows by how often others are looked up.)
        sparse: as for `embedding`.
        mode: "mean", "sum" or "max", for each of the D numbers. That of an empty bag is 0.
        per_sample_weights: factors for the rows, in the shape of `input`; for "sum" only.
        include_last_offset: whether `offsets` ends with the length of `input`.
        padding_idx: rows of this number count as if they were not there.

    Returns:
        Of shape (B, D).

    Raises:
        ValueError: if the arguments do not fit each other.
        IndexError: if a row number is not below V.

    >>> import teachgrad as tg
    >>> table = tg.tensor([[1.0], [10.0], [100.0]])
    >>> embedding_bag(tg.tensor([0, 1, 2]), table, tg.tensor([0, 2]), mode="sum")
    tensor([[ 11.],
            [100.]])
    """
    if mode not in ("mean", "sum", "max"):
        raise explained(
            ValueError,
            "mode has to be one of sum, mean or max",
            why="the rows of a bag are added, averaged, or compared.",
            fix="choose one of the three.",
        )
    if weight.array.ndim != 2:
        raise explained(
            ValueError,
            f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.array.ndim}",
            why="a table has rows and columns: (num_embeddings, embedding_dim).",
            fix="give a matrix.",
        )
    index = _row_numbers("embedding_bag", input, weight).ravel()
    bags, count = _bags(input, offsets, include_last_offset)
    factors = None if per_sample_weights is None else _factors(per_sample_weights, input, mode)
    if padding_idx is not None:
        kept = index != padding_idx % weight.array.shape[0]
        index, bags = index[kept], bags[kept]
        factors = None if factors is None else factors[wrap(kept)]
    rows = embedding(wrap(index), weight, None, max_norm, norm_type, scale_grad_by_freq)
    if mode == "max":
        return _largest(rows, bags, count)
    if factors is not None:
        rows = rows * factors.unsqueeze(1)
    sums = index_add(wrap(np.zeros((count, rows.array.shape[1]), rows.array.dtype)), 0, wrap(bags), rows)
    if mode == "sum":
        return sums
    sizes = np.bincount(bags, minlength=count).clip(1)
    return sums / wrap(sizes[:, None].astype(rows.array.dtype))


def _bags(input: Tensor, offsets: Tensor | None, include_last: bool) -> tuple[Array, int]:
    """The bag that each row number is in, and the number of bags."""
    shape = input.array.shape
    if len(shape) == 2:
        if offsets is not None:
            raise explained(
                ValueError,
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {type(offsets)}",
                why="each row of the input is a bag.",
                fix="leave offsets out, or flatten the input.",
            )
        return np.repeat(np.arange(shape[0]), shape[1]), shape[0]
    if len(shape) != 1:
        raise explained(
            ValueError,
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {len(shape)}",
            why="row numbers come in one vector with offsets, or as the rows of a matrix.",
            fix="reshape the numbers.",
        )
    if offsets is None or offsets.array.ndim != 1:
        raise explained(
            ValueError,
            "offsets has to be a 1D Tensor" + (" but got None" if offsets is None else ""),
            why="the row numbers follow each other, and offsets says where each bag begins.",
            fix="give offsets=torch.tensor([0, ...]), or an input of shape (bags, numbers).",
        )
    starts = offsets.array[:-1] if include_last else offsets.array
    if starts.size and starts[0] != 0:
        raise explained(
            RuntimeError,
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {starts[0]}",
            why="offsets says where each bag begins, and the first begins with the first number.",
            fix="begin with 0: torch.tensor([0, ...]).",
        )
    return np.searchsorted(starts, np.arange(shape[0]), "right") - 1, len(starts)


def _factors(per_sample_weights: Tensor, input: Tensor, mode: str) -> Tensor:
    if per_sample_weights.array.shape != input.array.shape:
        raise explained(
            ValueError,
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must have the "
            f"same shape as the input ({input.shape})",
            why="each row of the table that is looked up has its own weight.",
            fix="give weights in the shape of the input.",
        )
    if mode != "sum":
        raise explained(
            NotImplementedError,
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' "
            f"(got mode='{mode}').",
            why="weights go with a sum; a mean or a largest element would need more than a product.",
            fix="leave them out, or use mode='sum'.",
        )
    return per_sample_weights.reshape(-1)


def _largest(rows: Tensor, bags: Array, count: int) -> Tensor:
    """In each column of each bag the largest number; 0 for empty bags."""
    ends = np.searchsorted(bags, np.arange(count + 1))
    winners = np.zeros((count, rows.array.shape[1]), np.int64)
    full = np.diff(ends) > 0
    for bag in np.flatnonzero(full):
        winners[bag] = ends[bag] + rows.array[ends[bag] : ends[bag + 1]].argmax(0)
    if not bags.size:
        return wrap(np.zeros(winners.shape, rows.array.dtype))
    return gather(rows, 0, wrap(winners)).masked_fill(wrap(~full[:, None]), 0)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """For each class number a vector with a 1 at its place and 0 elsewhere, as ``torch.nn.functional.one_hot``.

    Args:
        tensor: class numbers, int64, of any shape (*).
        num_classes: the number C of classes; by default the largest number plus 1.

    Returns:
        int64, of shape (*, C).

    Raises:
        RuntimeError: if a number is negative or not below `num_classes`, or is no int64.

    >>> import teachgrad as tg
    >>> one_hot(tg.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    classes = tensor.array
    if classes.dtype != np.int64:
        raise explained(
            RuntimeError,
            "one_hot is only applicable to index tensor of type LongTensor.",
            why=f"class numbers are whole, and this tensor holds {tensor.dtype}.",
            fix="convert it: x.long()",
        )
    if num_classes < 1 and not classes.size:
        raise _not_hot("Can not infer total number of classes from empty tensor.", "there are no classes to count")
    if classes.size and classes.min() < 0:
        raise _not_hot("Class values must be non-negative.", f"the smallest is {classes.min()}")
    count = int(classes.max()) + 1 if num_classes == -1 else num_classes
    if classes.size and classes.max() >= count:
        raise _not_hot("Class values must be smaller than num_classes.", f"the largest is {classes.max()} of {count}")
    return wrap((classes[..., None] == np.arange(count)).astype(np.int64))


def _not_hot(words: str, found: str) -> RuntimeError:
    return explained(
        RuntimeError,
        words,
        why=f"classes are counted from 0, and each has its place in the vector; here {found}.",
        fix="number the classes from 0, and give num_classes: one more than the largest number.",
    )
